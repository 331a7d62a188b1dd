"""Ops between layers in configs, under Keras' names.

Keras has a class for each of its ops. What is settled when the op is laid out stands in the config
of the class, as the axis of `Mean`; what it is called on, in the call. An op that Keras lacks is
written under minitape's own name, and is for minitape alone. Where Keras' op does more than
minitape's, and would become several when it is read, minitape's stands beside it; Keras passes
over that.
"""

import functools
from collections.abc import Callable
from typing import Any

from ...engine import PRIMITIVES, Tensor
from ...ops.matrix import Diagonals
from ...ops.window import Window
from .. import ops
from ..layers.keras_tensor import OpLayer
from ..naming import nearest, to_snake_case

_OWN = "minitape.ops"

# -- writing -------------------------------------------------------------------------------------

# Ops that take tensors alone, and mean the same.
_PLAIN = {
    "numpy": """abs:Absolute acos:Arccos acosh:Arccosh add:Add asin:Arcsin asinh:Arcsinh
        atan:Arctan atan2:Arctan2 atanh:Arctanh ceil:Ceil conj:Conj cos:Cos cosh:Cosh equal:Equal
        exp:Exp expm1:Expm1 floor:Floor floordiv:FloorDivide floormod:Mod greater:Greater
        greater_equal:GreaterEqual imag:Imag is_finite:Isfinite is_inf:Isinf is_nan:Isnan less:Less
        less_equal:LessEqual log:Log log1p:Log1p logical_and:LogicalAnd logical_not:LogicalNot
        logical_or:LogicalOr logical_xor:LogicalXor maximum:Maximum minimum:Minimum
        multiply:Multiply negative:Negative not_equal:NotEqual pow:Power real:Real
        realdiv:TrueDivide reciprocal:Reciprocal round:Round sign:Sign sin:Sin sinh:Sinh sqrt:Sqrt
        square:Square subtract:Subtract tan:Tan tanh:Tanh where:Where""",
    "nn": """elu:Elu relu:Relu relu6:Relu6 selu:Selu sigmoid:Sigmoid softplus:Softplus
        softsign:Softsign""",
    "math": "erf:Erf rsqrt:Rsqrt",
    "core": "stop_gradient:StopGradient",
}
_PLAIN_NAMES = {
    op: (module, name)
    for module, names in _PLAIN.items()
    for op, name in (pair.split(":") for pair in names.split())
}


class _Call:
    """An op as Keras writes it.

    Args:
        module: the module of Keras' ops, "numpy".
        name: the class.
        args: what it is called on.
        **config: the class' own arguments.

    Attributes:
        beside: whether minitape's op is to stand beside it.
    """

    beside = False

    def __init__(self, module: str, name: str, *args: Any, **config: Any):
        self.module = module
        self.name = name
        self.args = args
        self.config = config


class _TakeAlong(_Call):
    """Keras' counts negative indices from the end."""

    beside = True

    def __init__(self, x: Any, indices: Any, axis: int):
        super().__init__("numpy", "TakeAlongAxis", x, indices, axis=axis)


def _reduction(name: str, **more: Any) -> Callable:
    return lambda x, axis, keepdims: _Call(
        "numpy", name, x, axis=list(axis), keepdims=keepdims, **more
    )


def _along(module: str, name: str, **more: Any) -> Callable:
    return lambda x, axis: _Call(module, name, x, axis=_one(axis), **more)


def _running(name: str) -> Callable:
    def call(x, axis, reverse):
        return None if reverse else _Call("numpy", name, x, axis=axis, dtype=None)

    return call


def _one(numbers: Any) -> Any:
    """The one number of a list of one."""
    return numbers[0] if isinstance(numbers, tuple) and len(numbers) == 1 else numbers


def _mean(x, axis, keepdims):
    # Of integers Keras gives a float.
    return _reduction("Mean")(x, axis, keepdims) if x.dtype.is_floating else None


def _matmul(a, b, transpose_a, transpose_b):
    if not transpose_a and not transpose_b:
        return _Call("numpy", "Matmul", a, b)
    left, right = "ji" if transpose_a else "ij", "kj" if transpose_b else "jk"
    return _Call("numpy", "Einsum", a, b, subscripts=f"...{left},...{right}->...ik")


def _clip(x, low, high):
    low, high = _number(low), _number(high)
    known = low is not None and high is not None
    return _Call("numpy", "Clip", x, x_min=low, x_max=high) if known else None


def _one_hot(x, on_value, off_value, depth, axis):
    if (_number(on_value), _number(off_value)) != (1, 0):
        return None
    dtype = on_value.dtype.name
    return _Call("nn", "OneHot", x, num_classes=depth, axis=axis, dtype=dtype, sparse=False)


def _number(value: Any) -> Any:
    """A number that stands in the program; None for a tensor that is computed."""
    if isinstance(value, Tensor) and value.array.ndim == 0:
        return value.numpy().item()
    return value if isinstance(value, (int, float)) else None


def _pad(x, paddings, constant_values):
    widths = [list(pair) for pair in paddings]
    if constant_values:
        return None
    return _Call("numpy", "Pad", x, pad_width=widths, mode="constant")


def _split(x, parts, axis):
    if len(set(parts)) == 1:
        return _Call("numpy", "Split", x, indices_or_sections=len(parts), axis=axis)
    ends = [sum(parts[: i + 1]) for i in range(len(parts) - 1)]
    return _Call("numpy", "Split", x, indices_or_sections=ends, axis=axis)


def _gather(x, indices, axis, batch_dims):
    if not batch_dims:
        return _Call("numpy", "Take", x, indices, axis=axis)
    if batch_dims == axis == x.ndim - 1 == indices.ndim - 1:
        return _TakeAlong(x, indices, axis)
    return None


def _like(name: str) -> Callable:
    return lambda x, dtype: _Call("numpy", name, x, dtype=None if dtype is None else dtype.name)


def _argsort(x, axis, descending):
    return None if descending else _Call("numpy", "Argsort", x, axis=axis)


def _windowed(name: str, size: str | None = None) -> Callable:
    """Convolution, which has its size from its kernel, or pooling."""

    def call(x, *kernel, window):
        padding = window.padding.lower() if isinstance(window.padding, str) else None
        spread = any(n > 1 for n in window.dilation)
        if padding is None or (size is not None and spread):
            return None
        config = {"strides": list(window.stride), "padding": padding}
        config["data_format"] = "channels_last"
        if size is None:
            return _Call("nn", name, x, *kernel, **config, dilation_rate=list(window.dilation))
        return _Call("nn", name, x, **{size: list(window.size)}, **config)

    return call


def _diagonal(x, diagonals, padding_value):
    if diagonals.lowest != diagonals.highest:
        return None
    return _Call("numpy", "Diagonal", x, offset=diagonals.lowest, axis1=-2, axis2=-1)


def _broadcast(x, shape):
    return None if None in shape else _Call("numpy", "BroadcastTo", x, shape=list(shape))


_WITH_ARGUMENTS: dict[str, Callable] = {
    "argmax": _along("numpy", "Argmax", keepdims=False),
    "argmin": _along("numpy", "Argmin", keepdims=False),
    "argsort": _argsort,
    "avg_pool": _windowed("AveragePool", "pool_size"),
    "broadcast_to": _broadcast,
    "cast": lambda x, dtype: _Call("core", "Cast", x, dtype=dtype.name),
    "clip_by_value": _clip,
    "conv": _windowed("Conv"),
    "diag_part": _diagonal,
    "max_pool": _windowed("MaxPool", "pool_size"),
    "concat": lambda *xs, axis: _Call("numpy", "Concatenate", list(xs), axis=axis),
    "cumprod": _running("Cumprod"),
    "cumsum": _running("Cumsum"),
    "einsum_of_one": lambda x, equation, shape: _Call("numpy", "Einsum", x, subscripts=equation),
    "einsum_of_two": lambda a, b, equation, shape: _Call(
        "numpy", "Einsum", a, b, subscripts=equation
    ),
    "expand_dims": _along("numpy", "ExpandDims"),
    "gather": _gather,
    "getitem": lambda x, key: _Call("numpy", "GetItem", x, key),
    "leaky_relu": lambda x, alpha: _Call("nn", "LeakyRelu", x, negative_slope=alpha),
    "log_softmax": _along("nn", "LogSoftmax"),
    "matmul": _matmul,
    "one_hot": _one_hot,
    "ones_like": _like("OnesLike"),
    "pack": lambda *xs: _Call("numpy", "Stack", list(xs), axis=0),
    "pad": _pad,
    "reduce_all": _reduction("All"),
    "reduce_any": _reduction("Any"),
    "reduce_max": _reduction("Max", initial=None),
    "reduce_mean": _mean,
    "reduce_min": _reduction("Min", initial=None),
    "reduce_prod": _reduction("Prod", dtype=None),
    "reduce_sum": _reduction("Sum"),
    "repeat": lambda x, repeats, axis: _Call(
        "numpy", "Repeat", x, repeats=_one(repeats), axis=axis
    ),
    "reshape": lambda x, shape: _Call("numpy", "Reshape", x, newshape=list(shape)),
    "reverse": _along("numpy", "Flip"),
    "roll": lambda x, shift, axis: _Call("numpy", "Roll", x, shift=shift, axis=axis),
    "silu": lambda x, beta: _Call("nn", "Silu", x) if _number(beta) == 1 else None,
    "softmax": _along("nn", "Softmax"),
    "split": _split,
    "squeeze": _along("numpy", "Squeeze"),
    "take_along": _TakeAlong,
    "tile": lambda x, multiples: _Call("numpy", "Tile", x, repeats=list(multiples)),
    "transpose": lambda x, perm: _Call("numpy", "Transpose", x, axes=list(perm)),
    "unstack": lambda x, axis: _Call("core", "Unstack", x, num=x.shape[axis], axis=axis),
    "zeros_like": _like("ZerosLike"),
}


def operation_config(layer: OpLayer) -> tuple[dict, tuple, dict]:
    """The config of an op, and the arguments of its call: (config, args, kwargs)."""
    (node,) = layer.inbound_nodes
    op, call = layer.op.name, None
    if op in _PLAIN_NAMES and not node.kwargs:
        call = _Call(*_PLAIN_NAMES[op], *node.args)
    elif op in _WITH_ARGUMENTS:
        call = _WITH_ARGUMENTS[op](*node.args, **node.kwargs)
    if call is None:
        return _config(_OWN, op, {"name": layer.name}), node.args, node.kwargs
    module = f"keras.src.ops.{call.module}"
    config = _config(module, call.name, {"name": layer.name, **call.config})
    if call.beside:
        config["minitape"] = {"op": op, "arguments": node.kwargs}
    return config, call.args, {}


def _config(module: str, name: str, config: dict) -> dict:
    return {"module": module, "class_name": name, "config": config, "registered_name": name}


# -- reading -------------------------------------------------------------------------------------

# Functions of functions, and those that make tensors out of numbers alone.
_NO_OPERATIONS = {
    "arange", "bartlett", "blackman", "cond", "convert_to_numpy", "convert_to_tensor",
    "custom_gradient", "dtype", "empty", "eye", "fori_loop", "full", "hamming", "hanning",
    "identity", "is_tensor", "kaiser", "linspace", "map", "ones", "scan", "shape", "switch", "tri",
    "vectorized_map", "while_loop", "zeros",
}  # fmt: skip


def _get_item(x: Any, key: Any) -> Any:
    return x[tuple(key) if isinstance(key, list) else key]


def _einsum(*operands: Any, subscripts: str) -> Any:
    return ops.einsum(subscripts, *operands)


_FUNCTIONS: dict[str, Callable] = {
    name: function
    for name, function in vars(ops).items()
    if callable(function) and not name.startswith("_") and name not in _NO_OPERATIONS
} | {"einsum": _einsum, "get_item": _get_item}


def is_operation(module: Any) -> bool:
    """Whether a config's module is one of ops."""
    return isinstance(module, str) and module.startswith((_OWN, "keras.src.ops"))


def operation_of(config: dict) -> Callable:
    """The op of a config, to be called on symbolic tensors.

    Raises:
        ValueError: an unknown one.
    """
    module, name = config["module"], config["class_name"]
    if module == _OWN:
        return _own(name)
    if "minitape" in config:
        beside = config["minitape"]
        return functools.partial(_own(beside["op"]), **beside["arguments"])
    function = _FUNCTIONS.get(to_snake_case(str(name)))
    if function is None:
        raise ValueError(f"Unknown op {name!r} of {module}: minitape has none of this name.")
    settings = {key: value for key, value in config["config"].items() if key != "name"}
    return functools.partial(function, **_tuples(settings))


# The arguments of minitape's ops that are more than tuples.
_ARGUMENTS: dict[str, Callable] = {"window": Window, "diagonals": Diagonals}


def _own(name: Any) -> Callable:
    """minitape's op of this name, which takes its arguments as JSON left them."""
    if name not in PRIMITIVES:
        raise ValueError(f"Unknown op {name!r} of {_OWN}. {nearest(str(name), PRIMITIVES)}")
    op = PRIMITIVES[name]

    def call(*inputs, **arguments):
        settings = {key: _tuples(value) for key, value in arguments.items()}
        for key in settings.keys() & _ARGUMENTS.keys():
            settings[key] = _ARGUMENTS[key](*settings[key])
        return op(*inputs, **settings)

    return call


def _tuples(value: Any) -> Any:
    """Lists as tuples, as they were before JSON."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value
