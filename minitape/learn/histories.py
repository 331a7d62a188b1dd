"""History: what happens in a program, in order, with the user's lines. For those who look alone.

Nothing here runs, and nothing of the engine is other than it stands there, until a History listens.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partialmethod
from types import FrameType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from .. import nest
from ..arrays.view import looks
from ..engine import GradientTape, Recorder, Variable, active, next_id
from ..engine.variable import read_variable
from .places import Place, is_ours, user_place

_LIMIT = 100_000
# What minitape has to take values out of tensors with, beside the methods of tensors.
_TAKES_OUT = {"convert_to_numpy", "get_value", "numpy_function"}


class Seen(NamedTuple):
    """A tensor or variable, without its values: what is noted doesn't keep arrays alive.

    Attributes:
        id: its id.
        dtype: the name of its dtype.
        is_differentiable: whether it holds floats or complex numbers.
        name: a variable's name; None for a tensor.
    """

    id: int
    dtype: str
    is_differentiable: bool
    name: str | None

    @classmethod
    def of(cls, x) -> "Seen":
        """What is noted of a tensor or variable."""
        return cls(x.id, x.array.dtype.name, x.is_differentiable, name_of(x))


class Note(NamedTuple):
    """One thing that happened.

    Attributes:
        what: "op"; "assign" (its input is the value, its output the variable, a new one where the
            name is "Variable"); "look", where Python or NumPy gets a value; or what befell a tape:
            "enter", "exit", "watch", "stop" and "resume" (of `stop_recording`), "reset".
        name: of the op, or how Python looked.
        op: the Primitive; None of what is no op.
        inputs: what went in.
        outputs: what came out.
        followed: for each tape that was told of an op, by its number: which inputs it followed.
            For what befell a tape, its number alone.
        place: the user's line.
        thread: the name of the thread.
        moment: an id: what was made before has a smaller one, what was made later a larger one.
    """

    what: str
    name: str
    op: Any
    inputs: tuple[Seen, ...]
    outputs: tuple[Seen, ...]
    followed: dict[int, tuple[bool, ...]]
    place: Place | None
    thread: str
    moment: int

    def __str__(self) -> str:
        return self.name if self.place is None else f"{self.name} ({self.place})"


class History(Recorder):
    """Notes each op, assignment and look of Python at a value, whatever tapes record.

    It keeps no values, and of a long program the last notes alone: at most some 100 MB. It sees the
    thread that it is started in and those that are started later. Each op takes some 20 us more.

    Args:
        limit: how many notes are kept.

    Attributes:
        notes: the Notes, in order.
    """

    def __init__(self, limit: int = _LIMIT):
        self.notes: deque[Note] = deque(maxlen=limit)
        self._numbers: WeakKeyDictionary[GradientTape, int] = WeakKeyDictionary()
        self._listens = False

    def start(self) -> None:
        """Begins to listen, in this thread as the outermost recorder.

        Raises:
            RuntimeError: another history listens.
        """
        if _now.history is not None:
            raise RuntimeError(
                "A history listens already, and no second one may: use `history()`, which gives it."
            )
        _now.history, self._listens = self, True
        recorders, listeners = active.recorders, looks.listeners
        # What a thread has that never had any of its own.
        type(active).recorders, type(looks).listeners = (self,), (self._look,)
        active.recorders, looks.listeners = (self, *recorders), (self._look, *listeners)
        for (owner, name), (replacement, original) in _replaced.items():
            setattr(owner, name, partialmethod(replacement, original))

    def stop(self) -> None:
        """Listens no longer; what was noted stays."""
        for (owner, name), (_, original) in _replaced.items():
            setattr(owner, name, original)
        type(active).recorders, type(looks).listeners = (), ()
        active.recorders = tuple(x for x in active.recorders if x is not self)
        looks.listeners = tuple(x for x in looks.listeners if x != self._look)
        _now.history, self._listens = None, False

    def number_of(self, tape) -> int:
        """The number that stands for a tape in the notes."""
        if tape not in self._numbers:
            self._numbers[tape] = next_id()  # tapes that are gone leave their numbers to none
            _history_of[tape] = self
        return self._numbers[tape]

    def record(self, op, inputs, output, params) -> None:
        """Notes an op, and which of its inputs the tapes followed that are told of it next."""
        tapes = [tape for tape in active.recorders if isinstance(tape, GradientTape)]
        is_read = op is read_variable
        followed = {
            self.number_of(tape): tuple(
                x.id in tape._connected
                or (is_read and tape._watch_accessed and x.watched_by_default)
                for x in inputs
            )
            for tape in tapes
        }
        self.note("op", op.name, inputs, nest.flatten(output), followed, op)

    def record_assign(self, variable, value) -> None:
        """Notes an assignment."""
        self.note("assign", "assign", [value], [variable])

    def note(self, what, name="", inputs=(), outputs=(), followed=None, op=None) -> None:
        """Notes something; see Note."""
        if self._listens:
            ins, outs = tuple(map(Seen.of, inputs)), tuple(map(Seen.of, outputs))
            thread, moment = threading.current_thread().name, next_id()
            place = user_place()
            self.notes.append(
                Note(what, name, op, ins, outs, followed or {}, place, thread, moment)
            )

    def note_tape(self, what: str, tape: GradientTape, inputs=()) -> None:
        """Notes what befalls a tape."""
        self.note(what, what, inputs, followed={self.number_of(tape): ()})

    def _look(self, value) -> None:
        """Notes a look of the user's at a tensor; minitape's own at values are no business here."""
        how = None if value is None else _how(sys._getframe(2))
        if how is not None:
            self.note("look", how, [value])


def _how(frame: FrameType | None) -> str | None:
    """How the user takes out a value, from the frame that says so; None where minitape does."""
    method = outermost = ""
    while frame is not None and is_ours(frame):
        outermost = frame.f_code.co_name
        if frame.f_globals["__name__"] == "minitape.arrays.view":
            method, in_method = outermost, True
        else:
            in_method = False
        frame = frame.f_back
    if method and in_method:
        name = method.strip("_")
        return {"array": "NumPy", "numpy": ".numpy()", "bool": "if"}.get(name, f"{name}()")
    return f"{outermost}()" if outermost in _TAKES_OUT else None


class _Now:
    """The history that listens; None while none does."""

    history: History | None = None


_now = _Now()
# The last history that met a tape; it stays as long as the tape does.
_history_of: WeakKeyDictionary[GradientTape, History] = WeakKeyDictionary()
_replaced: dict[tuple[type, str], tuple[Callable, Any]] = {}


@contextmanager
def history(limit: int = _LIMIT) -> Iterator[History]:
    """Within this context all that happens is noted, so that `tape.explain` can name your lines.

    It takes time and memory (see History); MINITAPE_HISTORY=1 does it for a whole program. Where a
    history listens already, it is that one.

    Args:
        limit: how many notes are kept.

    >>> import minitape as mt
    >>> x = mt.Variable(3.0, name="x")
    >>> with history():
    ...     with mt.GradientTape() as tape:
    ...         y = mt.round(x) * 2.0
    ...     print(tape.explain(y, x).cause)
    not differentiable
    """
    if _now.history is not None:
        yield _now.history
        return
    seen = History(limit)
    seen.start()
    try:
        yield seen
    finally:
        seen.stop()


def is_listening() -> bool:
    """Whether a history listens."""
    return _now.history is not None


def history_of(tape: GradientTape) -> History | None:
    """The history that saw a tape; the one that listens, if none did."""
    return _history_of.get(tape, _now.history)


def name_of(x) -> str | None:
    """A variable's name, with its layer's if it has one; None for a tensor."""
    if not isinstance(x, Variable):
        return None
    return str(getattr(x, "path", None) or x.name.removesuffix(":0"))


def while_listening(owner: type) -> Callable:
    """Decorator: while a history listens, this is the owner's method of its name.

    It is given the method itself after the object.
    """

    def register(replacement: Callable) -> Callable:
        name = replacement.__name__
        _replaced[owner, name] = (replacement, getattr(owner, name))
        return replacement

    return register


def _tell(what: str, tape: GradientTape, inputs=()) -> None:
    if _now.history is not None:
        _now.history.note_tape(what, tape, inputs)


@while_listening(GradientTape)
def __enter__(tape, original):
    result = original(tape)
    _tell("enter", tape)
    return result


@while_listening(GradientTape)
def __exit__(tape, original, *exception):
    _tell("exit", tape)
    return original(tape, *exception)


@while_listening(GradientTape)
def watch(tape, original, tensor):
    """GradientTape.watch, noted."""
    original(tape, tensor)
    _tell("watch", tape, nest.flatten(tensor))


@while_listening(GradientTape)
def reset(tape, original):
    """GradientTape.reset, noted."""
    original(tape)
    _tell("reset", tape)


@while_listening(GradientTape)
@contextmanager
def stop_recording(tape, original):
    """GradientTape.stop_recording, noted."""
    with original(tape):
        _tell("stop", tape)
        try:
            yield
        finally:
            _tell("resume", tape)


@while_listening(Variable)
def __init__(variable, original, initial_value=None, *args, **kwargs):
    original(variable, initial_value, *args, **kwargs)
    if _now.history is not None and hasattr(initial_value, "__tensor__"):
        _now.history.note("assign", "Variable", [initial_value], [variable])
