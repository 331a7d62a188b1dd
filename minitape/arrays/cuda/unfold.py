"""Convolution on a card by the matrix of what windows see: of images with three axes.

conv.cu doesn't write that matrix down, but finds its way about two axes alone.
"""

import math
from typing import Any

from .launching import THREADS, blocks_for, empty, launch
from .products import multiply

# Of a matrix: with 27 places it has 27 times the images' bytes. A card has tens of GiB, and at this
# size a product keeps all of it busy. Images whose matrix is larger are taken some at a time.
_MOST_BYTES = 1 << 30


def conv(x, w, window, bias=None, then_relu=False) -> Any:
    """What each window sees times the filters, perhaps with a bias and relu."""
    y = empty((len(x), *window.output_size(x.shape[1:-1]), w.shape[-1]), x.dtype, x)
    filters = w.reshape(-1, w.shape[-1])
    for images in _parts(window, x.shape, x.itemsize):
        results = y[images].reshape(-1, w.shape[-1])
        multiply(im2col(x[images], window), filters, results, bias=bias, then_relu=then_relu)
    return y


def conv_input(w, g, window, input_shape) -> Any:
    """The cotangent of the images."""
    x = empty(input_shape, g.dtype, g)
    filters = w.reshape(-1, w.shape[-1])
    for images in _parts(window, input_shape, g.itemsize):
        rows = g[images].reshape(-1, w.shape[-1])
        matrix = empty((len(rows), len(filters)), g.dtype, g)
        multiply(rows, filters, matrix, transpose_b=True)
        col2im(matrix, x[images], window)
    return x


def conv_filter(x, g, window, filter_shape) -> Any:
    """The cotangent of the filters."""
    sums = []
    for images in _parts(window, x.shape, x.itemsize):
        rows = g[images].reshape(-1, g.shape[-1])
        w = empty((math.prod(filter_shape[:-1]), filter_shape[-1]), x.dtype, x)
        multiply(im2col(x[images], window), rows, w, transpose_a=True)
        sums.append(w)
    return sum(sums[1:], sums[0]).reshape(filter_shape)


def im2col(x, window) -> Any:
    """What each window sees, as rows: (batch * positions, places * channels)."""
    steps = math.prod(window.output_size(x.shape[1:-1]))
    matrix = empty((len(x) * steps, math.prod(window.size) * x.shape[-1]), x.dtype, x)
    given = x, matrix, matrix.size, x.shape[-1], *_axes(window, x.shape)
    launch(("unfold.cu", "im2col"), blocks_for(matrix.size), (THREADS,), *given)
    return matrix


def col2im(matrix, x, window) -> None:
    """Writes to x, for each pixel, the sum of what im2col would make of it."""
    given = matrix, x, x.size, x.shape[-1], *_axes(window, x.shape)
    launch(("unfold.cu", "col2im"), blocks_for(x.size), (THREADS,), *given)


def _axes(window: Any, shape: tuple) -> list[int]:
    """How windows lie along each axis of the images, as the kernels want it: of three."""
    lengths = shape[1:-1]
    before = [window.border(axis, length)[0] for axis, length in enumerate(lengths)]
    axes = list(zip(lengths, window.output_size(lengths), *window[:3], before, strict=True))
    missing = [(1, 1, 1, 1, 1, 0)] * (3 - len(axes))
    return [number for axis in missing + axes for number in axis]


def _parts(window: Any, shape: tuple, itemsize: int) -> list[slice]:
    """The images, as many at a time as have no larger a matrix than there may be."""
    places = math.prod(window.size) * shape[-1]
    of_one = math.prod(window.output_size(shape[1:-1])) * places * itemsize
    step = max(1, _MOST_BYTES // of_one)
    return [slice(n, n + step) for n in range(0, shape[0], step)]
