"""Graphs as data: plain dicts and lists, in the form that Keras writes and reads."""

from typing import Any

from ... import nest
from .. import layers
from ..layers.keras_tensor import KerasTensor, OpLayer
from ..naming import take_name
from ..saving.operations import operation_config
from ..saving.serialization import SPECIAL_VALUES, layer_config, layer_from_config


def graph_config(graph: Any) -> dict:
    """A graph's layers, each with its calls, and which of them are inputs and outputs."""
    places = _places(graph)

    def symbolic(x):
        if not isinstance(x, KerasTensor):
            return x
        return {
            "class_name": "__keras_tensor__",
            "config": {
                "shape": tuple(x.shape),
                "dtype": x.dtype.name,
                "keras_history": places[x],
            },
        }

    calls: dict[int, list] = {}
    for node in graph.nodes:
        args, kwargs = node.args, node.kwargs
        if isinstance(node.layer, OpLayer):
            _, args, kwargs = operation_config(node.layer)
        args, kwargs = nest.map_structure(symbolic, [list(args), kwargs])
        calls.setdefault(id(node.layer), []).append({"args": tuple(args), "kwargs": kwargs})
    return {
        "layers": [
            {
                **(operation_config(x)[0] if isinstance(x, OpLayer) else layer_config(x)),
                "name": x.name,
                "inbound_nodes": calls.get(id(x), []),
            }
            for x in graph.layers
        ],
        "input_layers": nest.map_structure(lambda x: places[x], graph.inputs),
        "output_layers": nest.map_structure(lambda y: places[y], graph.outputs),
    }


def _places(graph: Any) -> dict[KerasTensor, list]:
    """Where each symbolic tensor comes from: [layer name, number of its call, of its output]."""
    places: dict[KerasTensor, list] = {}
    counts: dict[int, int] = {}
    for x, layer in zip(nest.flatten(graph.inputs), graph.input_layers, strict=True):
        places[x] = [layer.name, 0, 0]
    for node in graph.nodes:
        number = counts.get(id(node.layer), 0)
        counts[id(node.layer)] = number + 1
        for position, y in enumerate(nest.flatten(node.outputs)):
            places[y] = [node.layer.name, number, position]
    return places


def graph_from_config(config: dict) -> tuple[Any, Any]:
    """(inputs, outputs): the graph's layers made anew and called on each other as before.

    Raises:
        ValueError: an unknown layer, or a call that refers to nothing.
    """
    made = {entry["name"]: layer_from_config(entry) for entry in config["layers"]}
    for name, layer in made.items():
        if not isinstance(layer, layers.Layer):
            take_name(name)
    # What each call of a layer gave, by the layer's name and the number of the call.
    given = {
        (name, 0): layer.output
        for name, layer in made.items()
        if isinstance(layer, layers.InputLayer)
    }

    def tensor_at(place):
        name, number, position = place
        return nest.flatten(given[name, number])[position]

    waiting = [
        ((entry["name"], number), call)
        for entry in config["layers"]
        for number, call in enumerate(entry["inbound_nodes"])
    ]
    while waiting:
        later = []
        for key, call in waiting:
            try:
                args, kwargs = _with_tensors([list(call["args"]), call["kwargs"]], tensor_at)
            except KeyError:
                later.append((key, call))
                continue
            # A keyword argument that is None says nothing; Keras writes such a `mask`.
            said = {name: value for name, value in kwargs.items() if value is not None}
            layer = made[key[0]]
            if isinstance(layer, layers.Layer):
                given[key] = layer(*args, **said)
                continue
            # An op. JSON made lists of its tuples; and it has a new name, until it gets its own.
            said = {name: tuple(v) if isinstance(v, list) else v for name, v in said.items()}
            given[key] = layer(*args, **said)
            for y in nest.flatten(given[key]):
                if isinstance(y.node.layer, OpLayer):
                    y.node.layer.name = key[0]
        if len(later) == len(waiting):
            raise ValueError(f"The config's calls {later} need tensors that nothing makes.")
        waiting = later
    return _at(config["input_layers"], tensor_at), _at(config["output_layers"], tensor_at)


def _with_tensors(structure: Any, tensor_at: Any) -> Any:
    """The structure with each described symbolic tensor replaced by the tensor itself."""
    if isinstance(structure, dict):
        if structure.get("class_name") == "__keras_tensor__":
            return tensor_at(structure["config"]["keras_history"])
        if structure.get("class_name") in SPECIAL_VALUES:
            return SPECIAL_VALUES[structure["class_name"]](structure["config"])
        return {key: _with_tensors(value, tensor_at) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)(_with_tensors(value, tensor_at) for value in structure)
    return structure


def _at(places: Any, tensor_at: Any) -> Any:
    """The tensors at a structure of places."""
    if isinstance(places, dict):
        return {key: _at(value, tensor_at) for key, value in places.items()}
    if places and isinstance(places[0], str):
        return tensor_at(places)
    return type(places)(_at(place, tensor_at) for place in places)
