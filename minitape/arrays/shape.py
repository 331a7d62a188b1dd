"""The static shape of a tensor, as TensorFlow shows it."""

from collections.abc import Iterable
from math import prod
from operator import index
from typing import Any

import numpy


class TensorShape(tuple):
    """A tuple of lengths that answers TensorFlow's questions about a shape.

    A length that is not known is None. `TensorShape(None)` is the shape of which not even the
    number of axes is known.

    Args:
        dims: the lengths, a single one, or None.
    """

    __slots__ = ()

    def __new__(cls, dims=()):
        if dims is None:
            return tuple.__new__(_UnknownShape)
        if isinstance(dims, TensorShape):
            return dims
        if not isinstance(dims, Iterable) or getattr(dims, "ndim", 1) == 0:
            dims = (dims,)
        return tuple.__new__(cls, [_length(n) for n in dims])

    @property
    def rank(self) -> int | None:
        """How many axes there are; None if that is not known."""
        return len(self)

    @property
    def ndims(self) -> int | None:
        """The same as `rank`."""
        return self.rank

    @property
    def dims(self) -> "list[Dimension] | None":
        """The lengths as objects with a `value`; None if the number of axes is not known."""
        return None if self.rank is None else [Dimension(n) for n in self]

    def as_list(self) -> list[int | None]:
        """The lengths as a list."""
        return list(self)

    def num_elements(self) -> int | None:
        """How many elements an array of this shape has; None if that is not known."""
        return prod(self) if self.is_fully_defined() else None

    def is_fully_defined(self) -> bool:
        """Whether every length is known."""
        return None not in self

    # -- two shapes -------------------------------------------------------------------------------

    def is_compatible_with(self, other) -> bool:
        """Whether a tensor could have both shapes: no two known lengths differ."""
        other = TensorShape(other)
        if self.rank is None or other.rank is None:
            return True
        return len(self) == len(other) and all(
            m == n or m is None or n is None for m, n in zip(self, other, strict=True)
        )

    def merge_with(self, other) -> "TensorShape":
        """What is known from both shapes together.

        Raises:
            ValueError: they contradict each other.
        """
        other = TensorShape(other)
        self.assert_is_compatible_with(other)
        if self.rank is None or other.rank is None:
            return other if self.rank is None else self
        return TensorShape(n if m is None else m for m, n in zip(self, other, strict=True))

    def most_specific_compatible_shape(self, other) -> "TensorShape":
        """What both shapes have in common; the rest is unknown."""
        other = TensorShape(other)
        if self.rank is None or self.rank != other.rank:
            return TensorShape(None)
        return TensorShape(m if m == n else None for m, n in zip(self, other, strict=True))

    def is_subtype_of(self, other) -> bool:
        """Whether every tensor of this shape has the other one too."""
        if other.rank is None or self.rank is None:
            return other.rank is None
        return len(self) == len(other) and all(
            n is None or m == n for m, n in zip(self, other, strict=True)
        )

    def concatenate(self, other) -> "TensorShape":
        """The axes of both, one after the other."""
        other = TensorShape(other)
        if self.rank is None or other.rank is None:
            return TensorShape(None)
        return tuple.__new__(TensorShape, (*self, *other))

    # -- assertions -------------------------------------------------------------------------------

    def assert_is_compatible_with(self, other) -> None:
        """Raises ValueError unless a tensor could have both shapes."""
        if not self.is_compatible_with(other):
            raise ValueError(
                f"Shapes {self} and {TensorShape(other)} are incompatible: as many axes are "
                "expected, and equal lengths where both are known."
            )

    def assert_is_fully_defined(self) -> None:
        """Raises ValueError unless every length is known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined: each length must be a number.")

    def assert_has_rank(self, rank) -> None:
        """Raises ValueError unless there could be `rank` axes."""
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}.")

    def assert_same_rank(self, other) -> None:
        """Raises ValueError unless both could have equally many axes."""
        other = TensorShape(other)
        if None not in (self.rank, other.rank) and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank.")

    def with_rank(self, rank) -> "TensorShape":
        """The shape, which must have `rank` axes if their number is known."""
        self.assert_has_rank(rank)
        return TensorShape([None] * rank) if self.rank is None else self

    def with_rank_at_least(self, rank) -> "TensorShape":
        """The shape, which must have at least `rank` axes."""
        if self.rank is not None and self.rank < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}.")
        return self

    def with_rank_at_most(self, rank) -> "TensorShape":
        """The shape, which must have at most `rank` axes."""
        if self.rank is not None and self.rank > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}.")
        return self

    # -- Python's operators -----------------------------------------------------------------------

    def __bool__(self) -> bool:
        return True  # the number of axes is known, though it may be 0

    def __eq__(self, other) -> bool:
        if type(other) is not tuple:
            try:
                other = TensorShape(other)
            except (TypeError, ValueError):
                return False
        return tuple.__eq__(self, other) and type(other) is not _UnknownShape

    def __ne__(self, other) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return tuple.__hash__(self)

    def __getitem__(self, key) -> Any:
        item = tuple.__getitem__(self, key)
        return tuple.__new__(TensorShape, item) if isinstance(key, slice) else item

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return TensorShape(other).concatenate(self)

    def __array__(self, dtype=None, copy=None) -> Any:
        if not self.is_fully_defined():
            raise ValueError(f"Cannot convert a partially known TensorShape {self} to an array.")
        return numpy.array(tuple(self), "int32" if dtype is None else dtype)

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        return f"({self[0]},)" if len(self) == 1 else f"({', '.join(map(str, self))})"


class _UnknownShape(TensorShape):
    """The shape of which not even the number of axes is known."""

    __slots__ = ()
    rank = None

    def as_list(self):
        raise ValueError(
            "as_list() is not defined on an unknown TensorShape: give it the number of axes."
        )

    def is_fully_defined(self) -> bool:
        return False

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        raise ValueError(
            "Cannot take the length of shape with unknown rank: the number of axes is needed."
        )

    def __iter__(self):
        raise ValueError(
            "Cannot iterate over a shape with unknown rank: the number of axes is needed."
        )

    def __getitem__(self, key) -> Any:
        if not isinstance(key, slice):
            return None
        start, stop = key.start or 0, key.stop
        if stop is None or start < 0 or stop < 0 or key.step is not None:
            return self
        return TensorShape([None] * max(stop - start, 0))

    def __eq__(self, other) -> bool:
        return other is None or type(other) is _UnknownShape

    def __hash__(self) -> int:
        return hash(None)

    def __reduce__(self):
        return TensorShape, (None,)

    def __repr__(self) -> str:
        return "TensorShape(None)"

    def __str__(self) -> str:
        return "<unknown>"


class Dimension:
    """One length of a shape, as TensorFlow 1 had them: `shape.dims[0].value`."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = _length(value)

    def __index__(self) -> int:
        if self.value is None:
            raise TypeError("The length of this axis is not known (None), and a number is needed.")
        return self.value

    __int__ = __index__

    def __eq__(self, other):
        """Whether the lengths are the same; None where one of them is not known."""
        other = other.value if isinstance(other, Dimension) else other
        return None if self.value is None or other is None else self.value == other

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"Dimension({self.value})"

    def __str__(self) -> str:
        return "?" if self.value is None else str(self.value)


def _length(n) -> int | None:
    """A length as a Python integer; None if it is not known."""
    n = n.value if isinstance(n, Dimension) else n
    if n is None:
        return None
    try:
        length = index(n)
    except TypeError:
        raise TypeError(
            f"A length of a shape must be an integer, or None if it is not known. Received: {n!r}."
        ) from None
    if length < 0:
        raise ValueError(f"Dimension {length} must be >= 0.")
    return length
