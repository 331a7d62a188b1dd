"""Convolutions where numba isn't there: NumPy copies what windows see, and OpenBLAS multiplies.

Some images at a time, so that copies stay in the cache. Where a window's row holds few elements,
some neighbouring windows are taken as one: what they see is copied once, and in longer pieces. Its
filters are those of each of them, with zeros for what that one doesn't see.

Back to the images nothing is copied. With the positions of a block of images written as one long
list, what one place of all windows sends back is a product that is added to the list, shifted by as
much as the place lies behind the first. At the end of an image a window reaches into the next one;
what comes from there is 0 (nan, if it is 0 times inf).
"""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy

from .compiler import is_for_numpy
from .openblas import in_one_thread, openblas
from .products import LARGE_FOR_SLEEPERS, add_product
from .threads import SUMS, in_parts

_BLOCK = 1 << 19  # elements that are copied at a time
_LONG = 1 << 16  # elements that a bias is repeated to, at most
_FEW = 16  # elements of a window's row: with fewer, copying takes as long as multiplying
_VERY_FEW = 8  # of those that are sent back: a product of fewer is slow


def multiplies(*arrays: Any) -> bool:
    """Whether the functions below are made for these arrays."""
    return is_for_numpy(*arrays) and openblas() is not None


def convolution(
    x: numpy.ndarray, w: numpy.ndarray, window: Any, bias: Any, then_relu: bool
) -> numpy.ndarray:
    """What each window sees times the filters, perhaps with a bias and relu."""
    steps, filters = window.output_size(x.shape[1:-1]), w.shape[-1]
    count = _neighbours(window, steps, w.shape)
    seen_by, positions = _as_one(window, count), (*steps[:-1], steps[-1] // count)
    w = _filters_as_one(w, count)
    image, y = window.padded(x), numpy.empty((len(x), *steps, filters), x.dtype)
    repeats = _repeats(steps, filters)
    added = None if bias is None else numpy.tile(bias, repeats)
    zeros = numpy.zeros(repeats * filters, x.dtype)  # a single 0 takes NumPy longer

    def some(images: slice) -> None:
        seen = seen_by.patches(image[images], positions)
        add_product(seen, w, y[images].reshape(len(seen), -1), added=False)
        if added is not None:
            rows = y[images].reshape(-1, len(added))
            rows += added
            if then_relu:
                numpy.maximum(rows, zeros, out=rows)

    blocks = _blocks(len(x), math.prod(positions) * len(w))
    _by_blocks(some, blocks, len(x) * math.prod(positions) * w.size)
    return y


def is_sent_back(window: Any, channels: int, *arrays: Any) -> bool:
    """Whether `input_gradient` is made for this window, over images of so many channels."""
    by_one = max(window.stride) == 1 and window.size[-1] * channels >= _VERY_FEW
    return by_one and multiplies(*arrays)


def input_gradient(w: numpy.ndarray, g: numpy.ndarray, window: Any, shape: tuple) -> numpy.ndarray:
    """The cotangent of images of a shape: each place in the window sends g back through w."""
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
    steps = g.shape[1:-1]
    count = _neighbours(window, steps, shape)
    seen_by, positions = _as_one(window, count), (*steps[:-1], steps[-1] // count)
    size, filters = math.prod(seen_by.size) * shape[-2], count * shape[-1]
    image, g = window.padded(x), numpy.ascontiguousarray(g)
    blocks = _blocks(len(x), math.prod(positions) * size)
    sums = numpy.zeros((min(SUMS, len(blocks)), size, filters), x.dtype)

    def some_sums(part: slice) -> None:
        for n in range(part.start, part.stop):
            for images in blocks[n :: len(sums)]:
                seen = seen_by.patches(image[images], positions)
                came = g[images].reshape(len(seen), filters)
                add_product(seen, came, sums[n], transpose_a=True)

    _in_parts(some_sums, len(sums), len(x) * math.prod(positions) * size * filters)
    return _gradient_of_each(numpy.add.reduce(sums), count, shape)


def _neighbours(window: Any, steps: tuple, shape: tuple) -> int:
    """How many windows beside each other are taken as one, for filters of a shape."""
    overlap = window.size[-1] > 1 and window.stride[-1] == window.dilation[-1] == 1
    few = window.size[-1] * shape[-2] < _FEW
    return 2 if overlap and few and steps[-1] % 2 == 0 else 1


def _as_one(window: Any, count: int) -> Any:
    """The window that sees what so many neighbours see, over images that have their border."""
    size = *window.size[:-1], window.size[-1] + count - 1
    stride = *window.stride[:-1], count * window.stride[-1]
    return window._replace(size=size, stride=stride, padding="VALID")


def _filters_as_one(w: numpy.ndarray, count: int) -> numpy.ndarray:
    """The filters of so many neighbours as one matrix: a column for each filter of each of them."""
    *size, length, channels, filters = w.shape
    several = numpy.zeros((*size, length + count - 1, channels, count, filters), w.dtype)
    for n in range(count):
        several[..., n : n + length, :, n, :] = w
    return several.reshape(-1, count * filters)


def _gradient_of_each(several: numpy.ndarray, count: int, shape: tuple) -> numpy.ndarray:
    """The transpose of `_filters_as_one`: the sum of what came to each of the neighbours."""
    *size, length, channels, filters = shape
    several = several.reshape(*size, length + count - 1, channels, count, filters)
    total = several[..., :length, :, 0, :].copy()
    for n in range(1, count):
        total += several[..., n : n + length, :, n, :]
    return total


def _repeats(steps: tuple, filters: int) -> int:
    """How often a bias is repeated: for all positions, or as many rows of them as are not long.

    NumPy takes long to go from one pixel's channels to those of the next.
    """
    count = steps[-1]
    for length in reversed(steps[:-1]):
        if count * length * filters > _LONG:
            break
        count *= length
    return count


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
