"""Where each part of a model keeps its weights in a file.

A path is made of the names of attributes, and of class names where things stand in a list or dict:
`layers/dense_1/vars/0`, `encoder/blocks/conv2d/vars/1`, `optimizer/vars/2`. The names of layers
don't matter, so that a second model of the same making finds its own.
"""

from collections.abc import Iterator
from typing import Any

from ..layers import Layer
from ..layers.serialization import CLASSES, PUBLIC_NAMES
from ..naming import to_snake_case
from ..optimizers import Optimizer
from .hdf5 import Reader, Writer

_OWNERS = (Layer, Optimizer)
_CONTAINERS = (list, dict, tuple)
# Where models keep the layers that `layers` gives, and the arguments they were made with.
_LISTS_OF_MODELS = ("_given_arguments", "_graph_layers", "_results", "_stack")


def write_weights(model: Any) -> bytes:
    """An HDF5 file with the weights of a model and of all in it, its optimizer included."""
    writer = Writer()
    for path, part in parts(model):
        store: dict[str, Any] = {}
        part.save_own_variables(store)
        writer.write(path, store, getattr(part, "name", None))
    return writer.finish()


def read_weights(model: Any, reader: Reader, skip_mismatch: bool = False) -> list[str]:
    """Assigns the weights of a file to a model; or, if they don't fit, leaves it as it was.

    Args:
        model: the model.
        reader: the file.
        skip_mismatch: whether to leave out what doesn't fit.

    Returns:
        What was left out, and why.

    Raises:
        ValueError: what doesn't fit.
    """
    before = [(v, v.__tensor__()) for v in all_variables(model)]
    skipped = []
    try:
        for path, part in parts(model):
            try:
                part.load_own_variables(reader.group(f"{path}/vars" if path else "vars"))
            except Exception as error:
                if not skip_mismatch:
                    raise ValueError(f"group '{path or '/'}': {error}") from error
                skipped.append(f"group '{path or '/'}': {error}")
    except BaseException:
        for variable, value in before:
            variable.assign(value)
        raise
    return skipped


def all_variables(model: Any) -> list:
    """What loading may change: the weights, and the optimizer's state."""
    optimizer = getattr(model, "optimizer", None)
    return model.weights + (optimizer.variables if isinstance(optimizer, Optimizer) else [])


def parts(model: Any) -> Iterator[tuple[str, Any]]:
    """The model, the layers in it and optimizers, each once, with the path of each, as in Keras."""
    seen: set[int] = set()
    left: list[tuple[str, Any]] = [("", model)]
    while left:
        path, part = left.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, _OWNERS):
            yield path, part
            inner = list(_attributes(part))
        else:
            inner = _items(part)
        left += [(f"{path}/{name}" if path else name, value) for name, value in reversed(inner)]


def _attributes(part: Any) -> Iterator[tuple[str, Any]]:
    """What an object holds that has weights, or may: by attribute, private ones last."""
    if isinstance(part, Optimizer):
        return
    if isinstance(part, CLASSES["Sequential"]) or getattr(part, "_graph", None) is not None:
        yield "layers", part.layers
    own = (vars(c) for c in type(part).__mro__ if not c.__module__.startswith("minitape."))
    names = {*vars(part), *(name for one in own for name in one), "layers", "optimizer"}
    for name in sorted(names, key=lambda name: f"~{name}" if name.startswith("_") else name):
        if name.startswith("__") or hasattr(Layer, name) or name in _LISTS_OF_MODELS:
            continue
        try:
            value = getattr(part, name)
        except Exception:  # a property that cannot be read yet
            continue
        if isinstance(value, (*_OWNERS, *_CONTAINERS)):
            yield name, value


def _items(container: Any) -> list[tuple[str, Any]]:
    """The layers of a list, tuple or dict, and the lists within, under the names of their classes.

    The second of a name is NAME_1.
    """
    counts: dict[str, int] = {}
    found = []
    for value in container.values() if isinstance(container, dict) else container:
        if isinstance(value, _OWNERS):
            _, class_name, _ = PUBLIC_NAMES.get(type(value), ("", type(value).__name__, None))
            name = to_snake_case(class_name)
        elif isinstance(value, _CONTAINERS):
            name = "container"
        else:
            continue
        count = counts.get(name, 0)
        counts[name] = count + 1
        found.append((f"{name}_{count}" if count else name, value))
    return found
