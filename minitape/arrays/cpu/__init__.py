"""Kernels for the CPU: what NumPy computes, in one pass over memory, compiled by numba.

Each has a forward in NumPy beside it that says what is computed and takes over where the kernel
doesn't answer. numba is loaded when a kernel is first needed, and nothing needs it.
"""

from .compiler import suits
from .convolutions import convolution, filter_gradient, input_gradient, is_sent_back, multiplies
from .elementwise import (
    add_bias,
    add_loop,
    binary_builder,
    divide_no_nan_loop,
    greater_equal_loop,
    kept,
    leaky_relu,
    leaky_relu_grad,
    multiply_loop,
    relu,
    relu_grad,
    squared_distances,
    subtract_loop,
    sum_to_shape,
    where,
)
from .openblas import set_thread_count, thread_count
from .plans import Plans, builder_of, by_plan, planned_by, threads_for
from .pooling import max_pool, max_pool_grad
from .products import Product, is_large_product, product, product_plan
from .random import philox_words, scramble_builder, uniform, uniform_builder
from .rows import (
    mean_builder,
    repeat_builder,
    shifted,
    softmax,
    sparse_cross_entropy,
    sparse_cross_entropy_grad,
    sum_builder,
)
from .threads import in_parts
from .updates import adam_update, descent_update, momentum_update, rmsprop_update
from .windows import (
    conv_plan,
    filter_plan,
    input_plan,
    slides,
)

__all__ = [
    "Plans",
    "Product",
    "adam_update",
    "add_bias",
    "add_loop",
    "binary_builder",
    "builder_of",
    "by_plan",
    "conv_plan",
    "convolution",
    "descent_update",
    "divide_no_nan_loop",
    "filter_gradient",
    "filter_plan",
    "greater_equal_loop",
    "in_parts",
    "input_gradient",
    "input_plan",
    "is_large_product",
    "is_sent_back",
    "kept",
    "leaky_relu",
    "leaky_relu_grad",
    "max_pool",
    "max_pool_grad",
    "mean_builder",
    "momentum_update",
    "multiplies",
    "multiply_loop",
    "philox_words",
    "planned_by",
    "product",
    "product_plan",
    "relu",
    "relu_grad",
    "repeat_builder",
    "rmsprop_update",
    "scramble_builder",
    "set_thread_count",
    "shifted",
    "slides",
    "softmax",
    "sparse_cross_entropy",
    "sparse_cross_entropy_grad",
    "squared_distances",
    "subtract_loop",
    "sum_builder",
    "sum_to_shape",
    "suits",
    "thread_count",
    "threads_for",
    "uniform",
    "uniform_builder",
    "where",
]
