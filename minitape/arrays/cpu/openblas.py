"""OpenBLAS, which multiplies NumPy's matrices: its number of threads, and its own functions.

Its threads spin after each product, for some hundredths of a second, in the hope of another one;
whatever wants to run on their cores meanwhile, a kernel or another program, waits for them, and a
small network's step takes up to thirty times as long. So large products are cut in parts, each
for a thread of ours, and OpenBLAS computes each in one thread.

How many threads there are is OpenBLAS' own number: that of the processors unless the environment
(OPENBLAS_NUM_THREADS) or `tf.config.threading` has said otherwise. Where NumPy has another library,
its products are left to it, and the kernels take one thread.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy

# What its functions are called, in NumPy's wheels and elsewhere: {} is get, set; sgemm, dgemm.
_NAMES = [("scipy_openblas_{}_num_threads64_", "scipy_{}_64_"), ("openblas_{}_num_threads", "{}_")]


class _OpenBLAS:
    """The library that NumPy has loaded.

    Attributes:
        get, set: its functions for the number of threads.
        usual: that number at the start.
        products: its functions for matrix products, those of Fortran's BLAS, by their dtypes.
        processor: the kind of processor that its loops are made for.
    """

    def __init__(self, library: Any, threads: str, products: str):
        self.get = getattr(library, threads.format("get"))
        self.set = getattr(library, threads.format("set"))
        self.usual = self.get()
        processor = getattr(library, threads.format("get").replace("num_threads", "corename"))
        processor.restype = ctypes.c_char_p
        self.processor = processor().decode()
        self.products = {
            numpy.dtype("float32"): getattr(library, products.format("sgemm")),
            numpy.dtype("float64"): getattr(library, products.format("dgemm")),
        }


@cache
def openblas() -> _OpenBLAS | None:
    """The library, or None where NumPy has another one."""
    folder = Path(numpy.__file__).parent
    for path in [*folder.parent.glob("numpy.libs/*openblas*"), *folder.glob(".dylibs/*openblas*")]:
        library = ctypes.CDLL(str(path))
        for threads, products in _NAMES:
            if hasattr(library, threads.format("set")):
                return _OpenBLAS(library, threads, products)
    return None


def thread_count() -> int:
    """How many threads a computation may take."""
    blas = openblas()
    return 1 if blas is None else blas.get()


def set_thread_count(number: int) -> None:
    """Says how many threads a computation may take; 0 for as many as at the start."""
    blas = openblas()
    if blas is not None:
        blas.set(number or blas.usual)


def in_one_thread(compute: Callable, *arguments: Any) -> Any:
    """What a function returns, while OpenBLAS multiplies in the thread that asks it to."""
    blas: Any = openblas()
    usual = blas.get()
    blas.set(1)
    try:
        return compute(*arguments)
    finally:
        blas.set(usual)


def address_of(function: Any) -> int:
    """Where a C function of ctypes stands in memory."""
    return ctypes.cast(function, ctypes.c_void_p).value or 0
