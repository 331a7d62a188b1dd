"""Kernels beside the forwards that say what they compute."""

from collections.abc import Callable
from functools import wraps
from inspect import signature

import numpy

from ..settings import cpu_kernels


def with_kernel(
    forward: Callable, kernel: Callable | None = None, cuda: Callable | None = None
) -> Callable:
    """The forward, with kernels that answer in its place unless they return NotImplemented.

    Args:
        forward: what takes over, on each device.
        kernel: that for NumPy's arrays.
        cuda: that for arrays on a card.
    """

    @wraps(forward)
    def run(*arrays, **params):
        if type(arrays[0]) is numpy.ndarray:
            fitting = kernel
        else:  # NumPy's numbers are what it makes of arrays without axes
            fitting = None if isinstance(arrays[0], numpy.generic) else cuda
        if fitting is not None and cpu_kernels():
            result = fitting(*arrays, **params)
            if result is not NotImplemented:
                return result
        return forward(*arrays, **params)

    run.kernel = kernel  # type: ignore[attr-defined]  # the tests ask it whether it answers
    run.cuda = cuda  # type: ignore[attr-defined]
    return run


def cpu_path(run: Callable) -> Callable:
    """What `with_kernel` made, for NumPy's arrays alone: the forward where there is no kernel."""
    return run if getattr(run, "kernel", run) is not None else run.__wrapped__  # type: ignore


def kernel_with(run: Callable, parameter: str, name: str = "kernel") -> Callable | None:
    """The kernel in what `with_kernel` made, where it has this parameter for itself.

    Args:
        run: what `with_kernel` made.
        parameter: beyond those of the forward.
        name: "kernel", which is the CPU's, or "cuda".
    """
    kernel = getattr(run, name, None)
    return kernel if kernel and parameter in signature(kernel).parameters else None
