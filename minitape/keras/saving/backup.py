"""A training's state in one file, from which it goes on as if nothing had happened.

It is a file of weights, which `load_weights` reads, with a group more: what training needs beside
the weights, and a text in JSON, byte by byte, for HDF5 files of weights hold numbers alone.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy

from ..layers import Layer
from .files import replacing
from .hdf5 import Reader, Writer
from .weights import parts

_GROUP = "minitape_backup"


def write_backup(model: Any, path: Any, arrays: dict[str, list], settings: dict) -> None:
    """Writes the weights of a model and its optimizers, and what else is given.

    Args:
        model: the model.
        path: the file, which is replaced once the new one is complete.
        arrays: lists of arrays by name.
        settings: values that JSON knows.
    """
    writer = Writer()
    for name, part in parts(model):
        writer.write(name, _state_of(part), getattr(part, "name", None))
    text = json.dumps(settings, default=lambda array: array.tolist()).encode()
    writer.write(_GROUP, {"settings": numpy.frombuffer(text, "uint8")})
    for name, values in arrays.items():
        writer.write(f"{_GROUP}/{name}", {str(i): value for i, value in enumerate(values)})
    data = writer.finish()
    with replacing(path) as file:
        file.write(data)


def read_backup(model: Any, path: Any) -> tuple[dict[str, list], dict | None]:
    """Assigns the weights in a file to a model and its optimizers; returns what else it holds.

    Returns:
        The arrays and the settings that `write_backup` was given; None for a file of weights alone.

    Raises:
        ValueError: a damaged file, or one of another model; the model stays as it was.
    """
    with Reader(Path(path).read_bytes(), str(path)) as reader:
        settings, arrays = None, {}
        if reader.has(f"{_GROUP}/vars"):
            settings = json.loads(numpy.asarray(reader.array(f"{_GROUP}/vars/settings")).tobytes())
            for path in reader.groups():
                top, *words = path.split("/")
                if top == _GROUP and len(words) == 2:  # "minitape_backup/NAME/vars"
                    stored = reader.group(path)
                    arrays[words[0]] = [numpy.asarray(stored[str(i)]) for i in range(len(stored))]
        _restore_parts(list(parts(model)), reader)
    return arrays, settings


def _state_of(part: Any) -> dict[str, Any]:
    """What the file keeps for a layer or an optimizer."""
    awaited = vars(part).get("_awaited")
    if isinstance(awaited, _Awaited):
        return awaited.store
    store: dict[str, Any] = {}
    part.save_own_variables(store)
    return store


class _Awaited(NamedTuple):
    """The values of a part that isn't built yet; it calls this when it is."""

    part: Any
    store: dict[str, Any]

    @property
    def children(self) -> dict:
        """What a checkpoint that is written meanwhile keeps of it: nothing."""
        return {}

    def __call__(self) -> None:
        self.part.load_own_variables(self.store)


def _variables(part: Any) -> list:
    """The variables of a part itself."""
    return part._own_variables() if isinstance(part, Layer) else part.variables


def _restore_parts(found: list[tuple[str, Any]], reader: Reader) -> None:
    """Assigns the values of a file to parts, each with its path; or leaves all as they were.

    Raises:
        ValueError: what doesn't fit.
    """
    before = [(v, v.__tensor__()) for _, part in found for v in _variables(part)]
    path = ""
    try:
        for path, part in found:
            _restore(part, reader.group(f"{path}/vars" if path else "vars"))
    except Exception as error:
        for variable, value in before:
            variable.assign(value)
        raise ValueError(f"{reader.where}, group '{path}': {error}") from error


def _restore(part: Any, store: Any) -> None:
    """Assigns a part's values; or gives them to it, for when it is built."""
    if not part.built and len(store) > len(_variables(part)):
        values = {key: numpy.asarray(value) for key, value in store.items()}
        vars(part)["_awaited"] = _Awaited(part, values)
    else:
        part.load_own_variables(store)
