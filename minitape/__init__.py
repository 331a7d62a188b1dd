"""minitape: reverse-mode automatic differentiation that mirrors TensorFlow and Keras.

`import minitape as mt`, and `mt.X` is `tf.X`. What stands here is loaded at once: the tape and the
ops. The Keras wing, `mt.keras`, and all else that takes its time loads on first use.
"""

import importlib
import os
import warnings

from . import (
    autodiff,
    autograph,
    bitwise,
    dtypes,
    errors,
    linalg,
    math,
    nest,
    nn,
    random,
)
from .arrays import DType, TensorShape, TensorSpec, as_dtype
from .arrays.devices import device
from .arrays.dtypes import (
    bool,
    complex64,
    complex128,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from .compat.v1.logging import get_logger
from .engine import (
    GradientTape,
    Tensor,
    UnconnectedGradients,
    Variable,
    convert_to_tensor,
    custom_gradient,
)
from .module import Module, name_scope
from .ops import (
    AggregationMethod,
    IndexedSlices,
    RegisterGradient,
    TensorArray,
    abs,
    acos,
    acosh,
    add,
    add_n,
    argmax,
    argmin,
    argsort,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    batch_to_space,
    bitcast,
    boolean_mask,
    broadcast_dynamic_shape,
    broadcast_static_shape,
    broadcast_to,
    case,
    cast,
    clip_by_global_norm,
    clip_by_norm,
    clip_by_value,
    complex,
    concat,
    cond,
    constant,
    cos,
    cosh,
    cumsum,
    divide,
    dynamic_partition,
    dynamic_stitch,
    eig,
    eigvals,
    einsum,
    ensure_shape,
    equal,
    executing_eagerly,
    exp,
    expand_dims,
    eye,
    fill,
    floor,
    foldl,
    foldr,
    gather,
    gather_nd,
    get_static_value,
    grad_pass_through,
    gradients,
    greater,
    greater_equal,
    group,
    hessians,
    histogram_fixed_width,
    histogram_fixed_width_bins,
    identity,
    identity_n,
    is_tensor,
    less,
    less_equal,
    linspace,
    logical_and,
    logical_not,
    logical_or,
    map_fn,
    matmul,
    maximum,
    meshgrid,
    minimum,
    multiply,
    negative,
    no_gradient,
    no_op,
    norm,
    not_equal,
    numpy_function,
    one_hot,
    ones,
    ones_like,
    pad,
    parallel_stack,
    pow,
    print,
    py_function,
    range,
    rank,
    realdiv,
    recompute_grad,
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
    repeat,
    required_space_to_batch_paddings,
    reshape,
    reverse,
    reverse_sequence,
    roll,
    round,
    saturate_cast,
    scalar_mul,
    scan,
    scatter_nd,
    searchsorted,
    sequence_mask,
    shape,
    shape_n,
    sigmoid,
    sign,
    sin,
    sinh,
    size,
    slice,
    sort,
    space_to_batch,
    space_to_batch_nd,
    split,
    sqrt,
    square,
    squeeze,
    stack,
    stop_gradient,
    strided_slice,
    subtract,
    switch_case,
    tan,
    tanh,
    tensor_scatter_nd_add,
    tensor_scatter_nd_max,
    tensor_scatter_nd_min,
    tensor_scatter_nd_sub,
    tensor_scatter_nd_update,
    tensordot,
    tile,
    transpose,
    truediv,
    truncatediv,
    truncatemod,
    tuple,
    unique,
    unique_with_counts,
    unravel_index,
    unstack,
    vectorized_map,
    where,
    while_loop,
    zeros,
    zeros_like,
)
from .ops.debugging import Assert, assert_equal, assert_greater, assert_less, assert_rank
from .tracing import function

__version__ = "0.1.0"
newaxis = None

# inf and nan are results here, as in TensorFlow, and not worth NumPy's warnings.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitape\.")


_LATER = (
    "compat",
    "config",
    "data",
    "debugging",
    "distribute",
    "image",
    "io",
    "keras",
    "learn",
    "summary",
    "test",
    "train",
)


def __getattr__(name: str):
    if name in _LATER:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _learned(module: str, name: str):
    """A method of GradientTape from `minitape.learn`, which is loaded when it is called."""

    def method(self, *args, **kwargs):
        found = getattr(importlib.import_module(f".learn.{module}", __name__), name)
        return found(self, *args, **kwargs)

    method.__name__ = name.strip("_")
    method.__doc__ = f"See `minitape.learn.{module}.{name}`."
    return method


GradientTape.explain = _learned("why", "explain")  # type: ignore[attr-defined]
GradientTape.show = _learned("page", "show")  # type: ignore[attr-defined]
GradientTape.print = _learned("page", "print_")  # type: ignore[attr-defined]
if os.environ.get("MINITAPE_HISTORY") == "1":
    importlib.import_module(".learn", __name__).History().start()


def __dir__():
    return sorted({*globals(), *_LATER})
