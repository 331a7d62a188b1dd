"""Reductions along axes: sums, means, extremes, and the positions of extremes."""

import math
from typing import Any

from ..arrays import array_module, as_dtype, cpu, cuda, with_kernel
from ..engine import conj, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import from_front, reshape, stop_gradient, transpose
from .cumulative import cumprod
from .logic import equal, is_finite, where
from .math import exp, log, sqrt
from .rules import broadcast_to
from .types import cast, zeros_like


def axes_of(x, axis) -> tuple[int, ...]:
    """The axes meant by None (all), a number, a list or a tensor, counted from the front.

    Raises:
        InvalidArgumentError: there is no such axis, or it is named twice.
    """
    count = x.ndim
    if axis is None:
        return tuple(range(count))
    if type(axis) is int:
        axes = [axis]
    elif isinstance(axis, (list, tuple)) and set(map(type, axis)) <= {int}:
        axes = list(axis)
    else:
        axis = convert_to_tensor(axis)
        if not axis.dtype.is_integer and not axis.dtype.is_bool and axis.shape.num_elements():
            raise TypeError(f"An axis must be an integer. Received: {axis!r}.")
        axes = [int(a) for a in axis.numpy().ravel()]
    for a in axes:
        if not -count <= a < count:
            raise InvalidArgumentError(
                f"Invalid reduction dimension ({a} for input with {count} dimension(s)), "
                f"expected one from {-count} to {count - 1}."
            )
    found = tuple([a % count for a in axes])
    if len(found) > 1 and len(set(found)) < len(found):
        raise InvalidArgumentError(
            f"Invalid reduction arguments: each axis must be named once. Received: {axes} (of "
            f"{count} axes)."
        )
    return found


def _kept(x, axis) -> tuple[int, ...]:
    """The shape of a reduction that keeps its axes, with length 1."""
    return tuple(1 if i in axis else n for i, n in enumerate(x.array.shape))


def without_axes(y, axis, keepdims):
    """A reduction's result that kept its axes; without them unless `keepdims`."""
    if keepdims:
        return y
    return reshape(y, tuple(n for i, n in enumerate(y.shape) if i not in axis))


def _spread(g, x, axis, keepdims):
    """A reduction's cotangent, repeated along the reduced axes to the input's shape."""
    if not keepdims:
        g = reshape(g, _kept(x, axis))
    return broadcast_to(g, shape=x.array.shape)


def _number(result, x):
    """The reduction in the input's own dtype (NumPy widens small integers)."""
    return result if result.dtype is x.dtype else result.astype(x.dtype)


def _total(x, axis, keepdims):
    """The sum of a raw array; that of float16 is added in float32, so that it can't overflow."""
    # Of the ufunc: the method's warnings about inf - inf would come from within NumPy.
    add = array_module(x).add
    return add.reduce(
        x, axis=axis, keepdims=keepdims, dtype="float32" if x.dtype.char == "e" else None
    )


_LONG_ROW = 1024  # NumPy adds such rows as quickly as a kernel


def _total_kernel(x, axis, keepdims):
    if not keeps_the_last(x, axis) or x.shape[-1] > _LONG_ROW:
        return NotImplemented
    total = cpu.sum_to_shape(x, shape=x.shape[-1:])
    if keepdims and total is not NotImplemented:
        total = total.reshape(*[1] * len(axis), -1)
    return total


_total = with_kernel(_total, _total_kernel, cuda.total)


def keeps_the_last(x, axis) -> bool:
    """Whether these are all axes but the last, which for images is that of the channels."""
    return len(axis) == x.ndim - 1 and axis == tuple(range(x.ndim - 1))


@primitive(kinds="iufc")
@cpu.planned_by(cpu.sum_builder)
def _reduce_sum(x, *, axis, keepdims):
    return _number(_total(x, axis, keepdims), x)


_reduce_sum.linear(lambda g, y, x, *, axis, keepdims: _spread(g, x, axis, keepdims))


def reduce_sum(input_tensor, axis=None, keepdims=False, name=None):
    """The sum of the elements along `axis` (all axes unless given)."""
    x = convert_to_tensor(input_tensor)
    return _reduce_sum(x, axis=axes_of(x, axis), keepdims=bool(keepdims))


@primitive(kinds="iufc")
@cpu.planned_by(cpu.mean_builder)
def _reduce_mean(x, *, axis, keepdims):
    return mean_array(x, axis, keepdims)


def mean_array(x, axis, keepdims=True):
    """The mean of a raw array along axes, in its dtype: nan of no floats, integers cut."""
    count = math.prod([x.shape[a] for a in axis])
    total = _total(x, axis, keepdims)
    if x.dtype.kind in "fc":
        return _number(total / count, x)
    xp = array_module(x)
    return _number(xp.sign(total) * (xp.abs(total) // max(count, 1)), x)  # rounded towards zero


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
    if 0 in x.shape:
        return zeros_like(y)
    extreme = cast(equal(x, reshape(y, _kept(x, axis))), x.dtype)
    ties = _reduce_sum(extreme, axis=axis, keepdims=keepdims)
    return _reduce_sum(extreme * t, axis=axis, keepdims=keepdims) / ties


@primitive(kinds="iuf")
def _reduce_max(x, *, axis, keepdims):
    if 0 in x.shape:
        return _of_nothing(x, axis, keepdims, _limits(x.dtype)[0])
    return x.max(axis=axis, keepdims=keepdims)


_reduce_max.defkernel(cuda=cuda.largest)


@primitive(kinds="iuf")
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


def _all_others(x, axis):
    """For each element the product of all others along the axes, right also where some are 0."""
    order = (*axis, *(i for i in range(x.ndim) if i not in axis))
    moved = transpose(x, order)
    count = math.prod(moved.shape[: len(axis)])
    rows = reshape(moved, (count, math.prod(moved.shape[len(axis) :])))
    product = cumprod(rows, exclusive=True) * cumprod(rows, exclusive=True, reverse=True)
    return transpose(reshape(product, moved.shape), sorted(range(x.ndim), key=order.__getitem__))


@primitive(kinds="iufc")
def _reduce_prod(x, *, axis, keepdims):
    # Of the ufunc, as in _total.
    return _number(array_module(x).multiply.reduce(x, axis=axis, keepdims=keepdims), x)


_reduce_prod.defvjp(
    lambda g, y, x, *, axis, keepdims: _spread(g, x, axis, keepdims) * _all_others(x, axis)
)
_reduce_prod.defjvp(
    lambda t, y, x, *, axis, keepdims: _reduce_sum(
        t * _all_others(x, axis), axis=axis, keepdims=keepdims
    )
)


def reduce_prod(input_tensor, axis=None, keepdims=False, name=None):
    """The product of the elements along `axis` (all axes unless given); 1 of no elements."""
    x = convert_to_tensor(input_tensor)
    return _reduce_prod(x, axis=axes_of(x, axis), keepdims=bool(keepdims))


def _real_part(x):
    """A complex tensor without its imaginary part, and a real one as it is."""
    return cast(cast(x, x.dtype.real_dtype), x.dtype)


# At 0 the gradient is 0 / 0: nan, as in TensorFlow.
@primitive(kinds="iufc")
def _reduce_euclidean_norm(x, *, axis, keepdims):
    xp = array_module(x)
    squares = x.real * x.real + x.imag * x.imag if x.dtype.kind == "c" else x * x
    total = _number(squares.sum(axis=axis, keepdims=keepdims), squares)
    return _number(xp.sqrt(total), x)


_reduce_euclidean_norm.defvjp(
    lambda g, y, x, *, axis, keepdims: _spread(_real_part(g) / y, x, axis, keepdims) * conj(x)
)
_reduce_euclidean_norm.defjvp(
    lambda t, y, x, *, axis, keepdims: (
        _real_part(_reduce_sum(conj(x) * t, axis=axis, keepdims=keepdims)) / y
    )
)


def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None):
    """sqrt(sum(|x|**2)) along `axis` (all axes unless given), in the input's dtype.

    Its gradient at 0 is nan. The root of integers is cut to an integer.
    """
    x = convert_to_tensor(input_tensor)
    return _reduce_euclidean_norm(x, axis=axes_of(x, axis), keepdims=bool(keepdims))


def reduce_variance(input_tensor, axis=None, keepdims=False, name=None):
    """mean(|x - mean(x)|**2) along `axis` (all axes unless given); of complex numbers it is real.

    Raises:
        TypeError: the input holds integers.
    """
    x = convert_to_tensor(input_tensor)
    distance = x - reduce_mean(x, axis, keepdims=True)
    if x.dtype.is_integer:
        raise TypeError(
            f"A variance or deviation is that of floats or complex numbers. Received: "
            f"{x.dtype.name}. Convert it with minitape.cast."
        )
    square = distance * conj(distance) if x.dtype.is_complex else distance * distance
    return reduce_mean(cast(square, x.dtype.real_dtype), axis, keepdims)


def reduce_std(input_tensor, axis=None, keepdims=False, name=None):
    """The standard deviation, sqrt(variance), along `axis` (all axes unless given).

    Its gradient is nan where all elements are equal.

    Raises:
        TypeError: the input holds integers.
    """
    return sqrt(reduce_variance(input_tensor, axis, keepdims))


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
    return without_axes(total, axes, keepdims)


@primitive(differentiable=False)
def _count_nonzero(x, *, axis, keepdims):
    zero: Any = b"" if x.dtype.kind == "O" else 0
    return (x != zero).sum(axis=axis, keepdims=keepdims, dtype="int64")


def count_nonzero(input, axis=None, keepdims=None, dtype="int64", name=None):
    """How many elements along `axis` (all axes unless given) are not 0; nan isn't, "" is."""
    x = convert_to_tensor(input)
    return cast(_count_nonzero(x, axis=axes_of(x, axis), keepdims=bool(keepdims)), dtype)


def zero_fraction(value, name=None):
    """The share of zeros among all elements, as float32; nan where there are none."""
    x = convert_to_tensor(value)
    size = x.shape.num_elements()
    return cast(size - count_nonzero(x), "float32") / size


def _position(op, input, axis, output_type):
    """The position that `op` finds along one axis, in a type of integers."""
    x, output_type = convert_to_tensor(input), as_dtype(output_type)
    axis = 0 if axis is None else axis
    if isinstance(axis, (float, list, tuple)):
        raise TypeError(f"{op.name}: axis must be one integer. Received: {axis!r}.")
    if hasattr(axis, "ndim") and axis.ndim:
        raise InvalidArgumentError(f"{op.name}: axis must be a scalar. Received: {axis!r}.")
    axis = from_front(op.name, int(axis), x.ndim)
    if not output_type.is_integer:
        raise InvalidArgumentError(
            f"{op.name}: output_type must be an integer type. Received: {output_type.name}."
        )
    return cast(op(x, axis=axis), output_type)


def _number_or(value, x):
    """A raw array with `value` in place of nan, which is no extreme."""
    return array_module(x).where(x == x, x, value) if x.dtype.kind == "f" else x


@primitive(differentiable=False, kinds="iufb")
def _argmax(x, *, axis):
    return _number_or(-math.inf, x).argmax(axis=axis)


def argmax(input, axis=None, output_type="int64", name=None):
    """The position of the largest element along `axis` (0 unless given); the first of equals.

    Elements that are nan are passed over.

    Raises:
        InvalidArgumentError: the axis is out of range or of length 0.
    """
    return _position(_argmax, input, axis, output_type)


@primitive(differentiable=False, kinds="iufb")
def _argmin(x, *, axis):
    return _number_or(math.inf, x).argmin(axis=axis)


def argmin(input, axis=None, output_type="int64", name=None):
    """The position of the smallest element along `axis` (0 unless given); the first of equals.

    Elements that are nan are passed over.

    Raises:
        InvalidArgumentError: the axis is out of range or of length 0.
    """
    return _position(_argmin, input, axis, output_type)
