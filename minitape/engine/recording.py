"""Who is listening: the recorders of this thread, to whom each op shows what it did."""

import threading
from contextlib import contextmanager
from typing import Any

from ..arrays import ArrayView


class _Active(threading.local):
    """The recorders of one thread, outermost first. A tuple: a saved one never changes."""

    recorders: tuple = ()


active = _Active()


class Recorder:
    """Something that is shown every op and assignment of its thread inside its `with` block.

    Whatever happens is told to each of `active.recorders`, outermost first. A recorder that
    computes in answer does so under `only(recorders outside it)`, so that what it computes is
    recorded by the outer ones alone.
    """

    def __enter__(self) -> Any:
        if self in active.recorders:
            raise ValueError(f"{type(self).__name__} is still recording: leave its block first.")
        active.recorders = (*active.recorders, self)
        return self

    def __exit__(self, *exception) -> None:
        active.recorders = tuple(other for other in active.recorders if other is not self)

    def record(self, op: Any, inputs: tuple, output: Any, params: dict) -> None:
        """An op was run: it made `output` from the tensors `inputs` under `params`."""

    def record_read(self, variable: Any) -> None:
        """`variable` is being read; `record` will be told next, as of any other op."""

    def record_assign(self, variable: Any, value: Any) -> None:
        """`variable` now has the value of the tensor `value`."""

    def record_look(self, value: Any) -> None:
        """Python looks at the elements of a tensor or variable, or (None) at the world outside."""


class Recorded(ArrayView):
    """An array that Python can't look at without the recorders knowing."""

    __slots__ = ()

    @property
    def concrete(self) -> Any:
        """The array where its values decide what Python does next."""
        for recorder in active.recorders:
            recorder.record_look(self)
        return self.array


@contextmanager
def only(recorders: tuple):
    """Within this context, exactly these recorders listen."""
    saved, active.recorders = active.recorders, recorders
    try:
        yield
    finally:
        active.recorders = saved


def run_each_time() -> None:
    """Says that what follows is Python's business at each call: printing, foreign code."""
    for recorder in active.recorders:
        recorder.record_look(None)
