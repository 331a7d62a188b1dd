"""`tf.train.Checkpoint`: variables, layers, models and optimizers in numbered files.

The files are minitape's own, `PREFIX-1.h5`, read by the same guarded reader as all weights; beside
them stands the text file `checkpoint`, in TensorFlow's form.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy

from ...engine import Variable
from ...errors import NotFoundError
from ...ops import convert_to_tensor
from ..layers import Layer
from ..metrics import Metric
from ..optimizers import Optimizer
from ..variables import assign_stored
from .files import replacing
from .hdf5 import Reader, Writer
from .weights import parts

_TRACKABLE = (Variable, Layer, Optimizer, Metric)


class Checkpoint:
    """What is to be saved and restored together, by name.

    A layer or optimizer that isn't built yet when it is restored gets its values when it is.

    Args:
        root: an object whose parts are saved under their own names.
        **kwargs: variables, layers, models, optimizers, metrics, other Checkpoints, or lists and
            dicts of these, which become attributes.

    Attributes:
        save_counter: how often `save` was called, saved as well.

    Raises:
        ValueError: something of another kind.
    """

    def __init__(self, root=None, **kwargs):
        self._root = root
        self.save_counter = Variable(
            convert_to_tensor(0, dtype="int64"), trainable=False, name="save_counter"
        )
        for name, value in kwargs.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "_root" or value is not None:
            _check_trackable(name, value)
        super().__setattr__(name, value)

    def save(self, file_prefix, options=None) -> str:
        """Writes the next numbered file, and its name into the file `checkpoint` beside it.

        Args:
            file_prefix: the path of the files without number and ending.
            options: accepted for TensorFlow's scripts.

        Returns:
            The path without its ending: what `restore` takes.
        """
        self.save_counter.assign_add(1)
        path = self.write(f"{os.fspath(file_prefix)}-{int(self.save_counter)}")
        _write_state(path, [path], [time.time()])
        return path

    def write(self, file_prefix, options=None) -> str:
        """Writes one file, `file_prefix` with the ending `.h5`; returns `file_prefix`."""
        path = os.fspath(file_prefix)
        writer = Writer()
        for name, part in _all_parts(self):
            writer.write(name, state_of(part))
        data = writer.finish()
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with replacing(f"{path}.h5") as file:
            file.write(data)
        return path

    def restore(self, save_path, options=None) -> "CheckpointLoadStatus":
        """Assigns the values of a file that `save` wrote; None restores nothing.

        Args:
            save_path: what `save` or `latest_checkpoint` returned.
            options: accepted for TensorFlow's scripts.

        Returns:
            A status, whose `assert_consumed()` raises unless all values found their place.

        Raises:
            NotFoundError: there is no such file.
            ValueError: a damaged or refused file, or other shapes; nothing is then changed.
        """
        if save_path is None:
            return CheckpointLoadStatus(None, [], [])
        return self.read(save_path)

    def read(self, save_path, options=None) -> "CheckpointLoadStatus":
        """Assigns the values of a file that `write` or `save` wrote; see `restore`."""
        path = f"{os.fspath(save_path)}.h5"
        if not os.path.isfile(path):
            raise NotFoundError(
                f"There is no checkpoint {path}. Is the number in its name right? Received: "
                f"save_path={save_path!r}"
            )
        found = _all_parts(self)
        with Reader(Path(path).read_bytes(), path) as reader:
            restore_parts([pair for pair in found if reader.has(_group(pair[0]))], reader)
            stored = {group for group in reader.groups() if reader.group(group)}
        wanted = {_group(name) for name, part in found}
        missing = [name for name, part in found if _variables(part) and _group(name) not in stored]
        return CheckpointLoadStatus(path, missing, sorted(stored - wanted))


class CheckpointLoadStatus:
    """What became of a `restore`. Each method returns the status itself.

    Args:
        path: the file, None for none.
        missing: the names of objects that the file holds nothing for.
        unused: the names in the file that no object has.
    """

    def __init__(self, path: str | None, missing: list[str], unused: list[str]):
        self._path = path
        self._missing = missing
        self._unused = unused

    def assert_consumed(self) -> "CheckpointLoadStatus":
        """Raises AssertionError unless file and objects have the same names."""
        if self._unused:
            raise AssertionError(f"{self._path} has values that no object took: {self._unused}")
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> "CheckpointLoadStatus":
        """Raises AssertionError unless the file has values for every object."""
        missing = [name for name in self._missing if name != "save_counter"]
        if self._path is None or missing:
            raise AssertionError(
                f"{self._path} has no values for {missing}."
                if self._path
                else "No checkpoint was given (save_path=None), and nothing was restored."
            )
        return self

    def assert_nontrivial_match(self) -> "CheckpointLoadStatus":
        """Raises AssertionError if nothing was restored."""
        if self._path is None:
            raise AssertionError("No checkpoint was given (save_path=None).")
        return self

    def expect_partial(self) -> "CheckpointLoadStatus":
        """Says that names may be missing, which nobody complains of in any case."""
        return self


class CheckpointManager:
    """Keeps the last few checkpoints in a folder, and deletes those before them.

    Args:
        checkpoint: the Checkpoint.
        directory: the folder; made if it isn't there.
        max_to_keep: how many files to keep; None for all.
        keep_checkpoint_every_n_hours: must be None.
        checkpoint_name: the first part of the files' names.
        step_counter: a variable that counts steps, for `checkpoint_interval`.
        checkpoint_interval: `save` does nothing until so many steps after the last one.
        init_fn: a function that `restore_or_initialize` calls where there is no checkpoint.
        last_checkpoint_step: the step of the last checkpoint, where that is known.
    """

    def __init__(
        self,
        checkpoint,
        directory,
        max_to_keep,
        keep_checkpoint_every_n_hours=None,
        checkpoint_name="ckpt",
        step_counter=None,
        checkpoint_interval=None,
        init_fn=None,
        last_checkpoint_step=None,
    ):
        if max_to_keep is not None and max_to_keep < 1:
            raise ValueError(
                f"Expected max_to_keep to be positive or None. Received: {max_to_keep}"
            )
        if keep_checkpoint_every_n_hours is not None:
            raise ValueError("minitape keeps the last checkpoints: give max_to_keep alone.")
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError("`step_counter` should be given with `checkpoint_interval`.")
        self.checkpoint = checkpoint
        self.directory = os.fspath(directory)
        self._max_to_keep = max_to_keep
        self._prefix = os.path.join(self.directory, checkpoint_name)
        self._step_counter = step_counter
        self._interval = checkpoint_interval
        self._init_fn: Callable | None = init_fn
        self._last_step = last_checkpoint_step
        os.makedirs(self.directory, exist_ok=True)
        paths, times = _read_state(self.directory)
        self._kept = {p: t for p, t in zip(paths, times, strict=True) if os.path.isfile(f"{p}.h5")}

    @property
    def checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept, the oldest first."""
        return list(self._kept)

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the newest checkpoint, None where there is none."""
        return self.checkpoints[-1] if self._kept else None

    def save(self, checkpoint_number=None, check_interval=True, options=None) -> str | None:
        """Writes the next checkpoint, and deletes the oldest where there are too many.

        Args:
            checkpoint_number: its number, the next one unless given.
            check_interval: whether `checkpoint_interval` counts.
            options: accepted for TensorFlow's scripts.

        Returns:
            Its path without the ending; None where it isn't time yet.
        """
        step = None if self._step_counter is None else int(self._step_counter)
        if check_interval and not self._is_due(step):
            return None
        self._last_step = step
        self.checkpoint.save_counter.assign_add(1)
        number = self.checkpoint.save_counter if checkpoint_number is None else checkpoint_number
        path = self.checkpoint.write(f"{self._prefix}-{int(number)}")
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        # The list forgets a file before it goes: a crash in between leaves a file too many.
        keep = len(self._kept) if self._max_to_keep is None else self._max_to_keep
        gone = self.checkpoints[:-keep]
        for one in gone:
            del self._kept[one]
        _write_state(path, self.checkpoints, list(self._kept.values()))
        for one in gone:
            Path(f"{one}.h5").unlink(missing_ok=True)
        return path

    def _is_due(self, step: int | None) -> bool:
        if step is None or self._interval is None or self._last_step is None:
            return True
        return step >= self._last_step + self._interval

    def restore_or_initialize(self) -> str | None:
        """Restores the newest checkpoint and returns its path; or calls `init_fn`."""
        path = self.latest_checkpoint
        if path is not None:
            self.checkpoint.restore(path)
        elif self._init_fn is not None:
            self._init_fn()
        return path


def latest_checkpoint(checkpoint_dir, latest_filename=None) -> str | None:
    """The path of the newest checkpoint in a folder, for `Checkpoint.restore`; None for none.

    Args:
        checkpoint_dir: the folder.
        latest_filename: the name of the text file that names it, "checkpoint" unless given.
    """
    paths, _ = _read_state(checkpoint_dir, latest_filename or "checkpoint")
    return paths[-1] if paths and os.path.isfile(f"{paths[-1]}.h5") else None


# -- the parts -----------------------------------------------------------------------------------


def _check_trackable(name: str, value: Any) -> None:
    values = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list, tuple)):
        for one in values:
            _check_trackable(name, one)
    elif not isinstance(value, (*_TRACKABLE, Checkpoint)):
        raise ValueError(
            f"`Checkpoint` was expecting {name} to be a variable, layer, model, optimizer, metric "
            f"or Checkpoint, or a list or dict of these. Received: {value!r}"
        )


def _all_parts(checkpoint: Checkpoint) -> list[tuple[str, Any]]:
    """All objects with variables, with the path of each."""
    return list({path: (path, part) for path, part in _parts_of(checkpoint, "")}.values())


def _parts_of(thing: Any, path: str) -> Iterator[tuple[str, Any]]:
    inner: Any = ()
    if isinstance(thing, Checkpoint):
        if thing._root is not None:
            yield from _parts_of(thing._root, path)
        inner = [(name, value) for name, value in vars(thing).items() if name != "_root"]
    elif isinstance(thing, (Layer, Optimizer)):
        for name, part in parts(thing):
            yield f"{path}/{name}".strip("/"), part
    elif isinstance(thing, (Variable, Metric)):
        yield path, thing
    else:
        inner = thing.items() if isinstance(thing, dict) else enumerate(thing)
    for name, value in inner:
        yield from _parts_of(value, f"{path}/{name}".strip("/"))


def _group(path: str) -> str:
    """Where a file keeps the variables of a part."""
    return f"{path}/vars" if path else "vars"


def _variables(part: Any) -> list:
    """The variables of a part itself."""
    if isinstance(part, Variable):
        return [part]
    return part._own_variables() if isinstance(part, Layer) else part.variables


def state_of(part: Any) -> dict[str, Any]:
    """What a file keeps for a part."""
    if isinstance(part, (Variable, Metric)):
        return {str(i): v.numpy() for i, v in enumerate(_variables(part))}
    store: dict[str, Any] = dict(vars(part).get("_awaited") or {})
    if not store:
        part.save_own_variables(store)
    return store


def restore_parts(found: list[tuple[str, Any]], reader: Reader) -> None:
    """Assigns the values of a file to parts, each with its path; or leaves all as they were.

    Raises:
        ValueError: what doesn't fit.
    """
    before = [(v, v.__tensor__()) for _, part in found for v in _variables(part)]
    path = ""
    try:
        for path, part in found:
            _restore(part, reader.group(_group(path)))
    except Exception as error:
        for variable, value in before:
            variable.assign(value)
        raise ValueError(f"{reader.where}, group '{path}': {error}") from error


def _restore(part: Any, store: Any) -> None:
    """Assigns a part's values; or gives them to it, for when it is built."""
    if isinstance(part, (Variable, Metric)):
        assign_stored("It", _variables(part), store)
    elif not part.built and len(store) > len(_variables(part)):
        vars(part)["_awaited"] = {key: numpy.asarray(value) for key, value in store.items()}
    else:
        part.load_own_variables(store)


# -- the file that names the files ---------------------------------------------------------------


def _write_state(latest: str, paths: list[str], times: list[float]) -> None:
    folder = os.path.dirname(latest)
    names = [json.dumps(os.path.relpath(path, folder or ".")) for path in paths]
    lines = [f"model_checkpoint_path: {names[-1]}"]
    lines += [f"all_model_checkpoint_paths: {name}" for name in names]
    lines += [f"all_model_checkpoint_timestamps: {when!r}" for when in times]
    with replacing(os.path.join(folder, "checkpoint")) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())


def _read_state(folder: Any, name: str = "checkpoint") -> tuple[list[str], list[float]]:
    """The paths of the checkpoints that a folder's text file names, the newest last; their times.

    Only files of the folder itself count: what is named here may later be deleted.
    """
    try:
        text = Path(folder, name).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return [], []
    found = re.findall(r'^all_model_checkpoint_paths: "([A-Za-z0-9_.-]+)"$', text, re.M)
    latest = re.findall(r'^model_checkpoint_path: "([A-Za-z0-9_.-]+)"$', text, re.M)
    times = re.findall(r"^all_model_checkpoint_timestamps: ([0-9.]+)$", text, re.M)
    names = [one for one in found if one not in latest] + latest[:1]
    if len(times) != len(names):
        times = ["0"] * len(names)
    return [os.path.join(os.fspath(folder), one) for one in names], [float(t) for t in times]
