"""Reductions along axes: sums, means, extremes, and the positions of extremes."""

import math

from ..arrays import array_module, as_dtype
from ..engine import convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import reshape, stop_gradient
from .logic import equal, is_finite, where
from .math import cast, exp, log, zeros_like
from .rules import broadcast_to


def axes_of(x, axis) -> tuple[int, ...]:
    """The axes meant by None (all), a number, a list or a tensor, counted from the front."""
    if axis is None:
        return tuple(range(x.ndim))
    if hasattr(axis, "numpy"):
        axis = axis.numpy().tolist()
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
    for a in axes:
        if not -x.ndim <= int(a) < x.ndim:
            raise InvalidArgumentError(
                f"Invalid reduction dimension ({a} for input with {x.ndim} dimension(s)), "
                f"expected one from {-x.ndim} to {x.ndim - 1}."
            )
    return tuple(int(a) % x.ndim for a in axes)


def _kept(x, axis) -> tuple[int, ...]:
    """The shape of a reduction that keeps its axes, with length 1."""
    return tuple(1 if i in axis else n for i, n in enumerate(x.array.shape))


def _spread(g, x, axis, keepdims):
    """A reduction's cotangent, repeated along the reduced axes to the input's shape."""
    if not keepdims:
        g = reshape(g, _kept(x, axis))
    return broadcast_to(g, shape=x.array.shape)


def _number(result, x):
    """The reduction in the input's own dtype (NumPy widens small integers)."""
    return result.astype(x.dtype, copy=False)


@primitive
def _reduce_sum(x, *, axis, keepdims):
    return _number(x.sum(axis=axis, keepdims=keepdims), x)


_reduce_sum.linear(lambda g, y, x, *, axis, keepdims: _spread(g, x, axis, keepdims))


def reduce_sum(input_tensor, axis=None, keepdims=False, name=None):
    """The sum of the elements along `axis` (all axes unless given)."""
    x = convert_to_tensor(input_tensor)
    return _reduce_sum(x, axis=axes_of(x, axis), keepdims=bool(keepdims))


@primitive
def _reduce_mean(x, *, axis, keepdims):
    return mean_array(x, axis, keepdims)


def mean_array(x, axis, keepdims=True):
    """The mean of a raw array along axes, in its dtype: nan of no floats, integers cut."""
    count = math.prod(x.shape[a] for a in axis)
    # float16 is added in float32, as in TensorFlow.
    wide = "float32" if x.dtype == "float16" else None
    total = x.sum(axis=axis, keepdims=keepdims, dtype=wide)
    if x.dtype.kind in "fc":
        return _number(total / count, x)
    xp = array_module(x)
    return _number(xp.sign(total) * (xp.abs(total) // count), x)  # rounded towards zero


_reduce_mean.linear(
    lambda g, y, x, *, axis, keepdims: _spread(
        g * (max(y.shape.num_elements(), 1) / max(x.shape.num_elements(), 1)), x, axis, keepdims
    )
)


def reduce_mean(input_tensor, axis=None, keepdims=False, name=None):
    """The mean of the elements along `axis` (all axes unless given); nan where there are none."""
    x = convert_to_tensor(input_tensor)
    return _reduce_mean(x, axis=axes_of(x, axis), keepdims=bool(keepdims))


def _to_extremes(g, y, x, *, axis, keepdims):
    """The cotangent goes to the extreme elements, in equal parts where several are equal."""
    kept = _kept(x, axis)
    extreme = cast(equal(x, reshape(y, kept)), x.dtype)
    ties = _reduce_sum(extreme, axis=axis, keepdims=True)
    return extreme * (reshape(g, kept) / ties)


def _from_extremes(t, y, x, *, axis, keepdims):
    extreme = cast(equal(x, reshape(y, _kept(x, axis))), x.dtype)
    ties = _reduce_sum(extreme, axis=axis, keepdims=keepdims)
    return _reduce_sum(extreme * t, axis=axis, keepdims=keepdims) / ties


@primitive
def _reduce_max(x, *, axis, keepdims):
    if 0 in x.shape:
        return _of_nothing(x, axis, keepdims, _limits(x.dtype)[0])
    return x.max(axis=axis, keepdims=keepdims)


@primitive
def _reduce_min(x, *, axis, keepdims):
    if 0 in x.shape:
        return _of_nothing(x, axis, keepdims, _limits(x.dtype)[1])
    return x.min(axis=axis, keepdims=keepdims)


def _of_nothing(x, axis, keepdims, value):
    """The extreme of no elements, in the shape that any reduction would have."""
    return array_module(x).full_like(x.sum(axis=axis, keepdims=keepdims), value, dtype=x.dtype)


def _limits(dtype):
    """The smallest and the largest value: what the extremes of no elements are."""
    infinity = float("inf")
    return (
        (-infinity, infinity) if dtype.kind == "f" else (as_dtype(dtype).min, as_dtype(dtype).max)
    )


for _extreme in (_reduce_max, _reduce_min):
    _extreme.defvjp(_to_extremes)
    _extreme.defjvp(_from_extremes)


def reduce_max(input_tensor, axis=None, keepdims=False, name=None):
    """The largest element along `axis`; equal ones share the gradient. -inf of no elements."""
    x = convert_to_tensor(input_tensor)
    return _reduce_max(x, axis=axes_of(x, axis), keepdims=bool(keepdims))


def reduce_min(input_tensor, axis=None, keepdims=False, name=None):
    """The smallest element along `axis`; equal ones share the gradient. inf of no elements."""
    x = convert_to_tensor(input_tensor)
    return _reduce_min(x, axis=axes_of(x, axis), keepdims=bool(keepdims))


@primitive(differentiable=False, kinds="b")
def _reduce_any(x, *, axis, keepdims):
    return x.any(axis=axis, keepdims=keepdims)


def reduce_any(input_tensor, axis=None, keepdims=False, name=None):
    """True where any element along `axis` is true."""
    x = convert_to_tensor(input_tensor)
    return _reduce_any(x, axis=axes_of(x, axis), keepdims=bool(keepdims))


@primitive(differentiable=False, kinds="b")
def _reduce_all(x, *, axis, keepdims):
    return x.all(axis=axis, keepdims=keepdims)


def reduce_all(input_tensor, axis=None, keepdims=False, name=None):
    """True where all elements along `axis` are true."""
    x = convert_to_tensor(input_tensor)
    return _reduce_all(x, axis=axes_of(x, axis), keepdims=bool(keepdims))


def reduce_logsumexp(input_tensor, axis=None, keepdims=False, name=None):
    """log(sum(exp(x))) along `axis`, without overflow: the maximum is taken out first."""
    x = convert_to_tensor(input_tensor)
    axes = axes_of(x, axis)
    largest = stop_gradient(_reduce_max(x, axis=axes, keepdims=True))
    largest = where(is_finite(largest), largest, zeros_like(largest))
    total = log(_reduce_sum(exp(x - largest), axis=axes, keepdims=True)) + largest
    if keepdims:
        return total
    return reshape(total, tuple(n for i, n in enumerate(x.shape) if i not in axes))


@primitive(differentiable=False)
def _argmax(x, *, axis):
    return x.argmax(axis=axis)


def argmax(input, axis=None, output_type="int64", name=None):
    """The position of the largest element along `axis` (0 unless given); the first of equals."""
    return cast(_argmax(input, axis=0 if axis is None else int(axis)), output_type)


@primitive(differentiable=False)
def _argmin(x, *, axis):
    return x.argmin(axis=axis)


def argmin(input, axis=None, output_type="int64", name=None):
    """The position of the smallest element along `axis` (0 unless given); the first of equals."""
    return cast(_argmin(input, axis=0 if axis is None else int(axis)), output_type)
