"""Windows over images, (batch, height, width, channels): what they see, and the way back.

A window is a `Window` of minitape.ops, without dilation; where it sticks out of the image there is
nothing. NotImplemented for everything else. Where several windows add to a pixel they do so in the
order of its places in them, as in the NumPy forwards.

The loops run over flat arrays, with unsigned places in them: numba would look at each place whether
it is negative and counts from the end, and the innermost loop would not become vector code.
"""

from typing import Any

import numpy
from numpy import uintp

from .compiler import compiled, suits
from .threads import in_parts


def _geometry(window: Any, shape: tuple) -> tuple[int, int, int, int]:
    """(vertical and horizontal step, rows above the image, columns left of it)."""
    top, left = (window.border(axis, length)[0] for axis, length in enumerate(shape[1:-1]))
    return (*window.stride, top, left)


def slides(window: Any, *arrays) -> bool:
    """Whether the loops below are made for this window over these images."""
    return len(window.size) == 2 and max(window.dilation) == 1 and suits(*arrays)


def _flat(array) -> tuple:
    return array.reshape(-1), array.shape


def im2col(x, window, steps) -> Any:
    """What each window sees, as rows: (batch * positions, places * channels)."""
    if not slides(window, x):
        return NotImplemented
    (batch, height, width, channels), (rows, columns) = x.shape, window.size
    patches = numpy.empty((batch, *steps, rows, columns * channels), x.dtype)
    image_shape = (height, width * channels, channels)
    geometry = _geometry(window, x.shape)

    def some_images(part):
        _im2col(x[part].reshape(-1), *_flat(patches[part]), image_shape, *geometry)

    in_parts(some_images, batch, patches.size)
    return patches.reshape(batch * steps[0] * steps[1], rows * columns * channels)


@compiled
def _im2col(image, patches, shape, image_shape, down, right, top, left):
    batch, steps_down, steps_right, rows, row = shape
    height, width, channels = image_shape
    place = uintp(0)
    for n in range(batch):
        for i in range(steps_down):
            for j in range(steps_right):
                # The window's row is one piece of the image's, perhaps cut at its ends.
                start = (j * right - left) * channels
                first, last = max(0, -start), min(row, width - start)
                for y in range(i * down - top, i * down - top + rows):
                    if not 0 <= y < height or last <= first:
                        for c in range(uintp(row)):
                            patches[place + c] = 0
                    else:
                        for c in range(uintp(first)):
                            patches[place + c] = 0
                        seen = uintp((n * height + y) * width + start + first)
                        inside = place + uintp(first)
                        for c in range(uintp(last - first)):
                            patches[inside + c] = image[seen + c]
                        after = place + uintp(last)
                        for c in range(uintp(row - last)):
                            patches[after + c] = 0
                    place += uintp(row)


def col2im(patches, window, input_shape, steps) -> Any:
    """An image in which each window adds its row of `patches` to what it sees.

    For whoever has asked `slides` before making the patches.
    """
    (batch, height, width, channels), (rows, columns) = input_shape, window.size
    image = numpy.zeros(input_shape, patches.dtype)
    patches = patches.reshape(batch, *steps, rows, columns * channels)
    image_shape = (height, width * channels, channels)
    geometry = _geometry(window, input_shape)

    def some_images(part):
        _col2im(image[part].reshape(-1), *_flat(patches[part]), image_shape, *geometry)

    in_parts(some_images, batch, patches.size)
    return image


@compiled
def _col2im(image, patches, shape, image_shape, down, right, top, left):
    batch, steps_down, steps_right, rows, row = shape
    height, width, channels = image_shape
    for n in range(batch):
        for i in range(steps_down - 1, -1, -1):
            for j in range(steps_right - 1, -1, -1):
                start = (j * right - left) * channels
                first, last = max(0, -start), min(row, width - start)
                place = ((n * steps_down + i) * steps_right + j) * rows
                for k in range(rows):
                    y = i * down - top + k
                    if 0 <= y < height and first < last:
                        target = uintp((n * height + y) * width + start + first)
                        inside = uintp((place + k) * row + first)
                        for c in range(uintp(last - first)):
                            image[target + c] += patches[inside + c]


def max_pool_grad(g, x, y, *, window) -> Any:
    """The cotangent of x: g at the first maximum of each window, or first pixel if all is nan."""
    if not slides(window, x) or not suits(g, y):
        return NotImplemented
    image = numpy.zeros(x.shape, g.dtype)
    geometry = (*window.size, *_geometry(window, x.shape))

    def some_images(part):
        free = numpy.empty(x.shape[-1], numpy.bool_)
        flat = [array[part].reshape(-1) for array in (g, x, y, image)]
        _max_pool_grad(*flat, free, g[part].shape, x.shape, *geometry)

    in_parts(some_images, len(x), x.size)
    return image


@compiled
def _max_pool_grad(
    g, x, best, image, free, shape, image_shape, rows, columns, down, right, top, left
):
    batch, steps_down, steps_right, channels = shape
    _, height, width, _ = image_shape
    zero = g.dtype.type(0)
    for n in range(batch):
        for i in range(steps_down - 1, -1, -1):
            for j in range(steps_right - 1, -1, -1):
                free[:] = True
                place = uintp(((n * steps_down + i) * steps_right + j) * channels)
                for y in range(max(0, i * down - top), min(height, i * down - top + rows)):
                    start = j * right - left
                    for z in range(max(0, start), min(width, start + columns)):
                        pixel = uintp(((n * height + y) * width + z) * channels)
                        for c in range(uintp(channels)):
                            largest = best[place + c]
                            hit = free[c] & ((x[pixel + c] == largest) | (largest != largest))
                            free[c] &= not hit
                            image[pixel + c] += g[place + c] if hit else zero
