"""Graph: the layer calls between a model's inputs and its outputs, in an order that runs."""

from typing import Any

from ... import nest, ops
from ...engine import Tensor
from ..layers.core import InputLayer
from ..layers.input_spec import may_be_equal
from ..layers.keras_tensor import KerasTensor, Node


class Graph:
    """The nodes that lead from symbolic inputs to symbolic outputs.

    Args:
        inputs: a KerasTensor, or a structure of them.
        outputs: a KerasTensor, or a structure of them.
        owner: the name of the model, for messages.

    Attributes:
        input_layers: one for each input.
        nodes: the layer calls, each after those it needs.
        layers: the layers, those farthest from the outputs first.
    """

    def __init__(self, inputs: Any, outputs: Any, owner: str):
        self.owner = owner
        self._flat_inputs, self._flat_outputs = nest.flatten(inputs), nest.flatten(outputs)
        for x in self._flat_inputs + self._flat_outputs:
            if not isinstance(x, KerasTensor):
                raise ValueError(
                    "All `inputs` and `outputs` values of a functional model must be KerasTensors: "
                    f"start from keras.Input(...) and call layers on it. Received: {type(x)}."
                )
        if not self._flat_inputs:
            raise ValueError("A functional model needs at least one input. Received: inputs=[]")
        self.inputs = inputs
        self.outputs = outputs
        self.input_layers = [_input_layer(x) for x in self._flat_inputs]
        self.nodes, first_seen = self._sorted_nodes()
        self.layers = self._layers_by_depth(first_seen)
        # `run` keeps the values in a list, in which each tensor has its place.
        tensors = list(self._flat_inputs)
        for node in self.nodes:
            tensors += nest.flatten(node.outputs)
        places = {x: place for place, x in enumerate(dict.fromkeys(tensors))}
        self._places = len(places)
        self._steps = [_Step(node, places) for node in self.nodes]
        self._input_places = [places[x] for x in self._flat_inputs]
        self._output_places = [places[y] for y in self._flat_outputs]

    def _sorted_nodes(self) -> tuple[list[Node], list]:
        """The nodes behind the outputs, each after those it needs; their layers as first seen."""
        given = dict(zip(self._flat_inputs, self.input_layers, strict=True))
        finished: dict[int, Node] = {}
        layers: dict[int, Any] = {}
        # Each tensor is met twice: to ask for what its node needs, then to place the node. A list
        # of what is left to do takes a graph of any depth, where recursion would not.
        left = [(y, False) for y in reversed(self._flat_outputs)]
        while left:
            y, ready = left.pop()
            node = y.node
            if y in given:
                layers.setdefault(id(given[y]), given[y])
            elif node is None or not node.inputs():
                raise ValueError(
                    f"`inputs` not connected to `outputs`: {y!r} is needed to compute the outputs, "
                    f"but is not among the model's inputs, {self._flat_inputs}."
                )
            elif ready:
                finished[id(node)] = node
            elif id(node) not in finished:
                layers.setdefault(id(node.layer), node.layer)
                left.append((y, True))
                left.extend((x, False) for x in reversed(node.inputs()))
        return list(finished.values()), list(layers.values())

    def _layers_by_depth(self, first_seen: list) -> list:
        """The layers by their distance to the outputs, as Keras lists them."""
        maker = dict(zip(self._flat_inputs, self.input_layers, strict=True))
        of_node: dict[int, int] = {}
        of_layer: dict[int, int] = {id(layer): 0 for layer in self.input_layers}
        for node in reversed(self.nodes):
            depth = max(of_node.get(id(node), 0), of_layer.get(id(node.layer), 0))
            of_layer[id(node.layer)] = depth
            for x in node.inputs():
                above, key = (of_layer, maker[x]) if x in maker else (of_node, x.node)
                above[id(key)] = max(above.get(id(key), 0), depth + 1)
        unused = [layer for layer in self.input_layers if layer not in first_seen]
        return sorted(unused + first_seen, key=lambda layer: -of_layer[id(layer)])

    # -- running -----------------------------------------------------------------------------------

    def run(self, inputs: Any, symbolic: bool = False) -> Any:
        """The outputs for inputs in the structure of the graph's own (or a dict by name).

        Args:
            inputs: tensors.
            symbolic: True for symbolic inputs: the outputs are worked out without new nodes.
        """
        values: list[Any] = [None] * self._places
        for place, value in zip(self._input_places, self.matched(inputs), strict=True):
            values[place] = value
        for step in self._steps:
            step.run(values, symbolic)
        results = [values[place] for place in self._output_places]
        if len(results) == 1 and not isinstance(self.outputs, dict):
            return results[0]
        return nest.pack_sequence_as(self.outputs, results)

    def matched(self, inputs: Any) -> list:
        """The data for each symbolic input, in order, converted to that input's dtype.

        Raises:
            ValueError: missing or superfluous data, or a shape that doesn't fit.
        """
        symbolic = self._flat_inputs
        if isinstance(inputs, dict):
            by_key = isinstance(self.inputs, dict)
            keys = sorted(self.inputs) if by_key else [x.name for x in symbolic]
            missing = [key for key in keys if key not in inputs]
            if missing:
                raise ValueError(
                    f'Missing data for input "{missing[0]}". You passed a data dictionary with '
                    f"keys {list(inputs)}. Expected the following keys: {keys}"
                )
            data = [inputs[key] for key in keys]
        else:
            data = [inputs] if type(inputs) is Tensor else nest.flatten(inputs)
        if len(data) != len(symbolic):
            raise ValueError(
                f"Layer '{self.owner}' expects {len(symbolic)} input(s), but it received "
                f"{len(data)} input tensors. Pass a list in the order of {self._names()}, or a "
                "dict with these keys."
            )
        return [self._fitted(i, value) for i, value in enumerate(data)]

    def _names(self) -> list[str]:
        return [layer.name for layer in self.input_layers]

    def _fitted(self, position: int, value: Any) -> Any:
        """One input's data in the dtype and rank of its symbolic tensor.

        A last axis of length 1 is added or taken away, where that makes the rank right.
        """
        x = self._flat_inputs[position]
        if type(value) is not Tensor:  # a symbolic one
            received = tuple(value.shape)
        else:
            received = value.array.shape
            if value.array.dtype is not x.dtype.numpy_dtype:
                value = ops.cast(value, x.dtype)
        expected = tuple(x.shape)
        if len(received) == len(expected) - 1 and expected[-1] == 1:
            return ops.expand_dims(value, -1)
        if len(received) == len(expected) + 1 and received[-1] == 1:
            value, received = ops.squeeze(value, -1), received[:-1]
        # The batch may have any length: the last one of an epoch is often shorter.
        if len(expected) != len(received) or not may_be_equal(expected[1:], received[1:]):
            raise ValueError(
                f"Input {position} with name '{x.name}' of layer '{self.owner}' is incompatible "
                f"with the layer: expected shape={expected}, found shape={received}"
            )
        return value


class _Step:
    """A node as `Graph.run` needs it: worked out once, for it is run at each step of training."""

    def __init__(self, node: Node, places: dict[KerasTensor, int]):
        self.layer = node.layer
        self.targets = [places[y] for y in nest.flatten(node.outputs)]
        self.arguments = [list(node.args), node.kwargs]
        self.leaves = nest.flatten(self.arguments)
        self.sources = [
            (position, places[x])
            for position, x in enumerate(self.leaves)
            if isinstance(x, KerasTensor)
        ]
        # The usual case, in which `run` needs no walk through structures.
        self.takes_one_tensor = (
            len(node.args) == 1 and isinstance(node.args[0], KerasTensor) and not node.kwargs
        )

    def run(self, values: list, symbolic: bool) -> None:
        """Calls the layer on what the list holds, and puts what it gives into the list."""
        call = self.layer.compute_output_spec if symbolic else self.layer
        if self.takes_one_tensor:
            result = call(values[self.sources[0][1]])
        else:
            leaves = list(self.leaves)
            for position, place in self.sources:
                leaves[position] = values[place]
            args, kwargs = nest.pack_sequence_as(self.arguments, leaves)
            result = call(*args, **kwargs)
        results = [result] if type(result) is Tensor else nest.flatten(result)
        for target, value in zip(self.targets, results, strict=True):
            values[target] = value


def _input_layer(x: KerasTensor) -> InputLayer:
    """The InputLayer that made x; a new one where a model begins in the middle of another."""
    if x.node is not None and isinstance(x.node.layer, InputLayer):
        return x.node.layer
    return InputLayer(batch_shape=x.shape, dtype=x.dtype, name=x.name)
