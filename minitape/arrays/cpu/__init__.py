"""Kernels for the CPU: what NumPy computes, in one pass over memory, compiled by numba.

Each has a forward in NumPy beside it that says what is computed and takes over where the kernel
doesn't answer. numba is loaded when a kernel is first needed, and nothing needs it.
"""

from .compiler import with_kernel
from .elementwise import (
    add_bias,
    kept,
    leaky_relu,
    leaky_relu_grad,
    relu,
    relu_grad,
    squared_distances,
    sum_to_shape,
    where,
)
from .functions import Calls
from .openblas import set_thread_count, thread_count
from .products import product
from .random import philox_words
from .rows import chosen, less_one, shifted
from .threads import in_parts
from .updates import adam_update, descent_update, momentum_update, rmsprop_update
from .windows import conv, conv_backprop_filter, conv_backprop_input, max_pool_grad, slides

__all__ = [
    "Calls",
    "adam_update",
    "add_bias",
    "chosen",
    "conv",
    "conv_backprop_filter",
    "conv_backprop_input",
    "descent_update",
    "in_parts",
    "kept",
    "leaky_relu",
    "leaky_relu_grad",
    "less_one",
    "max_pool_grad",
    "momentum_update",
    "philox_words",
    "product",
    "relu",
    "relu_grad",
    "rmsprop_update",
    "set_thread_count",
    "shifted",
    "slides",
    "squared_distances",
    "sum_to_shape",
    "thread_count",
    "where",
    "with_kernel",
]
