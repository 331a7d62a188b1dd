"""Products of matrices on a card."""

from functools import cache
from typing import Any

from ...settings import tensor_float_32_execution_enabled
from . import gpu, simulator
from .kernels import c_name
from .launching import FLOATS, THREADS, empty, has_own_products, launch

# Tiles (M, N, K, EACH_M, EACH_N) for 256 threads, the largest first: by who multiplies them, which
# is a class of tiles.cuh or tensor.cuh.
_TILES = {
    "ByThread": ((128, 128, 8, 8, 8), (64, 64, 16, 4, 4), (32, 32, 16, 2, 2)),
    "ByTensorCore": ((128, 128, 8, 64, 32), (64, 64, 16, 32, 16), (32, 32, 16, 16, 8)),
}
_BLOCKS = 64  # with fewer most of a card would wait
_HAVE_TF32 = (8, 0)  # the compute capability of cards whose tensor cores take it


def multiplier(x: Any) -> str:
    """Who multiplies tiles of such an array: tensor cores, where they are and the user wants it."""
    wanted = tensor_float_32_execution_enabled() and x.dtype == "float32"
    return "ByTensorCore" if wanted and _has_tensor_cores(x) else "ByThread"


def is_ours(x: Any) -> bool:
    """Whether our kernel multiplies such a matrix: CuPy has no TF32, but for a whole process."""
    return has_own_products(x) or multiplier(x) == "ByTensorCore"


def _has_tensor_cores(x: Any) -> bool:
    return type(x) is simulator.SimulatedArray or _capability(x.device.id) >= _HAVE_TF32


@cache
def _capability(number: int) -> tuple[int, int]:
    return gpu.details(number)["compute_capability"]


def product(a, b, *, transpose_a, transpose_b, bias=None, then_relu=False) -> Any:
    """`a @ b` of matrices, or of as many of them, where cuBLAS doesn't do it.

    A bias is added to each row, and then relu applied, while the results are new.
    """
    if not is_ours(a) or a.dtype not in FLOATS or a.dtype != b.dtype:
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
    if is_ours(a):
        gemm(a, b, y, not transpose_a, not transpose_b, bias, then_relu)
    else:
        (a.T if transpose_a else a).dot(b.T if transpose_b else b, out=y)


def gemm(a, b, y, a_by_rows: bool, b_by_rows: bool, bias=None, then_relu=False) -> None:
    """Writes to y the products of a and b, each stored by rows or by columns."""
    rows, columns = y.shape[-2:]
    count = y.size // (rows * columns)
    inner = a.size // (rows * count)
    who = multiplier(a)
    for tile in _TILES[who]:
        blocks = -(-rows // tile[0]) * -(-columns // tile[1]) * count
        if blocks >= _BLOCKS:
            break
    launch(
        ("gemm.cu", "gemm"),
        (blocks,),
        (THREADS,),
        *(a, b, bias, y, rows, columns, inner, int(then_relu)),
        A_BY_ROWS=str(a_by_rows).lower(),
        B_BY_ROWS=str(b_by_rows).lower(),
        Tiles=tiles(who, a.dtype, tile),
    )


def tiles(who: str, dtype: Any, sizes: tuple) -> str:
    """What C++ calls the class that multiplies tiles of these sizes."""
    return f"{who}<{c_name(dtype)}, {', '.join(map(str, sizes))}>"
