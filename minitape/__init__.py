"""minitape: reverse-mode automatic differentiation that mirrors TensorFlow and Keras.

`import minitape as mt`, and `mt.X` is `tf.X`. The Keras wing, `mt.keras`, loads on first use.
"""

import importlib
import warnings

from . import autodiff, errors, linalg, math, nest, nn
from .arrays import DType, TensorShape, as_dtype
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
from .engine import (
    GradientTape,
    Tensor,
    UnconnectedGradients,
    Variable,
    convert_to_tensor,
    custom_gradient,
)
from .ops import (
    IndexedSlices,
    abs,
    add,
    argmax,
    argmin,
    atan,
    boolean_mask,
    broadcast_to,
    cast,
    clip_by_value,
    concat,
    cond,
    constant,
    cos,
    cosh,
    divide,
    eig,
    eigvals,
    einsum,
    equal,
    exp,
    expand_dims,
    eye,
    fill,
    floor,
    gather,
    greater,
    greater_equal,
    identity,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    map_fn,
    matmul,
    maximum,
    minimum,
    multiply,
    negative,
    not_equal,
    numpy_function,
    one_hot,
    ones,
    ones_like,
    pad,
    pow,
    py_function,
    random,
    range,
    rank,
    recompute_grad,
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_sum,
    reshape,
    round,
    scan,
    shape,
    sigmoid,
    sign,
    sin,
    sinh,
    size,
    split,
    sqrt,
    square,
    squeeze,
    stack,
    stop_gradient,
    subtract,
    tan,
    tanh,
    tensordot,
    tile,
    transpose,
    unstack,
    vectorized_map,
    where,
    while_loop,
    zeros,
    zeros_like,
)
from .tracing import function

__version__ = "0.1.0"
newaxis = None

# inf and nan are results here, as in TensorFlow, and not worth NumPy's warnings.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitape\.")


def __getattr__(name: str):
    if name == "keras":
        return importlib.import_module(".keras", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
