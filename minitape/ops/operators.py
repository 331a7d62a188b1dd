"""Python's operators on tensors and variables: `x * y`, `x @ w`, `x[1:]` and the rest."""

from ..engine import Tensor, Variable, alike
from ..errors import InvalidArgumentError
from . import index, linalg, logic, math, variable
from .array import constant, cpu, gpu


def _swapped(op):
    return lambda self, other: op(other, self)


def _by_type(of_booleans, of_integers):
    """An operator that is logic on booleans, and works on the bits of integers."""

    def operator(self, *other):
        return (of_booleans if self.dtype.is_bool else of_integers)(self, *other)

    return operator


def _comparison(op, otherwise: bool):
    """Equality that is False for shapes that don't broadcast; the functions raise there."""

    def operator(self, other):
        if other is None:
            return NotImplemented
        try:
            return op(self, other)
        except InvalidArgumentError:
            x, y = alike(self, other)
            if x.dtype != y.dtype:
                raise
            return constant(otherwise)

    return operator


# All three are symmetric: from the left and from the right they are the same.
_and = _by_type(logic.logical_and, logic.bitwise_and)
_or = _by_type(logic.logical_or, logic.bitwise_or)
_xor = _by_type(logic.logical_xor, logic.bitwise_xor)

OPERATORS = {
    "__add__": math.add,
    "__radd__": _swapped(math.add),
    "__sub__": math.subtract,
    "__rsub__": _swapped(math.subtract),
    "__mul__": math.multiply,
    "__rmul__": _swapped(math.multiply),
    "__truediv__": math.divide,
    "__rtruediv__": _swapped(math.divide),
    "__floordiv__": math.floordiv,
    "__rfloordiv__": _swapped(math.floordiv),
    "__mod__": math.floormod,
    "__rmod__": _swapped(math.floormod),
    "__pow__": math.pow,
    "__rpow__": _swapped(math.pow),
    "__matmul__": linalg.matmul,
    "__rmatmul__": _swapped(linalg.matmul),
    "__neg__": math.negative,
    "__abs__": math.abs,
    "__lt__": logic.less,
    "__le__": logic.less_equal,
    "__gt__": logic.greater,
    "__ge__": logic.greater_equal,
    "__eq__": _comparison(logic.equal, False),
    "__ne__": _comparison(logic.not_equal, True),
    "__and__": _and,
    "__rand__": _and,
    "__or__": _or,
    "__ror__": _or,
    "__xor__": _xor,
    "__rxor__": _xor,
    "__invert__": _by_type(logic.logical_not, logic.invert),
    "__getitem__": index.getitem,
}


def install(cls: type) -> None:
    """Gives a class of tensors Python's operators, and the ways to other devices."""
    for name, operator in OPERATORS.items():
        setattr(cls, name, operator)
    cls.cpu, cls.gpu = cpu, gpu  # type: ignore[attr-defined]


def _no_assignment(self, value):
    raise RuntimeError(
        "`variable += value` would make a tensor of the variable, not change it. Use "
        "`variable.assign_add(value)` to change it, or `out = variable + value` to get a tensor."
    )


install(Tensor)
install(Variable)
for _name in ("__iadd__", "__isub__", "__imul__", "__itruediv__", "__ipow__"):
    setattr(Variable, _name, _no_assignment)
for _name, _method in variable.METHODS.items():
    setattr(Variable, _name, _method)
