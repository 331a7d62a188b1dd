"""The ops that random programs are made of: for each, how its arguments are chosen.

An entry is a function of the Builder that adds one step, or raises Unfit. Entries stand by the op's
path below tf; what minitape doesn't have is left out of `VOCABULARY`.
"""

from collections.abc import Callable

import numpy as np

import minitape

from . import deviations
from .builder import (
    ABOVE_1,
    ABOVE_MINUS_1,
    MODERATE,
    NONZERO,
    POSITIVE,
    PROBABILITY,
    QUARTER_TURN,
    REAL,
    UNIT,
    Builder,
    Domain,
    Unfit,
)
from .program import Ref
from .running import OPERATORS, function_of

ENTRIES: dict[str, Callable[[Builder], object]] = {}

# Ops whose results are exact, or the same correctly rounded number everywhere; of all others the
# last digits are the library's own business.
EXACT = {
    *("+", "-", "*", "-x", "~x", "abs(x)", "[]", "//", "<", "<=", ">", ">=", "==", "!=", "&", "|"),
    *("add", "subtract", "multiply", "negative", "abs", "sign", "square", "maximum", "minimum"),
    *("floor", "math.ceil", "round", "math.rint", "cast", "where", "identity", "stop_gradient"),
    *("reshape", "transpose", "expand_dims", "squeeze", "tile", "repeat", "pad", "concat", "stack"),
    *("unstack", "split", "gather", "gather_nd", "slice", "boolean_mask", "reverse", "roll"),
    *("reduce_max", "reduce_min", "zeros_like", "ones_like", "broadcast_to", "clip_by_value"),
    *("nn.relu", "nn.relu6", "argmax", "argmin", "sort", "argsort", "math.top_k", "one_hot"),
    *("linalg.band_part", "linalg.diag", "linalg.diag_part", "linalg.set_diag", "nn.max_pool2d"),
    *("linalg.adjoint", "linalg.matrix_transpose", "math.conj", "math.real", "math.imag"),
    *("complex", "strided_slice", "math.count_nonzero", "fill", "strided_slice"),
}

# Ops that add up many terms, in an order of the library's own.
SUMS = {
    *("reduce_sum", "reduce_mean", "math.reduce_variance", "math.reduce_std", "nn.moments"),
    *("cumsum", "matmul", "@", "linalg.matmul", "linalg.matvec", "tensordot", "einsum"),
    *("linalg.einsum", "nn.conv1d", "nn.conv2d", "nn.depthwise_conv2d", "nn.avg_pool2d"),
    *("math.segment_sum", "math.segment_mean", "math.unsorted_segment_sum", "linalg.trace"),
    *("math.unsorted_segment_mean", "math.unsorted_segment_sqrt_n", "add_n", "linalg.cross"),
    *("linalg.solve", "linalg.triangular_solve", "linalg.inv", "linalg.det", "linalg.expm"),
    *("scatter_nd", "tensor_scatter_nd_add", "tensor_scatter_nd_sub", "math.polyval"),
    *("math.reduce_euclidean_norm", "math.log_softmax", "nn.log_softmax", "reduce_logsumexp"),
    *("nn.batch_normalization", "math.accumulate_n", "linalg.pinv", "linalg.cholesky"),
    *("nn.conv2d_transpose", "nn.convolution", "nn.separable_conv2d", "nn.avg_pool", "nn.pool"),
    *("nn.weighted_moments", "nn.local_response_normalization", "linalg.cholesky_solve"),
}


def entry(*names: str):
    """Decorator that adds an op; of several names each is one, and is given to the function."""

    def add(choose):
        for name in names:
            ENTRIES[name] = choose if len(names) == 1 else lambda b, name=name: choose(b, name)
        return choose

    return add


# -- elementwise -----------------------------------------------------------------------------------

# By domain, and the kinds of numbers that TensorFlow takes.
FUNCTIONS = {
    ("fc", REAL): "identity stop_gradient zeros_like ones_like -x negative square",
    ("fci", REAL): "abs abs(x)",
    ("fi", REAL): "sign round",
    (
        "f",
        REAL,
    ): "floor math.ceil math.rint nn.relu nn.relu6 math.is_nan math.is_inf "
    "math.is_finite atan asinh nn.elu nn.selu nn.silu nn.gelu nn.softplus math.softplus "
    "math.log_sigmoid math.softsign nn.softsign nn.crelu math.erf math.erfc math.bessel_i0e "
    "math.bessel_i1e math.special.dawsn math.special.fresnel_cos math.special.fresnel_sin "
    "math.reciprocal_no_nan nn.l2_loss math.zero_fraction",
    ("fc", MODERATE): "exp math.expm1 sin cos sinh cosh tanh sigmoid math.sigmoid asinh",
    ("f", MODERATE): "math.bessel_i0 math.bessel_i1",
    ("fc", QUARTER_TURN): "tan",
    ("fc", POSITIVE): "sqrt math.rsqrt math.log",
    ("f", POSITIVE): "math.lgamma math.digamma math.special.spence math.special.expint "
    "math.special.bessel_k0 math.special.bessel_k1 math.special.bessel_k0e "
    "math.special.bessel_k1e math.special.bessel_j0 math.special.bessel_j1 "
    "math.special.bessel_y0 math.special.bessel_y1",
    ("fc", ABOVE_MINUS_1): "math.log1p",
    ("f", ABOVE_1): "acosh",
    ("f", UNIT): "asin acos atanh math.erfinv",
    ("f", PROBABILITY): "math.ndtri math.erfcinv",
    ("fc", NONZERO): "math.reciprocal",
    ("c", REAL): "math.real math.imag math.conj math.angle",
    ("b", REAL): "logical_not ~x",
}
for (kinds, domain), names in FUNCTIONS.items():
    for name in names.split():
        ENTRIES[name] = lambda b, name=name, kinds=kinds, domain=domain: b.step(
            name, b.pick(kinds, domain)
        )

# With the domain of the second input.
PAIRS = {
    ("fc", REAL): "+ - * add subtract multiply",
    ("fci", REAL): "== != equal not_equal",
    ("fi", REAL): "maximum minimum < <= > >= less less_equal greater greater_equal",
    ("fc", NONZERO): "/ divide math.divide_no_nan truediv realdiv",
    ("fi", NONZERO): "// % math.floordiv math.floormod math.mod",
    ("f", POSITIVE): "math.xlogy math.xlog1py",
    # Of complex numbers TensorFlow leaves out the conjugate in some of these.
    ("f", REAL): "math.squared_difference math.multiply_no_nan",
    ("f", NONZERO): "atan2 math.atan2 math.xdivy",
    ("b", REAL): "logical_and logical_or math.logical_xor & |",
    ("i", REAL): "bitwise.bitwise_and bitwise.bitwise_or bitwise.bitwise_xor",
    ("i", NONZERO): "truncatediv truncatemod",
}


def partner(b: Builder, x: Ref, domain: Domain) -> Ref:
    """A value of x's dtype whose shape broadcasts against x's."""
    array = b.array(x)
    if b.chance(0.01):  # most likely a shape, or a dtype, that is refused
        return b.pick("fci", domain)
    if b.chance(0.4):
        return b.pick(array.dtype.kind, domain, shape=array.shape, dtype=array.dtype)
    if b.chance(0.3):
        limit = array.size

        def broadcasts(y):
            try:
                size = np.broadcast(array, y).size
            except ValueError:
                return False
            return size <= max(limit, 64)

        return b.pick(array.dtype.kind, domain, dtype=array.dtype, test=broadcasts)
    shape = [n if b.chance(0.6) else 1 for n in array.shape]
    shape = shape[b.rng.randint(0, len(shape)) :] if b.chance(0.4) else shape
    return b.pick(array.dtype.kind, domain, shape=shape, dtype=array.dtype)


def pair(b: Builder, name: str, kinds: str, domain: Domain):
    x = b.pick(kinds)
    if (
        name in ["+", "-", "*", "/", "<", "<=", ">", ">="]
        and b.array(x).dtype.kind in "fc"
        and b.chance(0.15)
    ):
        number = b.rng.choice([2, 0.5, -1.5, 3.0, 1])
        return b.step(name, *((x, number) if b.chance(0.5) else (number, x)))
    if domain is REAL and b.chance(0.15):
        return b.step(name, x, x)
    y = partner(b, x, domain)
    return b.step(name, *((y, x) if domain is REAL and b.chance(0.5) else (x, y)))


for (kinds, domain), names in PAIRS.items():
    for name in names.split():
        ENTRIES[name] = lambda b, name=name, kinds=kinds, domain=domain: pair(
            b, name, kinds, domain
        )


@entry("pow", "**", "math.pow")
def power(b: Builder, name: str):
    x = b.pick("f", POSITIVE)
    if b.chance(0.5):
        return b.step(name, x, b.rng.choice([2, 2.0, 0.5, -1.0, 3]))
    return b.step(name, x, partner(b, x, UNIT))


@entry("where")
def where(b: Builder):
    x = b.pick("fci")
    condition = b.pick("b", shape=b.array(x).shape) if b.chance(0.8) else b.pick("b", least=0)
    return b.step("where", condition, x, partner(b, x, REAL))


@entry("clip_by_value")
def clip(b: Builder):
    if b.chance(0.3):
        x = b.pick("f")
        dtype = b.array(x).dtype
        low = b.fresh(dtype.name, Domain(-2, -0.5), ())
        return b.step("clip_by_value", x, low, b.fresh(dtype.name, Domain(0.5, 2), ()))
    return b.step("clip_by_value", b.pick("f"), b.rng.choice([-1.0, -0.5]), b.rng.choice([1.0, 2]))


@entry("nn.leaky_relu")
def leaky_relu(b: Builder):
    # An alpha that float32 holds: TensorFlow's default of 0.2 is float32's also in float64.
    return b.step("nn.leaky_relu", b.pick("f"), b.rng.choice([0.25, 0.5]))


@entry("cast")
def cast(b: Builder):
    x = b.pick("fcib")
    kind = b.array(x).dtype.kind
    goals = ["float32", "float64", "int32"] if kind != "c" else ["complex64", "complex128"]
    if b.dtype.startswith("complex") and kind in "fi":
        goals = [b.dtype]
    if kind == "f" and not np.all(np.abs(b.array(x)) < 1e4):
        goals = [g for g in goals if g != "int32"]
    return b.step("cast", x, b.rng.choice(goals))


@entry("complex")
def complex_of_parts(b: Builder):
    x = b.pick("f", test=lambda a: a.dtype.itemsize >= 4)
    return b.step("complex", x, b.pick("f", shape=b.array(x).shape, dtype=b.array(x).dtype))


@entry("bitwise.left_shift", "bitwise.right_shift")
def shift(b: Builder, name: str):
    x = b.pick("i")
    array = b.array(x)
    return b.step(name, x, b.leaf(np.array(b.rng.randint(0, 3), array.dtype)))


@entry("bitwise.invert")
def invert(b: Builder):
    return b.step("bitwise.invert", b.pick("i"))


@entry("math.polyval")
def polynomial(b: Builder):
    x = b.pick("f")
    dtype, shape = b.array(x).dtype, b.array(x).shape
    coefficients = [b.pick("f", shape=shape, dtype=dtype) for _ in range(b.rng.randint(1, 3))]
    return b.step("math.polyval", coefficients, x)


@entry("math.igamma", "math.igammac", "math.zeta", "math.polygamma")
def of_two_positive(b: Builder, name: str):
    x = b.pick("f", Domain(1.125, 6) if "gammac" not in name else POSITIVE, test=wide)
    if name == "math.polygamma":
        dtype = b.array(x).dtype.name
        return b.step(name, b.leaf(np.array(float(b.rng.randint(0, 3)), dtype)), x)
    domain = Domain(1 / 2, 6)
    return b.step(name, x, b.pick("f", domain, shape=b.array(x).shape, dtype=b.array(x).dtype))


def wide(x: np.ndarray) -> bool:
    """Of a float type that all kernels take."""
    return x.dtype.itemsize >= 4


@entry("math.betainc")
def betainc(b: Builder):
    x = b.pick("f", PROBABILITY, test=wide)
    shape, dtype = b.array(x).shape, b.array(x).dtype
    p, q = (b.fresh(dtype.name, Domain(0.5, 3), shape) for _ in range(2))
    return b.step("math.betainc", p, q, x)


@entry("add_n", "math.accumulate_n")
def add_n(b: Builder, name: str):
    x = b.pick("fc")
    array = b.array(x)
    rest = [b.pick(array.dtype.kind, shape=array.shape, dtype=array.dtype) for _ in range(2)]
    return b.step(name, [x, *rest[: b.rng.randint(0, 2)]])


@entry("math.scalar_mul", "scalar_mul")
def scalar_mul(b: Builder, name: str):
    x = b.pick("f")
    scalar = b.pick("f", shape=(), dtype=b.array(x).dtype) if b.chance(0.5) else 0.5
    return b.step(name, scalar, x)


@entry("saturate_cast")
def saturate_cast(b: Builder):
    return b.step("saturate_cast", b.pick("f"), b.rng.choice(["int8", "uint8", "float32"]))


@entry("fill")
def fill(b: Builder):
    return b.step("fill", list(b.shape()), b.pick("f", shape=()))


@entry("linspace")
def linspace(b: Builder):
    start = b.pick("f", shape=(), test=wide)
    stop = b.pick("f", shape=(), dtype=b.array(start).dtype)
    return b.step("linspace", start, stop, b.rng.randint(1, 4))


# -- reductions ------------------------------------------------------------------------------------


def over_axes(b: Builder, x: Ref) -> dict:
    """Parameters of a reduction."""
    ndim, params = b.array(x).ndim, {}
    if b.chance(0.75):
        params["axis"] = b.axis(ndim) if ndim and b.chance(0.6) else b.axes(ndim)
        if b.chance(0.02):
            params["axis"] = ndim + 1
    if b.chance(0.4):
        params["keepdims"] = b.chance(0.8)
    return params


REDUCTIONS = {
    ("fci", REAL): "reduce_sum",
    ("fc", REAL): "reduce_mean math.reduce_variance math.reduce_std",
    ("f", REAL): "math.reduce_euclidean_norm norm linalg.norm",
    ("fi", REAL): "reduce_max reduce_min",
    ("fc", Domain(-3, 3)): "reduce_prod",
    ("f", Domain(-30, 30)): "reduce_logsumexp",
    ("b", REAL): "reduce_all reduce_any",
    ("fib", REAL): "math.count_nonzero",
}


def reduction(b: Builder, name: str, kinds: str, domain: Domain):
    x = b.pick(kinds, domain)
    if b.array(x).dtype.kind == "c":
        if not b.array(x).size:
            raise Unfit  # TensorFlow's mean of no complex numbers is 0
        if name == "reduce_prod" and b.mode not in ("gradient", "jvp"):
            raise Unfit  # its second derivative is that of cumprod, without the conjugate
    params = over_axes(b, x)
    if name.endswith("norm") and name != "math.reduce_euclidean_norm":
        if isinstance(params.get("axis"), list):
            params["axis"] = b.axis(b.array(x).ndim)
        if b.chance(0.5):
            params["ord"] = b.rng.choice([1, 2, 3.0, np.inf])
    return b.step(name, x, **params)


for (kinds, domain), names in REDUCTIONS.items():
    for name in names.split():
        ENTRIES[name] = lambda b, name=name, kinds=kinds, domain=domain: reduction(
            b, name, kinds, domain
        )


@entry("argmax", "argmin")
def extreme(b: Builder, name: str):
    x = b.pick("fi", least=1)
    return b.step(name, x, axis=b.axis(b.array(x).ndim))


@entry("cumsum", "math.cumprod", "math.cumulative_logsumexp")
def cumulative(b: Builder, name: str):
    # TensorFlow's cumprod leaves out the conjugate of complex numbers.
    x = b.pick("fc" if name == "cumsum" else "f", Domain(-3, 3, (0,)), least=1, test=wide)
    params = {"axis": b.axis(b.array(x).ndim)}
    if b.chance(0.4):
        params["exclusive"] = True
    if b.chance(0.4):
        params["reverse"] = True
    return b.step(name, x, **params)


@entry("sort", "argsort")
def sort(b: Builder, name: str):
    x = b.pick("f", least=1)
    params = {"axis": b.axis(b.array(x).ndim)}
    if b.chance(0.5):
        params["direction"] = "DESCENDING"
    if name == "argsort":
        params["stable"] = True
    return b.step(name, x, **params)


@entry("math.top_k", "nn.top_k")
def top_k(b: Builder, name: str):
    x = b.pick("f", least=1)
    return b.step(name, x, k=b.rng.randint(0, b.array(x).shape[-1]), results=2)


@entry("searchsorted")
def searchsorted(b: Builder):
    dtype = b.dtype_of("f")
    edges = b.leaf(np.sort(np.array([b.rng.randint(-8, 8) / 4 for _ in range(4)], dtype)))
    return b.step("searchsorted", edges, b.pick("f", dtype=np.dtype(dtype), least=1, most=1))


@entry("math.bincount")
def bincount(b: Builder):
    counted = b.leaf(np.array([b.rng.randint(0, 4) for _ in range(5)], "int32"))
    return b.step("math.bincount", counted)


@entry("nn.moments")
def moments(b: Builder):
    x = b.pick("f", least=1, test=lambda a: a.size)  # TensorFlow's tangent of no mean is 0
    axes = b.rng.sample(range(b.array(x).ndim), b.rng.randint(1, b.array(x).ndim))
    return b.step("nn.moments", x, axes, keepdims=b.chance(0.5), results=2)


# -- shapes ----------------------------------------------------------------------------------------


@entry("reshape")
def reshape(b: Builder):
    x = b.pick("fcib")
    size = b.array(x).size
    shape, left = [], size
    for _ in range(b.rng.randint(0, 3)):
        divisors = [n for n in range(1, left + 1) if left % n == 0] or [0]
        shape.append(b.rng.choice(divisors))
        left = left // shape[-1] if shape[-1] else 0
    if left != 1 or not shape:
        shape.append(left)
    if size and b.chance(0.3):
        shape[b.rng.randrange(len(shape))] = -1
    if b.chance(0.01):
        shape.append(2)
    return b.step("reshape", x, shape)


@entry("transpose")
def transpose(b: Builder):
    x = b.pick("fcib")
    ndim = b.array(x).ndim
    return b.step("transpose", x, *([b.rng.sample(range(ndim), ndim)] if b.chance(0.7) else []))


@entry("expand_dims")
def expand_dims(b: Builder):
    x = b.pick("fcib", most=3)
    return b.step("expand_dims", x, b.axis(b.array(x).ndim + 1))


@entry("squeeze")
def squeeze(b: Builder):
    x = b.pick("fcib", test=lambda a: 1 in a.shape)
    ones = [i for i, n in enumerate(b.array(x).shape) if n == 1]
    return b.step("squeeze", x, *([[b.rng.choice(ones)]] if b.chance(0.5) else []))


@entry("broadcast_to")
def broadcast_to(b: Builder):
    x = b.pick("fci", most=3)
    shape = [b.side() if n == 1 else n for n in b.array(x).shape]
    return b.step("broadcast_to", x, [*b.shape(0, 1), *shape])


@entry("tile")
def tile(b: Builder):
    x = b.pick("fci", most=3)
    return b.step("tile", x, [b.rng.choice([1, 1, 2, 0, 3]) for _ in b.array(x).shape])


@entry("repeat")
def repeat(b: Builder):
    x = b.pick("fci", least=1)
    axis = b.axis(b.array(x).ndim)
    repeats = b.rng.randint(0, 3)
    if b.chance(0.4):
        if not b.array(x).size:
            raise Unfit  # TensorFlow's gradient is a ValueError
        repeats = [b.rng.randint(0, 2) for _ in range(b.array(x).shape[axis])]
    return b.step("repeat", x, repeats, axis=axis)


@entry("pad")
def pad(b: Builder):
    x = b.pick("fci", least=1)
    shape = b.array(x).shape
    mode = b.rng.choice(["CONSTANT", "CONSTANT", "REFLECT", "SYMMETRIC"])
    most = [2 if mode == "CONSTANT" else min(2, n - (mode == "REFLECT")) for n in shape]
    if min(most) < 0:
        raise Unfit
    widths = [[b.rng.randint(0, m), b.rng.randint(0, m)] for m in most]
    return b.step("pad", x, widths, *([mode] if mode != "CONSTANT" else []))


def alikes(b: Builder, free_axis: int | None = None):
    """Up to three values of one dtype whose shapes are equal, except in one axis."""
    x = b.pick("fci", least=0 if free_axis is None else 1)
    array = b.array(x)
    axis = None if free_axis is None else b.axis(array.ndim)
    parts = [x]
    for _ in range(b.rng.randint(0, 2)):
        shape = list(array.shape)
        if axis is not None and b.chance(0.5):
            shape[axis] = b.side()
        parts.append(b.pick(array.dtype.kind, shape=shape, dtype=array.dtype))
    b.rng.shuffle(parts)
    return parts, axis


@entry("concat")
def concat(b: Builder):
    parts, axis = alikes(b, free_axis=0)
    return b.step("concat", parts, axis)


@entry("stack")
def stack(b: Builder):
    parts, _ = alikes(b)
    return b.step("stack", parts, b.axis(b.array(parts[0]).ndim + 1))


@entry("unstack")
def unstack(b: Builder):
    x = b.pick("fci", least=1)
    axis = b.axis(b.array(x).ndim)
    return b.step("unstack", x, axis=axis, results=b.array(x).shape[axis])


@entry("split")
def split(b: Builder):
    x = b.pick("fci", least=1)
    axis = b.axis(b.array(x).ndim)
    n = b.array(x).shape[axis]
    if b.chance(0.5):
        parts = b.rng.choice([k for k in range(1, n + 1) if n % k == 0] or [1])
        return b.step("split", x, parts, axis, results=parts)
    cut = b.rng.randint(0, n)
    sizes = [cut, n - cut] if b.chance(0.6) else [cut, -1]
    return b.step("split", x, sizes, axis, results=2)


@entry("reverse")
def reverse(b: Builder):
    x = b.pick("fci", least=1)
    ndim = b.array(x).ndim
    return b.step("reverse", x, b.rng.sample(range(ndim), b.rng.randint(0, ndim)))


@entry("roll")
def roll(b: Builder):
    x = b.pick("fci", least=1)
    return b.step("roll", x, b.rng.randint(-3, 3), b.axis(b.array(x).ndim))


@entry("meshgrid")
def meshgrid(b: Builder):
    x, y = (b.pick("f", least=1, most=1) for _ in range(2))
    if b.array(x).dtype != b.array(y).dtype:
        raise Unfit
    return b.step("meshgrid", x, y, results=2, indexing=b.rng.choice(["xy", "ij"]))


# -- indexing --------------------------------------------------------------------------------------


@entry("[]")
def getitem(b: Builder):
    x = b.pick("fci", least=1)
    key: list = []
    for n in b.array(x).shape:
        choice = b.rng.random()
        if choice < 0.15:
            key.append(None)
        if choice < 0.35 and n:
            key.append(b.rng.randint(-n, n - 1))
        elif choice < 0.8:
            ends = [b.rng.choice([None, b.rng.randint(-n - 1, n + 1)]) for _ in range(2)]
            key.append(slice(*ends, b.rng.choice([None, None, 2, -1])))
        elif choice < 0.9:
            key.append(Ellipsis)
            break
        else:
            break
    return b.step("[]", x, tuple(key) if len(key) != 1 else key[0])


def indices(b: Builder, limit: int, shape) -> Ref:
    """Integers below a limit, as a leaf."""
    if limit == 0:
        raise Unfit
    numbers = np.array([b.rng.randrange(limit) for _ in range(int(np.prod(shape)))])
    dtype = b.rng.choice(["int32", "int64"])
    if b.chance(0.01) and numbers.size:
        numbers[0] = limit + 1
    return b.leaf(numbers.astype(dtype).reshape(shape), b.rng.choice(["tensor", "array"]))


@entry("gather")
def gather(b: Builder):
    x = b.pick("fci", least=1)
    axis = b.axis(b.array(x).ndim)
    chosen = indices(b, b.array(x).shape[axis], b.shape(0, 2))
    return b.step("gather", x, chosen, **({"axis": axis} if axis or b.chance(0.5) else {}))


@entry("nn.embedding_lookup")
def embedding_lookup(b: Builder):
    x = b.pick("f", least=2)
    return b.step("nn.embedding_lookup", x, indices(b, b.array(x).shape[0], b.shape(1, 2)))


@entry("gather_nd")
def gather_nd(b: Builder):
    x = b.pick("fci", least=1, test=lambda a: a.size)
    depth = b.rng.randint(1, b.array(x).ndim)
    limit = b.array(x).shape[:depth]
    if 0 in limit:
        raise Unfit
    points = [[b.rng.randrange(n) for n in limit] for _ in range(b.rng.randint(1, 4))]
    return b.step("gather_nd", x, b.leaf(np.array(points, "int32")))


@entry("slice")
def slice_(b: Builder):
    x = b.pick("fci", least=1)
    shape = b.array(x).shape
    begin = [b.rng.randint(0, n) for n in shape]
    size = [b.rng.randint(-1, n - s) for n, s in zip(shape, begin, strict=True)]
    return b.step("slice", x, begin, size)


@entry("strided_slice")
def strided_slice(b: Builder):
    x = b.pick("fci", least=1)
    shape = b.array(x).shape
    begin = [b.rng.randint(0, n) for n in shape]
    return b.step("strided_slice", x, begin, list(shape), [b.rng.choice([1, 2]) for _ in shape])


@entry("boolean_mask")
def boolean_mask(b: Builder):
    x = b.pick("fci", least=1)
    shape = b.array(x).shape
    mask = b.pick("b", shape=shape[: b.rng.randint(1, len(shape))])
    return b.step("boolean_mask", x, mask)


@entry("one_hot")
def one_hot(b: Builder):
    depth = b.rng.randint(1, 4)
    return b.step("one_hot", indices(b, depth + 1, b.shape(0, 2)), depth, dtype=b.dtype)


@entry("tensor_scatter_nd_add", "tensor_scatter_nd_sub", "tensor_scatter_nd_update")
def tensor_scatter(b: Builder, name: str):
    x = b.pick("f", least=1, test=lambda a: a.size)  # TensorFlow refuses updates of nothing
    array = b.array(x)
    n = array.shape[0]
    # The last of several updates of one place wins, or not: only sums may repeat an index.
    count = b.rng.randint(1, n)
    rows = b.rng.sample(range(n), count)
    if name != "tensor_scatter_nd_update":
        rows = [b.rng.randrange(n) for _ in rows]
    updates = b.pick("f", shape=(count, *array.shape[1:]), dtype=array.dtype)
    return b.step(name, x, b.leaf(np.array(rows, "int32")[:, None]), updates)


@entry("scatter_nd")
def scatter_nd(b: Builder):
    updates = b.pick("f", least=1, test=lambda a: a.size)
    array = b.array(updates)
    n = b.rng.randint(1, 4)
    rows = np.array([b.rng.randrange(n) for _ in range(array.shape[0])], "int32")[:, None]
    return b.step("scatter_nd", b.leaf(rows), updates, [n, *array.shape[1:]])


SEGMENTS = ("sum", "mean", "max", "min", "prod")


@entry(*(f"math.segment_{name}" for name in SEGMENTS))
def segment(b: Builder, name: str):
    x = b.pick("f", Domain(-3, 3, (0,)), least=1, test=wide)
    ids, last = [], 0
    for _ in range(b.array(x).shape[0]):
        ids.append(last)
        last += b.rng.choice([0, 1])
    return b.step(name, x, b.leaf(np.array(ids, "int32")))


@entry(*(f"math.unsorted_segment_{name}" for name in (*SEGMENTS, "sqrt_n")))
def unsorted_segment(b: Builder, name: str):
    x = b.pick("f", Domain(-3, 3, (0,)), least=1, test=wide)
    ids = [b.rng.randrange(3) for _ in range(b.array(x).shape[0])]
    return b.step(name, x, b.leaf(np.array(ids, "int32")), 3)


# -- matrices --------------------------------------------------------------------------------------


@entry("matmul", "@", "linalg.matmul")
def matmul(b: Builder, name: str):
    x = b.pick("fc", least=2, most=3)
    array = b.array(x)
    params = {}
    if name != "@":
        for key in ("transpose_a", "transpose_b"):
            if b.chance(0.3):
                params[key] = True
    inner = array.shape[-2 if params.get("transpose_a") else -1]
    sides = [inner, b.side()]
    if params.get("transpose_b"):
        sides.reverse()
    before = array.shape[:-2] if b.chance(0.5) else ()
    y = b.pick(array.dtype.kind, shape=(*before, *sides), dtype=array.dtype)
    return b.step(name, x, y, **params)


@entry("linalg.matvec")
def matvec(b: Builder):
    x = b.pick("f", least=2, most=3)
    array = b.array(x)
    return b.step("linalg.matvec", x, b.pick("f", shape=array.shape[-1:], dtype=array.dtype))


@entry("tensordot")
def tensordot(b: Builder):
    x = b.pick("f", least=1)
    array = b.array(x)
    n = b.rng.randint(0, min(2, array.ndim))
    y = b.pick("f", shape=(*array.shape[array.ndim - n :], *b.shape(0, 1)), dtype=array.dtype)
    return b.step("tensordot", x, y, n)


@entry("einsum", "linalg.einsum")
def einsum(b: Builder, name: str):
    equation = b.rng.choice(
        ["ij,jk->ik", "ij->ji", "ij,ij->i", "i,j->ij", "ij->", "bij,bjk->bik", "ij,j->i", "ij,jk"]
        + ["...i,...i->...", "ii->i", "ij,ik->jk", "i,i->", "bij->b", "...j,jk->...k"]
    )
    inputs = equation.split("->")[0].split(",")
    sides = {letter: b.side() for letter in "bijk"}
    dtype = b.dtype_of("fc")
    refs = []
    for term in inputs:
        shape = [sides[letter] for letter in term.replace("...", "b")]
        refs.append(b.pick(np.dtype(dtype).kind, shape=shape, dtype=np.dtype(dtype)))
    return b.step(name, equation, *refs)


def square_matrix(b: Builder, add=0.0) -> Ref:
    """A square matrix; with `add` times the identity it is far from singular."""
    x = b.pick(
        "f",
        Domain(-3, 3),
        least=2,
        most=3,
        test=lambda a: a.shape[-1] == a.shape[-2] and a.size and wide(a),
    )
    if add:
        n = b.array(x).shape[-1]
        dtype = b.array(x).dtype
        x = b.step("+", x, b.leaf((add * np.eye(n)).astype(dtype)))
    return x


@entry("linalg.trace", "linalg.diag_part", "linalg.tensor_diag_part")
def of_diagonal(b: Builder, name: str):
    least, most = (2, 2) if "tensor" in name else (2, 4)
    test = (lambda a: a.shape[0] == a.shape[1]) if "tensor" in name else None
    return b.step(name, b.pick("f", least=least, most=most, test=test))


@entry("linalg.diag", "linalg.tensor_diag")
def to_diagonal(b: Builder, name: str):
    return b.step(name, b.pick("f", least=1, most=2 if name == "linalg.diag" else 1))


@entry("linalg.set_diag")
def set_diag(b: Builder):
    x = b.pick("f", least=2)
    array = b.array(x)
    shape = (*array.shape[:-2], min(array.shape[-2:]))
    return b.step("linalg.set_diag", x, b.pick("f", shape=shape, dtype=array.dtype))


@entry("linalg.band_part")
def band_part(b: Builder):
    x = b.pick("f", least=2)
    rows, columns = b.array(x).shape[-2:]
    return b.step("linalg.band_part", x, b.rng.randint(-1, rows), b.rng.randint(-1, columns))


@entry("linalg.adjoint", "linalg.matrix_transpose")
def adjoint(b: Builder, name: str):
    return b.step(name, b.pick("fc", least=2))


@entry("linalg.det", "linalg.inv", "linalg.logdet", "linalg.slogdet", "linalg.expm", "linalg.pinv")
def of_matrix(b: Builder, name: str):
    x = square_matrix(b, add=8.0)
    if name == "linalg.logdet":
        x = b.step("linalg.matmul", x, x, transpose_b=True)
    if name == "linalg.expm":
        x = b.step("*", x, 0.125)
    return b.step(name, x, results=2 if name == "linalg.slogdet" else 1)


@entry("linalg.cholesky")
def cholesky(b: Builder):
    x = square_matrix(b, add=8.0)
    return b.step("linalg.cholesky", b.step("linalg.matmul", x, x, transpose_b=True))


@entry("linalg.solve", "linalg.triangular_solve")
def solve(b: Builder, name: str):
    x = square_matrix(b, add=8.0)
    array = b.array(x)
    right = b.pick("f", shape=(*array.shape[:-1], b.rng.randint(1, 3)), dtype=array.dtype)
    return b.step(name, x, right)


@entry("linalg.cross")
def cross(b: Builder):
    shape = (*b.shape(0, 1), 3)
    dtype = b.dtype_of("f")
    x, y = (b.pick("f", shape=shape, dtype=np.dtype(dtype)) for _ in range(2))
    return b.step("linalg.cross", x, y)


@entry("linalg.global_norm")
def global_norm(b: Builder):
    x = b.pick("f", NONZERO)
    return b.step("linalg.global_norm", [x, b.pick("f", NONZERO, dtype=b.array(x).dtype)])


@entry("clip_by_norm")
def clip_by_norm(b: Builder):
    return b.step("clip_by_norm", b.pick("f", NONZERO), b.rng.choice([1.0, 2.5]))


@entry("math.nextafter")
def nextafter(b: Builder):
    x = b.pick("f", NONZERO, test=lambda a: (np.abs(a) > 1e-3).all())  # above what is flushed to 0
    return b.step("math.nextafter", x, partner(b, x, REAL))


@entry("linalg.normalize")
def normalize(b: Builder):
    x = b.pick("f", NONZERO, least=1, test=lambda a: a.size)
    return b.step("linalg.normalize", x, axis=b.axis(b.array(x).ndim), results=2)


# -- networks --------------------------------------------------------------------------------------


@entry("nn.softmax", "nn.log_softmax", "math.softmax", "math.log_softmax")
def softmax(b: Builder, name: str):
    x = b.pick("f", least=1)
    return b.step(name, x, *([b.axis(b.array(x).ndim)] if b.chance(0.6) else []))


@entry("math.l2_normalize", "nn.l2_normalize")
def l2_normalize(b: Builder, name: str):
    x = b.pick("f", NONZERO, least=1)
    return b.step(name, x, b.axis(b.array(x).ndim))


@entry("nn.softmax_cross_entropy_with_logits")
def softmax_cross_entropy(b: Builder):
    logits = b.pick("f", least=1, most=3)
    array = b.array(logits)
    labels = b.pick("f", PROBABILITY, shape=array.shape, dtype=array.dtype)
    return b.step("nn.softmax_cross_entropy_with_logits", b.step("nn.softmax", labels), logits)


@entry("nn.sparse_softmax_cross_entropy_with_logits")
def sparse_cross_entropy(b: Builder):
    logits = b.pick("f", least=1, most=3)
    shape = b.array(logits).shape
    labels = indices(b, shape[-1], shape[:-1])
    return b.step("nn.sparse_softmax_cross_entropy_with_logits", labels, logits)


@entry("nn.sigmoid_cross_entropy_with_logits")
def sigmoid_cross_entropy(b: Builder):
    logits = b.pick("f")
    array = b.array(logits)
    labels = b.pick("f", PROBABILITY, shape=array.shape, dtype=array.dtype)
    return b.step("nn.sigmoid_cross_entropy_with_logits", labels, logits)


@entry("nn.weighted_cross_entropy_with_logits")
def weighted_cross_entropy(b: Builder):
    logits = b.pick("f")
    array = b.array(logits)
    labels = b.pick("f", PROBABILITY, shape=array.shape, dtype=array.dtype)
    return b.step("nn.weighted_cross_entropy_with_logits", labels, logits, 2.0)


@entry("nn.log_poisson_loss")
def log_poisson_loss(b: Builder):
    x = b.pick("f", MODERATE)
    array = b.array(x)
    targets = b.pick("f", POSITIVE, shape=array.shape, dtype=array.dtype)
    return b.step("nn.log_poisson_loss", targets, x)


@entry("nn.bias_add")
def bias_add(b: Builder):
    x = b.pick("f", least=2)
    array = b.array(x)
    return b.step("nn.bias_add", x, b.pick("f", shape=array.shape[-1:], dtype=array.dtype))


@entry("nn.batch_normalization")
def batch_normalization(b: Builder):
    x = b.pick("f", least=2)
    array = b.array(x)
    domains = (REAL, POSITIVE, REAL, REAL)
    channels = [b.pick("f", d, shape=array.shape[-1:], dtype=array.dtype) for d in domains]
    return b.step("nn.batch_normalization", x, *channels, 0.125)


def images(b: Builder, channels: int) -> Ref:
    dtype = np.dtype(b.dtype_of("f"))
    shape = (b.rng.randint(1, 2), b.rng.randint(2, 4), b.rng.randint(2, 4), channels)
    size = int(np.prod(shape))
    if b.chance(0.6):  # of what is there, as far as it goes
        x = b.pick("f", dtype=dtype, test=lambda a: a.size > 3)
        flat = b.step("reshape", x, [-1])
        more = -(-size // b.array(flat).size)
        flat = b.step("[]", b.step("tile", flat, [more]), slice(0, size, None))
        return b.step("reshape", flat, list(shape))
    return b.fresh(dtype.name, REAL, shape)


def window(b: Builder, x: Ref, most=3) -> list[int]:
    _, height, width, _ = b.array(x).shape
    return [b.rng.randint(1, min(most, height)), b.rng.randint(1, min(most, width))]


@entry("nn.conv2d")
def conv2d(b: Builder):
    x = images(b, b.rng.randint(1, 2))
    array = b.array(x)
    shape = (*window(b, x), array.shape[-1], b.rng.randint(1, 2))
    w = b.pick("f", shape=shape, dtype=array.dtype)
    return b.step("nn.conv2d", x, w, b.rng.randint(1, 2), b.rng.choice(["SAME", "VALID"]))


@entry("nn.depthwise_conv2d")
def depthwise_conv2d(b: Builder):
    x = images(b, b.rng.randint(1, 2))
    array = b.array(x)
    w = b.pick("f", shape=(*window(b, x), array.shape[-1], 1), dtype=array.dtype)
    padding = b.rng.choice(["SAME", "VALID"])
    return b.step("nn.depthwise_conv2d", x, w, [1, 1, 1, 1], padding)


@entry("nn.conv1d")
def conv1d(b: Builder):
    dtype = np.dtype(b.dtype_of("f"))
    x = b.pick("f", dtype=dtype, least=3, most=3, test=lambda a: a.size)
    array = b.array(x)
    w = b.pick("f", shape=(min(2, array.shape[1]), array.shape[2], 2), dtype=dtype)
    return b.step("nn.conv1d", x, w, 1, b.rng.choice(["SAME", "VALID"]))


@entry("nn.max_pool2d", "nn.avg_pool2d")
def pool(b: Builder, name: str):
    x = images(b, 1)
    return b.step(name, x, window(b, x), b.rng.randint(1, 2), b.rng.choice(["SAME", "VALID"]))


@entry("nn.conv2d_transpose")
def conv2d_transpose(b: Builder):
    x = images(b, 1)
    array = b.array(x)
    n, height, width, _ = array.shape
    w = b.pick("f", shape=(*window(b, x), b.rng.randint(1, 2), 1), dtype=array.dtype)
    shape = [n, height, width, b.array(w).shape[2]]
    return b.step("nn.conv2d_transpose", x, w, shape, 1, "SAME")


@entry("nn.convolution")
def convolution(b: Builder):
    x = images(b, 1)
    array = b.array(x)
    w = b.pick("f", shape=(*window(b, x), 1, b.rng.randint(1, 2)), dtype=array.dtype)
    return b.step("nn.convolution", x, w, padding=b.rng.choice(["SAME", "VALID"]))


@entry("nn.separable_conv2d")
def separable_conv2d(b: Builder):
    x = images(b, 1)
    array = b.array(x)
    depthwise = b.pick("f", shape=(*window(b, x), 1, 2), dtype=array.dtype)
    pointwise = b.pick("f", shape=(1, 1, 2, 1), dtype=array.dtype)
    return b.step("nn.separable_conv2d", x, depthwise, pointwise, [1, 1, 1, 1], "SAME")


@entry("nn.max_pool", "nn.avg_pool")
def pool_of_any_rank(b: Builder, name: str):
    x = images(b, 1)
    return b.step(name, x, window(b, x), b.rng.randint(1, 2), b.rng.choice(["SAME", "VALID"]))


@entry("nn.pool")
def pool_by_name(b: Builder):
    x = images(b, 1)
    kind = b.rng.choice(["MAX", "AVG"])
    return b.step("nn.pool", x, window(b, x), kind, padding=b.rng.choice(["SAME", "VALID"]))


@entry("nn.local_response_normalization")
def local_response_normalization(b: Builder):
    return b.step("nn.local_response_normalization", images(b, 2), depth_radius=1)


@entry("nn.weighted_moments")
def weighted_moments(b: Builder):
    x = b.pick("f", least=1, test=lambda a: a.size)
    array = b.array(x)
    weights = b.pick("f", POSITIVE, shape=array.shape, dtype=array.dtype)
    axes = b.rng.sample(range(array.ndim), b.rng.randint(1, array.ndim))
    return b.step("nn.weighted_moments", x, axes, weights, results=2)


@entry("identity_n")
def identity_n(b: Builder):
    return b.step("identity_n", [b.pick("fci"), b.pick("fci")], results=2)


@entry("ensure_shape")
def ensure_shape(b: Builder):
    x = b.pick("fci")
    return b.step("ensure_shape", x, list(b.array(x).shape))


@entry("debugging.check_numerics")
def check_numerics(b: Builder):
    return b.step("debugging.check_numerics", b.pick("f"), "checked")


@entry("dynamic_partition")
def dynamic_partition(b: Builder):
    x = b.pick("fci", least=1)
    parts = [b.rng.randrange(3) for _ in range(b.array(x).shape[0])]
    return b.step("dynamic_partition", x, b.leaf(np.array(parts, "int32")), 3, results=3)


@entry("reverse_sequence")
def reverse_sequence(b: Builder):
    x = b.pick("fci", least=2, test=lambda a: a.size)
    rows, columns = b.array(x).shape[:2]
    lengths = b.leaf(np.array([b.rng.randint(0, columns) for _ in range(rows)], "int32"))
    return b.step("reverse_sequence", x, lengths, seq_axis=1, batch_axis=0)


@entry("math.lbeta")
def lbeta(b: Builder):
    return b.step("math.lbeta", b.pick("f", Domain(0.25, 6), least=1, test=lambda a: a.size))


@entry("linalg.cholesky_solve")
def cholesky_solve(b: Builder):
    x = square_matrix(b, add=8.0)
    array = b.array(x)
    right = b.pick("f", shape=(*array.shape[:-1], b.rng.randint(1, 2)), dtype=array.dtype)
    return b.step("linalg.cholesky_solve", x, right)


@entry("nn.depth_to_space", "nn.space_to_depth")
def space_and_depth(b: Builder, name: str):
    dtype = b.dtype_of("f")
    shape = (1, 2, 1, 4) if "depth_to" in name else (1, 2, 4, 1)
    x = b.pick("f", dtype=np.dtype(dtype), test=lambda a: a.size == 8)
    return b.step(name, b.step("reshape", x, list(shape)), 2)


def exists(op: str) -> bool:
    """Whether minitape has this op."""
    if op in OPERATORS:
        return True
    try:
        function_of(minitape, op)
    except AttributeError:
        return False
    return True


VOCABULARY = {
    op: choose for op, choose in ENTRIES.items() if exists(op) and op not in deviations.NOWHERE
}
