"""Where each op on a tape was run: the user's line, the layers and the name scope around it."""

import sys
from contextlib import contextmanager
from itertools import count
from types import FrameType
from typing import NamedTuple

from .. import nest
from ..engine import GradientTape, Primitive, Recorder, active
from ..settings import name_scopes
from .places import Place, user_frame, user_place


class Note(NamedTuple):
    """What is noted of an op.

    Attributes:
        place: the user's line.
        path: the name scopes and layers around it, outermost first, each with a number that tells
            the calls of one layer apart; None if they weren't noted.
    """

    place: Place | None
    path: tuple[tuple[str, int], ...] | None


class Notes(Recorder):
    """Notes, for each tape that listens, the line and the layer of each op in its `with` block.

    A tape keeps its notes as `tape.notes`, by the ids of what the ops gave: they go when it goes.
    """

    def __init__(self):
        self._calls: list[tuple[FrameType, int]] = []  # of layers, around the op noted last
        self._number = count(1).__next__

    def __exit__(self, *exception) -> None:
        super().__exit__(*exception)
        self._calls = []

    def record(self, op, inputs, output, params) -> None:
        """Notes an op for the tapes that listen; where there are none it looks at nothing."""
        tapes = [other for other in active.recorders if isinstance(other, GradientTape)]
        if not tapes:
            return
        scopes = [(name, 0) for name in name_scopes.current().split("/") if name]
        note = Note(user_place(), (*scopes, *self._layers()))
        for tape in tapes:
            notes = vars(tape).setdefault("notes", {})
            notes.update((y.id, note) for y in nest.flatten(output))

    def _layers(self) -> list[tuple[str, int]]:
        """The layers (losses and the like) that are being called, outermost first."""
        frames: list[FrameType] = []
        layers: list = []
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_name in ("__call__", "call"):
                layer = frame.f_locals.get("self")
                if _is_layer(layer):
                    if layers and layers[-1] is layer:  # its `call`, in its `__call__`
                        frames[-1] = frame
                    else:
                        frames.append(frame)
                        layers.append(layer)
            frame = frame.f_back
        # A frame that is kept is no other call's, so these are the calls that go on.
        known = dict(self._calls)
        self._calls = [(f, known.get(f) or self._number()) for f in reversed(frames)]
        numbers = [number for _, number in self._calls]
        return [(x.name, number) for x, number in zip(reversed(layers), numbers, strict=True)]


def _is_layer(caller) -> bool:
    named = isinstance(getattr(caller, "name", None), str) and hasattr(caller, "call")
    return named and not isinstance(caller, Primitive)


@contextmanager
def watched_tape(persistent=False, watch_accessed_variables=True):
    """A GradientTape that notes the user's line and the layer of each op, for `tape.show`.

    >>> import minitape as mt
    >>> x = mt.Variable(3.0, name="x")
    >>> with watched_tape() as tape:
    ...     y = x * x
    >>> tape.show(y).data["backward"][-1]["op"]
    0
    """
    with GradientTape(persistent, watch_accessed_variables) as tape, Notes():
        yield tape


def names_nearby() -> dict:
    """The tensors that the user's function, the innermost that isn't minitape's, has names for."""
    frame = user_frame()
    seen = {} if frame is None else {**frame.f_locals}
    # A persistent name of another kind (an int, a model) has no id, or is no tensor.
    return {
        name: value
        for name, value in seen.items()
        if hasattr(value, "__tensor__") and hasattr(value, "id") and not name.startswith("_")
    }
