"""What usually helps against a NaN or Inf, by the op that made it and what it was given."""

from collections.abc import Callable
from typing import NamedTuple

import numpy

from .births import Birth, Numbers


class Cure(NamedTuple):
    """A cure for some ops, where the numbers fit.

    Attributes:
        ops: the ops that the user called, `Birth.subject`; none for any.
        fits: whether it is about this birth.
        text: the cure. `{op}` is the op; `{limit}` the largest number of the output's dtype.
    """

    ops: str
    fits: Callable[[Birth], bool]
    text: str


def cure_of(birth: Birth) -> str:
    """The first cure of the table that fits."""
    text = next(
        text
        for ops, fits, text in CURES
        if (not ops or birth.subject in ops.split()) and fits(birth)
    )
    largest = numpy.finfo(numpy.dtype(birth.output.dtype)).max
    return text.format(op=birth.subject, limit=f"{largest:.2g}")


def _given(birth: Birth, place=0) -> Numbers | None:
    """An input of the op that the user called."""
    inputs = birth.subject_inputs
    return inputs[place] if place < len(inputs) else None


def _counts(place: int, *names: str) -> Callable[[Birth], bool]:
    """Whether an input has zeros, negative numbers, infs ..."""

    def fits(birth: Birth) -> bool:
        x = _given(birth, place)
        return x is not None and any(getattr(x, name) for name in names)

    return fits


def _made_by(place: int, *makers: str) -> Callable[[Birth], bool]:
    def fits(birth: Birth) -> bool:
        x = _given(birth, place)
        return x is not None and x.maker in makers

    return fits


def _both(*conditions: Callable[[Birth], bool]) -> Callable[[Birth], bool]:
    return lambda birth: all(fits(birth) for fits in conditions)


def _backward(birth: Birth) -> bool:
    return birth.direction != "forward"


def _forward(birth: Birth) -> bool:
    return birth.direction == "forward"


def _masked(birth: Birth) -> bool:
    return birth.masked


def _empty(birth: Birth) -> bool:
    return any(x.size == 0 for x in birth.subject_inputs)


def _overflows(birth: Birth) -> bool:
    """An Inf out of finite numbers."""
    return birth.output.infs > 0 and not any(x.nans or x.infs for x in birth.inputs)


def _infinite(birth: Birth) -> bool:
    """A NaN out of infinities."""
    return birth.output.nans > 0 and any(x.infs for x in birth.inputs)


def _passed_on(birth: Birth) -> bool:
    """An Inf out of an Inf, as enable_check_numerics tells of it."""
    return not birth.output.nans and any(x.infs for x in birth.inputs)


def _half(birth: Birth) -> bool:
    return birth.output.dtype == "float16" and _overflows(birth)


def _squares(birth: Birth) -> bool:
    """A square root of what is likely a norm, a distance or a deviation."""
    return _made_by(0, "reduce_sum", "reduce_mean", "matmul", "add", "square")(birth)


def _always(birth: Birth) -> bool:
    return True


_WHERE = (
    "The slope of {{op}} is infinite there, and the 0 that a mask or `where` sends back times inf "
    "is nan: a `where` outside doesn't help the gradient. Put one inside as well:\n"
    "  safe = where({condition}, x, 1.0)\n"
    "  y = where({condition}, {call}, 0.0)"
)
_LOGITS = (
    "A probability rounded to 0, or to 1. Compute its logarithm from the logits: log_softmax "
    "(or softplus for a sigmoid), or a loss with from_logits=True and no softmax before it."
)
_GREW = (
    "Finite numbers grew past {limit}. If weights or losses grew batch by batch, the learning "
    "rate is too large: lower it, or clip gradients (clipnorm=1.0); else scale the inputs, "
    "as to mean 0 and deviation 1."
)
_SINGULAR = (
    "The matrix is singular, or nearly so: add a small multiple of the identity, "
    "matrix + 1e-6 * eye(n), or use lstsq or pinv."
)

CURES = [
    Cure(
        "",
        lambda birth: birth.came_in,
        "It wasn't born here. Look at the source of the input that has a nan: drop or fill such "
        "examples, as with numpy.isnan(data), before training; a variable got it earlier.",
    ),
    Cure(
        "",
        lambda birth: any(x.nans for x in birth.inputs),
        "An input was nan before: minitape.learn.trace_nans() finds where that was born.",
    ),
    Cure(
        "",
        _passed_on,
        "An input was infinite before: minitape.learn.trace_nans() finds where that was born.",
    ),
    Cure(
        "",
        _empty,
        "A mean over an empty selection is 0 / 0, and its maximum -inf. Divide with "
        "divide_no_nan(total, count), or leave out batches in which nothing is selected.",
    ),
    Cure(
        "",
        _half,
        "float16 ends at 65504. Keep sums, exp and losses in float32: cast(x, 'float32') before "
        "them. In a gradient, scale the loss less (the optimizer's loss_scale_factor).",
    ),
    # Slopes that are infinite behind a mask. Those of sqrt, rsqrt and reciprocal leave a 0 alone.
    Cure(
        "log log1p",
        _both(_backward, _masked),
        _WHERE.format(condition="x > 0", call="{op}(safe)"),
    ),
    Cure(
        "pow",
        _both(_backward, _masked),
        _WHERE.format(condition="x > 0", call="pow(safe, p)"),
    ),
    Cure(
        "realdiv",
        _both(_backward, _masked),
        _WHERE.format(condition="x != 0", call="a / safe"),
    ),
    Cure(
        "acos asin atanh acosh",
        _both(_backward, _masked),
        _WHERE.format(condition="abs(x) < 1", call="{op}(safe)").replace("1.0)", "0.5)", 1),
    ),
    # Logarithms.
    Cure("log", _made_by(0, "softmax", "sigmoid"), _LOGITS),
    Cure(
        "log",
        _counts(0, "negative"),
        "The logarithm of a negative number is nan. Look at what made it: if rounding did, "
        "use log(maximum(x, epsilon)).",
    ),
    Cure(
        "log",
        _always,
        "log(0) is -inf, and its slope 1 / 0. Use log(x + epsilon) or log(maximum(x, epsilon)); "
        "xlogy(y, x) for y * log(x); log_softmax for probabilities.",
    ),
    Cure(
        "log1p",
        _always,
        "log1p(x) needs x > -1: use log1p(maximum(x, -1 + epsilon)).",
    ),
    Cure(
        "xlogy xlog1py xdivy",
        _always,
        "Only a first argument of 0 is taken care of: keep the second off 0 with "
        "maximum(x, epsilon).",
    ),
    # Quotients.
    Cure(
        "realdiv",
        _made_by(1, "reduce_sum", "count_nonzero", "size", "cast", "reduce_mean"),
        "What it divides by is 0: a sum, or a count over an empty selection. Use "
        "divide_no_nan(total, count), or maximum(count, 1).",
    ),
    Cure(
        "realdiv",
        _made_by(1, "sqrt", "reduce_euclidean_norm"),
        "A vector (or deviation) of length 0 can't be brought to length 1. Add epsilon under the "
        "root: x * rsqrt(reduce_sum(x * x) + epsilon), or use l2_normalize.",
    ),
    Cure(
        "realdiv",
        _counts(1, "zeros"),
        "It divides by 0. Add epsilon to the divisor, use divide_no_nan(a, b), or choose with two "
        "`where`s: a / where(b != 0, b, 1.0) inside, `where` outside. (A variance of one element "
        "with n - 1 is 0 / 0.)",
    ),
    Cure(
        "reciprocal floordiv floormod truncatediv truncatemod",
        _always,
        "It divides by 0: add epsilon to the divisor, or use divide_no_nan(1.0, x).",
    ),
    Cure(
        "rsqrt",
        _counts(0, "negative"),
        "A root of a negative number: rsqrt(maximum(x, 0) + epsilon).",
    ),
    Cure(
        "rsqrt",
        _always,
        "1 / sqrt(0) is inf. Add epsilon, as normalizations do to a variance: rsqrt(x + epsilon).",
    ),
    # Roots, powers and norms.
    Cure(
        "sqrt",
        _both(_forward, _counts(0, "negative")),
        "The root of a negative number is nan. If rounding made a variance or a distance "
        "negative, use sqrt(maximum(x, 0)), or reduce_mean(square(x - mean)) for the variance.",
    ),
    Cure(
        "sqrt",
        _both(_backward, _squares),
        "The slope of sqrt at 0 is infinite: a norm, distance or deviation of 0 (equal points, a "
        "zero vector) has no gradient. Add epsilon under the root: sqrt(x + epsilon).",
    ),
    Cure(
        "sqrt",
        _backward,
        "The slope of sqrt at 0 is infinite. Use sqrt(x + epsilon), or where(x > 0, sqrt(x), 0.0): "
        "sqrt's rule leaves a cotangent of 0 alone.",
    ),
    Cure(
        "reduce_euclidean_norm complex_abs abs",
        _backward,
        "The gradient of a norm at the zero vector is 0 / 0. Put epsilon under a root of your "
        "own: sqrt(reduce_sum(x * x) + epsilon), or drop the root: minimize the square.",
    ),
    Cure(
        "pow",
        _counts(0, "negative"),
        "A negative number to a fractional power is nan: take abs(x) or maximum(x, 0) first.",
    ),
    Cure(
        "pow",
        _counts(0, "zeros"),
        "0 to a negative power is inf, and so is the slope of x ** p at 0 for p < 1. Use "
        "(x + epsilon) ** p, or the inner `where`.",
    ),
    # Exponentials.
    Cure(
        "exp expm1 sinh cosh",
        _overflows,
        "{op} overflows: exp(x) passes {limit} at x = 88.7 in float32, 709.8 in float64. Subtract "
        "the maximum first, as softmax, log_softmax and reduce_logsumexp do; for a loss use "
        "from_logits=True.",
    ),
    Cure(
        "softmax log_softmax reduce_logsumexp",
        _always,
        "A row is -inf all along (everything is masked), or has +inf. Mask with a large finite "
        "number, such as -1e9, and keep at least one place open.",
    ),
    Cure(
        "softmax_cross_entropy sparse_softmax_cross_entropy",
        _always,
        "The logits are infinite. Look at what made them grow: a learning rate that is too large, "
        "or a mask of -inf at the label itself.",
    ),
    # Inverse functions at the ends of their domain.
    Cure(
        "acos asin",
        _always,
        "{op} is nan outside of [-1, 1], and its slope is infinite at the ends. Use "
        "clip_by_value(x, -1 + epsilon, 1 - epsilon), or atan2 for an angle between vectors.",
    ),
    Cure("atanh", _always, "atanh is infinite at -1 and 1: clip x to (-1 + epsilon, 1 - epsilon)."),
    Cure(
        "acosh",
        _always,
        "acosh needs x >= 1, and its slope is infinite at 1: maximum(x, 1 + epsilon).",
    ),
    Cure(
        "atan2 angle",
        _always,
        "At the origin an angle has no gradient, 0 / 0. Move one argument off 0 there: "
        "x = where((x == 0) & (y == 0), epsilon, x) before atan2(y, x).",
    ),
    # Products.
    Cure(
        "reduce_prod cumprod",
        _both(_backward, _counts(0, "zeros")),
        "The gradient of a product divides by its factors. Keep them off 0, or add logarithms: "
        "exp(reduce_sum(log(x + epsilon))).",
    ),
    # Matrices.
    Cure("inv solve triangular_solve det slogdet cholesky pinv matrix_rank", _always, _SINGULAR),
    Cure(
        "svd eigh eig",
        _backward,
        "The gradient of {op} divides by differences of singular values or eigenvalues, and some "
        "are equal. Add small noise to the matrix, or use the values alone.",
    ),
    Cure(
        "lgamma digamma polygamma zeta igamma igammac betainc",
        _always,
        "{op} has poles (0 and the negative integers, for gamma functions): keep x above epsilon.",
    ),
    # Infinities that meet, from masks say.
    Cure(
        "add subtract reduce_sum add_n reduce_mean cumsum sum_to_shape squared_difference",
        _infinite,
        "inf - inf is nan. An Inf that was meant met another one: mask with a large finite number "
        "(-1e9) instead of -inf, or choose with `where` instead of adding.",
    ),
    Cure(
        "multiply matmul conv square einsum_of_two",
        _infinite,
        "0 * inf is nan: a mask of zeros doesn't take an Inf away. Use where(mask, x, 0.0), or "
        "multiply_no_nan, and keep the Inf out of x where gradients are taken.",
    ),
    Cure("", _overflows, _GREW),
    Cure(
        "",
        _backward,
        "The slope of {op} isn't finite at this input. Keep the input off that point with epsilon; "
        "with a `where`, put one inside as well, around the input: one outside doesn't help "
        "the gradient.",
    ),
    Cure("", _always, "Look at the inputs' ranges above: keep them where {op} is defined."),
]
