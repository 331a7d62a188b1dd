"""Weights in `.h5` files: a group for each layer, and attributes that list groups and arrays."""

from typing import Any

import numpy

from .hdf5 import Reader, Writer

_ROOT, _TOP = "model_weights", "top_level_model_weights"
# The most bytes of one attribute.
_ATTRIBUTE = 64_512


def write_legacy(model: Any, writer: Writer) -> None:
    """Writes a model's weights into the group "model_weights"."""
    layers = model.layers
    write_names(writer, _ROOT, "layer_names", [layer.name for layer in layers])
    for layer in layers:
        weights = layer.trainable_weights + layer.non_trainable_weights
        write_arrays(writer, f"{_ROOT}/{layer.name}", weights)
    write_arrays(writer, f"{_ROOT}/{_TOP}", model._own_variables())


def write_arrays(writer: Writer, group: str, variables: list) -> None:
    """Writes variables under their paths into a group that lists them in their order."""
    names: list[str] = []
    for variable in variables:
        name, count = variable.path, 0
        while name in names:  # two weights of one name
            count += 1
            name = f"{variable.path}_{count}"
        names.append(name)
        writer.array(f"{group}/{name}", variable.numpy())
    write_names(writer, group, "weight_names", names)


def write_names(writer: Writer, group: str, attribute: str, names: list[str]) -> None:
    """Writes a list of names as an attribute, or as several, where one cannot hold them."""
    count = max(_ATTRIBUTE // max(map(len, names), default=1), 1)
    parts = [names[start : start + count] for start in range(0, len(names), count)] or [[]]
    for number, part in enumerate(parts):
        name = f"{attribute}{number}" if len(parts) > 1 else attribute
        writer.describe(group, {name: [one.encode() for one in part]})


def read_legacy(model: Any, reader: Reader, by_name: bool, skip_mismatch: bool) -> list[str]:
    """Assigns the weights of a Keras 2 file to a model; or, if they don't fit, nothing.

    Args:
        model: the model.
        reader: the file.
        by_name: whether a layer gets the weights of the saved layer of its name. Otherwise the
            layers that have weights are matched in their order.
        skip_mismatch: whether to leave out what doesn't fit: single weights, or a layer that has
            more or fewer of them.

    Returns:
        What was left out, and why.

    Raises:
        ValueError: what doesn't fit.
    """
    root = _ROOT if reader.has(_ROOT) else ""
    saved = {name: arrays_of(reader, root, name) for name in reader.names(root, "layer_names")}
    layers = [layer for layer in model.layers if layer.weights]
    if by_name:
        pairs = [(layer, name) for name in saved for layer in layers if layer.name == name]
    else:
        names = [name for name, arrays in saved.items() if arrays]
        if len(names) != len(layers):
            raise ValueError(
                f"{reader.where} has {len(names)} layers with weights, {names}, and the model "
                f"{len(layers)}: {[layer.name for layer in layers]}."
            )
        pairs = list(zip(layers, names, strict=True))
    wanted = [
        (
            f"layer '{layer.name}'",
            layer.trainable_weights + layer.non_trainable_weights,
            saved[name],
        )
        for layer, name in pairs
    ]
    if reader.has(_below(root, _TOP)):
        wanted.append(("the model itself", model._own_variables(), arrays_of(reader, root, _TOP)))
    assignments: list[tuple[Any, Any]] = []
    skipped = []
    for owner, variables, arrays in wanted:
        shapes = [tuple(v.shape) for v in variables]
        stored = [array.shape for array in arrays]
        if shapes != stored:
            reason = f"{owner} expects weights of the shapes {shapes}, and the file has {stored}"
            if not skip_mismatch:
                raise ValueError(f"{reader.where}: {reason}.")
            skipped.append(reason)
        if len(shapes) == len(stored):
            fitting = zip(variables, arrays, strict=True)
            assignments += [(v, array) for v, array in fitting if tuple(v.shape) == array.shape]
    # All is read before anything is assigned.
    values = [numpy.asarray(array).astype(v.array.dtype, copy=False) for v, array in assignments]
    for (variable, _), value in zip(assignments, values, strict=True):
        variable.assign(value)
    return skipped


def arrays_of(reader: Reader, root: str, layer: str) -> list:
    """The arrays of one layer, in the order of its weights."""
    group = _below(root, layer)
    return [reader.array(f"{group}/{name}") for name in reader.names(group, "weight_names")]


def _below(root: str, name: str) -> str:
    return f"{root}/{name}" if root else name
