"""Running sums, products and log-sum-exps along an axis.

`exclusive` is said once: what an inclusive result holds, shifted by one place.
"""

import math

from ..arrays import array_module
from ..engine import convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .array import from_front
from .math import exp


@primitive
def shift(x, *, axis, reverse, fill):
    """x moved one place along the axis, towards the front if `reverse`; `fill` follows."""
    moved = array_module(x).full_like(x, fill)
    first, last = slice(None, -1), slice(1, None)
    source, target = (last, first) if reverse else (first, last)
    before = (slice(None),) * axis
    moved[(*before, target)] = x[(*before, source)]
    return moved


shift.defvjp(
    lambda g, y, x, *, axis, reverse, fill: shift(g, axis=axis, reverse=not reverse, fill=0)
)
shift.defjvp(lambda t, y, x, *, axis, reverse, fill: shift(t, axis=axis, reverse=reverse, fill=0))


@primitive
def recurrence(factors, terms, *, axis, reverse):
    """s with s[k] = factors[k] * s[k - 1] + terms[k] along an axis, from its end if `reverse`.

    The gradient of every running product or weighted sum is such an s. Nothing is divided by, so
    that zeros do no harm; and it is its own derivative, in the other direction.
    """
    xp = array_module(terms)
    result = terms.copy()
    a, s = xp.moveaxis(factors, axis, 0), xp.moveaxis(result, axis, 0)
    if reverse:
        a, s = a[::-1], s[::-1]
    for k in range(1, len(s)):
        s[k] += a[k] * s[k - 1]
    return result


def _pulled(g, factors, axis, reverse):
    """The cotangent of the terms."""
    following = shift(factors, axis=axis, reverse=not reverse, fill=0)
    return recurrence(following, g, axis=axis, reverse=not reverse)


recurrence.defvjp(
    lambda g, s, factors, terms, *, axis, reverse: (
        _pulled(g, factors, axis, reverse) * shift(s, axis=axis, reverse=reverse, fill=0)
    ),
    lambda g, s, factors, terms, *, axis, reverse: _pulled(g, factors, axis, reverse),
)
recurrence.defjvp(
    lambda t, s, factors, terms, *, axis, reverse: recurrence(
        factors, t * shift(s, axis=axis, reverse=reverse, fill=0), axis=axis, reverse=reverse
    ),
    lambda t, s, factors, terms, *, axis, reverse: recurrence(
        factors, t, axis=axis, reverse=reverse
    ),
)


def _turned(x, axis, reverse):
    """A raw array, read from the end of its axis if `reverse`."""
    return array_module(x).flip(x, axis) if reverse else x


def _cumulative(op, x, axis, exclusive, reverse, neutral):
    """The running result, or that without the element itself: `neutral` of no elements."""
    x = convert_to_tensor(x)
    place = convert_to_tensor(axis)
    if place.dtype.is_floating:
        raise TypeError(f"{op.name}: axis must be an integer. Received: {axis!r}.")
    if place.ndim:
        raise InvalidArgumentError(f"{op.name}: axis must be a scalar. Received: {axis!r}.")
    axis, reverse = from_front(op.name, int(place), x.ndim), bool(reverse)
    y = op(x, axis=axis, reverse=reverse)
    return shift(y, axis=axis, reverse=reverse, fill=neutral) if exclusive else y


@primitive(kinds="iufc")
def _cumsum(x, *, axis, reverse):
    total = _turned(x, axis, reverse).cumsum(axis=axis, dtype=x.dtype)
    return _turned(total, axis, reverse)


_cumsum.linear(lambda g, y, x, *, axis, reverse: _cumsum(g, axis=axis, reverse=not reverse))


def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    """The running sum along an axis.

    Args:
        x: numbers.
        axis: one axis.
        exclusive: whether each sum is that of the elements before, without the element itself.
        reverse: whether it runs from the end.
        name: not used.

    Raises:
        InvalidArgumentError: there is no such axis.
    """
    return _cumulative(_cumsum, x, axis, exclusive, reverse, 0)


@primitive(kinds="iufc")
def _cumprod(x, *, axis, reverse):
    product = _turned(x, axis, reverse).cumprod(axis=axis, dtype=x.dtype)
    return _turned(product, axis, reverse)


def _before(y, axis, reverse):
    """The running products without the element itself."""
    return shift(y, axis=axis, reverse=reverse, fill=1)


# y[k] = y[k - 1] * x[k], so that x[k] gets y[k - 1] (g[k] + x[k + 1] (g[k + 1] + x[k + 2] (...))).
_cumprod.defvjp(
    lambda g, y, x, *, axis, reverse: _before(y, axis, reverse) * _pulled(g, x, axis, reverse)
)
_cumprod.defjvp(
    lambda t, y, x, *, axis, reverse: recurrence(
        x, t * _before(y, axis, reverse), axis=axis, reverse=reverse
    )
)


def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    """The running product along an axis; its gradient is right also where factors are 0.

    Args:
        x: numbers.
        axis: one axis.
        exclusive: whether each product is that of the elements before, without the element itself.
        reverse: whether it runs from the end.
        name: not used.

    Raises:
        InvalidArgumentError: there is no such axis.
    """
    return _cumulative(_cumprod, x, axis, exclusive, reverse, 1)


@primitive(kinds="f")
def _cumulative_logsumexp(x, *, axis, reverse):
    total = array_module(x).logaddexp.accumulate(_turned(x, axis, reverse), axis=axis)
    return _turned(total, axis, reverse)


# x[k] gets exp(x[k] - y[k]) (g[k] + exp(y[k] - y[k + 1]) (g[k + 1] + ...)): no exponent is above 0.
def _cumulative_logsumexp_vjp(g, y, x, *, axis, reverse):
    factors = exp(y - shift(y, axis=axis, reverse=not reverse, fill=math.inf))
    return exp(x - y) * recurrence(factors, g, axis=axis, reverse=not reverse)


def _cumulative_logsumexp_jvp(t, y, x, *, axis, reverse):
    factors = exp(shift(y, axis=axis, reverse=reverse, fill=-math.inf) - y)
    return recurrence(factors, exp(x - y) * t, axis=axis, reverse=reverse)


_cumulative_logsumexp.defvjp(_cumulative_logsumexp_vjp)
_cumulative_logsumexp.defjvp(_cumulative_logsumexp_jvp)


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """log(cumsum(exp(x))) along an axis, without overflow.

    Args:
        x: floats.
        axis: one axis.
        exclusive: whether each is that of the elements before, without the element itself.
        reverse: whether it runs from the end.
        name: not used.

    Raises:
        InvalidArgumentError: there is no such axis.
    """
    return _cumulative(_cumulative_logsumexp, x, axis, exclusive, reverse, -math.inf)
