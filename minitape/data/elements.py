"""Elements: tensors in tuples and dicts, and what is done to one of them or to a batch."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy

from .. import nest
from ..arrays import TensorSpec, array_module
from ..engine import Tensor, convert_to_tensor
from ..errors import DataLossError, InvalidArgumentError

# Two trials with other lengths and values: what changes with them is unknown.
_TRIAL_LENGTHS = (2, 3)
_TRIAL_VALUES = (0, 1)


def map_leaves(function: Callable, value: Any, *others: Any) -> Any:
    """`function` of the leaves of tuples and dicts; a list is a leaf, as it will be a tensor.

    Args:
        function: is called with a leaf, and what stands at its place in each of the others.
        value: the structure.
        others: structures that go at least as deep.

    Raises:
        ValueError: another structure has other lengths or keys.
    """
    if not nest.is_nested(value) or isinstance(value, list):
        return function(value, *others)
    for other in others:
        if isinstance(value, dict):
            alike = isinstance(other, dict) and other.keys() == value.keys()
        else:
            alike = isinstance(other, (tuple, list)) and len(other) == len(value)
        if not alike:
            raise ValueError(f"expected the structure of {value!r}, received {other!r}")
    if isinstance(value, dict):
        # Sorted, as equal dicts may have their keys in other orders.
        found = {k: map_leaves(function, value[k], *(o[k] for o in others)) for k in sorted(value)}
        return {key: found[key] for key in value}
    children = [map_leaves(function, *same) for same in zip(value, *others, strict=True)]
    return type(value)(*children) if hasattr(value, "_fields") else tuple(children)


def leaves_of(value: Any) -> list:
    """The leaves of a structure, in the order of `map_leaves`."""
    found: list = []
    map_leaves(found.append, value)
    return found


def with_leaves(value: Any, leaves: Iterable) -> Any:
    """A structure like this one, with other leaves."""
    others = iter(leaves)
    return map_leaves(lambda _: next(others), value)


def as_element(value: Any) -> Any:
    """The leaves as tensors; None and datasets stay what they are."""
    return map_leaves(_as_leaf, value)


def _as_leaf(value: Any) -> Any:
    is_dataset = hasattr(value, "element_spec")
    return value if value is None or is_dataset else convert_to_tensor(value)


def call(function: Callable, element: Any) -> Any:
    """`function` of an element; the parts of a tuple are arguments of their own."""
    return function(*element) if type(element) is tuple else function(element)


def as_result(value: Any) -> Any:
    """What a user's function returned, as an element; a list of results is taken for a tuple."""
    if value is None:
        raise TypeError(
            "The function returned None, and an element is expected. Did it forget to return?"
        )
    return as_element(tuple(value) if isinstance(value, list) else value)


def check_callable(argument: str, value: Any) -> None:
    """Raises ValueError unless `value` is a function."""
    if not callable(value):
        raise ValueError(
            f"Argument `{argument}` must be a callable. Received {argument}={value!r} "
            f"(of type {type(value)})"
        )


def as_condition(value: Any) -> bool:
    """What a predicate returned, as True or False."""
    result = convert_to_tensor(value)
    if not result.dtype.is_bool or result.ndim:
        raise ValueError(
            "Invalid `predicate`. `predicate` must return a `tf.bool` scalar tensor, but its "
            f"return type is {TensorSpec.from_tensor(result)}."
        )
    return bool(result.array)


# -- batches --------------------------------------------------------------------------------------


class Elements:
    """Items that are the elements themselves."""

    def read(self, item: Any) -> Any:
        """The element of an item."""
        return item

    def batch(self, items: list) -> Any:
        """The elements of several items as one, along a new first axis."""
        return stack(items)


class Rows:
    """Items that are row numbers of arrays in memory: they are put into order, and cut, cheaply.

    Args:
        tensors: a structure of tensors with one row per element.
    """

    def __init__(self, tensors: Any):
        self._tensors = tensors

    def read(self, item: int) -> Any:
        """The element of an item."""
        return self._take((item, ...))

    def batch(self, items: list[int]) -> Any:
        """The elements of several items as one: a single look into each array."""
        return self._take(numpy.asarray(items))

    def _take(self, rows) -> Any:
        def take(tensor):
            return None if tensor is None else Tensor(tensor.array[rows])

        return map_leaves(take, self._tensors)


def row_count(tensors: Any) -> int:
    """How many rows tensors have: what stands at one place of their first axes.

    Raises:
        ValueError: a tensor has no axis, or they are not of one length.
    """
    lengths = [tensor.shape[:1] for tensor in leaves_of(tensors) if tensor is not None]
    if () in lengths or not lengths:
        raise ValueError(
            "Unbatching a tensor is only supported for rank >= 1. Expected tensors with one "
            f"row per element. Received: {spec_of(tensors)!r}."
        )
    rows = lengths[0][0]
    for (length,) in lengths:
        if length != rows:
            raise ValueError(
                f"Dimensions {rows} and {length} are not compatible: expected tensors with "
                "equally many rows."
            )
    return rows


def stack(elements: list) -> Any:
    """Elements of equal shapes as one, along a new first axis.

    Raises:
        InvalidArgumentError: shapes differ.
    """
    columns = zip(*map(leaves_of, elements), strict=True)
    stacked = [_stack_column(i, column) for i, column in enumerate(columns)]
    return with_leaves(elements[0], stacked)


def _stack_column(position: int, leaves: tuple) -> Any:
    if leaves[0] is None:
        return None
    if not isinstance(leaves[0], Tensor):
        raise TypeError(
            "Batching of datasets is not supported: turn them into tensors first, for example "
            "with flat_map(lambda window: window.batch(size))."
        )
    for i, leaf in enumerate(leaves):
        if leaf.shape != leaves[0].shape:
            raise InvalidArgumentError(
                f"Cannot batch tensors with different shapes in component {position}. First "
                f"element had shape {leaves[0].shape} and element {i} had shape {leaf.shape}. Give "
                "them one shape with `map`, or use `padded_batch`."
            )
    arrays = [leaf.array for leaf in leaves]
    return Tensor(array_module(arrays[0]).stack(arrays))


def pad_and_stack(elements: list, shapes: Any, values: Any) -> Any:
    """Elements as one, each filled up at its ends to the shape of its place.

    Args:
        elements: elements of the same ranks.
        shapes: a TensorShape per leaf, None for the largest length among these; or None for that
            along every axis.
        values: what they are filled up with, an array or None (0, or an empty text) per leaf.
    """
    columns = zip(*map(leaves_of, elements), strict=True)
    padded = [_pad_column(*each) for each in zip(columns, shapes, values, strict=True)]
    return with_leaves(elements[0], padded)


def _pad_column(leaves: tuple, shape: Any, value: Any) -> Any:
    arrays = [leaf.array for leaf in leaves]
    if len({array.ndim for array in arrays}) > 1:
        raise InvalidArgumentError(
            f"All elements in a batch must have the same rank. Received: shapes "
            f"{[array.shape for array in arrays]}."
        )
    longest = numpy.max([array.shape for array in arrays], axis=0).astype(int)
    wanted = [None] * len(longest) if shape is None else list(shape)
    lengths = [n if m is None else m for m, n in zip(wanted, longest, strict=True)]
    if any(m < n for m, n in zip(lengths, longest, strict=True)):
        raise DataLossError(
            f"Attempted to pad to a smaller size than the input element: to {lengths}, and an "
            f"element has lengths up to {longest.tolist()}. Make padded_shapes larger, or leave "
            "them None."
        )
    filler: Any = b"" if arrays[0].dtype.kind == "O" else 0
    batch = array_module(arrays[0]).full(
        (len(arrays), *lengths), filler if value is None else value, arrays[0].dtype
    )
    for row, array in enumerate(arrays):
        batch[(row, *map(slice, array.shape))] = array
    return Tensor(batch)


# -- specs ----------------------------------------------------------------------------------------


class DatasetSpec:
    """What is known of a dataset that is an element of another one, as of a window."""

    def __init__(self, element_spec, dataset_shape=()):
        self.element_spec = element_spec

    def __eq__(self, other) -> bool:
        return isinstance(other, DatasetSpec) and self.element_spec == other.element_spec

    def __hash__(self) -> int:
        return hash(str(self.element_spec))

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r}, TensorShape([]))"


def spec_of(element: Any) -> Any:
    """The spec of each leaf; that of None is None."""

    def spec(leaf):
        if hasattr(leaf, "element_spec"):
            return DatasetSpec(leaf.element_spec)
        return None if leaf is None else TensorSpec.from_tensor(leaf)

    return map_leaves(spec, element)


def batched_spec(spec: Any, size: int | None) -> Any:
    """The spec of a batch of this size, None where it is not known."""

    def batched(leaf):
        return None if leaf is None else TensorSpec([size, *_lengths(leaf)], leaf.dtype)

    return map_leaves(batched, spec)


def _lengths(spec: TensorSpec) -> Any:
    return spec.shape if spec.shape.rank is not None else ()


def common_spec(spec1: Any, spec2: Any) -> Any:
    """What two specs have in common.

    Raises:
        TypeError: other structures or dtypes.
    """

    def common(leaf1, leaf2):
        if not isinstance(leaf1, TensorSpec):
            if leaf1 != leaf2:
                raise ValueError("different kinds")
            return leaf1
        if leaf1.dtype != leaf2.dtype:
            raise ValueError("different dtypes")
        return TensorSpec(leaf1.shape.most_specific_compatible_shape(leaf2.shape), leaf1.dtype)

    try:
        if nest.is_nested(spec1) != nest.is_nested(spec2):
            raise ValueError("different structures")
        return map_leaves(common, spec1, spec2)
    except (ValueError, AttributeError) as error:
        raise TypeError(
            f"Incompatible dataset elements ({error}):\n  {spec1!r} vs.   {spec2!r}\n"
            "Both datasets must give elements of one structure and one dtype."
        ) from None


def trial_elements(spec: Any) -> Iterable[Any]:
    """Two made-up elements of this spec: of zeros, and of ones with other unknown lengths."""
    for length, value in zip(_TRIAL_LENGTHS, _TRIAL_VALUES, strict=True):

        def filled(leaf, length=length, value=value):
            if leaf is None:
                return None
            shape = [length if n is None else n for n in leaf.shape]
            filler: Any = str(value).encode() if leaf.dtype.name == "string" else value
            return Tensor(numpy.full(shape, filler, leaf.dtype.numpy_dtype))

        yield map_leaves(filled, spec)
