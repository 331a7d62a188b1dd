"""Kernels for the CPU: what NumPy computes, in one pass over memory, compiled by numba.

Each has a forward in NumPy beside it that says what is computed and takes over where the kernel
doesn't answer. numba is loaded when a kernel is first needed, and nothing needs it.
"""

from .compiler import with_kernel
from .updates import adam_update, momentum_update, rmsprop_update

__all__ = ["adam_update", "momentum_update", "rmsprop_update", "with_kernel"]
