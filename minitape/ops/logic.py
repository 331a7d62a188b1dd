"""Comparisons, logic, choice, and the bits of integers. Of these only `where` has a gradient."""

import numpy

from ..arrays import array_module, cpu, tell_look
from ..engine import alike, convert_to_tensor, primitive
from ..errors import InvalidArgumentError
from .rules import elementwise
from .types import zeros_like

# -- comparisons -----------------------------------------------------------------------------------


@elementwise(None, None, differentiable=False, cuda="x == y")
def equal(x, y):
    """x == y, elementwise."""
    return x == y


@elementwise(None, None, differentiable=False, cuda="x != y")
def not_equal(x, y):
    """x != y, elementwise."""
    return x != y


@elementwise(None, None, differentiable=False, kinds="iuf", ufunc=numpy.greater, cuda="x > y")
def greater(x, y):
    """x > y, elementwise."""


@elementwise(
    None,
    None,
    differentiable=False,
    kinds="iuf",
    plan=cpu.binary_builder(cpu.greater_equal_loop),
    ufunc=numpy.greater_equal,
    cuda="x >= y",
)
def greater_equal(x, y):
    """x >= y, elementwise."""


@elementwise(None, None, differentiable=False, kinds="iuf", ufunc=numpy.less, cuda="x < y")
def less(x, y):
    """x < y, elementwise."""


@elementwise(None, None, differentiable=False, kinds="iuf", ufunc=numpy.less_equal, cuda="x <= y")
def less_equal(x, y):
    """x <= y, elementwise."""


@elementwise(None, differentiable=False, kinds="f", ufunc=numpy.isnan, cuda="x != x")
def is_nan(x):
    """True where x is nan, elementwise."""


@elementwise(None, differentiable=False, kinds="f", ufunc=numpy.isinf, cuda="isinf(x)")
def is_inf(x):
    """True where x is infinite, elementwise."""


@elementwise(None, differentiable=False, kinds="f", ufunc=numpy.isfinite, cuda="isfinite(x)")
def is_finite(x):
    """True where x is neither nan nor infinite, elementwise."""


@primitive(differentiable=False, kinds="iuf")
def _is_non_decreasing(x):
    x = x.reshape(-1)
    return (x[1:] >= x[:-1]).all()


def is_non_decreasing(x, name=None):
    """Whether no element is smaller than the one before it, the tensor read row by row.

    True of none and of one element.

    Raises:
        TypeError: x holds no numbers.
    """
    return _is_non_decreasing(_numeric(x))


@primitive(differentiable=False, kinds="iuf")
def _is_strictly_increasing(x):
    x = x.reshape(-1)
    return (x[1:] > x[:-1]).all()


def is_strictly_increasing(x, name=None):
    """Whether each element is larger than the one before it, the tensor read row by row.

    True of none and of one element.

    Raises:
        TypeError: x holds no numbers.
    """
    return _is_strictly_increasing(_numeric(x))


def _numeric(x):
    x = convert_to_tensor(x)
    if x.dtype.is_bool or x.dtype.name == "string":
        raise TypeError(f"Expected x to be numeric. Received: a {x.dtype.name} tensor, {x!r}.")
    return x


# -- logic -----------------------------------------------------------------------------------------


@elementwise(None, None, differentiable=False, kinds="b")
def logical_and(x, y):
    """True where both are true, elementwise."""
    return x & y


@elementwise(None, None, differentiable=False, kinds="b")
def logical_or(x, y):
    """True where either is true, elementwise."""
    return x | y


@elementwise(None, None, differentiable=False, kinds="b")
def logical_xor(x, y):
    """True where one is true and the other is not, elementwise."""
    return x ^ y


@elementwise(None, differentiable=False, kinds="b")
def logical_not(x):
    """True where x is false, elementwise."""
    return ~x


# -- choice ----------------------------------------------------------------------------------------


@elementwise(
    None,
    lambda g, z, condition, x, y: where(condition, g, zeros_like(g)),
    lambda g, z, condition, x, y: where(condition, zeros_like(g), g),
    cpu=cpu.where,
    mixed=True,
    kinds="b",
    cuda="condition ? x : y",
)
def _where(condition, x, y):
    return array_module(x).where(condition, x, y)


def kept(x, condition):
    """The array x where the condition, of its shape, is true; 0 elsewhere.

    As `where`, but some ten times as fast on a random condition, which no processor's branch
    predictor foresees: the bits of x are multiplied by 1 or 0. (0 times an infinite x would be
    NaN, so x itself can't be.)
    """
    return (x.view(f"int{8 * x.dtype.itemsize}") * condition).view(x.dtype)


@primitive(differentiable=False, kinds="biufc")
def _where_true(condition):
    return array_module(condition).argwhere(condition)


def where(condition, x=None, y=None, name=None):
    """x where the condition is true, y where it is false, elementwise and broadcast.

    With the condition alone: the indices of its true elements, one row each (int64).

    Raises:
        ValueError: x is given without y, or y without x.
        InvalidArgumentError: a condition that holds no booleans, different dtypes, or shapes that
            don't broadcast; a condition alone that has no axes.
    """
    condition = convert_to_tensor(condition)
    if x is None and y is None:
        if not condition.ndim:
            raise InvalidArgumentError(
                f"where: a condition alone must have at least one axis. Received: {condition!r}."
            )
        tell_look(condition)  # its elements are the length of the result
        return _where_true(condition)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    x, y = alike(x, y)
    if x.dtype != y.dtype:
        raise InvalidArgumentError(
            f"where: x and y must have the same dtype. Received: {x.dtype.name} and "
            f"{y.dtype.name}. Tensors are never promoted: convert one with minitape.cast."
        )
    return _where(condition, x, y)


# -- bits of integers ------------------------------------------------------------------------------


@elementwise(None, None, differentiable=False, kinds="iu")
def bitwise_and(x, y):
    """The bits that are set in both, elementwise."""
    return x & y


@elementwise(None, None, differentiable=False, kinds="iu")
def bitwise_or(x, y):
    """The bits that are set in either, elementwise."""
    return x | y


@elementwise(None, None, differentiable=False, kinds="iu")
def bitwise_xor(x, y):
    """The bits that are set in one and not in the other, elementwise."""
    return x ^ y


@elementwise(None, differentiable=False, kinds="iu")
def invert(x):
    """The bits that are not set, elementwise."""
    return ~x


@elementwise(None, None, differentiable=False, kinds="iu")
def left_shift(x, y):
    """x with its bits moved y places up, elementwise; y is limited to what x has bits for."""
    return x << _places(y)


@elementwise(None, None, differentiable=False, kinds="iu")
def right_shift(x, y):
    """x with its bits moved y places down, elementwise; y is limited to what x has bits for.

    A negative number keeps its sign.
    """
    return x >> _places(y)


def _places(y):
    return array_module(y).clip(y, 0, 8 * y.dtype.itemsize - 1)
