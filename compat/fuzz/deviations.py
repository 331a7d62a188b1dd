"""Where TensorFlow is no measure, so that random programs keep clear of it: each with the reason.

docs/deviations.md has the same for users. What is avoided here has its proof in compat/cases.
"""

from collections.abc import Sequence

import numpy as np

_MOMENTS = {"nn.moments": "TensorFlow takes the mean for a constant"}
_LABELS = {
    "nn.softmax_cross_entropy_with_logits": "TensorFlow leaves out what the labels contribute"
}
_SPARSE = {
    "gather_nd": "TensorFlow's tangent of a gradient in rows is an AttributeError",
    "nn.embedding_lookup": "TensorFlow's tangent of a gradient in rows is an AttributeError",
}
_EXTREMES = {
    f"math.unsorted_segment_{name}": "TensorFlow's tangent of an empty segment is nan"
    for name in ("max", "min", "mean", "prod", "sqrt_n")
}
_SUMS = {"math.unsorted_segment_sum": "TensorFlow's tangents have the wrong shape"}
_OVERFLOW = {"math.expm1": "where it overflows TensorFlow's second tangents are nan"}
_SPREAD = dict.fromkeys(
    ("math.reduce_std", "math.reduce_euclidean_norm", "norm", "linalg.norm"),
    "of one number TensorFlow's derivative of the derivative is nan",
)
_ANGLES = dict.fromkeys(
    ("atan2", "math.atan2"), "of a number and itself all cancels, in TensorFlow before rounding"
)
_POWERS = dict.fromkeys(("pow", "**", "math.pow"), "at 0 TensorFlow's second tangents are nan")

# Ops that are left out of programs of a mode.
NOT_IN = {
    "second": _MOMENTS | _LABELS | _EXTREMES | _SPREAD | _ANGLES,
    "jvp": _SPARSE | _EXTREMES | _SUMS | _SPREAD,
    "forward over reverse": (
        _MOMENTS | _LABELS | _SPARSE | _EXTREMES | _SUMS | _POWERS | _SPREAD | _ANGLES | _OVERFLOW
    ),
}

# Ops that aren't called on inf and nan.
FINITE = {
    **dict.fromkeys(
        [
            *("math.erf", "math.special.expint", "math.special.spence", "math.bessel_i0"),
            *("math.special.bessel_j0", "math.special.bessel_j1", "math.bessel_i1"),
            *("math.special.bessel_y0", "math.special.bessel_y1"),
        ],
        "TensorFlow gives nan instead of the limit",
    ),
    **dict.fromkeys(
        [
            *("nn.conv1d", "nn.conv2d", "nn.conv2d_transpose", "nn.convolution"),
            *("nn.depthwise_conv2d", "nn.separable_conv2d"),
        ],
        "TensorFlow multiplies the border's zeros by them",
    ),
    **dict.fromkeys(
        ["nn.max_pool", "nn.max_pool2d", "nn.pool"],
        "of nothing but -inf and nan TensorFlow gives the lowest number",
    ),
    "math.cumprod": "TensorFlow divides by the factors",
    "math.nextafter": "TensorFlow's gradient in x2 is 0 times the cotangent, nan if infinite",
    "math.angle": "TensorFlow divides infinite complex numbers otherwise",
    "math.betainc": "TensorFlow's is 1 at 1, whatever the parameters",
    "saturate_cast": "which integer nan becomes depends on where it stands",
    **{
        f"linalg.{name}": "what becomes of nan in a decomposition is the library's business"
        for name in (
            *("cholesky", "det", "expm", "inv", "logdet", "pinv", "slogdet", "solve"),
            "triangular_solve",
        )
    },
    **dict.fromkeys(
        ("argsort", "argmax", "argmin", "math.top_k", "nn.top_k", "searchsorted", "sort"),
        "where nan stands in an order, TensorFlow leaves open",
    ),
    **{
        f"math.{name}": "whether nan is larger than a number is left open, and inf / inf is nan"
        for name in (
            *("segment_max", "segment_min", "unsorted_segment_max", "unsorted_segment_min"),
            *("segment_prod", "unsorted_segment_prod"),
        )
    },
}

# Ops that aren't called on larger numbers.
LARGEST = {
    "nn.gelu": (5, "far below 0 only the roundings of erf are left"),
    "math.igamma": (1e5, "TensorFlow's hasn't converged"),
    "math.igammac": (1e5, "TensorFlow's hasn't converged"),
    "math.special.expint": (
        70,
        "TensorFlow's is nan where it overflows, soon after float32's does",
    ),
}

# Ops that aren't called on zeros.
NONZERO = dict.fromkeys(
    ("math.cumprod", "math.segment_prod", "math.unsorted_segment_prod"),
    "TensorFlow divides by the factors",
)
NONZERO["nn.weighted_cross_entropy_with_logits"] = "a kink in TensorFlow's formula alone"
NONZERO["math.bessel_i1"] = "TensorFlow's derivative at 0 is 1 instead of 1/2"
NONZERO_TWICE = {
    "reduce_prod": "TensorFlow's second derivative leaves out what one 0 hides",
    "math.bessel_i0": "its derivative is that of bessel_i1",
}

# Ops that aren't called on numbers below 0, nor on 0.
POSITIVE = {
    **{
        f"math.special.bessel_{name}": "infinite in TensorFlow, nan here: they are complex"
        for name in ("k0", "k0e", "k1", "k1e", "y0", "y1")
    },
    "math.betainc": "there is none for such parameters",
}

# Ops that aren't called on arrays without elements.
NOT_EMPTY = {
    "nn.embedding_lookup": "TensorFlow doesn't check at which rows without elements it looks",
}

# Ops without a measure at all.
NOWHERE = {
    "linalg.pinv": "TensorFlow's gradient is wrong where singular values are equal",
    "math.cumulative_logsumexp": "TensorFlow's gradient takes a cotangent of nan for 0",
    "identity_n": "TensorFlow's gradient in an unused result is 0, minitape's None",
}

# Ops that aren't called on float64.
NOT_IN_FLOAT64 = {
    "nn.gelu": "TensorFlow's constants are float32's, also here",
}


def is_measure(op: str, mode: str, arrays: Sequence[np.ndarray]) -> bool:
    """Whether TensorFlow's is the measure of an op on these inputs, in a program of a mode."""
    if op in NOT_IN.get(mode, ()):
        return False
    nonzero = NONZERO if mode in ("gradient", "jvp") else NONZERO | NONZERO_TWICE
    largest, _ = LARGEST.get(op, (np.inf, ""))
    return not (
        any((np.abs(x).astype(float) > largest).any() for x in arrays)
        or (op in FINITE and not all(np.isfinite(x).all() for x in arrays))
        or (op in POSITIVE and not all((x > 0).all() for x in arrays))
        or (op in nonzero and not all(x.all() for x in arrays if x.dtype.kind in "fc"))
        or (op in NOT_EMPTY and not all(x.size for x in arrays))
        or (op in NOT_IN_FLOAT64 and any(x.dtype == np.float64 for x in arrays))
    )
