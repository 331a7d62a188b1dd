"""Ordered: which elements of a dataset come, and in which order."""

from itertools import islice
from operator import index as as_integer
from typing import Self

from ..errors import InvalidArgumentError
from . import passes
from .elements import as_condition, call, check_callable, common_spec
from .pipeline import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Pipeline
from .streams import CachedStreams, Stream

_INFINITE, _UNKNOWN = INFINITE_CARDINALITY, UNKNOWN_CARDINALITY


class Ordered(Pipeline):
    """A dataset that gives the elements of another one: in another order, or some of them."""

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None) -> Self:
        """The elements in a random order, each drawn from a buffer of those that come next.

        Args:
            buffer_size: how many are drawn from: as many as there are for a uniform order.
            seed: for the same order at each run, which is TensorFlow's.
            reshuffle_each_iteration: whether each pass has a new order.
            name: not used.
        """
        size = as_integer(buffer_size)
        if size < 1 and size != _UNKNOWN:
            raise InvalidArgumentError(
                f"buffer_size must be greater than zero or UNKNOWN_CARDINALITY. Received: {size}."
            )
        stream = Stream(seed, reshuffle_each_iteration is not False)

        def start():
            words = passes.random_words(*stream())
            return passes.shuffled(self._items(), None if size == _UNKNOWN else size, words)

        dataset = self._reordered(start, self._cardinality)
        dataset._streams.append(stream)
        return dataset

    def repeat(self, count=None, name=None) -> Self:
        """The elements `count` times over; without an end if it is None or negative."""
        times = None if count is None or as_integer(count) < 0 else as_integer(count)
        if times == 0 or self._cardinality == 0:
            cardinality = 0
        elif times is None:
            cardinality = _INFINITE
        else:
            cardinality = self._cardinality * (times if self._cardinality > 0 else 1)
        return self._reordered(lambda: passes.repeated(self._items, times), cardinality)

    def take(self, count, name=None) -> Self:
        """The first `count` elements; all of them if it is negative."""
        count = as_integer(count)
        if count < 0 or self._cardinality == _UNKNOWN:
            cardinality = self._cardinality
        else:
            cardinality = count if self._cardinality < 0 else min(count, self._cardinality)
        stop = None if count < 0 else count
        return self._reordered(lambda: islice(self._items(), stop), cardinality)

    def skip(self, count, name=None) -> Self:
        """The elements after the first `count`; none of them if it is negative."""
        count = as_integer(count)
        if count < 0:
            return self.take(0)
        cardinality = self._cardinality
        if cardinality > 0:
            cardinality = max(0, cardinality - count)
        return self._reordered(lambda: islice(self._items(), count, None), cardinality)

    def shard(self, num_shards, index, name=None) -> Self:
        """Every `num_shards`-th element, beginning with number `index`."""
        num_shards, index = as_integer(num_shards), as_integer(index)
        if num_shards < 1:
            raise InvalidArgumentError(
                f"Number of shards must be greater than zero (currently num_shards = {num_shards})."
            )
        if not 0 <= index < num_shards:
            raise InvalidArgumentError(
                f"Index must be between 0 and {num_shards - 1} (currently index = {index})."
            )
        cardinality = self._cardinality
        if cardinality > 0:
            cardinality = len(range(index, cardinality, num_shards))
        return self._reordered(lambda: islice(self._items(), index, None, num_shards), cardinality)

    def cache(self, filename="", name=None) -> Self:
        """The elements of the first whole pass, kept in memory for the passes after it."""
        if filename:
            raise NotImplementedError(
                f"cache: only memory is cached in. Received: filename={filename!r}. Leave it out, "
                "or save the arrays with numpy.savez and read those."
            )
        kept: list = []
        streams = CachedStreams(self._streams, kept)

        def start():
            if kept:
                yield from kept[0]
                return
            streams.filling()
            seen = []
            for item in self._items():
                seen.append(item)
                yield item
            kept[:] = [seen]

        dataset = self._reordered(start, self._cardinality)
        dataset._streams = [streams]
        return dataset

    def concatenate(self, dataset, name=None) -> Self:
        """The elements of this dataset, then those of another.

        Raises:
            TypeError: they have elements of different structures or dtypes.
        """
        if not isinstance(dataset, Pipeline):
            raise TypeError(f"Expected a Dataset to concatenate. Received: {type(dataset)}.")
        spec = common_spec(self.element_spec, dataset.element_spec)

        def start():
            yield from self._elements()
            yield from dataset._elements()

        lengths = (self._cardinality, dataset._cardinality)
        if _INFINITE in lengths:
            cardinality = _INFINITE
        else:
            cardinality = _UNKNOWN if _UNKNOWN in lengths else sum(lengths)
        return self._new(start, lambda: spec, cardinality, beside=[dataset])

    def filter(self, predicate, name=None) -> Self:
        """The elements for which `predicate` is true."""
        check_callable("predicate", predicate)

        def start():
            return (e for e in self._elements() if as_condition(call(predicate, e)))

        return self._new(start, lambda: self.element_spec, _UNKNOWN)

    def take_while(self, predicate, name=None) -> Self:
        """The elements before the first for which `predicate` is false."""
        check_callable("predicate", predicate)

        def start():
            for element in self._elements():
                if not as_condition(call(predicate, element)):
                    return
                yield element

        return self._new(start, lambda: self.element_spec, _UNKNOWN)

    def unique(self, name=None) -> Self:
        """The elements without those that came before; for a single tensor per element."""

        def start():
            seen = set()
            for element in self._elements():
                key = element.array.tobytes() if element.dtype != "string" else element.array.item()
                if key not in seen:
                    seen.add(key)
                    yield element

        return self._new(start, lambda: self.element_spec, _UNKNOWN)

    def prefetch(self, buffer_size, name=None) -> Self:
        """The same elements, made by a thread before they are asked for.

        Args:
            buffer_size: how many it may be ahead; 2 for AUTOTUNE.
            name: not used.
        """
        size = 2 if as_integer(buffer_size) == AUTOTUNE else as_integer(buffer_size)
        if size < 0:
            raise InvalidArgumentError(
                f"buffer_size must be >= 0, or -1 for AUTOTUNE. Received: {size}."
            )
        if size == 0:
            return self
        return self._new(
            lambda: passes.prefetched(self._elements, size),
            lambda: self.element_spec,
            self._cardinality,
        )
