"""Dataset: a description of elements to come, from which each iteration starts a new pass.

A dataset holds a function that starts a pass over its items, and a store that makes elements of
items. Mostly the items are the elements; those of arrays in memory are row numbers, so that
`from_tensor_slices(...).shuffle(...).batch(...)` puts numbers into order, and takes each batch out
of the arrays at once.
"""

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import count as count_from
from itertools import islice
from operator import index as as_integer
from typing import Any

import numpy

from .. import nest
from ..arrays import TensorShape, TensorSpec, as_dtype
from ..engine import Tensor, convert_to_tensor
from ..errors import InvalidArgumentError, OutOfRangeError
from ..ops import math, random
from . import passes
from .elements import (
    DatasetSpec,
    Elements,
    Rows,
    as_condition,
    as_element,
    as_result,
    batched_spec,
    call,
    check_callable,
    common_spec,
    leaves_of,
    map_leaves,
    pad_and_stack,
    spec_of,
    trial_elements,
    with_leaves,
)
from .streams import CachedStreams, Stream

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2
_INFINITE, _UNKNOWN = INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
_ELEMENTS = Elements()
_MISSING: Any = object()


class Iterator:
    """One pass over a dataset: what `iter(dataset)` gives.

    Attributes:
        element_spec: the specs of the elements.
    """

    def __init__(self, dataset: "Dataset"):
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
            raise OutOfRangeError("End of sequence: the dataset has no more elements.")
        return element


class Dataset:
    """A sequence of elements, which each iteration makes anew.

    An element is a tensor, or a tuple or dict of tensors (nested, if need be); a list becomes a
    tensor. Make one with `from_tensor_slices`, `from_generator`, `range` and the like; every other
    method returns a new dataset, and leaves this one as it is. Functions that are given to `map`
    and its like are called for each element when it is asked for, by Python and in order; the
    arguments about parallel calls are accepted for TensorFlow's scripts.

    >>> dataset = Dataset.range(5).map(lambda x: x * 10).batch(2)
    >>> [batch.numpy().tolist() for batch in dataset]
    [[0, 10], [20, 30], [40]]

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
        parents: Sequence["Dataset"] = (),
    ):
        # What its passes draw random numbers from.
        self._streams: list[Any] = [stream for one in parents for stream in one._streams]
        self._items = items
        self._spec = spec
        self._cardinality = cardinality
        self._store = store

    def _elements(self) -> Any:
        return map(self._store.read, self._items())

    def _reordered(self, items: Callable, cardinality: int) -> "Dataset":
        """A dataset of this one's items in another order, or of some of them."""
        return Dataset(items, lambda: self.element_spec, cardinality, self._store, [self])

    # -- what it is -------------------------------------------------------------------------------

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
            infinite = self._cardinality == _INFINITE
            raise TypeError(f"The dataset {'is infinite' if infinite else 'length is unknown'}.")
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

    # -- sources ----------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors, name=None) -> "Dataset":
        """A dataset of one element."""
        element = as_element(tensors)
        return Dataset(lambda: iter([element]), lambda: spec_of(element), 1)

    @staticmethod
    def from_tensor_slices(tensors, name=None) -> "Dataset":
        """A dataset of the rows of tensors: of what stands at one place of their first axes.

        Raises:
            ValueError: a tensor has no axis, or they are not of one length.
        """
        tensors = as_element(tensors)
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
        return Dataset(
            lambda: iter(range(rows)), lambda: _unbatched(spec_of(tensors)), rows, Rows(tensors)
        )

    @staticmethod
    def from_generator(
        generator,
        output_types=None,
        output_shapes=None,
        args=None,
        output_signature=None,
        name=None,
    ) -> "Dataset":
        """A dataset of what a generator function yields.

        Args:
            generator: a function; each pass calls it, and iterates over what it returns.
            output_types: the dtypes of an element's parts, in its structure (the older way).
            output_shapes: their shapes; nothing is known of them unless given.
            args: arguments for the function, which it gets as arrays.
            output_signature: the TensorSpecs of an element, in its structure.
            name: not used.

        Raises:
            TypeError: `generator` can't be called, or nothing says what it yields.
            InvalidArgumentError: while iterating: it yields something else.
        """
        if not callable(generator):
            raise TypeError("`generator` must be a Python callable.")
        spec = _signature(output_types, output_shapes, output_signature)
        arguments = [convert_to_tensor(arg).numpy() for arg in args or ()]

        def start():
            for value in generator(*arguments):
                yield _conformed(value, spec)

        return Dataset(start, lambda: spec, _UNKNOWN)

    @staticmethod
    def range(*args, **kwargs) -> "Dataset":
        """The integers of Python's `range`: `range(stop)`, `range(start, stop, step=1)`.

        Args:
            args: as `range` takes them.
            kwargs: `output_type` is their dtype, int64 unless given.
        """
        if not 1 <= len(args) <= 3:
            raise ValueError(
                "Invalid `args`. The length of `args` should be between 1 and 3 but was "
                f"{len(args)}."
            )
        dtype = as_dtype(kwargs.get("output_type", "int64"))
        numbers = [as_integer(arg) for arg in args]
        if len(numbers) == 3 and not numbers[2]:
            raise InvalidArgumentError("step must be a non-zero integer. Received: 0.")
        values = range(*numbers)
        return Dataset(
            lambda: iter(values), lambda: TensorSpec((), dtype), len(values), _Numbers(dtype)
        )

    @staticmethod
    def random(seed=None, rerandomize_each_iteration=None, name=None) -> "Dataset":
        """Random integers below 2**32, as int64, without an end.

        Args:
            seed: for the same numbers at each run.
            rerandomize_each_iteration: whether each pass has new numbers.
            name: not used.
        """
        stream = Stream(seed, bool(rerandomize_each_iteration))
        dtype = as_dtype("int64")
        dataset = Dataset(
            lambda: passes.random_words(*stream()),
            lambda: TensorSpec((), dtype),
            _INFINITE,
            _Numbers(dtype),
        )
        dataset._streams.append(stream)
        return dataset

    @staticmethod
    def zip(*args, datasets=None, name=None) -> "Dataset":
        """Elements put together from those of several datasets; as long as the shortest.

        Args:
            args: datasets, or one structure of them.
            datasets: the structure, by its name.
            name: not used.
        """
        if args and datasets is not None:
            raise TypeError("Both `*args` and `datasets` cannot be set.")
        if not args and datasets is None:
            raise TypeError("Must pass at least one dataset to `zip`.")
        structure = (args[0] if len(args) == 1 else args) if args else datasets
        parts = leaves_of(structure)
        for part in parts:
            if not isinstance(part, Dataset):
                raise TypeError(
                    "Invalid input to `zip`. Inputs are expected to be (nested) structures of "
                    f"`tf.data.Dataset` objects but encountered object of type {type(part)}."
                )

        def start():
            for together in zip(*(part._elements() for part in parts), strict=False):
                yield with_leaves(structure, together)

        lengths = {part._cardinality for part in parts}
        if _UNKNOWN in lengths:
            cardinality = _UNKNOWN
        else:
            cardinality = min(lengths - {_INFINITE}, default=_INFINITE)

        def spec():
            return map_leaves(lambda part: part.element_spec, structure)

        return Dataset(start, spec, cardinality, parents=parts)

    @staticmethod
    def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=True) -> "Dataset":
        """The next element of that dataset whose number another dataset gives.

        Args:
            datasets: a list of datasets with elements of one kind.
            choice_dataset: a dataset of int64 scalars.
            stop_on_empty_dataset: whether it ends where a chosen dataset has ended; otherwise
                such choices are passed over.
        """
        datasets = list(datasets)
        if not datasets:
            raise ValueError("Invalid `datasets`. `datasets` should not be empty.")

        def start():
            choices = (int(choice) for choice in choice_dataset._elements())
            starts = [dataset._elements() for dataset in datasets]
            return passes.choose(starts, choices, stop_on_empty_dataset)

        infinite = any(dataset._cardinality == _INFINITE for dataset in datasets)
        cardinality = _INFINITE if infinite else _UNKNOWN

        def spec():
            return _common([dataset.element_spec for dataset in datasets])

        return Dataset(start, spec, cardinality, parents=[*datasets, choice_dataset])

    @staticmethod
    def sample_from_datasets(
        datasets,
        weights=None,
        seed=None,
        stop_on_empty_dataset=False,
        rerandomize_each_iteration=None,
    ) -> "Dataset":
        """The next element of a dataset drawn at random.

        Args:
            datasets: a list of datasets with elements of one kind.
            weights: the probability of each; equal unless given.
            seed: for the same choices at each run.
            stop_on_empty_dataset: whether it ends where a drawn dataset has ended.
            rerandomize_each_iteration: whether each pass draws anew.
        """
        datasets = list(datasets)
        shares = numpy.ones(len(datasets)) if weights is None else numpy.asarray(weights)
        if shares.shape != (len(datasets),):
            raise ValueError(
                "Invalid `weights`. Expected as many as there are `datasets`. Received: "
                f"weights of shape {shares.shape} for {len(datasets)} datasets."
            )
        logits = math.log(convert_to_tensor(shares[None].astype("float32")))

        def draw(pair):
            return random.stateless_categorical(logits, 1, seed=pair)[0, 0]

        words = Dataset.random(seed, rerandomize_each_iteration)
        choices = words.batch(2).map(draw)
        return Dataset.choose_from_datasets(datasets, choices, stop_on_empty_dataset)

    # -- which elements, and in which order -------------------------------------------------------

    def shuffle(
        self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None
    ) -> "Dataset":
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

    def repeat(self, count=None, name=None) -> "Dataset":
        """The elements `count` times over; without an end if it is None or negative."""
        times = None if count is None or as_integer(count) < 0 else as_integer(count)
        if times == 0 or self._cardinality == 0:
            cardinality = 0
        elif times is None:
            cardinality = _INFINITE
        else:
            cardinality = self._cardinality * (times if self._cardinality > 0 else 1)
        return self._reordered(lambda: passes.repeated(self._items, times), cardinality)

    def take(self, count, name=None) -> "Dataset":
        """The first `count` elements; all of them if it is negative."""
        count = as_integer(count)
        if count < 0 or self._cardinality == _UNKNOWN:
            cardinality = self._cardinality
        else:
            cardinality = count if self._cardinality < 0 else min(count, self._cardinality)
        stop = None if count < 0 else count
        return self._reordered(lambda: islice(self._items(), stop), cardinality)

    def skip(self, count, name=None) -> "Dataset":
        """The elements after the first `count`; none of them if it is negative."""
        count = as_integer(count)
        if count < 0:
            return self.take(0)
        cardinality = self._cardinality
        if cardinality > 0:
            cardinality = max(0, cardinality - count)
        return self._reordered(lambda: islice(self._items(), count, None), cardinality)

    def shard(self, num_shards, index, name=None) -> "Dataset":
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

    def cache(self, filename="", name=None) -> "Dataset":
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

    def concatenate(self, dataset, name=None) -> "Dataset":
        """The elements of this dataset, then those of another.

        Raises:
            TypeError: they have elements of different structures or dtypes.
        """
        if not isinstance(dataset, Dataset):
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
        return Dataset(start, lambda: spec, cardinality, parents=[self, dataset])

    def filter(self, predicate, name=None) -> "Dataset":
        """The elements for which `predicate` is true."""
        check_callable("predicate", predicate)

        def start():
            return (e for e in self._elements() if as_condition(call(predicate, e)))

        return Dataset(start, lambda: self.element_spec, _UNKNOWN, parents=[self])

    def take_while(self, predicate, name=None) -> "Dataset":
        """The elements before the first for which `predicate` is false."""
        check_callable("predicate", predicate)

        def start():
            for element in self._elements():
                if not as_condition(call(predicate, element)):
                    return
                yield element

        return Dataset(start, lambda: self.element_spec, _UNKNOWN, parents=[self])

    def unique(self, name=None) -> "Dataset":
        """The elements without those that came before; for a single tensor per element."""

        def start():
            seen = set()
            for element in self._elements():
                key = element.array.tobytes() if element.dtype != "string" else element.array.item()
                if key not in seen:
                    seen.add(key)
                    yield element

        return Dataset(start, lambda: self.element_spec, _UNKNOWN, parents=[self])

    def prefetch(self, buffer_size, name=None) -> "Dataset":
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
        return Dataset(
            lambda: passes.prefetched(self._elements, size),
            lambda: self.element_spec,
            self._cardinality,
            parents=[self],
        )

    # -- other elements ---------------------------------------------------------------------------

    def map(
        self,
        map_func,
        num_parallel_calls=None,
        deterministic=None,
        synchronous=None,
        use_unbounded_threadpool=False,
        name=None,
    ) -> "Dataset":
        """What `map_func` makes of each element; the parts of a tuple are its arguments."""
        check_callable("func", map_func)

        def result(element):
            return as_result(call(map_func, element))

        def start():
            return map(result, self._elements())

        def spec():
            return _common([spec_of(one) for one in self._tried(result)])

        return Dataset(start, spec, self._cardinality, parents=[self])

    def flat_map(self, map_func, name=None) -> "Dataset":
        """The elements of the datasets that `map_func` makes of each element, one after another."""
        return self.interleave(map_func, cycle_length=1)

    def interleave(
        self,
        map_func,
        cycle_length=None,
        block_length=None,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ) -> "Dataset":
        """The elements of the datasets that `map_func` makes, taken from several in turn.

        Args:
            map_func: makes a dataset of an element.
            cycle_length: how many datasets are read at a time: as many as there are processors
                unless given, as in TensorFlow.
            block_length: how many elements in a row are taken from one, 1 unless given.
            num_parallel_calls: accepted for TensorFlow's scripts.
            deterministic: the order is always the same.
            name: not used.
        """
        check_callable("func", map_func)
        cycle = AUTOTUNE if cycle_length is None else as_integer(cycle_length)
        block = 1 if block_length is None else as_integer(block_length)
        if cycle == AUTOTUNE:
            cycle = os.cpu_count() or 1
        if cycle < 1 or block < 1:
            raise InvalidArgumentError(
                "interleave: cycle_length and block_length must be greater than zero. Received: "
                f"{cycle} and {block}."
            )

        def made(element):
            dataset = call(map_func, element)
            if not isinstance(dataset, Dataset):
                raise TypeError(
                    "`map_func` must return a `Dataset` object. Received: "
                    f"a {type(dataset).__name__}."
                )
            return dataset

        def start():
            starts = (made(element)._elements for element in self._elements())
            return passes.interleaved(starts, cycle, block)

        def spec():
            return _common([dataset.element_spec for dataset in self._tried(made)])

        return Dataset(start, spec, _UNKNOWN, parents=[self])

    def enumerate(self, start=0, name=None) -> "Dataset":
        """Pairs of a number, counted from `start` as int64, and an element."""
        numbers = Dataset(
            lambda: count_from(as_integer(start)),
            lambda: TensorSpec((), "int64"),
            _INFINITE,
            _Numbers(as_dtype("int64")),
        )
        return Dataset.zip((numbers, self))

    def scan(self, initial_state, scan_func, name=None) -> "Dataset":
        """What `scan_func` makes of a state and each element, while it passes the state on.

        Args:
            initial_state: the state at the start of each pass.
            scan_func: takes `(state, element)` and returns `(new state, output)`.
            name: not used.
        """
        check_callable("func", scan_func)
        initial = as_element(initial_state)

        def step(state, element):
            pair = scan_func(state, element)
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise TypeError(
                    "Invalid `scan_func`. `scan_func` should return a pair consisting of new state "
                    f"and the output value. Received: {pair!r}."
                )
            return as_result(pair[0]), as_result(pair[1])

        def start():
            state = initial
            for element in self._elements():
                state, output = step(state, element)
                yield output

        def spec():
            tried = self._tried(lambda element: step(initial, element)[1])
            return _common([spec_of(output) for output in tried])

        return Dataset(start, spec, self._cardinality, parents=[self])

    def _tried(self, function: Callable) -> list:
        """What a function makes of two elements of this dataset's spec, for a spec of its own."""
        try:
            return [function(element) for element in trial_elements(self.element_spec)]
        except Exception:  # made-up values needn't suit it; if real ones don't, that is the error
            elements = list(islice(self._elements(), 2))
            if not elements:
                raise
            return [function(element) for element in elements]

    # -- batches ----------------------------------------------------------------------------------

    def batch(
        self,
        batch_size,
        drop_remainder=False,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ) -> "Dataset":
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

        cardinality = _batches(self._cardinality, size, drop_remainder)
        return Dataset(start, spec, cardinality, parents=[self])

    def padded_batch(
        self,
        batch_size,
        padded_shapes=None,
        padding_values=None,
        drop_remainder=False,
        name=None,
    ) -> "Dataset":
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
        return Dataset(
            start,
            lambda: batched_spec(padded_spec, size if drop_remainder else None),
            _batches(self._cardinality, size, drop_remainder),
            parents=[self],
        )

    def unbatch(self, name=None) -> "Dataset":
        """The rows of each element as elements of their own."""
        spec = _unbatched(self.element_spec)
        cardinality = self._cardinality
        if cardinality > 0:
            rows = [leaf.shape[0] for leaf in leaves_of(self.element_spec) if leaf is not None]
            known = next((n for n in rows if n is not None), None)
            cardinality = _UNKNOWN if known is None else cardinality * known

        def start():
            for element in self._elements():
                yield from Dataset.from_tensor_slices(element)._elements()

        return Dataset(start, lambda: spec, cardinality, parents=[self])

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None) -> "Dataset":
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

        def start():
            for elements in passes.windows(self._elements(), size, shift, stride, drop_remainder):
                columns = zip(*map(leaves_of, elements), strict=True)
                yield with_leaves(elements[0], map(_of_tensors, columns))

        cardinality = self._cardinality
        if cardinality >= 0 and drop_remainder:
            cardinality = max(0, (cardinality - (size - 1) * stride - 1) // shift + 1)
        elif cardinality >= 0:
            cardinality = -(-cardinality // shift)

        def spec():
            return map_leaves(DatasetSpec, self.element_spec)

        return Dataset(start, spec, cardinality, parents=[self])

    # -- results ----------------------------------------------------------------------------------

    def reduce(self, initial_state, reduce_func, name=None) -> Any:
        """The last state that `reduce_func(state, element)` gives.

        Args:
            initial_state: the state before the first element.
            reduce_func: takes the state and an element, and returns a state of the same kind.
            name: not used.
        """
        check_callable("func", reduce_func)
        state = as_element(initial_state)
        for element in self._elements():
            result = as_result(reduce_func(state, element))
            try:
                nest.assert_same_structure(state, result)
            except (ValueError, TypeError) as error:
                raise InvalidArgumentError(
                    "reduce: the initial state and what reduce_func returns must have one "
                    f"structure. Expected: {spec_of(state)!r}. Received: {spec_of(result)!r}."
                ) from error
            dtypes = [[leaf.dtype for leaf in leaves_of(one)] for one in (state, result)]
            if dtypes[0] != dtypes[1]:
                raise TypeError(
                    f"reduce: expected a state of {spec_of(state)!r} from reduce_func. Received: "
                    f"{spec_of(result)!r}. Give the initial state the same dtype."
                )
            state = result
        return state

    def get_single_element(self, name=None) -> Any:
        """The element of a dataset that has just one."""
        elements = list(islice(self._elements(), 2))
        if len(elements) != 1:
            found = "was empty" if not elements else "had more than one element"
            raise InvalidArgumentError(f"Dataset {found}: expected just one element.")
        return elements[0]

    def apply(self, transformation_func) -> "Dataset":
        """What a function makes of this dataset."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(
                "`transformation_func` must return a `tf.data.Dataset` object. Got "
                f"{type(dataset)}."
            )
        return dataset


# -- small parts ----------------------------------------------------------------------------------


def _as_numpy(leaf: Any) -> Any:
    if isinstance(leaf, Dataset):
        raise TypeError(
            "as_numpy_iterator() is not supported for datasets whose elements are datasets: use "
            "flat_map to make one dataset of them."
        )
    return None if leaf is None else leaf.numpy()


class _Numbers:
    """Items that are Python integers, for scalars of a dtype."""

    def __init__(self, dtype):
        self._dtype = dtype.numpy_dtype

    def read(self, item: int) -> Tensor:
        return Tensor(numpy.array(item, self._dtype))

    batch = read


def _of_tensors(tensors: tuple) -> Dataset:
    """A dataset of tensors that are there, as a window is."""
    return Dataset(lambda: iter(tensors), lambda: spec_of(tensors[0]), len(tensors))


def _batch_size(batch_size) -> int:
    size = as_integer(batch_size)
    if size < 1:
        raise InvalidArgumentError(f"Batch size must be greater than zero. Received: {size}.")
    return size


def _batches(cardinality: int, size: int, drop_remainder: bool) -> int:
    if cardinality < 0:
        return cardinality
    return cardinality // size if drop_remainder else -(-cardinality // size)


def _common(specs: list) -> Any:
    """What the specs have in common."""
    found = specs[0]
    for spec in specs[1:]:
        found = common_spec(found, spec)
    return found


def _unbatched(spec: Any) -> Any:
    """The spec of the rows of an element."""

    def row(leaf):
        if leaf is None:
            return None
        if leaf.shape.rank == 0:
            raise ValueError("Cannot unbatch an input with scalar components.")
        return TensorSpec(leaf.shape[1:], leaf.dtype)

    return map_leaves(row, spec)


def _signature(types, shapes, signature) -> Any:
    """The specs of what a generator yields, from the arguments of `from_generator`."""
    if signature is not None:
        for argument, value in (("output_types", types), ("output_shapes", shapes)):
            if value is not None:
                raise TypeError(
                    f"The `{argument}` argument can not be used together with the "
                    "`output_signature` argument."
                )
        for leaf in leaves_of(signature):
            if not isinstance(leaf, TensorSpec):
                raise TypeError(
                    "`output_signature` must contain `tf.TensorSpec` objects. Received: "
                    f"{leaf!r}, of {type(leaf)}."
                )
        return signature
    if types is None:
        raise TypeError(
            "To specify the output signature you need to provide either the `output_signature` "
            "argument or the `output_types` argument."
        )
    if shapes is None:
        return map_leaves(lambda dtype: TensorSpec(None, dtype), types)
    return map_leaves(lambda dtype, shape: TensorSpec(shape, dtype), types, shapes)


def _conformed(value: Any, spec: Any) -> Any:
    """What a generator yielded, as the element that its signature announces."""

    def tensor(leaf, part):
        dtype = leaf.dtype.numpy_dtype
        try:
            array = numpy.asarray(part, dtype) if dtype.kind != "O" else None
        except (TypeError, ValueError) as error:
            raise ValueError(f"{part!r} can't be {leaf.dtype.name}: {error}") from error
        found = convert_to_tensor(part if array is None else array, leaf.dtype)
        if not leaf.shape.is_compatible_with(found.shape):
            raise ValueError(f"shape {found.shape}, where {leaf.shape} was expected")
        return found

    try:
        return map_leaves(tensor, spec, value)
    except ValueError as error:
        raise InvalidArgumentError(
            "`generator` yielded an element that did not match the expected structure. Expected: "
            f"{spec!r}. Received: {value!r} ({error})."
        ) from error


def _padded_shapes(spec: Any, given: Any) -> list[TensorShape]:
    """The shape that each tensor is to be filled up to."""

    def wanted(leaf, shape):
        shape = TensorShape([None if n in (None, -1) else n for n in shape])
        if leaf.shape.rank not in (None, shape.rank):
            raise ValueError(
                f"The padded shape {shape} is not compatible with the shape {leaf.shape} of the "
                "corresponding input component."
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
                f"match type {leaf.dtype} of the corresponding input component."
            )
        return tensor.array

    if not nest.is_nested(given):
        given = map_leaves(lambda _: given, spec)
    return leaves_of(map_leaves(checked, spec, given))
