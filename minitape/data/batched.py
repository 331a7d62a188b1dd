"""Batched: elements put together along a new axis, and taken apart again."""

from operator import index as as_integer
from typing import Any, Self

from .. import nest
from ..arrays import TensorShape, TensorSpec
from ..engine import convert_to_tensor
from ..errors import InvalidArgumentError
from . import passes
from .elements import (
    DatasetSpec,
    Rows,
    batched_spec,
    leaves_of,
    map_leaves,
    pad_and_stack,
    row_count,
    spec_of,
    with_leaves,
)
from .mapped import Mapped
from .pipeline import UNKNOWN_CARDINALITY


class Batched(Mapped):
    """A dataset of batches, of windows, or of rows."""

    def batch(
        self,
        batch_size,
        drop_remainder=False,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ) -> Self:
        """Elements put together along a new first axis.

        Args:
            batch_size: how many.
            drop_remainder: whether a smaller last batch is left out.
            num_parallel_calls: accepted for TensorFlow's scripts.
            deterministic: the order is always the same.
            name: not used.

        Raises:
            InvalidArgumentError: while iterating: elements of different shapes.
        """
        size, drop_remainder = _batch_size(batch_size), bool(drop_remainder)

        def start():
            return map(self._store.batch, passes.chunks(self._items(), size, drop_remainder))

        def spec():
            return batched_spec(self.element_spec, size if drop_remainder else None)

        return self._new(start, spec, _batches(self._cardinality, size, drop_remainder))

    def padded_batch(
        self,
        batch_size,
        padded_shapes=None,
        padding_values=None,
        drop_remainder=False,
        name=None,
    ) -> Self:
        """Batches of elements of different lengths, filled up at their ends.

        Args:
            batch_size: how many.
            padded_shapes: the shape to fill each tensor up to, in the element's structure; along
                an axis of None or -1, and along all of them unless given, the longest of the batch.
            padding_values: what each is filled up with, in the element's structure, or one value
                for all; 0 (or an empty text) unless given.
            drop_remainder: whether a smaller last batch is left out.
            name: not used.

        Raises:
            InvalidArgumentError: while iterating: an element is longer than `padded_shapes`.
            TypeError: a padding value of another dtype.
            ValueError: a shape of another rank.
        """
        size, drop_remainder = _batch_size(batch_size), bool(drop_remainder)
        spec = self.element_spec
        shapes = _padded_shapes(spec, padded_shapes)
        # A spec may be a guess: unless shapes are given, the longest of each batch counts.
        lengths = shapes if padded_shapes is not None else [None] * len(shapes)
        values = _padding_values(spec, padding_values)

        def start():
            for elements in passes.chunks(self._elements(), size, drop_remainder):
                yield pad_and_stack(elements, lengths, values)

        leaves = zip(shapes, leaves_of(spec), strict=True)
        padded_spec = with_leaves(spec, [TensorSpec(n, leaf.dtype) for n, leaf in leaves])
        return self._new(
            start,
            lambda: batched_spec(padded_spec, size if drop_remainder else None),
            _batches(self._cardinality, size, drop_remainder),
        )

    def unbatch(self, name=None) -> Self:
        """The rows of each element as elements of their own."""
        spec = unbatched_spec(self.element_spec)
        cardinality = self._cardinality
        if cardinality > 0:
            rows = [leaf.shape[0] for leaf in leaves_of(self.element_spec) if leaf is not None]
            known = next((n for n in rows if n is not None), None)
            cardinality = UNKNOWN_CARDINALITY if known is None else cardinality * known

        def start():
            for element in self._elements():
                yield from map(Rows(element).read, range(row_count(element)))

        return self._new(start, lambda: spec, cardinality)

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None) -> Self:
        """Datasets of elements that follow one another: one for each tensor of an element.

        Args:
            size: how many elements a window has.
            shift: how far the next window begins after this one, `size` unless given.
            stride: how far apart a window's elements stand.
            drop_remainder: whether windows with fewer elements, at the end, are left out.
            name: not used.
        """
        size, stride = as_integer(size), as_integer(stride)
        shift = size if shift is None else as_integer(shift)
        for role, number in (("size", size), ("shift", shift), ("stride", stride)):
            if number < 1:
                raise InvalidArgumentError(
                    f"Window {role} must be greater than zero. Received: {number}."
                )

        def window(tensors):
            return self._new(lambda: iter(tensors), lambda: spec_of(tensors[0]), len(tensors))

        def start():
            for elements in passes.windows(self._elements(), size, shift, stride, drop_remainder):
                columns = zip(*map(leaves_of, elements), strict=True)
                yield with_leaves(elements[0], map(window, columns))

        cardinality = self._cardinality
        if cardinality >= 0 and drop_remainder:
            cardinality = max(0, (cardinality - (size - 1) * stride - 1) // shift + 1)
        elif cardinality >= 0:
            cardinality = -(-cardinality // shift)
        return self._new(start, lambda: map_leaves(DatasetSpec, self.element_spec), cardinality)


def _batch_size(batch_size) -> int:
    size = as_integer(batch_size)
    if size < 1:
        raise InvalidArgumentError(f"Batch size must be greater than zero. Received: {size}.")
    return size


def _batches(cardinality: int, size: int, drop_remainder: bool) -> int:
    if cardinality < 0:
        return cardinality
    return cardinality // size if drop_remainder else -(-cardinality // size)


def unbatched_spec(spec: Any) -> Any:
    """The spec of the rows of an element."""

    def row(leaf):
        if leaf is None:
            return None
        if leaf.shape.rank == 0:
            raise ValueError(
                "Cannot unbatch an input with scalar components: each needs a first axis, along "
                f"which it is taken apart. Received: {leaf}."
            )
        return TensorSpec(leaf.shape[1:], leaf.dtype)

    return map_leaves(row, spec)


def _padded_shapes(spec: Any, given: Any) -> list[TensorShape]:
    """The shape that each tensor is to be filled up to."""

    def wanted(leaf, shape):
        shape = TensorShape([None if n in (None, -1) else n for n in shape])
        if leaf.shape.rank not in (None, shape.rank):
            raise ValueError(
                f"The padded shape {shape} is not compatible with the shape {leaf.shape} of the "
                "corresponding input component: they must have as many axes."
            )
        return shape

    if given is not None:
        return leaves_of(map_leaves(wanted, spec, given))
    for i, leaf in enumerate(leaves_of(spec)):
        if leaf.shape.rank is None:
            raise ValueError(
                f"You must provide `padded_shapes` argument because component {i} has unknown rank."
            )
    return [leaf.shape for leaf in leaves_of(spec)]


def _padding_values(spec: Any, given: Any) -> list:
    """What each tensor is to be filled up with, as an array; None for the default."""

    def checked(leaf, value):
        if value is None:
            return None
        tensor = convert_to_tensor(value)
        if tensor.dtype != leaf.dtype:
            raise TypeError(
                f"Invalid `padding_values`. `padding_values` values type {tensor.dtype} does not "
                f"match type {leaf.dtype} of the corresponding input component. Convert them with "
                "minitape.cast."
            )
        return tensor.array

    if not nest.is_nested(given):
        given = map_leaves(lambda _: given, spec)
    return leaves_of(map_leaves(checked, spec, given))
