"""Dataset: a description of elements to come, from which each iteration starts a new pass."""

from itertools import count as count_from
from operator import index as as_integer
from typing import Any

import numpy

from ..arrays import TensorSpec, as_dtype
from ..engine import convert_to_tensor
from ..errors import InvalidArgumentError
from ..ops import math, random
from . import passes
from .batched import Batched, unbatched_spec
from .elements import Rows, as_element, leaves_of, map_leaves, row_count, spec_of, with_leaves
from .pipeline import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Numbers, in_common
from .streams import Stream

_INFINITE, _UNKNOWN = INFINITE_CARDINALITY, UNKNOWN_CARDINALITY


class Dataset(Batched):
    """A sequence of elements, which each iteration makes anew.

    An element is a tensor, or a tuple or dict of tensors (nested, if need be); a list becomes a
    tensor. Make one with `from_tensor_slices`, `from_generator`, `range` and the like; every other
    method returns a new dataset, and leaves this one as it is. Functions that are given to `map`
    and its like are called for each element when it is asked for, by Python and in order; the
    arguments about parallel calls are accepted for TensorFlow's scripts.

    >>> dataset = Dataset.range(5).map(lambda x: x * 10).batch(2)
    >>> [batch.numpy().tolist() for batch in dataset]
    [[0, 10], [20, 30], [40]]
    """

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
        rows = row_count(tensors)
        return Dataset(
            lambda: iter(range(rows)), lambda: unbatched_spec(spec_of(tensors)), rows, Rows(tensors)
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
            raise TypeError(
                "`generator` must be a Python callable, that is, the function and not what it "
                f"returns. Received: {generator!r}."
            )
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
            lambda: iter(values), lambda: TensorSpec((), dtype), len(values), Numbers(dtype)
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
            Numbers(dtype),
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
            raise TypeError("Both `*args` and `datasets` cannot be set: give one of them.")
        if not args and datasets is None:
            raise TypeError("Must pass at least one dataset to `zip`. Received none.")
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

    def enumerate(self, start=0, name=None) -> "Dataset":
        """Pairs of a number, counted from `start` as int64, and an element."""
        numbers = Dataset(
            lambda: count_from(as_integer(start)),
            lambda: TensorSpec((), "int64"),
            _INFINITE,
            Numbers(as_dtype("int64")),
        )
        return Dataset.zip((numbers, self))

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
            return in_common([dataset.element_spec for dataset in datasets])

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


def _signature(types, shapes, signature) -> Any:
    """The specs of what a generator yields, from the arguments of `from_generator`."""
    if signature is not None:
        for argument, value in (("output_types", types), ("output_shapes", shapes)):
            if value is not None:
                raise TypeError(
                    f"The `{argument}` argument can not be used together with the "
                    "`output_signature` argument. Give the signature alone."
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
            "argument or the `output_types` argument. Received none of them."
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
