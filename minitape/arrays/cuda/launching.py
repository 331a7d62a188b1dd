"""Launches: a kernel with its arguments, on the card where they lie."""

from typing import Any

from ..cpu.compiler import FLOATS as FLOATS
from . import gpu, simulator
from .kernels import Kernel, kernel

THREADS = 256  # of a block, where the kernel doesn't say
_BLOCKS = 2048  # as many as keep the largest card busy, where each thread goes on by the grid
_WARP = 32


def launch(
    which: Kernel | tuple[str, str], grid: tuple, block: tuple, *arguments, strided=False, **words
) -> None:
    """Runs a kernel.

    Args:
        which: a Kernel, or its file and name.
        grid: how many blocks there are, along up to three axes.
        block: how many threads a block has.
        arguments: the kernel's, checked against its signature; arrays lie on one card.
        strided: whether arrays need not be in one piece.
        words: the template's parameters that no array's type tells.
    """
    one = which if isinstance(which, Kernel) else kernel(*which)
    checked, instance = one.arguments(arguments, words, strided)
    if 0 in grid:
        return
    if any(type(x) is simulator.SimulatedArray for x in arguments):
        from .simulator import compiler  # what it needs takes long to load

        compiler.launch(one, grid, block, checked, instance)
    else:
        gpu.launch(one, grid, block, checked, instance)


def blocks_for(size: int) -> tuple[int]:
    """The grid for so many elements that the threads take in turn."""
    return (min(-(-size // THREADS), _BLOCKS),)


def threads_for(row: int) -> tuple[int]:
    """A block of whole warps for a row of so many elements."""
    return (min(-(-max(row, 1) // _WARP) * _WARP, THREADS),)


def has_own_products(x: Any) -> bool:
    """Whether matrices are multiplied by our kernel: cuBLAS is quicker, where it is."""
    return type(x) is simulator.SimulatedArray


def zeros(shape: tuple, dtype: Any, like: Any) -> Any:
    """A new array of zeros on the card of another one."""
    array = empty(shape, dtype, like)
    array.fill(0)
    return array


def empty(shape: tuple, dtype: Any, like: Any) -> Any:
    """A new array on the card of another one."""
    if type(like) is simulator.SimulatedArray:
        return simulator.SimulatedArray(shape, dtype)
    return gpu.empty(shape, dtype, like.device.id)
