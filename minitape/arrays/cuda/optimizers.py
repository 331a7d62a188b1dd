"""Optimizers' updates on a card: new weights and state, with the forwards' signatures.

With `in_place` they are written over the old ones.
"""

from typing import Any

from .launching import FLOATS, THREADS, blocks_for, empty, launch


def adam_update(g, rate, iterations, *old, beta_1, beta_2, epsilon, in_place=False) -> Any:
    """The new (weights, mean, mean square) and, for amsgrad, largest mean square."""
    if not _suit(g, *old):
        return NotImplemented
    new = old if in_place else _new(old)
    top, new_top = (old[3], new[3]) if len(old) == 4 else (None, None)
    numbers = beta_1, beta_2, epsilon
    _launch("adam", g, *old[:3], top, *new[:3], new_top, rate, iterations, *numbers, g.size)
    return new


def rmsprop_update(g, rate, *old, rho, momentum, epsilon, centered, in_place=False) -> Any:
    """The new (weights, mean square)."""
    if momentum > 0 or centered or not _suit(g, *old):
        return NotImplemented
    new = old if in_place else _new(old)
    _launch("rmsprop", g, *old, *new, rate, rho, epsilon, g.size)
    return new


def descent_update(g, rate, *old, in_place=False) -> Any:
    """The new weights, as a tuple of one."""
    if not _suit(g, *old):
        return NotImplemented
    new = old if in_place else _new(old)
    _launch("descent", g, *old, *new, rate, g.size)
    return new


def momentum_update(g, rate, *old, momentum, nesterov, in_place=False) -> Any:
    """The new (weights, velocity)."""
    if not _suit(g, *old):
        return NotImplemented
    new = old if in_place else _new(old)
    _launch("momentum", g, *old, *new, rate, momentum, int(nesterov), g.size)
    return new


def _launch(name: str, g: Any, *arguments) -> None:
    launch(("optimizers.cu", name), blocks_for(g.size), (THREADS,), g, *arguments)


def _new(old: tuple) -> tuple:
    return tuple(empty(x.shape, x.dtype, x) for x in old)


def _suit(*arrays: Any) -> bool:
    """Whether a kernel is made for these."""
    dtype = arrays[0].dtype
    return dtype in FLOATS and all(x.dtype == dtype and x.flags.c_contiguous for x in arrays)
