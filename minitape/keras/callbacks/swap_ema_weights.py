"""SwapEMAWeights: evaluates a model with the moving averages of its weights."""

from typing import Any

from .callback import Callback


class SwapEMAWeights(Callback):
    """Gives the model its averaged weights for an evaluation, and its own back afterwards.

    The optimizer keeps the averages if it was made with `use_ema=True`.

    Args:
        swap_on_epoch: whether the model has its averages from each epoch's end until the next
            one begins, too: callbacks that follow in the list, such as ModelCheckpoint, see them.

    Raises:
        ValueError: before an evaluation: the optimizer keeps no averages, or has none yet.
    """

    def __init__(self, swap_on_epoch=False):
        self.swap_on_epoch = swap_on_epoch
        self._own: list[tuple[Any, Any]] = []  # while the model has averages: weights and values

    def _swap_in(self) -> None:
        if self._own:
            return
        optimizer = self.model.optimizer
        if not getattr(optimizer, "use_ema", False):
            raise ValueError(
                "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer: "
                "compile(optimizer=keras.optimizers.Adam(use_ema=True), ...). Received: the "
                f"optimizer {optimizer!r}."
            )
        if not optimizer.built:
            raise ValueError(
                "SwapEMAWeights needs averages, and there are none: the optimizer made no step."
            )
        variables = optimizer._trainable_variables
        self._own = [(v, v.__tensor__()) for v in variables]
        optimizer.finalize_variable_values(variables)

    def _swap_out(self) -> None:
        for variable, value in self._own:
            variable.assign(value)
        self._own = []

    def on_train_begin(self, logs=None):
        """Begins with the weights that the model has, also after an interruption."""
        self._own = []

    def on_epoch_begin(self, epoch, logs=None):
        """Training goes on with the model's own weights."""
        self._swap_out()

    def on_epoch_end(self, epoch, logs=None):
        """Shows the averages, with `swap_on_epoch`."""
        if self.swap_on_epoch:
            self._swap_in()

    def on_test_begin(self, logs=None):
        """An evaluation uses the averages."""
        self._swap_in()

    def on_test_end(self, logs=None):
        """The model gets its own weights back."""
        self._swap_out()

    def on_predict_begin(self, logs=None):
        """A prediction uses the averages."""
        self._swap_in()

    def on_predict_end(self, logs=None):
        """The model gets its own weights back."""
        self._swap_out()
