"""TensorArray: tensors that a loop writes one by one, and stacks in the end."""

import operator

from ..arrays import TensorShape, as_dtype
from ..engine import convert_to_tensor
from ..errors import InvalidArgumentError, OutOfRangeError
from .array import concat, split, stack, unstack, zeros


class TensorArray:
    """A list of tensors of one type. Gradients go through it to what was written.

    Methods that change it return the array itself, as graphs need it: `array = array.write(i, x)`.

    Args:
        dtype: the type of its tensors.
        size: how many places there are.
        dynamic_size: whether writing behind the last place makes new ones.
        clear_after_read: whether a tensor can be read once only (True unless given).
        tensor_array_name, handle, flow, colocate_with_first_write_call, name: not used.
        infer_shape: whether all tensors must have the shape of the first.
        element_shape: the shape of its tensors; lengths that may differ are None.

    Raises:
        ValueError: there is no size.
    """

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        if size is None:
            raise ValueError(
                "TensorArray: size must be given, not None; 0 with dynamic_size=True will do."
            )
        self.dtype = as_dtype(dtype)
        self.dynamic_size = dynamic_size or False
        self.element_shape = TensorShape(element_shape)
        self._clears = clear_after_read is None or clear_after_read
        self._infer_shape = infer_shape
        self._tensors = [None] * operator.index(size)
        self._read: set[int] = set()  # the places that were read and are cleared

    def size(self, name=None):
        """How many places there are, as a tensor."""
        return convert_to_tensor(len(self._tensors), "int32")

    def write(self, index, value, name=None) -> "TensorArray":
        """Puts a tensor into a place.

        Raises:
            OutOfRangeError: there is no such place.
            InvalidArgumentError: a tensor of another type.
            ValueError: a tensor of another shape.
        """
        i = self._place(index, "write to")
        value = convert_to_tensor(value, dtype_hint=self.dtype)
        if value.dtype != self.dtype:
            raise InvalidArgumentError(
                f"TensorArray dtype is {self.dtype.name} but Op is trying to write dtype "
                f"{value.dtype.name}"
            )
        if not self.element_shape.is_compatible_with(value.shape):
            raise ValueError(
                f"Incompatible shape for value ({value.shape}), expected ({self.element_shape})"
            )
        if self._infer_shape:
            self.element_shape = self.element_shape.merge_with(value.shape)
        self._tensors.extend([None] * (i + 1 - len(self._tensors)))
        self._tensors[i] = value
        return self

    def read(self, index, name=None):
        """The tensor in a place; zeros where nothing was written.

        Raises:
            OutOfRangeError: there is no such place.
            InvalidArgumentError: it was read and cleared already.
        """
        i = self._place(index, "read from")
        if self._tensors[i] is None and i in self._read:
            raise InvalidArgumentError(
                f"Could not read index {i} twice because it was cleared after a previous read "
                "(perhaps try setting clear_after_read = false?)"
            )
        value = self._at(i)
        if self._clears:
            self._tensors[i] = None
            self._read.add(i)
        return value

    def stack(self, name=None):
        """All tensors, along a new first axis."""
        if not self._tensors:
            return zeros([0, *(n or 0 for n in self.element_shape)], self.dtype)
        return stack([self._at(i) for i in range(len(self._tensors))])

    def gather(self, indices, name=None):
        """The tensors of some places, along a new first axis."""
        return stack([self._at(operator.index(i)) for i in indices])

    def concat(self, name=None):
        """All tensors, one after the other along their first axis."""
        return concat([self._at(i) for i in range(len(self._tensors))], 0)

    def unstack(self, value, name=None) -> "TensorArray":
        """Takes the rows of a tensor for the tensors of the array.

        Raises:
            ValueError: more rows than places.
        """
        rows = unstack(value)
        if len(rows) > len(self._tensors) and not self.dynamic_size:
            raise ValueError(
                f"Cannot unstack {len(rows)} tensors into a TensorArray of static size "
                f"{len(self._tensors)}. Make it larger, or with dynamic_size=True."
            )
        self._tensors = list(rows)
        return self

    def scatter(self, indices, value, name=None) -> "TensorArray":
        """Writes the rows of a tensor into the given places."""
        for i, row in zip(indices, unstack(value), strict=False):
            self.write(i, row)
        return self

    def split(self, value, lengths, name=None) -> "TensorArray":
        """Cuts a tensor into pieces of these lengths, for the tensors of the array.

        Raises:
            InvalidArgumentError: as many pieces as there aren't places, or lengths that don't fit.
        """
        numbers = [operator.index(n) for n in lengths]
        if len(numbers) != len(self._tensors) and not self.dynamic_size:
            raise InvalidArgumentError(
                f"TensorArray's size is not equal to the size of lengths ({len(self._tensors)} vs. "
                f"{len(numbers)}), and the TensorArray is not marked as dynamically resizeable. "
                "Make it larger, or with dynamic_size=True."
            )
        self._tensors = list(split(value, numbers))
        return self

    def identity(self) -> "TensorArray":
        """The array itself."""
        return self

    def close(self, name=None) -> None:
        """Forgets all tensors."""
        self._tensors = []

    def _place(self, index, what: str) -> int:
        i, size = operator.index(index), len(self._tensors)
        if i < 0 or (i >= size and not (self.dynamic_size and what == "write to")):
            raise OutOfRangeError(
                f"Tried to {what} index {i}, but the size is {size}. Expected an index from 0 to "
                f"{size - 1}; dynamic_size=True lets the array grow."
            )
        return i

    def _at(self, i: int):
        if self._tensors[i] is None:
            self._tensors[i] = zeros(self.element_shape, self.dtype)
        return self._tensors[i]
