"""Kernels for the CPU: what NumPy computes, in one pass over memory, compiled by numba.

Each has a forward in NumPy beside it that says what is computed and takes over where the kernel
doesn't answer. numba is loaded when a kernel is first needed, and nothing needs it.
"""

from .compiler import with_kernel
from .elementwise import relu_grad, sum_to_shape
from .random import philox_words
from .threads import in_parts, product, set_thread_count, thread_count
from .updates import adam_update, momentum_update, rmsprop_update
from .windows import col2im, im2col, max_pool_grad, slides

__all__ = [
    "adam_update",
    "col2im",
    "im2col",
    "in_parts",
    "max_pool_grad",
    "momentum_update",
    "philox_words",
    "product",
    "relu_grad",
    "rmsprop_update",
    "set_thread_count",
    "slides",
    "sum_to_shape",
    "thread_count",
    "with_kernel",
]
