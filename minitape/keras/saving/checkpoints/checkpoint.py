"""`tf.train.Checkpoint`: variables, layers, models and optimizers in TensorFlow's own files."""

import os
import time
from typing import Any

from ....engine import Variable
from ....errors import DataLossError, InvalidArgumentError, NotFoundError
from ....module import Module
from ....ops import convert_to_tensor
from ...layers import Layer
from ...metrics import Metric
from ...optimizers import Optimizer
from .bundle import BundleReader, Entry, write_bundle
from .object_graph import (
    GRAPH,
    Named,
    Stored,
    arrays_of,
    children,
    leading_to_arrays,
    nodes_from,
    read_graph,
    with_paths,
)
from .state import write_state

_TRACKABLE = (Variable, Layer, Optimizer, Metric, Module, Named)


class Checkpoint(Named):
    """What is to be saved and restored together, by name.

    A layer or optimizer that isn't built yet when it is restored gets its values when it is.

    Args:
        root: an object whose parts are saved under their own names.
        **kwargs: variables, layers, models, optimizers, metrics, other Checkpoints, or lists and
            dicts of these, which become attributes.

    Raises:
        ValueError: something of another kind.
    """

    _root: Any
    _counter: Variable | None

    def __init__(self, root=None, **kwargs):
        vars(self).update(_root=root, _counter=None)
        if root is not None:
            _check_trackable("root", root)
        for name, value in kwargs.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        _check_trackable(name, value)
        super().__setattr__(name, value)

    @property
    def save_counter(self) -> Variable:
        """How often `save` was called. `write` and `read` know of it once it was asked for."""
        return self._made_counter()

    def _made_counter(self) -> Variable:
        if self._counter is not None:
            return self._counter
        zero = convert_to_tensor(0, dtype="int64")
        counter = Variable(zero, trainable=False, name="save_counter")
        vars(self)["_counter"] = counter
        return counter

    def _children(self) -> dict[str, Any]:
        found = dict(vars(self))
        root, counter = found.pop("_root"), found.pop("_counter")
        if counter is not None:
            found["save_counter"] = counter
        return found if root is None else {**children(root), "root": self, **found}

    def save(self, file_prefix, options=None) -> str:
        """Writes the next numbered files, and their name into the file `checkpoint` beside them.

        Args:
            file_prefix: the path of the files without number and ending.
            options: accepted for TensorFlow's scripts.

        Returns:
            The path without its ending: what `restore` takes.
        """
        self.save_counter.assign_add(1)
        path = self.write(f"{os.fspath(file_prefix)}-{int(self.save_counter)}")
        write_state(path, [path], [time.time()])
        return path

    def write(self, file_prefix, options=None) -> str:
        """Writes `file_prefix`.index and `file_prefix`.data-00000-of-00001; returns the prefix."""
        path = os.fspath(file_prefix)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        write_bundle(path, arrays_of(self))
        return path

    def restore(self, save_path, options=None) -> "CheckpointLoadStatus":
        """Assigns the values of files that `save` wrote; None restores nothing.

        Args:
            save_path: what `save` or `latest_checkpoint` returned.
            options: accepted for TensorFlow's scripts.

        Returns:
            A status, whose `assert_consumed()` raises unless all values found their place.

        Raises:
            NotFoundError: there are no such files.
            DataLossError: damaged or refused files.
            ValueError: other shapes; nothing is changed then, nor in the other cases.
            InvalidArgumentError: other types.
        """
        if save_path is None:
            return CheckpointLoadStatus()
        self._made_counter()
        return self.read(save_path)

    def read(self, save_path, options=None) -> "CheckpointLoadStatus":
        """Assigns the values of files that `write` or `save` wrote; see `restore`."""
        path = os.fspath(save_path)
        if not os.path.isfile(f"{path}.index"):
            raise NotFoundError(
                f"There is no checkpoint {path}: no file {path}.index. Is the number in its name "
                f"right? Received: save_path={save_path!r}"
            )
        reader = BundleReader(path)
        restoration = _Restoration(self, reader)
        restoration.run(reader)
        return CheckpointLoadStatus(restoration)


class _Restoration:
    """The objects of a Checkpoint, brought together by name with what a file holds for them.

    Args:
        root: the Checkpoint.
        reader: the file.

    Raises:
        DataLossError: the file has no graph of objects, or a damaged one.
    """

    def __init__(self, root: Checkpoint, reader: BundleReader):
        self.root = root
        self.path = reader.prefix
        self.met = 0  # how many objects the file knows
        # The nodes whose values were taken, and the variables that took them, by their ids.
        self.taken: dict[int, Stored] = {}
        self.assigned: dict[int, Variable] = {}
        if GRAPH not in reader.entries:
            raise DataLossError(
                f"{self.path} has no graph of objects. Files of TensorFlow 1, whose values go by "
                "the names of variables, are not read: save it with TensorFlow 2's Checkpoint."
            )
        try:
            self.stored = read_graph(reader.read(GRAPH))
        except ValueError as error:
            raise DataLossError(
                f"{self.path}: expected a checkpoint, that is whole: {error}"
            ) from error
        self._of_use = leading_to_arrays(self.stored)

    def run(self, reader: BundleReader) -> None:
        """Assigns what there is to be assigned. Objects that aren't built get theirs when built."""
        found, waiting = self._matched(self.root, self.stored)
        for variable, node, path in found:
            entry = self._entry(node, reader)
            self._check(variable, path, entry.shape, entry.dtype)
        values = [reader.read(node.key) for _, node, _ in found]
        for node in nodes_from(n for awaited in waiting for n in awaited.children.values()):
            if node.key is not None:
                self._entry(node, reader)
                node.value = reader.read(node.key)
        # From here on nothing fails.
        for (variable, node, _), value in zip(found, values, strict=True):
            self._assign(variable, node, value)
        for awaited in waiting:
            vars(awaited.thing)["_awaited"] = awaited

    def resume(self, thing: Any, node: Stored) -> None:
        """Assigns to an object, now that it is built, what waited for that."""
        found, waiting = self._matched(thing, node)
        found = [row for row in found if row[1].value is not None]
        for variable, node, path in found:
            self._check(variable, path, node.value.shape, node.value.dtype.name)
        for variable, node, _ in found:
            self._assign(variable, node, node.value)
            node.value = None
        for awaited in waiting:
            vars(awaited.thing)["_awaited"] = awaited

    def _matched(self, start: Any, first: Stored) -> tuple[list, list]:
        """(variables with their nodes and paths, what waits for objects that aren't built)."""
        found: list[tuple[Variable, Stored, str]] = []
        waiting: list[_Awaited] = []
        seen: set[int] = set()
        for thing, node, path in (left := [(start, first, "")]):
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            self.met += 1
            if isinstance(thing, Variable) and node.key and id(thing) not in self.assigned:
                found.append((thing, node, path))
            own = children(thing)
            later = self._not_there(thing, own, node)
            if later:
                waiting.append(_Awaited(self, thing, node, later))
            for name, child in own.items():
                if name in node.children:
                    left.append((child, node.children[name], f"{path}/{name}".strip("/")))
        return found, waiting

    def _not_there(self, thing: Any, own: dict[str, Any], node: Stored) -> dict[str, Stored]:
        """What the file has for an object that isn't built, beyond what the object has so far."""
        if not isinstance(thing, (Layer, Optimizer)) or thing.built:
            return {}
        if isinstance(thing, Optimizer):  # its list grows
            state = node.children.get("_variables", Stored())
            return {"_variables": state} if len(state.children) > len(own["_variables"]) else {}
        return {
            name: child
            for name, child in node.children.items()
            if name not in own and id(child) in self._of_use
        }

    def _entry(self, node: Stored, reader: BundleReader) -> Entry:
        if node.key not in reader.entries:
            raise DataLossError(
                f"{self.path} lacks '{node.key}', which its graph names. It is damaged: take "
                "another one."
            )
        return reader.entries[node.key]

    def _check(self, variable: Variable, path: str, shape: tuple, dtype: str) -> None:
        wanted = tuple(variable.shape), variable.array.dtype.name
        if shape != wanted[0]:
            raise ValueError(
                f"{self.path}, '{path}': expected the shape {wanted[0]}, that of the variable. "
                f"Received: {shape}. The file is of another model."
            )
        if dtype != wanted[1]:
            raise InvalidArgumentError(
                f"{self.path}, '{path}': expected the type {wanted[1]}, that of the variable. "
                f"Received: {dtype}."
            )

    def _assign(self, variable: Variable, node: Stored, value: Any) -> None:
        variable.assign(value)
        self.taken[id(node)], self.assigned[id(variable)] = node, variable


class _Awaited:
    """What waits in an object until it is built; called then."""

    def __init__(self, restoration: _Restoration, thing: Any, node: Stored, children: dict):
        self.thing = thing
        self.children = children
        self._restoration = restoration
        self._node = node

    def __call__(self) -> None:
        self._restoration.resume(self.thing, self._node)


class CheckpointLoadStatus:
    """What became of a `restore`. Each method returns the status itself.

    Args:
        restoration: None where there was no file.
    """

    def __init__(self, restoration: _Restoration | None = None):
        self._restoration = restoration

    def _known(self) -> _Restoration:
        if self._restoration is None:
            raise AssertionError(
                "No checkpoint was given (save_path=None), and nothing was restored. Give "
                "`restore` a path, for example tf.train.latest_checkpoint(folder) where that is "
                "not None."
            )
        return self._restoration

    def assert_consumed(self) -> "CheckpointLoadStatus":
        """Raises AssertionError unless file and objects have the same names."""
        known = self._known()
        unused = [
            str(path)
            for node, path, _ in with_paths(known.stored)
            if node.key is not None and id(node) not in known.taken
        ]
        if unused:
            raise AssertionError(
                f"{known.path} has values that no object took: {unused}. Give the Checkpoint all "
                "that was saved, or call expect_partial()."
            )
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> "CheckpointLoadStatus":
        """Raises AssertionError unless the file has values for every object."""
        known = self._known()
        missing = [
            str(path)
            for thing, path, _ in with_paths(known.root)
            if isinstance(thing, Variable) and id(thing) not in known.assigned
        ]
        if missing and missing != ["save_counter"]:  # `write` of TensorFlow's leaves it out
            raise AssertionError(
                f"{known.path} has no values for {missing}. Expected one for each variable: the "
                "file is of another model, or of an earlier state of this one."
            )
        return self

    def assert_nontrivial_match(self) -> "CheckpointLoadStatus":
        """Raises AssertionError if nothing was restored."""
        known = self._known()
        if known.met < 2:
            raise AssertionError(
                f"{known.path} knows no object but the Checkpoint itself. Give the objects the "
                "names that they had when they were saved."
            )
        return self

    def expect_partial(self) -> "CheckpointLoadStatus":
        """Says that names may be missing, which nobody complains of in any case."""
        return self


def _check_trackable(name: str, value: Any) -> None:
    values = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list, tuple)):
        for one in values:
            _check_trackable(name, one)
    elif not isinstance(value, _TRACKABLE):
        raise ValueError(
            f"`Checkpoint` was expecting {name} to be a variable, layer, model, optimizer, "
            f"metric, Module or Checkpoint, or a list or dict of these. Received: {value!r}"
        )
