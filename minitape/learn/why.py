"""Why a gradient is None: `tape.explain(target, source)`.

The notes of a History, or else a tape's own entries, are walked forward from the source. Each op
says whether a gradient could come back through it; the first that says no is the answer.
"""

from bisect import bisect
from collections.abc import Iterable
from inspect import signature
from typing import Any, NamedTuple

from .. import nest
from ..engine import GradientTape, Variable, only
from ..engine.tape import _checked
from ..engine.tensor import full_like
from .histories import Note, Seen, history_of, name_of, while_listening
from .places import Place, user_frame
from .zero import killer

_LOOK = (
    "Run it under `with minitape.learn.history():` (or with MINITAPE_HISTORY=1) to have the op "
    "and your line named."
)
# Where several ways lead to the target and none lets a gradient through, that of the first of
# these is told: what was written to have no gradient, before what only happens to have none.
_ORDER = (
    "thread", "before", "stopped", "after", "outside", "assigned", "stop_gradient", "cast",
    "not differentiable",
)  # fmt: skip
_TARGETS = 5  # of several, for which the errors of optimizers look for a reason
_SHAPES = {"shape", "size", "zeros_like", "ones_like"}


class Explanation(NamedTuple):
    """What `tape.explain` says; `str` of it is text to read.

    Attributes:
        cause: in a word or two. "flows": it is not None. "zero": nor that, but it is all zeros.
            Otherwise it is None: "not watched", "not trainable", "integer", "watched too late",
            "before", "after", "outside" or "stopped" (where the tape didn't listen), "thread",
            "overwritten", "assigned", "cast", "not differentiable", "stop_gradient", "numpy",
            "decision", "not read", "independent", "unknown".
        why: the reason, as the end of a sentence.
        cure: what to do about it; "" where there is nothing to be done.
        op: the name of the op where the gradient ends, if it is one.
        name: the source's name: a variable's, or else what it is called where `explain` was.
        place: your line, if it is known; see `file`, `line`.
        head: the beginning of the sentence that `why` ends.
    """

    cause: str
    why: str
    cure: str = ""
    op: str | None = None
    name: str | None = None
    place: Place | None = None
    head: str = ""

    @property
    def file(self) -> str | None:
        """The file where the gradient ends."""
        return None if self.place is None else self.place.file

    @property
    def line(self) -> int | None:
        """The line of that file."""
        return None if self.place is None else self.place.line

    def __str__(self) -> str:
        lines = [f"{self.head}: {self.why}."]
        if self.place is not None:
            lines.append(f"  {self.place}: {self.place.code}".rstrip(": "))
        return "\n".join([*lines, *([self.cure] if self.cure else [])])


def explain(tape: GradientTape, target, source) -> Explanation:
    """Why the gradient of `target` with respect to `source` is None, or that it isn't, or why zero.

    It takes nothing away: `gradient` may be called before, if the tape is persistent or a History
    listened; or after. Without a History it tells what the tape wrote down, which has no lines and
    ends where the tape's knowledge does.

    Args:
        tape: a GradientTape.
        target: one tensor or variable.
        source: one tensor or variable.

    Raises:
        TypeError: a target or source that is no Tensor or Variable.

    >>> import minitape as mt
    >>> x = mt.Variable(3.0, name="x", trainable=False)
    >>> with mt.GradientTape() as tape:
    ...     y = x * x
    >>> tape.explain(y, x).why
    'x is not trainable, and tapes watch trainable variables alone'
    """
    for x, role in ((target, "a target"), (source, "a source")):
        if len(_checked(x, role)) != 1 or nest.is_nested(x):
            raise TypeError(f"explain takes one tensor as {role}. Received: {x!r}.")
    return _Search(tape, _users_names()).explanation(target, source)


def _users_names() -> dict[int, str]:
    """What the user's code calls its tensors and variables, by id."""
    frame = user_frame()
    if frame is None:
        return {}
    scopes = {**frame.f_globals, **frame.f_locals}
    return {
        x.id: name
        for name, x in scopes.items()
        if hasattr(x, "__tensor__") and isinstance(getattr(x, "id", None), int) and _is_given(name)
    }


def _is_given(name: str) -> bool:
    """Whether a user gave this name, rather than an interpreter or a test runner."""
    return name.isidentifier() and not name.startswith("_")


class _Way(NamedTuple):
    """How something depends on the source: through which notes, and what first cut the gradient."""

    cut: Explanation | None
    note: Note | None = None
    before: Any = None

    def notes(self) -> list[Note]:
        """The ops on the way, from the source."""
        way, found = self, []
        while way is not None and way.note is not None:
            found.append(way.note)
            way = way.before
        return found[::-1]

    @property
    def badness(self) -> int:
        """How late this way is told, among several to one result."""
        if self.cut is None:
            return -1
        known = self.cut.cause in _ORDER and self.cut.op not in _SHAPES
        return _ORDER.index(self.cut.cause) if known else len(_ORDER)


class _Search:
    """What is known of a tape and of all that happened, to be asked about one source or several."""

    def __init__(self, tape: GradientTape, names: dict[int, str]):
        self.tape, self.names = tape, names
        seen = history_of(tape)
        self.has_history = seen is not None
        self.entries = tape.entries if tape._started else []
        if seen is not None:
            self.number = seen.number_of(tape)
            self.notes = list(seen.notes)
            self.is_full = len(seen.notes) == seen.notes.maxlen
        else:
            self.number = 0
            self.notes = [_note_of(entry, tape) for entry in self.entries]
        self.made_by = {y.id: note for note in self.notes for y in note.outputs if note.op}
        self.assigned: dict[int, list[int]] = {}
        self.used_by: dict[int, list[Note]] = {}
        for note in self.notes:
            if note.op:
                for i in {x.id for x in note.inputs}:
                    self.used_by.setdefault(i, []).append(note)
            if note.what == "assign":
                self.assigned.setdefault(note.outputs[0].id, []).append(note.inputs[0].id)
        mine = [x for x in self.notes if not x.outputs and self.number in x.followed]
        self.thread = next((x.thread for x in mine if x.what == "enter"), None)
        self.watches = [x for x in mine if x.what == "watch"]
        self.turns = [x for x in mine if x.what != "watch"]
        self.reset = max((x.moment for x in mine if x.what == "reset"), default=-1)
        self._ways: dict[int, dict[int, _Way]] = {}

    # -- the answer ------------------------------------------------------------------------------

    def explanation(self, target, source) -> Explanation:
        """The answer for a target and a source."""
        for x, role in ((source, "the source"), (target, "the target")):
            if x.id not in self.made_by:
                self.names.setdefault(x.id, role)
        gradient = None
        if self.entries or target.id == source.id:
            with only(()):
                one = full_like(target, 1) if target.is_differentiable else None
                (gradient,) = self.tape._pull([target], [one], [source])
        ways = self.ways_from(Seen.of(source))
        way = ways.get(target.id)
        if gradient is not None:
            found = self._not_none(gradient, target, source, way)
        elif not source.is_differentiable:
            found = self._integer(source)
        elif way is None:
            found = self._no_way(target, source, ways)
        elif way.cut is None:
            found = self._open(target, source, way)
        elif way.cut.cause in ("not watched", "watched too late"):
            found = self._overwritten(target, source, ways) or way.cut
        else:
            found = way.cut
        y, x = self._name(Seen.of(target)), self._name(Seen.of(source))
        what = {"flows": "not None", "zero": "zero"}.get(found.cause, "None")
        head = f"The gradient of {y} with respect to {x} is {what}"
        return found._replace(head=head, name=name_of(source) or self.names.get(source.id))

    def ways_from(self, source: Seen) -> dict[int, _Way]:
        """How each tensor and variable depends on the source in the end, by id."""
        if source.id in self._ways:
            return self._ways[source.id]
        ways = self._ways[source.id] = {source.id: _Way(None)}
        for note in self.notes:
            if note.op is not None:
                for y in note.outputs:
                    found = [
                        _Way(before.cut or self._cut(note, i, y, source), note, before)
                        for i, x in enumerate(note.inputs)
                        if (before := ways.get(x.id)) is not None
                    ]
                    if found:
                        ways[y.id] = min(found, key=lambda way: way.badness)
            elif note.what == "assign" and note.outputs[0].id != source.id:
                (value,), (variable,) = note.inputs, note.outputs
                before = ways.get(value.id)
                if before is not None:
                    cut = before.cut or self._assigned(note, variable)
                    ways[variable.id] = _Way(cut, note, before)
                else:
                    ways.pop(variable.id, None)
        return ways

    # -- one op ----------------------------------------------------------------------------------

    def _cut(self, note: Note, i: int, y: Seen, source: Seen) -> Explanation | None:
        """Why no gradient comes back through an op to its input `i`; None where one does."""
        x, op = note.inputs[i], note.op
        if self.number not in note.followed:
            return self._unheard(note, x)
        if note.moment < self.reset:
            note = self._use(note)
            why = f"{note.name} ran before tape.reset() had the tape forget it"
            return self._at(note, "before", why, "Compute it after the reset.")
        if not note.followed[self.number][i] and x.id == source.id:
            return self._unwatched(note, x)
        what = self._name(x)
        if op.name == "stop_gradient":
            why = "stop_gradient makes a constant of what it is given"
            return self._at(note, "stop_gradient", why, "Leave it out where a gradient is to pass.")
        if op.name == "cast" and not y.is_differentiable:
            why = f"cast makes {y.dtype} of {what}, and what doesn't vary smoothly has no gradient"
            return self._at(note, "cast", why, "Cast between floats alone; round only for display.")
        if not op.differentiable or not y.is_differentiable:
            kind = "" if y.is_differentiable else f" (its result is {y.dtype})"
            why = f"{note.name} has no gradient{kind}: its result doesn't vary smoothly with {what}"
            return self._at(note, "not differentiable", why, _instead_of(note.name))
        if op.vjp_all is None and i < len(op.vjps) and op.vjps[i] is None:
            why = f"{note.name} has no gradient with respect to its input {_parameter(op, i)!r}"
            return self._at(note, "not differentiable", why, _instead_of(note.name))
        return None

    def _unheard(self, note: Note, x: Seen) -> Explanation:
        """Why a tape was not told of an op."""
        note = self._use(note)
        did = f"{note.name} ran"
        if note.name == "read_variable":
            did = f"{self._name(x)} was read"
        passed = bisect(self.turns, note.moment, key=lambda turn: turn.moment)
        last = self.turns[passed - 1] if passed else None
        in_block = last is not None and last.what not in ("exit", "stop")
        if self.thread is not None and note.thread != self.thread and in_block:
            why = f"{did} in another thread ({note.thread}), and a tape hears its own alone"
            cure = "Compute it in the thread of the tape, or give that thread a tape of its own."
            return self._at(note, "thread", why, cure)
        if last is not None and last.what == "stop":
            return self._at(
                note, "stopped", f"{did} under stop_recording", "Compute it outside that context."
            )
        cure = "Move it into the `with GradientTape()` block."
        if last is None:
            return self._at(note, "before", f"{did} before the tape's block", cure)
        if last.what == "exit" and all(turn.what != "enter" for turn in self.turns[passed:]):
            return self._at(note, "after", f"{did} after the tape's block had ended", cure)
        if last.what == "exit":
            return self._at(note, "outside", f"{did} between two blocks of the tape", cure)
        return self._at(note, "outside", f"{did} where the tape was not told", cure)

    def _unwatched(self, note: Note, x: Seen) -> Explanation:
        """Why a tape that was told of an op did not follow the source, which went into it."""
        note, what = self._use(note), self._name(x)
        for watched in self.watches:
            if watched.moment > note.moment and x.id in {one.id for one in watched.inputs}:
                used = f"{what} went into {note} before tape.watch({what}) was called"
                return self._at(watched, "watched too late", used, "Watch first, then compute.")
        if x.name is not None:
            return self._variable_unwatched(x, note)
        return self._not_watched(what, note)

    def _not_watched(self, what: str, note: Note | None = None) -> Explanation:
        why = f"{what} is a tensor that the tape was not told to watch"
        cure = f"Call tape.watch({what}) inside the block, before {what} is used, or make {what} a "
        return self._at(note, "not watched", why, f"{cure}Variable.")

    def _variable_unwatched(self, x: Seen, note: Note | None = None) -> Explanation:
        what = self._name(x)
        cure = f"all tape.watch({what}) inside the block."
        if self.tape._watch_accessed:
            why = f"{what} is not trainable, and tapes watch trainable variables alone"
            return self._at(note, "not trainable", why, f"Make it with trainable=True, or c{cure}")
        why = f"the tape was made with watch_accessed_variables=False, and {what} was not watched"
        return self._at(note, "not watched", why, f"C{cure}")

    def _assigned(self, note: Note, variable: Seen) -> Explanation:
        what = self._name(variable)
        how = f"a new variable was made of it, {what}," if note.name == "Variable" else ""
        how = how or f"it was assigned to {what},"
        why = f"{how} and reading {what} gives a value without a past"
        cure = "Go on with the value itself, and assign it when the gradient is done."
        return self._at(note, "assigned", why, cure)

    # -- the whole way ---------------------------------------------------------------------------

    def _not_none(self, gradient, target, source, way: _Way | None) -> Explanation:
        """That there is a gradient, or which op makes it zero."""
        if gradient.__tensor__().numpy().any() or not self.entries:
            return self._flows(way)
        entry, why, cure = killer(self.entries, self.tape, target, source)
        if entry is None:
            return self._flows(way)
        made = self.made_by.get(nest.flatten(entry.output)[0].id)
        note = self._use(made or _note_of(entry, self.tape))
        cure = cure if self.has_history else f"{cure} {_LOOK}".strip()
        return self._at(note, "zero", f"it ends at {note.name}, since {why}", cure)

    def _flows(self, way: _Way | None) -> Explanation:
        notes = [] if way is None else way.notes()
        steps = [str(note) for note in notes if note.name != "read_variable"]
        through = f"through {', '.join(steps)}" if steps else "of itself, and it is one"
        if len(steps) > 6:
            through = f"through {', '.join(steps[:3])}, ... {', '.join(steps[-3:])}"
        return Explanation("flows", f"it flows {through}", place=notes[0].place if notes else None)

    def _integer(self, source) -> Explanation:
        what = self._name(Seen.of(source))
        use = next(map(self._use, self.used_by.get(source.id, ())), None)
        why = f"{what} holds {source.dtype.name}, and there is no derivative but in floats"
        return self._at(use, "integer", why, f"Make {what} of floats, by minitape.cast say.")

    def _open(self, target, source, way: _Way) -> Explanation:
        """The tape was told of all; it has forgotten it since, or a rule gave no gradient."""
        if not self.entries:
            found = self._flows(way)
            return found._replace(
                why=f"{found.why} (the tape is used up, so its value isn't known)"
            )
        asked = [note for note in way.notes() if note.op.vjp_all is not None]
        if not asked:
            return Explanation("unknown", "the tape had forgotten the ops on the way")
        note = next((one for one in asked if not one.op.registered), asked[0])
        why = f"the gradient function of {note.name} gives None for {self._name(note.inputs[0])}"
        return self._at(note, "not differentiable", why)

    def _overwritten(self, target, source, ways) -> Explanation | None:
        """Whether the source is made from what was followed: its name means another now."""
        note = self.made_by.get(source.id)
        if note is None:
            return None
        for x in self._behind(source.id):
            is_followed = x.name is not None or any(
                x.id == one.id for watched in self.watches for one in watched.inputs
            )
            if is_followed and (source.id in self.ways_from(x)):
                now, then = self._name(Seen.of(source)), self._name(x)
                if now == then:
                    then = f"the variable {x.name}" if x.name else "what was watched"
                if note.name == "read_variable":
                    why = f"{now} is a tensor that was read from {then}, and not {then} itself"
                    return self._at(note, "overwritten", why, f"Ask for the gradient of {then}.")
                why = f"{now} is now the result of {note.name}, a tensor made from {then}"
                cure = f"Ask for the gradient of {then}, under a name that stays its own."
                if x.name is not None:
                    cure = f"A variable is changed by assign_add and assign_sub, not by =. {cure}"
                return self._at(note, "overwritten", why, cure)
        return None

    def _no_way(self, target, source, ways) -> Explanation:
        """Why a target doesn't depend on a source, as far as it was noted."""
        seen = Seen.of(source)
        if not self.has_history:
            return self._no_way_in_entries(target, source, ways)
        what, y = self._name(seen), self._name(Seen.of(target))
        behind = {x.id for x in self._behind(target.id)} | {target.id}
        look = self._look(behind, ways)
        if look is not None and look.name != "if":
            value = self._name(look.inputs[0])
            why = (
                f"no op leads from {what} to {y}, but {look.name} took the value of {value}, and "
                "what Python and NumPy make of a value is a constant to the tape"
            )
            return self._at(look, "numpy", why, "Compute with minitape's ops instead.")
        note = self.made_by.get(source.id)
        if note is not None and not behind.isdisjoint(x.id for x in self._behind(source.id)):
            found = self._overwritten(target, source, ways)
            if found is not None:
                return found
            of = self._name(note.inputs[0])
            return self._at(
                note,
                "overwritten",
                f"{what} is the result of {note.name}, made from {of}, and {y} was computed from "
                f"{of}, not from {what}",
                f"Ask for the gradient of {of}, or compute {y} from {what}.",
            )
        if look is not None:
            why = f"only a decision of Python hangs on {self._name(look.inputs[0])}"
            cure = "minitape.where chooses elementwise, with a gradient for what is chosen."
            return self._at(look, "decision", why, cure)
        if self._is_older(target):
            return Explanation("unknown", f"{y} was made before the history began", _LOOK)
        made = self.made_by.get(target.id)
        how = "no op made it" if made is None else f"it was made by {made}"
        why = f"{y} does not depend on {what}: {how}, and {what} {self._uses(source.id)}"
        if self.is_full:
            why = f"{why} (as far as the history goes, which keeps {len(self.notes)} notes alone)"
        elif any(self._may_come_from(source, x) for x in self._behind(target.id)):
            why = f"{why} (as far as is known: what was made before the history began, is not)"
        return self._at(made, "independent", why, f"Compute {y} from {what}.")

    def _uses(self, source: int) -> str:
        """Where something went."""
        uses = list(map(str, map(self._use, self.used_by.get(source, ()))))
        if not uses:
            return "went into no op"
        return f"went into {', '.join(uses[:3])}{', ...' if len(uses) > 3 else ''} alone"

    def _no_way_in_entries(self, target, source, ways) -> Explanation:
        """The same, of a tape's entries alone: they end where something cuts."""
        tape, what, y = self.tape, self._name(Seen.of(source)), self._name(Seen.of(target))
        if isinstance(source, Variable) and source.id not in tape._watched:
            if not (source.watched_by_default and tape._watch_accessed):
                return self._variable_unwatched(Seen.of(source))
            why = f"{what} was not read in the tape's block"
            return Explanation("not read", why, f"Compute {y} from {what} inside. {_LOOK}")
        if not tape._started:
            why = "the tape is used up, and has forgotten what it wrote down"
            return Explanation("unknown", why, f"GradientTape(persistent=True) keeps it. {_LOOK}")
        if source.id not in tape._connected:
            return self._not_watched(what)
        ends = [way for way in ways.values() if way.note is not None]
        if not ends or all(way.note.name == "read_variable" for way in ends):
            why = f"nothing that the tape wrote down was computed from {what}"
            return Explanation("unknown", why, _LOOK)
        last = ends[-1].note.name
        why = (
            f"the last that the tape wrote down of what was computed from {what} is {last}; {y} "
            "doesn't depend on it, or only through what no tape sees (NumPy, another thread, an "
            "assignment) or what has no gradient (stop_gradient, integers)"
        )
        return Explanation("unknown", why, _LOOK, last)

    # -- small parts -----------------------------------------------------------------------------

    def _behind(self, of: int) -> list[Seen]:
        """All that something was computed from, the nearest first."""
        found: dict[int, Seen] = {}
        ids: Iterable[int] = [of]
        while ids:
            nearer = [x for i in ids if i in self.made_by for x in self.made_by[i].inputs]
            values = [value for i in ids for value in self.assigned.get(i, ())]
            new = {x.id: x for x in nearer if x.id not in found}
            new |= {i: Seen(i, "", True, None) for i in values if i not in found and i not in new}
            found |= new
            ids = list(new)
        return list(found.values())

    def _look(self, behind: set[int], ways) -> Note | None:
        """The look at what depends on the source after which, soonest, a part of the target rose.

        That part was made by no op: Python may have made it of what it saw. Before the tape's block
        values are looked at for many reasons, to print a loss say: then it must be the same line.
        """
        begin = min((turn.moment for turn in self.turns if turn.what == "enter"), default=-1)
        parts = sorted(i for i in behind if i not in self.made_by and i not in self.assigned)
        best, least = None, None
        for note in self.notes:
            if note.what == "look" and note.inputs[0].id in ways:
                n = bisect(parts, note.moment)
                if n < len(parts) and (
                    note.moment > begin
                    or note.place in {use.place for use in self.used_by.get(parts[n], ())}
                ):  # a decision comes last
                    rank = (note.name == "if", parts[n] - note.moment, -note.moment)
                    if least is None or rank < least:
                        best, least = note, rank
        return best

    def _may_come_from(self, source, x: Seen) -> bool:
        """Whether a tensor was made between the source and the beginning of the history."""
        is_known = x.name is not None or x.id in self.made_by
        return not is_known and source.id < x.id < self.notes[0].moment

    def _is_older(self, target) -> bool:
        return target.id not in self.made_by and (
            not self.notes or target.id < self.notes[0].moment
        )

    def _use(self, note: Note) -> Note:
        """In place of a read of a variable, what the same line read it for."""
        if note.name == "read_variable":
            uses = self.used_by.get(note.outputs[0].id, ())
            return next((x for x in uses if x.place == note.place), note)
        return note

    def _at(self, note: Note | None, cause: str, why: str, cure: str = "") -> Explanation:
        if note is None:
            return Explanation(cause, why, cure)
        why = why.replace(f" ({note.place})", "")  # which is told beside it
        return Explanation(cause, why, cure, note.name, place=note.place)

    def _name(self, x: Seen) -> str:
        """What the user calls something, as far as that is known."""
        if x.name is not None and x.name != "Variable":
            return x.name
        if x.id in self.names:
            return self.names[x.id]
        made = self.made_by.get(x.id)
        if made is None:
            watched = (n for n in self.watches if x.id in {one.id for one in n.inputs})
            return x.name or next((f"what was watched ({n.place})" for n in watched), "a constant")
        if made.name == "read_variable":
            return self._name(made.inputs[0])
        return f"the result of {made}"


def _note_of(entry, tape) -> Note:
    """An entry of a tape as a note, without a line."""
    inputs, outputs = (tuple(map(Seen.of, xs)) for xs in (entry.inputs, nest.flatten(entry.output)))
    followed = {0: tuple(x.id in tape._connected for x in inputs)}
    name, moment = entry.op.name, outputs[-1].id
    return Note("op", name, entry.op, inputs, outputs, followed, None, "", moment)


def _parameter(op, i: int) -> str:
    """What an op calls its input."""
    names = list(signature(op.forward).parameters)
    return names[min(i, len(names) - 1)] if names else str(i)


def _instead_of(name: str) -> str:
    """What to use in place of an op that has no gradient."""
    if name in ("argmax", "argmin"):
        return "Use softmax, or reduce_max, whose gradient goes to where the largest is."
    if name in ("round", "rint", "floor", "ceil", "sign"):
        return "minitape.grad_pass_through(f) has the gradient pass as if nothing were rounded."
    return "Compute the target without it, or only what needs no gradient with it."


@while_listening(GradientTape)
def gradient(tape, original, target, sources, *args, **kwargs) -> Any:
    """The tape's gradient, which notes for the errors of optimizers why there is none."""
    found = original(tape, target, sources, *args, **kwargs)
    missing = [x for x in nest.flatten(sources) if isinstance(x, Variable) and x.no_gradient_reason]
    targets = nest.flatten(target)
    if missing and targets:
        search = _Search(tape, {})
        for x in missing:
            answers = [search.explanation(y, x) for y in targets[:_TARGETS]]
            said = next((one for one in answers if one.cause != "independent"), answers[0])
            x.no_gradient_reason = f"{said.why}: {said.place}" if said.place else said.why
    return found
