"""Tensor: an immutable array with an identity that a tape can remember."""

from itertools import count
from typing import Any

from ..arrays import ArrayView, array_module, text_of

# Identities are counted, never `id()`: Python reuses the addresses of dead objects.
next_id = count().__next__


class Tensor(ArrayView):
    """An immutable array. Made by ops; `Tensor(array)` wraps an array without copying it.

    Attributes:
        array: the raw array; nobody may write into it.
        id: a number that no other tensor or variable has.
        keras_logits: the logits that this tensor is the softmax or sigmoid of, where Keras'
            activation made it; its losses are more exact on those.
    """

    __slots__ = ("array", "id", "keras_logits")
    keras_logits: Any

    def __init__(self, array: Any):
        self.array = array
        self.id = next_id()

    def __tensor__(self) -> "Tensor":
        return self

    def __reduce__(self):
        return Tensor, (self.array,)  # a copy has an id of its own

    def __format__(self, spec: str) -> str:
        return format(self.numpy(), spec)

    def __str__(self) -> str:
        return f"tf.Tensor({text_of(self.array, str)}, shape={self.shape}, dtype={self.dtype.name})"

    def __repr__(self) -> str:
        shown = text_of(self.array, repr)
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={shown}>"


def full_like(x: ArrayView, number: float) -> Tensor:
    """A tensor of x's shape and dtype, with one number everywhere."""
    return Tensor(array_module(x.array).full_like(x.array, number))
