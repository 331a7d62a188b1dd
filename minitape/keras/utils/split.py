"""Parting data into two datasets."""

import random
from typing import Any

import numpy

from ... import nest
from ...data import AUTOTUNE, Dataset


def split_dataset(
    dataset, left_size=None, right_size=None, shuffle=False, seed=None, preferred_backend=None
) -> tuple[Dataset, Dataset]:
    """Two datasets, of the first and of the last elements.

    Args:
        dataset: an array, a list or tuple of arrays of one length, or a Dataset, which is read
            into memory; one of batches is taken apart, and put together again.
        left_size: how many elements the first one gets, or what share of them (a float).
        right_size: the same for the second; what is left unless given.
        shuffle: whether they are shuffled before.
        seed: for the same order at each run.
        preferred_backend: accepted for Keras' scripts.

    Raises:
        TypeError: something else, or sizes that are no numbers.
        ValueError: nothing to split, no sizes, or sizes that don't fit.
    """
    batch_size = None
    if isinstance(dataset, Dataset):
        dataset, batch_size = _unbatched(dataset)
        elements = list(dataset)
    elif isinstance(dataset, numpy.ndarray):
        elements = list(dataset)
    elif isinstance(dataset, (list, tuple)):
        if not all(isinstance(array, numpy.ndarray) for array in dataset):
            raise ValueError(
                "Expected a list of `numpy.ndarray` objects. Received: "
                f"{[type(array).__name__ for array in dataset]}."
            )
        if len({len(array) for array in dataset}) > 1:
            raise ValueError(
                "Received a list of NumPy arrays with different lengths: "
                f"{[len(array) for array in dataset]}. They must be equally long."
            )
        elements = list(zip(*dataset, strict=True))
    else:
        raise TypeError(
            "The `dataset` argument must be either a `tf.data.Dataset` object, or a list/tuple of "
            f"arrays. Received: a {type(dataset).__name__}."
        )
    if not elements:
        raise ValueError("Received an empty dataset: at least one element is needed.")
    left, right = _sizes(left_size, right_size, len(elements))
    if shuffle:
        random.Random(random.randint(0, 10**6) if seed is None else seed).shuffle(elements)
    parts = [_dataset_of(part) for part in (elements[:left], elements[-right:])]
    if batch_size is not None:
        parts = [part.batch(batch_size) for part in parts]
    first, second = (part.prefetch(AUTOTUNE) for part in parts)
    return first, second


def _unbatched(dataset: Dataset) -> tuple[Dataset, int | None]:
    """The dataset of single elements, and how many a batch had; None if there were no batches."""
    specs = nest.flatten(dataset.element_spec)
    if not all(spec.shape.rank and spec.shape[0] is None for spec in specs):
        return dataset, None
    first = nest.flatten(next(iter(dataset), []))
    return dataset.unbatch(), first[0].shape[0] if first else None


def _dataset_of(elements: list) -> Dataset:
    """A dataset of elements that are there."""

    def stacked(*leaves) -> Any:
        return numpy.stack([numpy.asarray(leaf) for leaf in leaves])

    return Dataset.from_tensor_slices(nest.map_structure(stacked, *elements))


def _sizes(left, right, total: int) -> tuple[int, int]:
    """The sizes of both parts as numbers of elements."""
    if left is None and right is None:
        raise ValueError(
            "At least one of the `left_size` or `right_size` must be specified. Received: "
            "left_size=None and right_size=None"
        )
    found = []
    for argument, size in (("left_size", left), ("right_size", right)):
        if size is not None and type(size) not in (int, float):
            raise TypeError(
                f"Invalid `{argument}` Type. Expected: int or float or None, Received: "
                f"type({argument})={type(size)}."
            )
        if size is not None and not 0 < size < (total if type(size) is int else 1):
            raise ValueError(
                f"`{argument}` should be either a positive integer smaller than {total}, or a "
                f"float within the range `[0, 1]`. Received: {argument}={size}"
            )
        found.append(round(size * total) if type(size) is float else size)
    first = total - found[1] if found[0] is None else found[0]
    second = total - found[0] if found[1] is None else found[1]
    over_one = type(left) is type(right) is float and left + right > 1
    if first + second > total or not first or not second or over_one:
        raise ValueError(
            f"Expected two parts with at least one of the {total} elements each. Received: "
            f"left_size={left} and right_size={right}, which are {first} and {second} elements."
        )
    return first, second
