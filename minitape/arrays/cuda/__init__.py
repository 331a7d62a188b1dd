"""Kernels for graphics cards: CUDA C++ in the .cu files, and what launches each.

On a card they are compiled by CuPy, which only gpu.py imports; the simulator runs them anywhere.
"""

from .elementwise import Step, computed, elementwise, suit_expressions
from .gather import gather, gather_grad, segment_sum
from .graphs import address_of, for_graph, graph_of
from .launching import empty
from .normalization import normalize, normalize_grad
from .optimizers import adam_update, descent_update, momentum_update, rmsprop_update
from .places import are_places
from .products import product
from .random import mixed, normal, uniform
from .reduce import largest, sum_to_shape, total, variance
from .rows import softmax, sparse_cross_entropy, sparse_cross_entropy_grad
from .windows import conv, conv_filter, conv_input, max_pool, max_pool_grad
