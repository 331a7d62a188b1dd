"""Sums and pooling of images where numba isn't there.

NumPy takes longer to go from one pixel's channels to those of the next than to add them. So it is
given rows of many pixels, even where it computes more in these than is asked for.
"""

from typing import Any

import numpy

_ROW = 1 << 12  # elements of a long row


def sum_of_rows(x: numpy.ndarray, width: int) -> Any:
    """The sum of rows of so many elements; NotImplemented where they are long or few."""
    together = _ROW // width
    rows = x.reshape(-1, width)
    count = len(rows) // max(together, 1)
    if together < 2 or count < 2:
        return NotImplemented
    long = rows[: count * together].reshape(count, -1)
    total = numpy.add.reduce(numpy.add.reduce(long).reshape(-1, width))
    return total + numpy.add.reduce(rows[count * together :])


def max_pool_grad(g: numpy.ndarray, x: numpy.ndarray, y: numpy.ndarray) -> Any:
    """The cotangent of images whose windows of two by two lie side by side: g at the first maximum.

    NotImplemented where a window holds nan alone.
    """
    if numpy.isnan(y).any():
        return NotImplemented
    (images, down, right, channels), bits = g.shape, f"int{8 * g.itemsize}"
    image = numpy.zeros(x.shape, g.dtype)
    rows = _pairs_of_rows(x, down, right)
    hit = rows == numpy.repeat(y, 2, axis=2).reshape(images, down, 1, -1)
    # Of equal pixels the first is taken: of the left one and the one right of it ...
    is_left = numpy.tile(numpy.repeat([True, False], channels), right)
    left, others = hit[..., :-channels] & is_left[:-channels], hit[..., channels:]
    numpy.greater(others, left, out=others)
    # ... and of two rows the upper one, wherever in it.
    upper, lower = hit[:, :, 0], hit[:, :, 1]
    taken = upper.copy()
    taken[..., channels:] |= left[:, :, 0]
    taken[..., :-channels] |= upper[..., channels:] & is_left[:-channels]
    numpy.greater(lower, taken, out=lower)
    came = numpy.repeat(g.view(bits), 2, axis=2).reshape(images, down, 1, -1)
    # See `kept`: whatever g is, there is 0 elsewhere.
    numpy.multiply(came, hit, out=_pairs_of_rows(image.view(bits), down, right))
    return image


def _pairs_of_rows(x: numpy.ndarray, down: int, right: int) -> numpy.ndarray:
    """Images' rows by two, (images, pairs, 2, elements): those that windows take."""
    images, _, width, channels = x.shape
    rows = x[:, : 2 * down].reshape(images, down, 2, width * channels)
    return rows[..., : 2 * right * channels]
