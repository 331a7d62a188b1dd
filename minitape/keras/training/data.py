"""Batches: whatever `fit` is given, as a stream of what a step gets as `data`."""

import math
import random
import warnings
from collections.abc import Iterator
from inspect import GEN_CREATED, getgeneratorstate, isgenerator
from itertools import count
from typing import Any

import numpy

from ... import nest
from ...arrays import beside, is_array, philox, placed
from ...arrays.devices import current_device
from ...engine import Tensor, Variable, convert_to_tensor
from ...settings import floatx, seeds
from ..random_state import random_state, set_random_state
from .arrays import as_arrays, class_weights, count_examples
from .py_dataset import PyDataset

_AT_ONCE = 1 << 30  # bytes that go to a card all at once; of more data, batch by batch
_BOTH_WEIGHTS = (
    "You cannot `class_weight` and `sample_weight` at the same time: multiply them yourself, and "
    "pass `sample_weight`."
)


def pack_x_y_sample_weight(x, y=None, sample_weight=None) -> Any:
    """x, (x, y) or (x, y, sample_weight), by what there is: what a step gets as `data`."""
    if y is None and sample_weight is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data) -> tuple:
    """(x, y, sample_weight) from a step's `data`, None for what it doesn't have."""
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            "Data is expected to be in format `x`, `(x,)`, `(x, y)`, or "
            f"`(x, y, sample_weight)`. Received: {len(data)} elements."
        )
    return (*data, None, None)[:3]


class ArrayBatches:
    """Batches cut from arrays in memory.

    Args:
        x: an array, or a structure of arrays with one example per row.
        y: the labels, in the same form.
        sample_weight: one weight per example.
        class_weight: a dict from class number to weight, used as sample weights.
        batch_size: examples per batch, 32 unless given; the last batch may be smaller.
        shuffle: whether each pass takes them in a random order.
    """

    def __init__(
        self, x, y=None, sample_weight=None, class_weight=None, batch_size=None, shuffle=False
    ):
        x, y = as_arrays(x, "x"), as_arrays(y, "y")
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError(_BOTH_WEIGHTS)
            sample_weight = class_weights(y, class_weight)
        weights = as_arrays(sample_weight, "sample_weight")
        self.examples = count_examples(x, y, weights)
        self._data = data = x, y, weights
        arrays = [one for one in nest.flatten(data) if one is not None]
        if sum(one.nbytes for one in arrays) <= _AT_ONCE:
            here = current_device()
            self._data = nest.map_structure(lambda one: one if one is None else here.put(one), data)
        self.batch_size = 32 if batch_size is None else int(batch_size)
        if self.batch_size < 1:
            raise ValueError(f"Expected batch_size to be at least 1. Received: {batch_size}.")
        self._shuffle = shuffle

    def __len__(self) -> int:
        return math.ceil(self.examples / self.batch_size)

    def __iter__(self) -> Iterator:
        order: Any = None
        if self._shuffle:
            data = next(one for one in nest.flatten(self._data) if one is not None)
            order = beside(_random_order(self.examples), data)
        for start in range(0, self.examples, self.batch_size):
            rows = slice(start, start + self.batch_size)
            yield self._batch(rows if order is None else order[rows])

    def whole(self) -> Any:
        """All examples as one batch."""
        return self._batch(slice(None))

    def _batch(self, rows) -> Any:
        def cut(structure):
            if nest.is_nested(structure):
                return nest.map_structure(cut, structure)
            # A slice shares the caller's memory: tensors are read and never written into.
            return None if structure is None else Tensor(placed(structure[rows]))

        return pack_x_y_sample_weight(*map(cut, self._data))


def _random_order(examples: int) -> numpy.ndarray:
    """The order in which a pass takes so many examples; with a global seed, Keras' own.

    Keras shuffles in a function of a Dataset, where an op counts as the first of its graph, and
    where each pass over the Dataset begins the op's stream anew: the order is the same each time.
    """
    if seeds.seed is None:
        return numpy.random.permutation(examples)
    return philox.random_permutation(*seeds.stream(0), examples)


class StreamBatches:
    """Batches from something that gives them itself: a Dataset, a generator, a PyDataset.

    Each is `x`, `(x, y)` or `(x, y, sample_weight)`. A PyDataset has items, and so has anything
    else with a length and `__getitem__`; its `on_epoch_begin` and `on_epoch_end` are called before
    and after each pass.

    Args:
        source: what gives the batches; a generator is read on from pass to pass.
        class_weight: a dict from class number to weight, used as sample weights.
        shuffle: whether the items of a source are taken in a new order in each pass.
    """

    def __init__(self, source, class_weight=None, shuffle=False):
        self._source = source
        self._class_weight = class_weight
        self._shuffle = shuffle
        self._has_items = isinstance(source, PyDataset) or (
            hasattr(source, "__len__") and hasattr(source, "__getitem__")
        )

    def _length(self) -> int | None:
        """How many items there are; None for no end."""
        source = self._source
        return source.num_batches if isinstance(source, PyDataset) else len(source)

    def __len__(self) -> int:
        length = self._length()  # raises TypeError where nobody knows
        if length is None:
            raise TypeError("There is no end of batches: give steps_per_epoch.")
        return length

    def __iter__(self) -> Iterator:
        if hasattr(self._source, "on_epoch_begin"):
            self._source.on_epoch_begin()
        for data in self._items() if self._has_items else self._source:
            # A list is taken for a tuple, as `[x, y]` is easily written.
            data = tuple(data) if isinstance(data, list) else data
            yield self._weighted(nest.map_structure(_as_tensor, data))
        if hasattr(self._source, "on_epoch_end"):
            self._source.on_epoch_end()

    def _items(self) -> Iterator:
        length = self._length()
        if length is None:
            return map(self._source.__getitem__, count())
        order = list(range(length))
        if self._shuffle:
            random.shuffle(order)  # as Keras does: its seed is another one than that of arrays
        return (self._source[i] for i in order)

    def _weighted(self, data):
        if self._class_weight is None:
            return data
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        if sample_weight is not None:
            raise ValueError(_BOTH_WEIGHTS)
        return x, y, Tensor(placed(class_weights(y, self._class_weight)))


def _as_tensor(value):
    """A leaf of a batch as a tensor, with floats of the default type."""
    if value is None:
        return None
    tensor = convert_to_tensor(value)
    if not tensor.ndim:
        raise ValueError(
            "A batch must be arrays with one example per row: `x`, `(x, y)` or "
            f"`(x, y, sample_weight)`. Received the single value {value!r} in it: if it stands in "
            "a list of numbers, give numpy.array(...) of that; if it comes from a Dataset, put the "
            "examples together with dataset.batch(32)."
        )
    if tensor.array.dtype.kind == "f" and tensor.array.dtype != floatx():
        return Tensor(tensor.array.astype(floatx()))
    return tensor


def batches(x, y=None, sample_weight=None, class_weight=None, batch_size=None, shuffle=False):
    """ArrayBatches or StreamBatches, by what `x` is."""
    if x is None:
        raise ValueError("`x` is missing: pass an array, a structure of arrays, or batches.")
    if not gives_batches(x):
        return ArrayBatches(x, y, sample_weight, class_weight, batch_size, shuffle)
    for argument, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"When `x` gives batches itself (received: a {type(x).__name__}), "
                f"`{argument}` should not be passed: let `x` give (x, y) or "
                "(x, y, sample_weight)."
            )
    return StreamBatches(x, class_weight, shuffle)


def gives_batches(x) -> bool:
    """True for generators, datasets and Sequences; False for arrays and structures of them."""
    if nest.is_nested(x) or is_array(x) or isinstance(x, (Tensor, Variable, str, bytes)):
        return False
    return not hasattr(x, "__array__") and (hasattr(x, "__iter__") or hasattr(x, "__getitem__"))


class Epochs:
    """The batches of one epoch after another: each iteration over it is an epoch.

    Args:
        source: ArrayBatches or StreamBatches.
        steps: batches per epoch, those of one pass unless given. Otherwise an epoch goes on where
            the last one stopped, and ends early, with a warning, where the pass ends.
    """

    def __init__(self, source: ArrayBatches | StreamBatches, steps: int | None = None):
        if steps is not None and steps < 1:
            raise ValueError(f"Expected at least 1 step per epoch. Received: {steps}.")
        self._source = source
        self._steps = steps
        self._pass: Iterator = iter(())
        self._gave_any = False
        self._start: Any = None  # the random states before the pass; None between two of them
        self._taken = 0  # batches of the pass
        self._seen = 0  # batches of the coming epoch that an interrupted training had already

    @property
    def steps(self) -> int | None:
        """Batches per epoch; None where nobody knows."""
        if self._steps is not None:
            return self._steps
        try:
            return len(self._source)
        except TypeError:
            return None

    def restart(self) -> None:
        """Lets the next epoch begin at the first batch; a generator is read on all the same."""
        self._pass, self._start = iter(()), None

    def _random_states(self) -> dict:
        streams = [stream.state() for stream in _streams_of(self._source)]
        return {"shared": random_state(), "streams": streams}

    def _begin_pass(self) -> None:
        self._start, self._taken = self._random_states(), 0
        self._pass = iter(self._source)

    def _take(self) -> Any:
        """The next batch of the pass, None at its end."""
        batch = next(self._pass, None)
        if batch is None:
            self._start = None
        else:
            self._taken += 1
        return batch

    def position(self) -> dict:
        """Where the data stand, as values that JSON knows."""
        if self._start is None:
            return {"random": self._random_states(), "taken": None}
        return {"random": self._start, "taken": self._taken}

    def go_to(self, position: dict, seen: int) -> None:
        """Stands where other data, which were the same, stood after some batches of an epoch.

        Args:
            position: what `position` said there.
            seen: how many batches of the epoch were seen before.

        Raises:
            ValueError: there are fewer batches now.
        """
        self._seen = seen
        set_random_state(position["random"]["shared"])
        streams, states = _streams_of(self._source), position["random"]["streams"]
        if len(streams) != len(states):
            raise ValueError(
                f"The interrupted training had data that draw random numbers at {len(states)} "
                f"places, and now there are {len(streams)}. Give it the same data again."
            )
        for stream, state in zip(streams, states, strict=True):
            stream.set_state(state)
        taken = position["taken"]
        if taken is None:
            return
        self._begin_pass()
        # A generator that was read from already stands where it stands.
        for number in range(0 if _was_read_from(self._source) else taken):
            if self._take() is None:
                raise ValueError(
                    f"The interrupted training had taken {taken} batches from its data, and now "
                    f"there are {number}. Give it the same data again."
                )
        self._taken = taken

    def __iter__(self) -> Iterator:
        seen, self._seen = self._seen, 0
        if seen and seen == self._steps:
            return
        batch = self._take() if seen or self._steps is not None else None
        if batch is None and not seen:
            self._begin_pass()
            batch = self._take()
        while batch is not None:
            seen += 1
            self._gave_any = True
            yield batch
            if seen == self._steps:
                return
            batch = self._take()
        if not self._gave_any and not seen:
            raise ValueError(
                "There is no data: at least one batch is expected, and x has no examples, or gave "
                "no batches."
            )
        if self._steps is not None or not seen:
            warnings.warn(
                "Your input ran out of data; interrupting training. Make sure that it can give "
                f"at least `steps_per_epoch * epochs` batches. It gave {seen} in this epoch.",
                stacklevel=4,  # the caller of `fit`
            )


def _streams_of(source: ArrayBatches | StreamBatches) -> list:
    """What the passes of a Dataset draw random numbers from; none for other sources."""
    return getattr(getattr(source, "_source", None), "_streams", [])


def _was_read_from(source: ArrayBatches | StreamBatches) -> bool:
    """True for a Python generator of which batches were taken."""
    stream = getattr(source, "_source", None)
    return isgenerator(stream) and getgeneratorstate(stream) != GEN_CREATED
