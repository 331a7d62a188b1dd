"""KerasTensor: the shape and dtype of a value to come, and Node: the layer call that makes it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy

from ... import nest, ops
from ...arrays import TensorShape, as_dtype
from ...engine import Recorder, Tensor, only
from ...ops import operators
from ..naming import auto_name
from .trial_room import check_input, check_room

# An unknown length is tried out with two values: what changes with it is unknown as well. Batches
# are short, to save time, and images large enough for the windows of several layers.
_TRIAL_BATCHES = (2, 4)
_TRIAL_LENGTHS = (64, 96)


class KerasTensor:
    """A symbolic tensor: what a layer takes and gives while a model is being laid out.

    Args:
        shape: its lengths; None for one not known yet (the batch's, above all).
        dtype: the type of its elements.
        name: its name.

    Attributes:
        node: the Node that makes it, or None.
    """

    __array_priority__ = 100  # `ndarray * symbolic` is left to the symbolic tensor

    def __init__(self, shape, dtype="float32", name=None):
        self.shape = TensorShape(shape)
        self.dtype = as_dtype(dtype)
        self.name = auto_name("keras_tensor") if name is None else name
        self.node: Node | None = None

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    def __tensor__(self) -> "KerasTensor":
        return self

    def __symbolic__(self, op, inputs: tuple, params: dict) -> Any:
        """Lays out an op instead of running it: ops take symbolic tensors as layers do."""
        layer = OpLayer(op)
        outputs = output_spec(partial(_with_room, op), inputs, params)
        return layer._lay_out(inputs, params, outputs)

    def __array__(self, dtype=None, copy=None):
        raise ValueError(self._needs_values("conversion to a NumPy array"))

    def __float__(self) -> float:
        raise ValueError(self._needs_values("float()"))

    def __int__(self) -> int:
        raise ValueError(self._needs_values("int()"))

    def __bool__(self) -> bool:
        raise TypeError(self._needs_values("a decision (`if`, `and`, `bool()`)"))

    def __len__(self) -> int:
        raise TypeError(self._needs_values("len()"))

    def __iter__(self):
        raise NotImplementedError(self._needs_values("iteration"))

    def _needs_values(self, wanted: str) -> str:
        return (
            f"A KerasTensor is symbolic: it has a shape and a dtype, but no values, and {wanted} "
            f"needs them. Received: {self!r}. Use it with layers and minitape's ops to lay out a "
            "Model, and call that on data; or move this code into the `call()` of a Layer."
        )

    def __repr__(self) -> str:
        return (
            f"<KerasTensor shape={self.shape}, dtype={self.dtype.name}, sparse=False, "
            f"ragged=False, name={self.name}>"
        )


operators.install(KerasTensor)
# Equal is what is the same object: models look symbolic tensors up in dicts.
for method in ("__eq__", "__ne__", "__hash__"):
    setattr(KerasTensor, method, getattr(object, method))


def _with_room(op: Any, *inputs, **params) -> Any:
    """What an op gives, if there is room for it."""
    check_room(op, inputs, params)
    return op(*inputs, **params)


class Node:
    """One symbolic call of a layer: its arguments and what it gave.

    Attributes:
        layer: what was called.
        args: positional arguments, with KerasTensors in them.
        kwargs: keyword arguments.
        outputs: the structure of KerasTensors that it gave.
    """

    def __init__(self, layer: Any, args: tuple, kwargs: dict, outputs: Any):
        self.layer = layer
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        for y in nest.flatten(outputs):
            y.node = self

    def inputs(self) -> list[KerasTensor]:
        """The symbolic tensors among the arguments."""
        leaves = nest.flatten([list(self.args), self.kwargs])
        return [x for x in leaves if isinstance(x, KerasTensor)]


class SymbolicCalls:
    """What can be called on symbolic tensors; it remembers each call as a Node.

    Attributes:
        name: its name.
        inbound_nodes: its symbolic calls.
    """

    name: str
    inbound_nodes: list[Node]

    def _lay_out(self, args: tuple, kwargs: dict, outputs: Any) -> Any:
        """Remembers a call that gave `outputs`, and returns them."""
        # An input that is given back as it is must not lose the node that made it.
        outputs = nest.map_structure(
            lambda y: y if y.node is None else KerasTensor(y.shape, y.dtype), outputs
        )
        self.inbound_nodes.append(Node(self, args, kwargs, outputs))
        return outputs


class OpLayer(SymbolicCalls):
    """An op at the place of a layer: `x * 2` of a symbolic x."""

    def __init__(self, op: Any):
        self.op = op
        self.name = auto_name(op.name)
        self.inbound_nodes = []

    def __call__(self, *inputs, **params) -> Any:
        return self.op(*inputs, **params)

    def compute_output_spec(self, *inputs, **params) -> Any:
        """The symbolic result for symbolic inputs."""
        return output_spec(self.op, inputs, params)


def output_spec(function: Callable, args: tuple, kwargs: dict) -> Any:
    """The KerasTensors that a function gives for others, found by running it on zeros, twice.

    What the function assigns to variables is taken back.
    """
    structure = [list(args), kwargs]
    leaves = nest.flatten(structure)
    results = []
    for batch, length in zip(_TRIAL_BATCHES, _TRIAL_LENGTHS, strict=True):
        trial = [_trial(x, batch, length) for x in leaves]
        some_args, some_kwargs = nest.pack_sequence_as(structure, trial)
        undo = _Undo()
        try:
            with only((undo,)):
                results.append(function(*some_args, **some_kwargs))
        except Exception as error:
            error.add_note(
                f"minitape tried this on zeros, with a batch of {batch}, to find the output's "
                f"shape for {[x for x in leaves if isinstance(x, KerasTensor)]}."
            )
            raise
        finally:
            undo()
    return nest.map_structure(_common, *results)


class _Undo(Recorder):
    """Notes the values of variables when they are first read, and gives them back when called."""

    def __init__(self):
        self._first_values: dict[int, tuple] = {}

    def record_read(self, variable, *_) -> None:
        self._first_values.setdefault(variable.id, (variable, variable.array))

    def __call__(self) -> None:
        for variable, array in self._first_values.values():
            variable.array = array


def _trial(x: Any, batch: int, length: int) -> Any:
    """What stands for an argument in a trial: zeros for a symbolic tensor.

    Integers that ops made may be lengths, as in `reshape(x, [shape(x)[0], -1])`: they are computed.
    """
    if not isinstance(x, KerasTensor):
        return x
    if x.node and isinstance(x.node.layer, OpLayer) and x.dtype.is_integer:
        made = nest.map_structure(lambda x: _trial(x, batch, length), list(x.node.args))
        results = x.node.layer(*made, **x.node.kwargs)
        places = [id(y) for y in nest.flatten(x.node.outputs)]
        return nest.flatten(results)[places.index(id(x))]
    unknown = [batch, *[length] * (x.ndim - 1)][: x.ndim]
    shape = [m if n is None else n for n, m in zip(x.shape, unknown, strict=True)]
    check_input(shape)
    return Tensor(numpy.zeros(shape, x.dtype.numpy_dtype))


def _common(first: Any, second: Any) -> KerasTensor:
    """What two results of one function have in common."""
    if first is None:
        raise ValueError("A function that is to make a tensor gave None: is its `return` missing?")
    first, second = ops.convert_to_tensor(first), ops.convert_to_tensor(second)
    pairs = zip(first.shape, second.shape, strict=True)
    return KerasTensor([a if a == b else None for a, b in pairs], first.dtype)
