"""Numbers as models want them: classes as one-hot rows, vectors of length 1."""

from typing import Any

import numpy

from ... import ops
from ...engine import Tensor, Variable
from ...settings import epsilon


def to_categorical(x, num_classes=None) -> Any:
    """Class numbers as one-hot rows; a last axis of 1 is left out.

    Args:
        x: integers from 0 to num_classes - 1, of any shape; a tensor gives a tensor of float32,
            anything else an array of float64.
        num_classes: how many classes there are: one more than the largest number unless given.

    >>> to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    numbers = numpy.array(x, dtype="int64")
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    classes = int(numbers.max()) + 1 if num_classes is None else int(num_classes)
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < classes:
        raise ValueError(
            f"Expected class numbers from 0 to {classes - 1}. Received: from {numbers.min()} to "
            f"{numbers.max()}. Pass num_classes={numbers.max() + 1}, or count the classes from 0."
        )
    rows = numpy.eye(classes)[numbers]
    return Tensor(rows.astype("float32")) if isinstance(x, (Tensor, Variable)) else rows


def normalize(x, axis=-1, order=2) -> Any:
    """x divided by its norms along an axis; zeros stay zeros.

    Args:
        x: an array or a tensor; the result is of the same kind.
        axis: the axis of the vectors.
        order: which norm: 2, 1, numpy.inf and so on.
    """
    if isinstance(x, (Tensor, Variable)):
        return x / ops.maximum(ops.norm(x, order, axis, keepdims=True), epsilon())
    norms = numpy.linalg.norm(x, order, axis, keepdims=True)
    return x / numpy.where(norms == 0, 1, norms)
