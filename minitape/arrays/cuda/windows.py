"""Convolution and pooling on a card."""

import math
from typing import Any

from . import unfold
from .launching import FLOATS, THREADS, blocks_for, empty, launch
from .products import is_ours, multiplier, tiles
from .reduce import total

# Tiles (M, N, K, EACH_M, EACH_N) for 256 threads, by who multiplies them: see products.py.
_TILE = {"ByThread": (64, 64, 16, 4, 4), "ByTensorCore": (64, 64, 16, 32, 16)}
_FEW = {"ByThread": (64, 16, 16, 4, 1), "ByTensorCore": (64, 16, 16, 16, 8)}
_FEW_COLUMNS = 16  # of the results: channels or filters
_BLOCKS = 64  # with fewer most of a card would wait


def conv(x, w, *, window, bias=None, then_relu=False) -> Any:
    """What each window sees times the filters, perhaps with a bias and relu."""
    if not _suits(window, x, w) or w.shape[-2] != x.shape[-1]:
        return NotImplemented
    steps, filters = window.output_size(x.shape[1:-1]), w.shape[-1]
    if len(steps) > 2:
        if bias is not None and not is_ours(x):
            return NotImplemented
        return unfold.conv(x, w, window, bias, then_relu)
    y = empty((len(x), *steps, filters), x.dtype, x)
    sizes = math.prod(y.shape[:-1]), filters, 1
    given = x, w, bias, y, len(x), filters, int(then_relu)
    _launch("conv", sizes, *given, *_geometry(window, x.shape))
    return y


def conv_input(w, g, *, window, input_shape) -> Any:
    """The cotangent of the images."""
    if not _suits(window, w, g) or w.shape[-2] != input_shape[-1]:
        return NotImplemented
    if len(window.size) > 2:
        return unfold.conv_input(w, g, window, input_shape)
    x = empty(input_shape, g.dtype, g)
    sizes = math.prod(input_shape[:-1]), input_shape[-1], 1
    _launch("conv_input", sizes, w, g, x, len(x), w.shape[-1], *_geometry(window, input_shape))
    return x


def conv_filter(x, g, *, window, filter_shape) -> Any:
    """The cotangent of the filters."""
    if not _suits(window, x, g) or filter_shape[-2] != x.shape[-1]:
        return NotImplemented
    if len(window.size) > 2:
        return unfold.conv_filter(x, g, window, filter_shape)
    filters, places = filter_shape[-1], math.prod(filter_shape[:-1])
    _, tile = _tile(filters, x)
    blocks = -(-places // tile[0]) * -(-filters // tile[1])
    shares = max(1, min(_BLOCKS // blocks, g.size // filters // tile[2]))
    w = empty((shares, *filter_shape), x.dtype, x)
    sizes = places, filters, shares
    _launch("conv_filter", sizes, x, g, w, len(x), filters, *_geometry(window, x.shape))
    return w[0] if shares == 1 else total(w, (0,), False)


def max_pool(x, *, window) -> Any:
    """The maximum of each window."""
    if not _suits(window, x) or max(window.dilation) > 1:
        return NotImplemented
    if len(window.size) > 2:
        of_plane, across = _apart(window)
        maxima = max_pool(_planes(x), window=of_plane)
        y = max_pool(maxima.reshape(*x.shape[:2], -1), window=across)
        return y.reshape(*y.shape[:2], *maxima.shape[1:])
    y = empty((len(x), *window.output_size(x.shape[1:-1]), x.shape[-1]), x.dtype, x)
    geometry = _without_spread(_geometry(window, x.shape))
    launch(("pool.cu", "max_pool"), blocks_for(y.size), (THREADS,), x, y, y.size, *geometry)
    return y


def max_pool_grad(g, x, y, *, window) -> Any:
    """The cotangent of the images: g at the first maximum of each window."""
    if not _suits(window, g, x, y) or max(window.dilation) > 1:
        return NotImplemented
    if len(window.size) > 2:
        of_plane, across = _apart(window)
        maxima = max_pool(_planes(x), window=of_plane)
        g, y = g.reshape(*g.shape[:2], -1), y.reshape(*y.shape[:2], -1)
        g = max_pool_grad(g, maxima.reshape(*x.shape[:2], -1), y, window=across)
        dx = max_pool_grad(g.reshape(maxima.shape), _planes(x), maxima, window=of_plane)
        return dx.reshape(x.shape)
    dx = empty(x.shape, g.dtype, g)
    geometry = _without_spread(_geometry(window, x.shape))
    given = g, x, y, dx, dx.size, *geometry
    launch(("pool.cu", "max_pool_grad"), blocks_for(dx.size), (THREADS,), *given)
    return dx


# Over three axes the maximum is that of each plane's, and then that across planes: both times the
# first one, which together is the first one in the window. So pool.cu need not know of volumes.


def _apart(window: Any) -> tuple[Any, Any]:
    """A window over three axes as one over planes, and one across them."""

    def along(axes: slice) -> Any:
        return type(window)(*(x if isinstance(x, str) else x[axes] for x in window))

    return along(slice(1, None)), along(slice(1))


def _planes(x) -> Any:
    """Volumes as so many images."""
    return x.reshape(-1, *x.shape[2:])


def _launch(name: str, sizes: tuple, *arguments) -> None:
    """Launches a kernel that makes so many (rows, columns, shares) of a product."""
    rows, columns, shares = sizes
    who, tile = _tile(columns, arguments[0])
    grid = -(-rows // tile[0]) * -(-columns // tile[1]), shares
    word = tiles(who, arguments[0].dtype, tile)
    launch(("conv.cu", name), grid, (THREADS,), *arguments, Tiles=word)


def _tile(columns: int, x: Any) -> tuple[str, tuple]:
    """Who multiplies tiles, and their sizes."""
    who = multiplier(x)
    return who, (_FEW if columns <= _FEW_COLUMNS else _TILE)[who]


def _suits(window: Any, *arrays: Any) -> bool:
    """Whether a kernel is made for these."""
    return all(
        x.dtype == arrays[0].dtype and x.dtype in FLOATS and x.size and x.flags.c_contiguous
        for x in arrays
    )


def _geometry(window: Any, shape: tuple) -> list[int]:
    """The window over images of this shape, as the kernels want it: with two axes."""
    lengths = shape[1:-1]
    before = [window.border(axis, length)[0] for axis, length in enumerate(lengths)]
    steps = window.output_size(lengths)
    by_axis = list(zip(lengths, steps, *window[:3], before, strict=True))
    if len(by_axis) == 1:  # sequences are images of one row
        by_axis.insert(0, (1, 1, 1, 1, 1, 0))
    height, down, rows, step_down, spread_down, top = by_axis[0]
    width, right, columns, step_right, spread_right, left = by_axis[1]
    return [
        height,
        width,
        shape[-1],
        down,
        right,
        rows,
        columns,
        step_down,
        step_right,
        spread_down,
        spread_right,
        top,
        left,
    ]


def _without_spread(geometry: list[int]) -> list[int]:
    """The geometry of windows whose pixels lie side by side, as pool.cu wants it."""
    return [*geometry[:9], *geometry[11:]]
