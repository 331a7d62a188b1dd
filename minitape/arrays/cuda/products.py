"""Products of matrices on a card."""

from typing import Any

from .launching import FLOATS, empty, has_own_products, launch

# Tiles (TILE_M, TILE_N, TILE_K, EACH_M, EACH_N) of 256 threads, the largest first.
_TILES = ((128, 128, 8, 8, 8), (64, 64, 16, 4, 4), (32, 32, 16, 2, 2))
_BLOCKS = 64  # with fewer most of a card would wait


def product(a, b, *, transpose_a, transpose_b, bias=None, then_relu=False) -> Any:
    """`a @ b` of matrices, or of as many of them, where cuBLAS doesn't do it.

    A bias is added to each row, and then relu applied, while the results are new.
    """
    if not has_own_products(a) or a.dtype not in FLOATS or a.dtype != b.dtype:
        return NotImplemented
    if a.ndim < 2 or a.shape[:-2] != b.shape[:-2]:
        return NotImplemented
    if not (a.size and b.size and a.flags.c_contiguous and b.flags.c_contiguous):
        return NotImplemented
    rows, inner = a.shape[-2:][:: -1 if transpose_a else 1]
    columns = b.shape[-2 if transpose_b else -1]
    if inner != b.shape[-1 if transpose_b else -2]:
        return NotImplemented
    y = empty((*a.shape[:-2], rows, columns), a.dtype, a)
    gemm(a, b, y, not transpose_a, not transpose_b, bias, then_relu)
    return y


def multiply(a, b, y, *, transpose_a=False, transpose_b=False, bias=None, then_relu=False) -> None:
    """Writes to y the product of two matrices, by our kernel or by cuBLAS: that adds no bias."""
    if has_own_products(a):
        gemm(a, b, y, not transpose_a, not transpose_b, bias, then_relu)
    else:
        (a.T if transpose_a else a).dot(b.T if transpose_b else b, out=y)


def gemm(a, b, y, a_by_rows: bool, b_by_rows: bool, bias=None, then_relu=False) -> None:
    """Writes to y the products of a and b, each stored by rows or by columns."""
    rows, columns = y.shape[-2:]
    count = y.size // (rows * columns)
    inner = a.size // (rows * count)
    for tile in _TILES:
        grid = -(-columns // tile[1]), -(-rows // tile[0]), count
        if grid[0] * grid[1] * count >= _BLOCKS:
            break
    launch(
        ("gemm.cu", "gemm"),
        grid,
        (tile[0] // tile[3] * (tile[1] // tile[4]),),
        *(a, b, bias, y, rows, columns, inner, int(then_relu)),
        A_BY_ROWS=str(a_by_rows).lower(),
        B_BY_ROWS=str(b_by_rows).lower(),
        **words_of(tile),
    )


def words_of(tile: tuple) -> dict:
    """What the kernels call the sizes of a tile."""
    return dict(zip(("TILE_M", "TILE_N", "TILE_K", "EACH_M", "EACH_N"), tile, strict=True))
