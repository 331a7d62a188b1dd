"""The outputs of a model, one by one, and what is given for each of them."""

from typing import Any

from ... import nest


class Outputs:
    """Puts what users give for several outputs beside those outputs.

    Args:
        y_pred: the predictions, whose structure all later ones share.
        names: the names of the outputs, where the model has some; those of a dict are its keys.

    Attributes:
        names: the name of each output; None where it has none.
    """

    def __init__(self, y_pred, names: list[str] | None = None):
        count = len(nest.flatten(y_pred))
        if isinstance(y_pred, dict) and len(y_pred) == count:
            names = sorted(y_pred)
        known = names is not None and len(names) == count
        self.names: list[Any] = list(names or []) if known else [None] * count
        self._structure = nest.map_structure(lambda _: None, y_pred)

    def __len__(self) -> int:
        return len(self.names)

    def examples(self, y_true, y_pred, sample_weight=None) -> list[tuple]:
        """For each output its (label, prediction, weight); None for a label or weight not given."""
        labels = self.each(y_true, "y")
        weights = self.each(sample_weight, "sample_weight", shared=True)
        return list(zip(labels, nest.flatten(y_pred), weights, strict=True))

    def check_label(self, i: int, label, what: str) -> None:
        """Raises where there is no label for the output at position `i`."""
        if label is None:
            of = "the model" if len(self) == 1 else f"output {self.names[i] or i!r}"
            raise ValueError(
                f"compile() was given a {what} for {of}, but there are no labels for it: pass `y` "
                "(or data that gives (x, y)) with labels for every output that has one."
            )

    def each(self, given, argument: str, shared: bool = False) -> list:
        """What is given for each output, in their order; None where there is nothing for one.

        Args:
            given: a dict by the outputs' names, a list in their order, or the same structure as
                theirs; for a model with one output that output's value itself.
            argument: the name of what is given, for errors.
            shared: whether a single value counts for every output.

        Raises:
            ValueError: an unknown name, or not one entry for each output.
        """
        if len(self) == 1 and not nest.is_nested(given):
            return [given]
        if given is None:
            return [None] * len(self)
        if isinstance(given, dict) and None not in self.names:
            self._check_names(given, argument)
            return [given.get(name) for name in self.names]
        if isinstance(given, (list, tuple)) and len(given) == len(self):
            return list(given)
        if self._has_our_structure(given):
            return nest.flatten(given)
        if shared and not nest.is_nested(given):
            return [given] * len(self)
        raise ValueError(
            f"`{argument}` must have one entry for each of the model's {len(self)} outputs"
            f"{self._listed()}, in a list or dict. Received: {_described(given)}."
        )

    def _check_names(self, given: dict, argument: str) -> None:
        for name in given:
            if name not in self.names:
                raise ValueError(
                    f"`{argument}` has the key {name!r}, which names no output of the model. The "
                    f"outputs are {self.names}. Received keys: {list(given)}."
                )

    def _has_our_structure(self, given) -> bool:
        try:
            nest.assert_same_structure(self._structure, given, check_types=False)
        except (TypeError, ValueError):
            return False
        return True

    def _listed(self) -> str:
        return "" if None in self.names else f" {self.names}"


def _described(given) -> str:
    if isinstance(given, dict):
        return f"a dict with the keys {list(given)}"
    if isinstance(given, (list, tuple)):
        return f"a {type(given).__name__} of {len(given)}"
    return f"a single {type(given).__name__}"
