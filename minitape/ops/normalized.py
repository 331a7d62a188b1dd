"""Normalization as one op, for a card.

On the CPU the ops that it is made of are quicker one by one: in a function they become part of what
is before and after them. On a card they would be ten launches, and as many on the way back.
"""

from collections.abc import Callable
from functools import wraps
from math import prod

import numpy

from ..arrays import CPU, beside, cuda, device_of
from ..engine import GradientTape, Tensor, only, primitive
from .array import reshape, stop_gradient
from .math import rsqrt
from .normalization import moments
from .reduce import reduce_mean, reduce_sum
from .types import cast


def _of_arrays(formula: Callable) -> Callable:
    """A formula, which is written in ops, as the forward of a primitive."""

    @wraps(formula)
    def forward(*arrays, **params):
        with only(()):
            return tuple(y.array for y in formula(*map(Tensor, arrays), **params))

    return forward


def _normalized(x, gamma, beta, *, axis, epsilon):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta of a matrix, its mean and variance."""
    mean, variance = moments(x, axis, keepdims=True)
    y = (x - mean) * rsqrt(variance + epsilon) * gamma + beta
    return y, reshape(mean, (-1,)), reshape(variance, (-1,))


def _normalized_grad(g, x, gamma, mean, variance, *, axis, epsilon):
    """The cotangents of x, gamma and beta, for that of y."""
    mean, variance = moments(x, axis, keepdims=True)  # of x, or a derivative would miss them
    factor = rsqrt(variance + epsilon)
    z, h = (x - mean) * factor, g * gamma
    of_h, of_hz = (reduce_mean(t, axis, keepdims=True) for t in (h, h * z))
    return (h - of_h - z * of_hz) * factor, reduce_sum(g * z, 0), reduce_sum(g, 0)


_op = primitive(_of_arrays(_normalized), kinds="f")
_grad_op = primitive(_of_arrays(_normalized_grad), kinds="f")
_op.defkernel(cuda=cuda.normalize)
_grad_op.defkernel(cuda=cuda.normalize_grad)


# Nothing comes back through mean and variance: `normalized_on_card` gives them as constants.
def _op_vjp(g, y, x, gamma, beta, **params):
    return list(_grad_op(g[0], x, gamma, y[1], y[2], **params))


def _grad_op_vjp(cotangents, y, g, x, gamma, mean, variance, **params):
    with GradientTape() as tape:
        tape.watch([g, x, gamma])
        found = _normalized_grad(g, x, gamma, mean, variance, **params)
    return [*tape.gradient(found, [g, x, gamma], cotangents), None, None]


_op.defvjp_all(_op_vjp)
_grad_op.defvjp_all(_grad_op_vjp)


def normalized_on_card(x, gamma, beta, axes, epsilon):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, mean and variance, if x is on a card.

    There are kernels for floats in two cases: along the last axes, with a gamma and a beta of
    their shape; and along all axes but the last, with a number of each for the last one's places.

    Args:
        x: a tensor.
        gamma: a weight, or None for ones.
        beta: a weight, or None for zeros.
        axes: along which mean and variance are taken, from the front.
        epsilon: added to the variance.

    Returns:
        The result, and the mean and variance as constants; None where there is no kernel.
    """
    if type(x) is not Tensor or device_of(x.array) == CPU or x.dtype not in ("float32", "float64"):
        return None
    axes, every = list(axes), list(range(x.ndim))
    if not axes or 0 in x.shape:
        return None
    if axes == every[x.ndim - len(axes) :]:
        axis, own = 1, x.shape[x.ndim - len(axes) :]
    elif axes == every[:-1]:
        axis, own = 0, x.shape[-1:]
    else:
        return None
    columns = prod(own)
    gamma, beta = (
        _full(columns, value, x) if weight is None else reshape(cast(weight, x.dtype), (columns,))
        for weight, value in ((gamma, 1), (beta, 0))
    )
    matrix = reshape(x, (-1, columns))
    y, mean, variance = _op(matrix, gamma, beta, axis=axis, epsilon=epsilon)
    return reshape(y, x.shape), stop_gradient(mean), stop_gradient(variance)


def _full(size: int, value: int, x):
    """A constant beside x, with that in each place."""
    return Tensor(beside(numpy.full(size, value, x.array.dtype), x.array))
