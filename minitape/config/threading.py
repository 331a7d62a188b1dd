"""`tf.config.threading`: how many threads an op may take.

Large products of matrices, and the kernels that numba compiles, take as many as OpenBLAS would: one
for each processor, or what OPENBLAS_NUM_THREADS says when Python starts.
"""

import operator

from ..arrays.cpu import set_thread_count
from .settings import SETTINGS

__all__ = [
    "get_inter_op_parallelism_threads",
    "get_intra_op_parallelism_threads",
    "set_inter_op_parallelism_threads",
    "set_intra_op_parallelism_threads",
]


def get_inter_op_parallelism_threads() -> int:
    """What `set_inter_op_parallelism_threads` was told; 0 stands for the system's choice."""
    return SETTINGS["inter_op_parallelism_threads"]


def set_inter_op_parallelism_threads(num_threads) -> None:
    """Accepted; ops run one after the other."""
    SETTINGS["inter_op_parallelism_threads"] = operator.index(num_threads)


def get_intra_op_parallelism_threads() -> int:
    """What `set_intra_op_parallelism_threads` was told; 0 stands for the system's choice."""
    return SETTINGS["intra_op_parallelism_threads"]


def set_intra_op_parallelism_threads(num_threads) -> None:
    """How many threads an op may take; 0 for as many as at the start.

    Without effect where NumPy doesn't multiply with OpenBLAS.
    """
    number = operator.index(num_threads)
    set_thread_count(number)
    SETTINGS["intra_op_parallelism_threads"] = number
