"""Convolutions where numba isn't there: NumPy copies, and OpenBLAS adds products where they belong.

The windows are `Window`s of minitape.ops that move by one step along all axes but the last. Then,
with the positions of a block of images written as one long list, one place of all windows is the
list itself, shifted: what windows see there is a matrix that is there already, and so is what it is
multiplied with or added to. Only along the last axis are the places copied beside each other, as a
product of so few channels would be slow. At the end of an image a window reaches into the next one;
what it makes there is left out, or it is 0 that is added there (nan, if it is 0 times inf).
"""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy

from .compiler import FLOATS, is_large, numba
from .openblas import in_one_thread, openblas
from .products import LARGE_FOR_SLEEPERS, add_product
from .threads import SUMS, in_parts

_BLOCK = 1 << 19  # elements that are copied at a time
_FEW = 8  # elements that a window sees in a row: a product of fewer is slow


def shifts(window: Any, channels: int, *arrays: Any) -> bool:
    """Whether the functions below are made for this window over images of so many channels."""
    if not is_large(arrays[0].size) or numba() is not None or openblas() is None:
        return False
    dtype, steps = arrays[0].dtype, window.stride[:-1]
    if dtype not in FLOATS or any(type(x) is not numpy.ndarray or x.dtype != dtype for x in arrays):
        return False
    moves = max(steps, default=1) == 1 and all(x.size for x in arrays)
    return moves and window.size[-1] * channels >= _FEW


def convolution(
    x: numpy.ndarray, w: numpy.ndarray, window: Any, bias: Any, then_relu: bool
) -> numpy.ndarray:
    """What each window sees times the filters, perhaps with a bias and relu."""
    steps, filters = window.output_size(x.shape[1:-1]), w.shape[-1]
    image, row = window.padded(x), _row(window)
    shape = *image.shape[1:-2], steps[-1]
    w = numpy.ascontiguousarray(w).reshape(-1, w.shape[-2] * window.size[-1], filters)
    offsets = _offsets(window.size[:-1], window.dilation[:-1], shape)
    y = numpy.empty((len(x), *steps, filters), x.dtype)
    # Whole rows: it takes NumPy long to go from one pixel's channels to those of the next.
    added = None if bias is None else numpy.tile(bias, steps[-1])

    def some(images: slice) -> None:
        seen = row.patches(image[images], shape)
        long = numpy.empty((images.stop - images.start, *shape, filters), x.dtype)
        total = long.reshape(-1, filters)
        for offset, factor in zip(offsets, w, strict=True):
            add_product(seen[offset:], factor, total[: len(total) - offset], added=offset > 0)
        inside = _inside(long, steps).reshape(len(long), *steps[:-1], -1)
        result = y[images].reshape(inside.shape)
        if added is None:
            result[...] = inside
        else:
            numpy.add(inside, added, out=result)
        if then_relu:
            numpy.maximum(result, 0, out=result)

    blocks = _blocks(len(x), math.prod(shape) * w.shape[1])
    _by_blocks(some, blocks, y.size * w.shape[0] * w.shape[1])
    return y


def input_gradient(w: numpy.ndarray, g: numpy.ndarray, window: Any, shape: tuple) -> numpy.ndarray:
    """The cotangent of images of a shape: each place in the window sends g back through w.

    The window moves by one step along the last axis, too.
    """
    steps, filters, channels = g.shape[1:-1], w.shape[-1], shape[-1]
    image = numpy.empty(window.padded_shape(shape), g.dtype)
    lengths = image.shape[1:-1]
    w = numpy.ascontiguousarray(w).reshape(-1, channels, filters)
    offsets = _offsets(window.size, window.dilation, lengths)

    def some(images: slice) -> None:
        long = numpy.zeros((images.stop - images.start, *lengths, filters), g.dtype)
        _inside(long, steps)[...] = g[images]
        sent, total = long.reshape(-1, filters), image[images].reshape(-1, channels)
        for offset, factor in zip(offsets, w, strict=True):
            back = sent[: len(sent) - offset]
            add_product(back, factor, total[offset:], transpose_b=True, added=offset > 0)

    _by_blocks(some, _blocks(len(g), math.prod(lengths) * filters), g.size * len(w) * channels)
    return window.unpadded(image, shape[1:-1])


def filter_gradient(x: numpy.ndarray, g: numpy.ndarray, window: Any, shape: tuple) -> numpy.ndarray:
    """The cotangent of filters of a shape: what each window saw, times what came back from it."""
    steps, filters = g.shape[1:-1], shape[-1]
    image, row = window.padded(x), _row(window)
    lengths, seen_at_once = (*image.shape[1:-2], steps[-1]), window.size[-1] * shape[-2]
    offsets = _offsets(window.size[:-1], window.dilation[:-1], lengths)
    blocks = _blocks(len(x), math.prod(lengths) * seen_at_once)
    count = min(SUMS, len(blocks))
    sums = numpy.zeros((count, len(offsets), seen_at_once, filters), x.dtype)

    def some_sums(part: slice) -> None:
        for n in range(part.start, part.stop):
            for images in blocks[n::count]:
                seen = row.patches(image[images], lengths)
                long = numpy.zeros((images.stop - images.start, *lengths, filters), x.dtype)
                _inside(long, steps)[...] = g[images]
                came = long.reshape(-1, filters)
                for offset, total in zip(offsets, sums[n], strict=True):
                    back = came[: len(came) - offset]
                    add_product(seen[offset:], back, total, transpose_a=True)

    _in_parts(some_sums, count, g.size * math.prod(shape[:-1]))
    return numpy.add.reduce(sums).reshape(shape)


def _row(window: Any) -> Any:
    """A window of one row of the window, over what has its border already."""
    size = *(1 for _ in window.size[1:]), window.size[-1]
    return window._replace(size=size, padding="VALID")


def _offsets(size: tuple, dilation: tuple, lengths: tuple) -> list[int]:
    """How far each place of a window lies behind its first one, in the list of all positions."""
    steps = [math.prod(lengths[axis + 1 :]) for axis in range(len(size))]
    return [
        sum(i * d * step for i, d, step in zip(place, dilation, steps, strict=True))
        for place in product(*map(range, size))
    ]


def _inside(long: numpy.ndarray, steps: tuple) -> numpy.ndarray:
    """The positions that windows take, of those of whole images."""
    return long[(slice(None), *map(slice, steps))]


def _blocks(images: int, elements: int) -> list[slice]:
    """The images, some at a time; so many elements are copied of each. Threads don't matter."""
    count = -(-images // max(1, _BLOCK // elements))
    if count < images:
        count += count % 2  # as many for each of two threads
    return [slice(images * n // count, images * (n + 1) // count) for n in range(count)]


def _by_blocks(compute: Callable[[slice], Any], blocks: list[slice], multiplications: int) -> None:
    def some(part: slice) -> None:
        for block in blocks[part]:
            compute(block)

    _in_parts(some, len(blocks), multiplications)


def _in_parts(compute: Callable[[slice], Any], size: int, multiplications: int) -> None:
    if multiplications >= LARGE_FOR_SLEEPERS:
        in_parts(compute, size, multiplications)
    else:
        in_one_thread(compute, slice(0, size))
