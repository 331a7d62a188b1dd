"""The maximum of each window over images, and the way back; nan is passed over."""

import math
from functools import lru_cache
from typing import Any

import numpy

from . import long_rows
from .compiler import is_for_numpy, suits
from .functions import Flags, Floats, Word, Words, c_function
from .plans import SCRATCH, At, Plan, by_plan, parts, planned_by, threads_for
from .windows import clearing, geometry_of, slides


def _builder(inputs: list, result: Any, *, window: Any) -> Any:
    *grad, x = inputs if len(inputs) == 1 else inputs[:2]
    if not slides(window, *inputs, result):
        return None
    return lambda: _plan(bool(grad), window, x.shape, x.dtype, threads_for(math.prod(x.shape)))


@planned_by(_builder)
def max_pool(x, *, window) -> Any:
    """The maximum of each window; nan where there is nothing else."""
    if not suits(x):
        return NotImplemented
    y = numpy.empty((len(x), *window.output_size(x.shape[1:-1]), x.shape[-1]), x.dtype)
    return by_plan(_builder, [x], y, window=window)


@planned_by(_builder)
def max_pool_grad(g, x, y, *, window) -> Any:
    """The cotangent of x: g at the first maximum of each window, or first pixel if all is nan."""
    if window.are_pairs(x.shape) and is_for_numpy(x, g, y) and x.flags.c_contiguous:
        return long_rows.max_pool_grad(g, x, y)
    if not suits(g, x, y):
        return NotImplemented
    return by_plan(_builder, [g, x, y], numpy.empty(x.shape, g.dtype), window=window)


@lru_cache(maxsize=256)
def _plan(grad: bool, window: Any, shape: tuple, dtype: numpy.dtype, threads: int) -> Plan:
    """The plan of the two, each thread with images of its own."""
    images, height, width, channels = shape
    down, right = window.output_size(shape[1:-1])
    geometry = geometry_of(window, shape)
    in_image, in_result = (n * channels * dtype.itemsize for n in (height * width, down * right))
    sizes = (in_result, in_image, in_result, in_image) if grad else (in_image, in_result)
    pairs = window.are_pairs(shape)
    if pairs:
        loop = _pairs_grad if grad else _pairs
    else:
        loop = _max_pool_grad if grad else _max_pool
    begins_at_0 = grad and not (pairs and 4 * down * right == height * width)
    shares = []
    for i, part in enumerate(parts(images, threads)):
        places = [At(n, part.start * size) for n, size in enumerate(sizes)]
        free = At(SCRATCH, i * channels)
        arguments = part.stop - part.start, geometry.ctypes.data, free, *places
        cleared = [clearing(At(3), shape, part, dtype)] if begins_at_0 else []
        shares.append([*cleared, (loop.of(dtype), *arguments)])
    return Plan(shares, scratch=threads * channels, kept=geometry)


@c_function
def _pairs(images: Word, geometry: Words, free: Flags, x: Floats, y: Floats):
    steps_down, steps_right, height = geometry[0], geometry[1], geometry[4]
    width, channels = geometry[5], geometry[6]
    for n in range(images):
        for i in range(steps_down):
            for j in range(steps_right):
                place = ((n * steps_down + i) * steps_right + j) * channels
                first = (n * height + 2 * i) * width + 2 * j * channels
                for c in range(channels):
                    # A comparison with nan is false.
                    best, pixel = x[first + c], x[first + channels + c]
                    best = pixel if pixel > best or best != best else best
                    pixel = x[first + width + c]
                    best = pixel if pixel > best or best != best else best
                    pixel = x[first + width + channels + c]
                    y[place + c] = pixel if pixel > best or best != best else best


@c_function
def _pairs_grad(
    images: Word, geometry: Words, free: Flags, g: Floats, x: Floats, y: Floats, image: Floats
):
    steps_down, steps_right, height = geometry[0], geometry[1], geometry[4]
    width, channels = geometry[5], geometry[6]
    zero = type(g[0])(0)
    for n in range(images):
        for i in range(steps_down):
            for j in range(steps_right):
                place = ((n * steps_down + i) * steps_right + j) * channels
                first = (n * height + 2 * i) * width + 2 * j * channels
                right, below, last = first + channels, first + width, first + width + channels
                # A loop for each pixel becomes vector instructions; one that writes four does not.
                for c in range(channels):
                    best = y[place + c]
                    hit = (x[first + c] == best) | (best != best)
                    image[first + c] = g[place + c] if hit else zero
                for c in range(channels):
                    best = y[place + c]
                    hit = (x[right + c] == best) & (x[first + c] != best)
                    image[right + c] = g[place + c] if hit else zero
                for c in range(channels):
                    best = y[place + c]
                    taken = (x[first + c] == best) | (x[right + c] == best)
                    hit = (x[below + c] == best) & (not taken)
                    image[below + c] = g[place + c] if hit else zero
                for c in range(channels):
                    best = y[place + c]
                    taken = (x[first + c] == best) | (x[right + c] == best) | (x[below + c] == best)
                    hit = (best == best) & (not taken)  # not nan, which the first pixel has
                    image[last + c] = g[place + c] if hit else zero


@c_function
def _max_pool(images: Word, geometry: Words, free: Flags, x: Floats, y: Floats):
    steps_down, steps_right, rows, columns = geometry[0], geometry[1], geometry[2], geometry[3]
    height, width, channels = geometry[4], geometry[5], geometry[6]
    down, right, top, left = geometry[7], geometry[8], geometry[9], geometry[10]
    for n in range(images):
        for i in range(steps_down):
            for j in range(steps_right):
                place = ((n * steps_down + i) * steps_right + j) * channels
                for c in range(channels):
                    y[place + c] = numpy.nan
                for k in range(max(0, i * down - top), min(height, i * down - top + rows)):
                    start = (j * right - left) * channels
                    stop = min(width, start + columns * channels)
                    for pixel in range(max(0, start), stop, channels):
                        seen = (n * height + k) * width + pixel
                        for c in range(channels):
                            best, here = y[place + c], x[seen + c]
                            y[place + c] = here if here > best or best != best else best


@c_function
def _max_pool_grad(
    images: Word, geometry: Words, free: Flags, g: Floats, x: Floats, y: Floats, image: Floats
):
    steps_down, steps_right, rows, columns = geometry[0], geometry[1], geometry[2], geometry[3]
    height, width, channels = geometry[4], geometry[5], geometry[6]
    down, right, top, left = geometry[7], geometry[8], geometry[9], geometry[10]
    zero = type(g[0])(0)
    for n in range(images):
        # From the last window to the first: a pixel's sums are in the order of the windows' places.
        for i in range(steps_down - 1, -1, -1):
            for j in range(steps_right - 1, -1, -1):
                place = ((n * steps_down + i) * steps_right + j) * channels
                for c in range(channels):
                    free[c] = 1
                for k in range(max(0, i * down - top), min(height, i * down - top + rows)):
                    start = (j * right - left) * channels
                    stop = min(width, start + columns * channels)
                    for pixel in range(max(0, start), stop, channels):
                        seen = (n * height + k) * width + pixel
                        for c in range(channels):
                            best = y[place + c]
                            hit = (free[c] != 0) & ((x[seen + c] == best) | (best != best))
                            free[c] = 0 if hit else free[c]
                            image[seen + c] += g[place + c] if hit else zero
