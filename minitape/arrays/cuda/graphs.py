"""Graphs: what is launched on a card is written down, and from then on launched with one call."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from . import gpu, simulator


class _Mode(threading.local):
    """How a thread computes on a card."""

    for_graph = False


_mode = _Mode()


def graph_of(compute: Callable[[], Any], like: Any) -> Any:
    """A graph of what a function launches on the card of an array: see `simulator.Graph`.

    Raises:
        Exception: the function did what can't be written down.
    """
    kind = simulator.Graph if type(like) is simulator.SimulatedArray else gpu.Graph
    with for_graph():
        return kind(compute)


@contextmanager
def for_graph():
    """Within this context all is computed as it is where a graph is written down.

    CuPy writes down no cuBLAS, so our kernel multiplies; and kernels don't look at the numbers that
    name places: who makes the graph has done so.
    """
    _mode.for_graph = True
    try:
        yield
    finally:
        _mode.for_graph = False


def is_for_graph() -> bool:
    """Whether `for_graph` is around this."""
    return _mode.for_graph


def address_of(array: Any) -> int:
    """Where an array on a card begins."""
    return array.ctypes.data if type(array) is simulator.SimulatedArray else array.data.ptr
