"""Windows over images, (batch, height, width, channels): what they see, and the way back.

A window is a `Window` of minitape.ops, without dilation; where it sticks out of the image there is
nothing. NotImplemented for everything else. Where several windows add to a pixel they do so in the
order of its places in them, as in the NumPy forwards.

The loops run over flat arrays, with unsigned places in them: numba would look at each place whether
it is negative and counts from the end, and the innermost loop would not become vector code.
"""

from typing import Any, NamedTuple

import numpy
from numpy import uintp

from .compiler import compiled, suits
from .elementwise import add_bias_to
from .threads import in_parts


def _geometry(window: Any, shape: tuple) -> tuple[int, int, int, int]:
    """(vertical and horizontal step, rows above the image, columns left of it)."""
    top, left = (window.border(axis, length)[0] for axis, length in enumerate(shape[1:-1]))
    return (*window.stride, top, left)


def slides(window: Any, *arrays) -> bool:
    """Whether the loops below are made for this window over these images."""
    return len(window.size) == 2 and max(window.dilation) == 1 and suits(*arrays)


# What all windows see at once, the patches, would be many times the images' size, and go through
# memory twice. So a convolution takes some positions at a time, whose patches stay in the cache.

_BLOCK = 1 << 17  # elements of patches at a time
_SUMS = 8  # sums of a filter's gradient that are made apart: as many as threads are likely


class _Block(NamedTuple):
    """Positions of windows: rows of steps in some images; whole images unless it is one."""

    images: slice
    rows: slice
    positions: slice  # among all positions of the batch


def _blocks(batch: int, steps: tuple, patch: int) -> list[_Block]:
    """The positions of all windows, in order, with `patch` elements to each."""
    down, right = steps
    images = max(1, _BLOCK // (down * right * patch))
    if images > 1:  # an even number of blocks, for two threads
        images = max(1, -(-batch // (2 * -(-batch // (2 * images)))))
    rows = down if images > 1 else min(down, max(1, _BLOCK // (right * patch)))
    blocks = []
    for n in range(0, batch, images):
        last = min(n + images, batch)
        for i in range(0, down, rows):
            end = min(i + rows, down)
            first = (n * down + i) * right
            positions = slice(first, first + (last - n) * (end - i) * right)
            blocks.append(_Block(slice(n, last), slice(i, end), positions))
    return blocks


class _Patches:
    """Room for the patches of one block after the other.

    Args:
        window: what slides.
        shape: of the images.
        steps: the window's positions in each.
        dtype: of the images.
    """

    def __init__(self, window: Any, shape: tuple, steps: tuple, dtype: numpy.dtype):
        _, height, width, channels = shape
        rows, columns = window.size
        self._window = (rows, columns * channels)
        self._image = (height, width * channels, channels)
        self._geometry = _geometry(window, shape)
        self._right = steps[1]
        self._length = rows * columns * channels
        self._room = numpy.empty(0, dtype)

    def of(self, block: _Block) -> Any:
        """The room for a block: (positions, places * channels)."""
        count = block.positions.stop - block.positions.start
        if count * self._length > self._room.size:
            self._room = numpy.empty(count * self._length, self._room.dtype)
        return self._room[: count * self._length].reshape(count, self._length)

    def seen(self, x, block: _Block) -> Any:
        """What the block's windows see in the images x."""
        patches = self.of(block)
        _im2col(x[block.images].reshape(-1), patches.reshape(-1), *self._arguments(block))
        return patches

    def add(self, patches, image, block: _Block) -> None:
        """Adds to the images what the block's windows send back."""
        _col2im(image[block.images].reshape(-1), patches.reshape(-1), *self._arguments(block))

    def _arguments(self, block: _Block) -> tuple:
        images, rows = block.images, block.rows
        down, right, top, left = self._geometry
        shape = (images.stop - images.start, rows.stop - rows.start, self._right, *self._window)
        return shape, self._image, down, right, top - rows.start * down, left


def conv(x, w, window, steps, bias=None, then_relu=False) -> Any:
    """The products of what each window sees with the filters w, perhaps with a bias and relu.

    For whoever has asked `slides`, as the two below.
    """
    filters = w.reshape(-1, w.shape[-1])
    y = numpy.empty((len(x) * steps[0] * steps[1], len(filters[0])), x.dtype)
    blocks = _blocks(len(x), steps, len(filters))

    def some(part):
        patches = _Patches(window, x.shape, steps, x.dtype)
        for block in blocks[part]:
            result = y[block.positions]
            numpy.matmul(patches.seen(x, block), filters, out=result)
            if bias is not None:
                add_bias_to(result, bias, then_relu)

    in_parts(some, len(blocks), y.size * len(filters))
    return y.reshape(len(x), *steps, -1)


def conv_backprop_filter(x, g, window, filter_shape) -> Any:
    """The cotangent of the filters: what each window saw, times what came back from it."""
    g, steps = g.reshape(-1, g.shape[-1]), g.shape[1:-1]
    length = numpy.prod(filter_shape[:-1])
    blocks = _blocks(len(x), steps, length)
    sums = numpy.zeros((min(_SUMS, len(blocks)), length, filter_shape[-1]), x.dtype)

    def some(part):
        patches = _Patches(window, x.shape, steps, x.dtype)
        product = numpy.empty(sums.shape[1:], x.dtype)
        for n in range(part.start, part.stop):
            for block in blocks[len(blocks) * n // len(sums) : len(blocks) * (n + 1) // len(sums)]:
                numpy.matmul(patches.seen(x, block).T, g[block.positions], out=product)
                sums[n] += product

    in_parts(some, len(sums), g.size * int(length))
    return numpy.add.reduce(sums).reshape(filter_shape)


def conv_backprop_input(w, g, window, input_shape) -> Any:
    """The cotangent of the images: each window sends back what came to it, through the filters."""
    filters = w.reshape(-1, w.shape[-1]).T
    image = numpy.zeros(input_shape, g.dtype)
    steps, flat = g.shape[1:-1], g.reshape(-1, g.shape[-1])

    def some_images(part):
        patches = _Patches(window, input_shape, steps, g.dtype)
        # From the last window to the first: a pixel's sums are in the order of the window's places.
        for block in reversed(blocks):
            if part.start <= block.images.start < part.stop:
                room = patches.of(block)
                numpy.matmul(flat[block.positions], filters, out=room)
                patches.add(room, image, block)

    blocks = _blocks(len(g), steps, len(filters[0]))
    in_parts(some_images, len(g), flat.size * len(filters[0]))
    return image


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
