"""Arrays in memory as training wants them: checked, of one length, split, weighted by class."""

import math
from typing import Any

import numpy

from ... import nest
from ...arrays import to_numpy
from ...engine import Tensor, Variable
from ...settings import floatx


def as_arrays(structure, argument: str) -> Any:
    """Arrays in the given structure, with floats of the default type; None stays None.

    They are NumPy's, but for those of tensors on a card.

    Args:
        structure: arrays, tensors, data frames, ...; one, or a list or dict of them.
        argument: the name of what was given, for errors.

    Raises:
        ValueError: a leaf that is no array of numbers with one example per row.
    """
    return nest.map_structure(lambda leaf: _as_array(leaf, argument), structure)


def _as_array(value, argument: str) -> Any:
    if value is None:
        return None
    if isinstance(value, (Tensor, Variable)):
        array = value.array
    else:
        array = numpy.asarray(value)
    if array.dtype.kind not in "fiubc":
        raise ValueError(
            f"`{argument}` must consist of arrays of numbers. Received: a {type(value).__name__} "
            f"of dtype {array.dtype} and shape {array.shape}. Turn text into numbers first, and "
            "rows of objects into one array, for example with .astype('float32')."
        )
    if array.ndim == 0:
        raise ValueError(
            f"`{argument}` must be an array with one example per row, or a list or dict of such "
            f"arrays (one for each input or output). Received the number {array}: if `{argument}` "
            "is a list of numbers, pass numpy.array(...) of it."
        )
    return array.astype(floatx(), copy=False) if array.dtype.kind == "f" else array


def count_examples(x, y=None, sample_weight=None) -> int:
    """How many examples there are: the length that all of these arrays share.

    Raises:
        ValueError: arrays of different lengths.
    """
    lengths = {
        argument: [len(array) for array in nest.flatten(structure) if array is not None]
        for argument, structure in (("x", x), ("y", y), ("sample_weight", sample_weight))
    }
    found = {length for each in lengths.values() for length in each}
    if len(found) > 1:
        sizes = "; ".join(
            f"'{argument}' sizes: {', '.join(map(str, each))}"
            for argument, each in lengths.items()
            if each
        )
        raise ValueError(
            "Data cardinality is ambiguous. Make sure all arrays contain the same number of "
            f"samples (rows). Received: {sizes}."
        )
    return found.pop() if found else 0


def split_validation(x, y, sample_weight, validation_split: float) -> tuple:
    """The first rows for training and the last for validation, each as (x, y, sample_weight).

    Args:
        x: arrays, as are `y` and `sample_weight`, with one example per row.
        y: the labels, or None.
        sample_weight: a weight per example, or None.
        validation_split: the share of the rows that validation gets.
    """
    data = (
        as_arrays(x, "x"),
        as_arrays(y, "y"),
        as_arrays(sample_weight, "sample_weight"),
    )
    examples = count_examples(*data)
    cut = math.floor(examples * (1.0 - validation_split))
    if not 0 < cut < examples:
        raise ValueError(
            f"Training data contains {examples} samples, which is not sufficient to split it into "
            "a validation and training set as specified by "
            f"`validation_split={validation_split}`. Either provide more data, or a different "
            "value for the `validation_split` argument."
        )

    def part(rows: slice) -> tuple:
        return nest.map_structure(lambda array: None if array is None else array[rows], data)

    return part(slice(0, cut)), part(slice(cut, examples))


def class_weights(y, class_weight: dict) -> numpy.ndarray:
    """A weight for each example, by its class.

    Args:
        y: class numbers, as (examples,) or (examples, 1), or one-hot rows.
        class_weight: the weight of each class by its number; 1 for those that aren't there.
    """
    if nest.is_nested(y):
        raise ValueError(
            "`class_weight` is only supported for Models with a single output. Received labels "
            f"in a {type(y).__name__}: pass `sample_weight` instead."
        )
    if y is None:
        raise ValueError("`class_weight` needs labels: pass `y`. Received: y=None.")
    y = to_numpy(y)
    if y.ndim > 2:
        raise ValueError(
            "`class_weight` not supported for 3+ dimensional targets. Received: y of shape "
            f"{y.shape}. Pass `sample_weight` instead."
        )
    if y.ndim == 2:
        y = y.argmax(axis=-1) if y.shape[1] > 1 else y[:, 0]
    y = y.round().astype("int64")
    weights = numpy.ones(y.shape, floatx())
    for number, weight in class_weight.items():
        weights[y == number] = weight
    return weights
