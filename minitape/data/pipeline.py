"""Pipeline: what every dataset is: passes over items, and a store that makes elements of them."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Self

import numpy

from ..engine import Tensor, convert_to_tensor
from ..errors import OutOfRangeError
from .elements import Elements, common_spec, map_leaves

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2
_ELEMENTS = Elements()
_MISSING: Any = object()


class Iterator:
    """One pass over a dataset: what `iter(dataset)` gives.

    Attributes:
        element_spec: the specs of the elements.
    """

    def __init__(self, dataset: "Pipeline"):
        self._dataset = dataset
        self._elements = dataset._elements()

    @property
    def element_spec(self) -> Any:
        """The specs of the elements."""
        return self._dataset.element_spec

    def __iter__(self) -> "Iterator":
        return self

    def __next__(self) -> Any:
        return next(self._elements)

    def get_next(self) -> Any:
        """The next element.

        Raises:
            OutOfRangeError: the pass has ended.
        """
        element = next(self._elements, _MISSING)
        if element is _MISSING:
            raise OutOfRangeError(
                "End of sequence: the dataset has no more elements. Make a new iterator to begin "
                "anew."
            )
        return element


class Pipeline:
    """The part of a dataset that its methods build on.

    Mostly the items are the elements; those of arrays in memory are row numbers, so that
    `from_tensor_slices(...).shuffle(...).batch(...)` puts numbers into order, and takes each batch
    out of the arrays at once.

    Args:
        items: a function that starts a pass over the items.
        spec: a function that gives the specs of the elements.
        cardinality: how many elements there are, or one of the two constants.
        store: makes elements of items; the items are the elements unless given.
        parents: the datasets that a pass goes through.
    """

    def __init__(
        self,
        items: Callable,
        spec: Callable,
        cardinality: int,
        store: Any = _ELEMENTS,
        parents: Sequence["Pipeline"] = (),
    ):
        # What its passes draw random numbers from.
        self._streams: list[Any] = [stream for one in parents for stream in one._streams]
        self._items = items
        self._spec = spec
        self._cardinality = cardinality
        self._store = store

    def _new(
        self,
        items: Callable,
        spec: Callable,
        cardinality: int,
        store: Any = _ELEMENTS,
        beside: Sequence["Pipeline"] = (),
    ) -> Self:
        """A dataset of other elements, made of this one's and of those of datasets beside it."""
        return type(self)(items, spec, cardinality, store, [self, *beside])

    def _elements(self) -> Any:
        return map(self._store.read, self._items())

    def _reordered(self, items: Callable, cardinality: int) -> Self:
        """A dataset of this one's items in another order, or of some of them."""
        return self._new(items, lambda: self.element_spec, cardinality, self._store)

    @cached_property
    def element_spec(self) -> Any:
        """The TensorSpec of each tensor of an element, in the element's structure.

        What a function given to `map` returns is found out by calling it, when this is first asked
        for, with a zero and a one of the right shape; if it can't take those, with the first two
        elements.
        """
        return self._spec()

    def cardinality(self) -> Tensor:
        """How many elements there are; INFINITE_CARDINALITY or UNKNOWN_CARDINALITY otherwise."""
        return convert_to_tensor(self._cardinality, "int64")

    def __len__(self) -> int:
        if self._cardinality < 0:
            if self._cardinality == INFINITE_CARDINALITY:
                raise TypeError(
                    "The dataset is infinite and has no `len()`: cut it with take(count)."
                )
            raise TypeError(
                "The dataset length is unknown, and not counted by itself: sum(1 for _ in dataset) "
                "must go through it."
            )
        return self._cardinality

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator:
        return Iterator(self)

    def as_numpy_iterator(self) -> Any:
        """A pass whose elements are NumPy arrays."""
        return (map_leaves(_as_numpy, element) for element in self._elements())

    def __repr__(self) -> str:
        return f"<Dataset element_spec={self.element_spec!r}>"


def _as_numpy(leaf: Any) -> Any:
    if isinstance(leaf, Pipeline):
        raise TypeError(
            "as_numpy_iterator() is not supported for datasets whose elements are datasets: use "
            "flat_map to make one dataset of them."
        )
    return None if leaf is None else leaf.numpy()


class Numbers:
    """Items that are Python integers, for scalars of a dtype."""

    def __init__(self, dtype):
        self._dtype = dtype.numpy_dtype

    def read(self, item: int) -> Tensor:
        return Tensor(numpy.array(item, self._dtype))

    batch = read


def in_common(specs: list) -> Any:
    """What the specs have in common."""
    found = specs[0]
    for spec in specs[1:]:
        found = common_spec(found, spec)
    return found
