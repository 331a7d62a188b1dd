"""Graphs of the simulated card: what runs on it is written down, to be run again with one call.

As on a card, nothing is computed while a graph is written down, nobody can look at a value, and
each launch works on the same arrays. What NumPy does in CuPy's place is written down as well.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy


class _Writing(threading.local):
    """The steps of the graph that is being written down in a thread; None where there is none."""

    steps: list[Callable[[], None]] | None = None


_writing = _Writing()


class Graph:
    """What `compute` runs on the simulated card; `results` are what it returns.

    Args:
        compute: a function without arguments.

    Attributes:
        size: how many steps there are.
    """

    def __init__(self, compute: Callable[[], Any]):
        self._steps: list[Callable[[], None]] = []
        _writing.steps = self._steps
        try:
            self.results = compute()
        finally:
            _writing.steps = None
        self.size = len(self._steps)

    def launch(self) -> None:
        """Runs it once more."""
        for step in self._steps:
            step()


def is_written() -> bool:
    """Whether a graph is being written down, so that nothing runs."""
    return _writing.steps is not None


def later(step: Callable[[], Any]) -> bool:
    """Writes a step down, if a graph is being written down; then it must not run now."""
    if _writing.steps is None:
        return False
    _writing.steps.append(step)
    return True


def check_looks() -> None:
    """Raises RuntimeError where somebody looks at a value while a graph is being written down."""
    if is_written():
        raise RuntimeError("a value on the card is looked at, or brought there, on the way")


def computed(compute: Callable[[], Any]) -> Any:
    """What NumPy computes in CuPy's place, as arrays; each launch of the graph computes it anew.

    It runs while the graph is written down, too, as it has to tell shapes and types: on numbers
    that mean nothing.
    """
    if not is_written():
        return compute()

    def quietly() -> Any:
        with numpy.errstate(all="ignore"):
            return compute()

    results = quietly()
    later(lambda: _renew(results, quietly()))
    return results


def _renew(old: Any, new: Any) -> None:
    """Gives the arrays of results new elements; a view of an input has them already."""
    if isinstance(old, (tuple, list)):
        for one, other in zip(old, new, strict=True):
            _renew(one, other)
    elif isinstance(old, numpy.ndarray) and not numpy.may_share_memory(old, new):
        old[...] = new
