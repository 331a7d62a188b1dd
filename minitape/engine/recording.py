"""Who is listening: the recorders of this thread, to whom each op shows what it did."""

import threading
from contextlib import contextmanager
from typing import Any


class _Active(threading.local):
    """The recorders of one thread, outermost first. A tuple: a saved one never changes."""

    recorders: tuple = ()


active = _Active()


class Recorder:
    """Something that is shown every op and assignment of its thread inside its `with` block.

    Whatever happens is told to each of `active.recorders`, outermost first. What a recorder
    computes in answer, under `only(recorders outside it)`, the outer ones alone record.
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


@contextmanager
def only(recorders: tuple):
    """Within this context, exactly these recorders listen."""
    saved, active.recorders = active.recorders, recorders
    try:
        yield
    finally:
        active.recorders = saved
