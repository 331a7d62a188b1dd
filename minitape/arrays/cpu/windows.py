"""Windows over images, (batch, height, width, channels): what they see, and the way back.

A window is a `Window` of minitape.ops, without dilation; where it sticks out of the image there is
nothing. For everything else there is no plan. Where several windows add to a pixel they do so in
the order of its places in them, as in the NumPy forwards.
"""

import ctypes
import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy

from .compiler import FLOATS
from .elementwise import bias_call, rows_plan
from .functions import Floats, Word, Words, c_function
from .openblas import address_of
from .plans import SCRATCH, At, Plan, parts, threads_for
from .products import Matrix, product_call
from .threads import SUMS

_ALL = slice(None)


def geometry_of(window: Any, shape: tuple, rows: slice = _ALL) -> numpy.ndarray:
    """What the loops have to know of a window over images, perhaps in some rows of its steps.

    Returns:
        [steps down, steps right; rows and columns of the window; rows of an image, elements of a
        row, channels; step down, step right, rows above the image, columns left of it].
    """
    _, height, width, channels = shape
    steps_down, steps_right = window.output_size(shape[1:-1])
    first, last, _ = rows.indices(steps_down)
    top, left = (window.border(axis, length)[0] for axis, length in enumerate(shape[1:-1]))
    down, right = window.stride
    sizes = *window.size, height, width * channels, channels
    borders = top - first * down, left
    return numpy.array([last - first, steps_right, *sizes, down, right, *borders], "int64")


def slides(window: Any, *arrays: Any) -> bool:
    """Whether the loops below are made for this window over these images, or such kinds of them."""
    dtype = arrays[0].dtype
    alike = dtype in FLOATS and all(x.dtype == dtype and math.prod(x.shape) for x in arrays)
    return alike and len(window.size) == 2 and max(window.dilation) == 1


# What all windows see at once, the patches, would be many times the images' size, and go through
# memory twice. So a convolution takes some positions at a time, whose patches stay in the cache.

_BLOCK = 1 << 17  # elements of patches at a time


class _Block(NamedTuple):
    """Positions of windows: rows of steps in some images; whole images unless it is one."""

    images: slice
    rows: slice
    positions: slice  # among all positions of the batch

    @property
    def size(self) -> int:
        """How many positions."""
        return self.positions.stop - self.positions.start


class _Sliding(NamedTuple):
    """A window over images, and how: what plans are made for."""

    window: Any
    shape: tuple[int, ...]  # of the images
    steps: tuple[int, ...]  # the window's positions in each
    dtype: numpy.dtype

    @property
    def patch(self) -> int:
        """The elements that a window sees."""
        rows, columns = self.window.size
        return rows * columns * self.shape[-1]

    def blocks(self, size: int) -> list[_Block]:
        """The positions of all windows, in order; a block's patches have up to `size` elements."""
        batch, (down, right) = self.shape[0], self.steps
        images = max(1, size // max(1, down * right * self.patch))
        if images > 1:  # an even number of blocks, for two threads
            images = max(1, -(-batch // (2 * -(-batch // (2 * images)))))
        rows = down if images > 1 else min(down, max(1, size // (right * self.patch)))
        blocks = []
        for n in range(0, batch, images):
            last = min(n + images, batch)
            for i in range(0, down, rows):
                end = min(i + rows, down)
                first = (n * down + i) * right
                positions = slice(first, first + (last - n) * (end - i) * right)
                blocks.append(_Block(slice(n, last), slice(i, end), positions))
        return blocks

    def call(self, loop: c_function, block: _Block, images: At, patches: At) -> tuple[tuple, Any]:
        """The call of `_im2col` or `_col2im` for a block, and what has to be kept for it."""
        geometry = geometry_of(self.window, self.shape, block.rows)
        number, size = block.images.stop - block.images.start, math.prod(self.shape[1:])
        place = images + block.images.start * size * self.dtype.itemsize
        return (loop.of(self.dtype), number, geometry.ctypes.data, place, patches), geometry

    def room(self, blocks: list[_Block]) -> int:
        """The bytes that the patches of one block take."""
        return max((block.size for block in blocks), default=0) * self.patch * self.dtype.itemsize


def conv_plan(inputs: list, result: Any, window: Any, then_relu: bool) -> Plan:
    """The plan of what each window sees times the filters, perhaps with a bias and relu.

    For whoever has asked `slides`, as the two below. It is followed with the inputs and the result.
    """
    x, _, *bias = inputs
    sliding = _Sliding(window, x.shape, result.shape[1:-1], x.dtype)
    threads = threads_for(math.prod(result.shape) * sliding.patch)
    after = then_relu if bias else None
    return _conv_plan(sliding, result.shape[-1], after, _BLOCK, threads)


@lru_cache(maxsize=256)
def _conv_plan(
    sliding: _Sliding, filters: int, then_relu: bool | None, size: int, threads: int
) -> Plan:
    """For each block patches, their product with the filters, bias and relu."""
    dtype, blocks, kept = sliding.dtype, sliding.blocks(size), []
    bias, y = (None, At(2)) if then_relu is None else (At(2), At(3))
    shares = []
    for i, part in enumerate(parts(len(blocks), threads)):
        patches = Matrix(At(SCRATCH, i * sliding.room(blocks)), sliding.patch)
        calls: list[tuple] = []
        for block in blocks[part]:
            call, geometry = sliding.call(_im2col, block, At(0), patches.place)
            result = Matrix(y, filters).part(block.positions.start, 0, dtype)
            sizes = block.size, sliding.patch, filters
            calls += [call, product_call(dtype, sizes, patches, Matrix(At(1), filters), result)]
            if bias is not None:
                sizes = block.size, filters, filters
                calls.append(bias_call(dtype, sizes, bool(then_relu), result.place, bias))
            kept.append(geometry)
        shares.append(calls)
    return Plan(shares, threads * sliding.room(blocks), kept)


def filter_plan(inputs: list, result: Any, window: Any) -> Plan:
    """The plan of the cotangent of the filters: what each window saw, times what came back."""
    x, g = inputs
    sliding = _Sliding(window, x.shape, g.shape[1:-1], x.dtype)
    threads = threads_for(math.prod(g.shape) * sliding.patch)
    return _filter_plan(sliding, g.shape[-1], _BLOCK, threads)


@lru_cache(maxsize=256)
def _filter_plan(sliding: _Sliding, filters: int, size: int, threads: int) -> Plan:
    """Each sum's blocks in turn; then the sums' sum."""
    dtype, blocks, kept = sliding.dtype, sliding.blocks(size), []
    shares = []
    sums = list(enumerate(parts(len(blocks), min(SUMS, len(blocks)))))
    for i, part in enumerate(parts(len(sums), threads)):
        patches = At(SCRATCH, i * sliding.room(blocks))
        seen = Matrix(patches, sliding.patch, by_rows=False)
        calls: list[tuple] = []
        for n, own in sums[part]:
            total = Matrix(At(2), filters).part(n * sliding.patch, 0, dtype)
            for block in blocks[own]:
                call, geometry = sliding.call(_im2col, block, At(0), patches)
                g = Matrix(At(1), filters).part(block.positions.start, 0, dtype)
                sizes, added = (sliding.patch, block.size, filters), block is not blocks[own][0]
                calls += [call, product_call(dtype, sizes, seen, g, total, added)]
                kept.append(geometry)
        shares.append(calls)
    apart = Plan(shares, threads * sliding.room(blocks), kept)
    size, places = sliding.patch * filters, At(SCRATCH)
    stages = [
        (apart, [At(0), At(1), places]),
        (rows_plan(len(sums), size, dtype), [places, At(2)]),
    ]
    return Plan.of(stages, len(sums) * size * dtype.itemsize)


def input_plan(inputs: list, result: Any, window: Any) -> Plan:
    """The plan of the cotangent of the images, to which the windows send back what came to them."""
    _, g = inputs
    sliding = _Sliding(window, result.shape, g.shape[1:-1], g.dtype)
    threads = threads_for(math.prod(g.shape) * sliding.patch)
    return _input_plan(sliding, g.shape[-1], _BLOCK, threads)


@lru_cache(maxsize=256)
def _input_plan(sliding: _Sliding, filters: int, size: int, threads: int) -> Plan:
    """For each block the product with the filters, and its sums.

    From the last window to the first: a pixel's sums are in the order of the window's places.
    """
    dtype, blocks, kept = sliding.dtype, sliding.blocks(size), []
    shares = []
    through = Matrix(At(0), filters, by_rows=False)
    for i, images in enumerate(parts(sliding.shape[0], threads)):
        patches = Matrix(At(SCRATCH, i * sliding.room(blocks)), sliding.patch)
        mine = [x for x in blocks if images.start <= x.images.start < images.stop]
        calls: list[tuple] = []
        if mine:
            some = slice(mine[0].images.start, mine[-1].images.stop)
            calls.append(clearing(At(2), sliding.shape, some, dtype))
        for block in reversed(mine):
            call, geometry = sliding.call(_col2im, block, At(2), patches.place)
            g = Matrix(At(1), filters).part(block.positions.start, 0, dtype)
            sizes = block.size, filters, sliding.patch
            calls += [product_call(dtype, sizes, g, through, patches), call]
            kept.append(geometry)
        shares.append(calls)
    return Plan(shares, threads * sliding.room(blocks), kept)


def clearing(images: At, shape: tuple, some: slice, dtype: numpy.dtype) -> tuple:
    """The call that makes some of the images 0."""
    size = math.prod(shape[1:]) * dtype.itemsize
    memset = address_of(ctypes.memset)
    return memset, images + some.start * size, 0, (some.stop - some.start) * size


@c_function
def _im2col(images: Word, geometry: Words, image: Floats, patches: Floats):
    steps_down, steps_right, rows, columns = geometry[0], geometry[1], geometry[2], geometry[3]
    height, width, channels = geometry[4], geometry[5], geometry[6]
    down, right, top, left = geometry[7], geometry[8], geometry[9], geometry[10]
    row = columns * channels
    place = 0
    for n in range(images):
        for i in range(steps_down):
            for j in range(steps_right):
                # The window's row is one piece of the image's, perhaps cut at its ends.
                start = (j * right - left) * channels
                first, last = max(0, -start), min(row, width - start)
                for y in range(i * down - top, i * down - top + rows):
                    if not 0 <= y < height or last <= first:
                        for c in range(row):
                            patches[place + c] = 0
                    else:
                        for c in range(first):
                            patches[place + c] = 0
                        seen = (n * height + y) * width + start
                        for c in range(first, last):
                            patches[place + c] = image[seen + c]
                        for c in range(last, row):
                            patches[place + c] = 0
                    place += row


@c_function
def _col2im(images: Word, geometry: Words, image: Floats, patches: Floats):
    steps_down, steps_right, rows, columns = geometry[0], geometry[1], geometry[2], geometry[3]
    height, width, channels = geometry[4], geometry[5], geometry[6]
    down, right, top, left = geometry[7], geometry[8], geometry[9], geometry[10]
    row = columns * channels
    for n in range(images):
        for i in range(steps_down - 1, -1, -1):
            for j in range(steps_right - 1, -1, -1):
                start = (j * right - left) * channels
                first, last = max(0, -start), min(row, width - start)
                place = ((n * steps_down + i) * steps_right + j) * rows * row
                for k in range(rows):
                    y = i * down - top + k
                    if 0 <= y < height:
                        target = (n * height + y) * width + start
                        for c in range(first, last):
                            image[target + c] += patches[place + k * row + c]
