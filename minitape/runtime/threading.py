"""`tf.config.threading`, accepted for TensorFlow's scripts.

How many threads NumPy's matrix products take is said before Python starts: OPENBLAS_NUM_THREADS=1.
"""

import operator

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
    """Accepted; NumPy decides how many threads an op takes."""
    SETTINGS["intra_op_parallelism_threads"] = operator.index(num_threads)
