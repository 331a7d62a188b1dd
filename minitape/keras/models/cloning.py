"""A second model of the same making."""

from collections.abc import Callable
from typing import Any

from ... import nest
from ..layers import Input, Layer
from ..layers.core import InputLayer
from ..layers.keras_tensor import KerasTensor, OpLayer
from ..saving import deserialize_keras_object, serialize_keras_object
from .graph import Graph
from .model import Model
from .sequential import Sequential


def clone_model(
    model,
    input_tensors=None,
    clone_function=None,
    call_function=None,
    recursive=False,
    **kwargs,
) -> Any:
    """A model with new layers made like those of another, and with new weights.

    Args:
        model: a Sequential or functional model; or a subclassed one with `get_config()`.
        input_tensors: symbolic tensors in the structure of the inputs; new ones unless given.
        clone_function: a function of a layer that returns the one in its place.
        call_function: a function `(layer, *args, **kwargs)` that calls the new layer, for
            functional models.
        recursive: whether the layers of inner models are cloned one by one too.

    Raises:
        ValueError: an argument that this kind of model doesn't take.
    """
    cache = kwargs.pop("cache", {})
    if kwargs:
        raise ValueError(f"Unexpected keyword argument(s): {tuple(kwargs)}. Leave them out.")
    sequential = isinstance(model, Sequential)
    if sequential and call_function is not None:
        raise ValueError(
            "`call_function` is for functional models: a Sequential one lists its layers and does "
            "not call them."
        )
    if not sequential and model._graph is None:
        if clone_function or input_tensors is not None or call_function:
            raise ValueError(
                "`clone_function`, `input_tensors` and `call_function` need a Sequential or "
                f"functional model. Received a model of type {type(model).__name__}."
            )
        own = {type(model).__name__: type(model)}
        return deserialize_keras_object(serialize_keras_object(model), custom_objects=own)

    def cloned(layer: Any) -> Any:
        if id(layer) not in cache:
            inner = isinstance(layer, Sequential) or getattr(layer, "_graph", None) is not None
            if recursive and inner:
                call = None if isinstance(layer, Sequential) else call_function
                cache[id(layer)] = clone_model(
                    layer, None, clone_function, call, recursive=True, cache=cache
                )
            else:
                cache[id(layer)] = (clone_function or _same_again)(layer)
        return cache[id(layer)]

    if sequential:
        layers = [cloned(layer) for layer in model.layers]
        if input_tensors is not None:
            (first,) = nest.flatten(input_tensors)
            layers.insert(0, first)
        elif model._stack and isinstance(model._stack[0], InputLayer):
            layers.insert(0, _same_again(model._stack[0]))
        clone: Model = Sequential(layers, name=model.name, trainable=model.trainable)
    else:
        inputs = input_tensors
        if inputs is None:
            inputs = nest.map_structure(_new_input, model.input)
        outputs = _laid_out(model._graph, inputs, cloned, call_function or _called)
        clone = _kind_of(model)(inputs, outputs, name=model.name)
    if model.compiled:
        clone.compile_from_config(model.get_compile_config())
    return clone


def _same_again(layer: Layer) -> Layer:
    return type(layer).from_config(layer.get_config())


def _new_input(x: KerasTensor) -> Any:
    return Input(batch_shape=tuple(x.shape), dtype=x.dtype, name=x.name)


def _called(layer: Any, *args, **kwargs) -> Any:
    return layer(*args, **kwargs)


def _kind_of(model: Model) -> type[Model]:
    """The model's class, where its constructor is Model's, or else Model."""
    return type(model) if type(model).__init__ is Model.__init__ else Model


def _laid_out(graph: Graph, inputs: Any, cloned: Callable, call: Callable) -> Any:
    """The outputs of a graph for other symbolic inputs, through clones of its layers."""
    made = dict(zip(nest.flatten(graph.inputs), nest.flatten(inputs), strict=True))

    def new(x: Any) -> Any:
        return made[x] if isinstance(x, KerasTensor) else x

    for node in graph.nodes:
        layer = node.layer.op if isinstance(node.layer, OpLayer) else cloned(node.layer)
        args, kwargs = nest.map_structure(new, [list(node.args), node.kwargs])
        outputs = call(layer, *args, **kwargs)
        made |= dict(zip(nest.flatten(node.outputs), nest.flatten(outputs), strict=True))
    return nest.map_structure(new, graph.outputs)
