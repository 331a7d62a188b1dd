"""Python's operators on tensors and variables: `x * y`, `x @ w`, `x[1:]` and the rest."""

from ..engine import Tensor, Variable
from . import index, linalg, math, variable


def _unary(op):
    return lambda self: op(self)


def _binary(op):
    # An op is an object, and Python binds only functions as methods.
    return lambda self, other: op(self, other)


def _swapped(op):
    return lambda self, other: op(other, self)


def _equal(self, other):
    return NotImplemented if other is None else math.equal(self, other)


def _not_equal(self, other):
    return NotImplemented if other is None else math.not_equal(self, other)


OPERATORS = {
    "__add__": math.add,
    "__radd__": _swapped(math.add),
    "__sub__": math.subtract,
    "__rsub__": _swapped(math.subtract),
    "__mul__": math.multiply,
    "__rmul__": _swapped(math.multiply),
    "__truediv__": math.divide,
    "__rtruediv__": _swapped(math.divide),
    "__floordiv__": _binary(math.floordiv),
    "__rfloordiv__": _swapped(math.floordiv),
    "__mod__": math.floormod,
    "__rmod__": _swapped(math.floormod),
    "__pow__": math.pow,
    "__rpow__": _swapped(math.pow),
    "__matmul__": linalg.matmul,
    "__rmatmul__": _swapped(linalg.matmul),
    "__neg__": math.negative,
    "__abs__": math.abs,
    "__lt__": math.less,
    "__le__": math.less_equal,
    "__gt__": math.greater,
    "__ge__": math.greater_equal,
    "__eq__": _equal,
    "__ne__": _not_equal,
    "__and__": _binary(math.logical_and),
    "__rand__": _swapped(math.logical_and),
    "__or__": _binary(math.logical_or),
    "__ror__": _swapped(math.logical_or),
    "__invert__": _unary(math.logical_not),
    "__getitem__": index.getitem,
}


def install(cls: type) -> None:
    """Gives a class of tensors Python's operators."""
    for name, operator in OPERATORS.items():
        setattr(cls, name, operator)


def _no_assignment(self, value):
    raise RuntimeError(
        "`variable += value` would make a tensor of the variable. Use `variable.assign_add(value)` "
        "to change it, or `out = variable + value` to get a tensor."
    )


install(Tensor)
install(Variable)
for _name in ("__iadd__", "__isub__", "__imul__", "__itruediv__", "__ipow__"):
    setattr(Variable, _name, _no_assignment)
for _name, _method in variable.METHODS.items():
    setattr(Variable, _name, _method)
