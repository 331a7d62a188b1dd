"""What a page of a tape shows: its program, the walk backward, and the rules, ready for JSON.

The walk is the tape's own: `GradientTape` differentiates, over a list of ops that note what their
rules are given and what they give. So what the page adds up is what `tape.gradient` adds up.
"""

import inspect
import linecache
from typing import Any

from .. import nest
from ..engine import GradientTape, Variable, conj, only
from ..engine.tape import _checked
from ..engine.variable import read_variable
from .histories import history_of
from .notes import Note
from .page_groups import groups_of
from .page_values import Values
from .places import Place
from .sources import formula_of, short_path, source_of

_NUMBERS = 300_000  # of all arrays of a page together: about 2 MB
_MANY = 400  # lines of a user's file that are shown whole


class Snapshot:
    """A gradient that was, or could be, asked of a tape: enough to walk it again later.

    Args:
        tape: a GradientTape that isn't used up. It stays as it is.
        target: what to differentiate, or None for what was computed last.
        sources: with respect to what; all that the tape watches, if None.
        output_gradients: as of `tape.gradient`.
        names: from names to the tensors that are called so on the page.
    """

    def __init__(self, tape, target=None, sources=None, output_gradients=None, names=None):
        if not tape._started:
            raise RuntimeError(
                "tape.show: there is no record, as the tape is used up or was never entered. Show "
                "it after its `with` block and before `tape.gradient`, or make it "
                "GradientTape(persistent=True)."
            )
        self.tape = GradientTape(persistent=True)
        self.tape._started = True
        self.tape._connected, self.tape._watched = set(tape._connected), dict(tape._watched)
        self.entries = list(tape.entries)
        self.notes = _notes_of(tape)
        made = {y.id for entry in self.entries for y in nest.flatten(entry.output)}
        leaves = {
            x.id: x
            for entry in self.entries
            for x in entry.inputs
            if x.id in tape._connected and x.id not in made
        }
        last = [self.entries[-1].output] if self.entries else []
        self.targets = _checked(last if target is None else target, "a target")
        self.sources = _checked(list(leaves.values()) if sources is None else sources, "a source")
        self.output_gradients = output_gradients
        self.names = {x.id: name for name, x in (names or {}).items()}
        self.leaves = leaves

    def with_entries(self, entries: list) -> GradientTape:
        """The tape's copy, which isn't used up, with these entries."""
        self.tape._entries = entries
        return self.tape


def _notes_of(tape) -> dict[int, Note]:
    """By the ids of what ops gave: a watched tape's notes, or the lines of a history's."""
    if hasattr(tape, "notes"):
        return dict(tape.notes)
    seen = history_of(tape)
    noted = [] if seen is None else seen.notes
    return {y.id: Note(one.place, None) for one in noted if one.op for y in one.outputs}


def page_data(snapshot: Snapshot) -> dict[str, Any]:
    """The content of the page, of numbers, texts, lists and dicts alone.

    Returns:
        A dict. "tensors" and "ops" are the program in the order of recording, "groups" its layers,
        "seeds" and "backward" the walk, "gradients" its result, "rules" and "sources" the texts.
        Tensors, ops, values and sources are meant by their places in these lists.
    """
    return _Page(snapshot).data()


class _Noting:
    """An op that notes what its rule is given and what it gives."""

    def __init__(self, op, number: int, steps: list):
        self._op, self._number, self._steps = op, number, steps
        self.passes_slices = op.passes_slices

    def vjp(self, g, y, inputs, params, wanted) -> list:
        """The op's own answer."""
        found = self._op.vjp(g, y, inputs, params, wanted)
        self._steps.append((self._number, g, found))
        return found


class _Page:
    """The lists of a page while they are made."""

    def __init__(self, snapshot: Snapshot):
        self._snapshot = snapshot
        self._values = Values(_NUMBERS)
        self._tensors: list[dict] = []
        self._number_of: dict[int, int] = {}  # of a tensor, by its id
        self._paths: dict[int, tuple] = {}  # of what was read of a layer's variable, by its number
        self._rules: dict[int, dict] = {}  # by the id of the op
        self._sources: dict[tuple, int] = {}
        self._texts: list[dict] = []
        self._files: dict[str, list] = {}  # the user's: of each its lines that were noted

    def data(self) -> dict[str, Any]:
        entries = self._snapshot.entries
        with only(()):  # nobody records what is computed for the page
            ops = [self._op(entry) for entry in entries]
            targets = [self._tensor(x) for x in self._snapshot.targets]
            for x in self._snapshot.sources:
                self._tensor(x)
            backward = self._walk()
        paths = [self._path(entry) for entry in entries]
        groups, group_of = groups_of(paths)
        for op, group in zip(ops, group_of, strict=True):
            op["group"] = group
        self._name_the_rest()
        return {
            "tensors": self._tensors,
            "ops": ops,
            "groups": groups,
            "targets": targets,
            **backward,
            "rules": list(self._rules.values()),
            "sources": self._texts,
            "files": [self._file(name, lines) for name, lines in self._files.items()],
            "values": self._values.encoded(),
        }

    # -- the program -------------------------------------------------------------------------------

    def _op(self, entry) -> dict:
        inputs = [self._tensor(x) for x in entry.inputs]
        outputs = [self._tensor(y) for y in nest.flatten(entry.output)]
        if entry.op is read_variable:  # what was read: the variable itself may have changed since
            self._tensors[inputs[0]].setdefault("value", self._tensors[outputs[0]]["value"])
        for y in outputs:
            self._tensors[y]["kind"] = "result"
        op = {
            "name": entry.op.name,
            "inputs": inputs,
            "outputs": outputs,
            "rule": self._rule(entry),
        }
        if entry.params:
            op["params"] = [[name, _short(value)] for name, value in entry.params.items()]
        note = self._note(entry)
        if note is not None and note.place is not None:
            op["line"] = self._line(note.place)
        return op

    def _tensor(self, x) -> int:
        """The number of a tensor or variable in the list of them."""
        known = self._number_of.get(x.id)
        if known is not None:
            return known
        number = self._number_of[x.id] = len(self._tensors)
        name = self._snapshot.names.get(x.id)
        if isinstance(x, Variable):
            name = getattr(x, "path", x.name).removesuffix(":0")
            tensor = {"kind": "variable", "name": name}
            if x.id not in self._snapshot.leaves:
                tensor["value"] = self._values.add(x)
        else:
            kind = "input" if x.id in self._snapshot.leaves else "constant"
            tensor = {"kind": kind, "name": name, "value": self._values.add(x)}
        self._tensors.append(tensor)
        return number

    def _name_the_rest(self) -> None:
        count = {"result": 0, "input": 0, "constant": 0}
        letters = {"result": "v", "input": "input", "constant": "c"}
        for tensor in self._tensors:
            if not tensor["name"]:
                count[tensor["kind"]] += 1
                tensor["name"] = f"{letters[tensor['kind']]}{count[tensor['kind']]}"

    def _note(self, entry):
        first = entry.output[0] if type(entry.output) is tuple else entry.output
        return self._snapshot.notes.get(first.id)

    def _path(self, entry) -> tuple[tuple[str, int], ...]:
        """The layers and scopes of an op: as noted, or those of the variable that it takes."""
        note = self._note(entry)
        if note is not None and note.path is not None:
            return note.path
        for x in entry.inputs:
            tensor = self._tensors[self._number_of[x.id]]
            path = self._paths.get(self._number_of[x.id], ())
            if tensor["kind"] == "variable":
                path = tuple((name, 0) for name in tensor["name"].split("/")[:-1])
            if path:
                if entry.op is read_variable:
                    self._paths[self._number_of[entry.output.id]] = path
                return path
        return ()

    def _line(self, place: Place) -> list[int]:
        """The numbers of the user's file and line."""
        lines = self._files.setdefault(place.file, [])
        lines.append(place.line)
        return [list(self._files).index(place.file), place.line]

    def _file(self, name: str, noted: list[int]) -> dict:
        """The user's file: all of it, or the part around what was noted."""
        lines = [line.rstrip("\n") for line in linecache.getlines(name)]
        first, last = 1, len(lines)
        if last > _MANY:
            first, last = max(1, min(noted) - 20), min(last, max(noted) + 20, min(noted) + _MANY)
        return {"name": short_path(name), "first": first, "lines": lines[first - 1 : last]}

    # -- the rules ---------------------------------------------------------------------------------

    def _rule(self, entry) -> int:
        """The number of what is said of an op, whoever calls it."""
        op = entry.op
        if id(op) not in self._rules:
            formula, arguments = formula_of(op)
            forward = source_of(getattr(op, "__wrapped__", op.forward))
            rules = op.vjps if op.vjp_all is None else (op.vjp_all,)
            self._rules[id(op)] = {
                "number": len(self._rules),
                "name": op.name,
                "doc": (inspect.getdoc(op) or "").split("\n\n")[0].replace("\n", " "),
                "formula": formula,
                "arguments": arguments,
                "forward": self._source(forward),
                "all": op.vjp_all is not None,
                "vjps": [rule and self._vjp(source_of(rule)) for rule in rules],
                "elementwise": hasattr(op, "call"),
            }
        return self._rules[id(op)]["number"]

    def _vjp(self, source) -> dict:
        return {
            "formula": source.formula,
            "parts": source.parts,
            "arguments": source.arguments,
            "source": self._source(source),
        }

    def _source(self, source) -> int | None:
        if not source.text:
            return None
        key = (source.file, source.line, source.text)
        if key not in self._sources:
            self._sources[key] = len(self._texts)
            self._texts.append({"file": source.file, "line": source.line, "text": source.text})
        return self._sources[key]

    # -- the walk ----------------------------------------------------------------------------------

    def _walk(self) -> dict:
        """The walk backward: what it starts from, its steps, and the gradients."""
        snapshot = self._snapshot
        steps: list[tuple] = []
        tape = snapshot.with_entries(
            [
                (_Noting(op, i, steps), inputs, output, params)
                for i, (op, inputs, output, params) in enumerate(snapshot.entries)
            ]
        )
        cotangents = tape._cotangents(snapshot.targets, snapshot.output_gradients)
        found = tape._pull(snapshot.targets, cotangents, snapshot.sources)
        totals: dict[int, Any] = {}

        def added(x, d) -> dict:
            """A contribution to the gradient of x, and the sum with it."""
            known = totals.get(x.id)
            totals[x.id] = d if known is None else known + d
            step = {"tensor": self._tensor(x), "value": self._value(d)}
            if known is not None:
                step["total"] = self._value(totals[x.id])
            return step

        seeds = [
            added(y, conj(g) if g.array.dtype.kind == "c" else g)
            for y, g in zip(snapshot.targets, cotangents, strict=True)
            if g is not None
        ]
        backward = []
        for number, g, pairs in steps:
            entry = snapshot.entries[number]
            arriving = g if type(g) is tuple else (g,)
            adds = []
            for place, (x, d) in zip(_places(entry, pairs), pairs, strict=True):
                if d is not None:
                    adds.append({"input": place, **added(x, d)})
            backward.append(
                {"op": number, "arriving": list(map(self._value, arriving)), "adds": adds}
            )
        gradients = []
        for x, d in zip(snapshot.sources, found, strict=True):
            # _pull gave TensorFlow's gradient, the conjugate of what travels.
            one: dict[str, Any] = {
                "tensor": self._tensor(x),
                "value": None if d is None else self._values.add(_dense(d)),
            }
            if d is None:
                one["why"] = (
                    tape._reason(x)
                    if isinstance(x, Variable)
                    else "the target was not computed from it"
                )
            gradients.append(one)
        return {"seeds": seeds, "backward": backward, "gradients": gradients}

    def _value(self, g) -> int:
        """The number of a cotangent's value, as TensorFlow's gradient: the conjugate."""
        g = _dense(g)
        return self._values.add(conj(g) if g.array.dtype.kind == "c" else g)


def _dense(g):
    """A gradient as a tensor, which IndexedSlices become."""
    return g if hasattr(g, "array") else g.__tensor__()


def _places(entry, pairs) -> list[int]:
    """Which inputs the pairs of a vjp are for: one tensor may be two inputs."""
    places: list[int] = []
    has_rule = [entry.op.vjp_all is not None or rule is not None for rule in entry.op.vjps]
    for x, _ in pairs:
        start = places[-1] + 1 if places else 0
        places.append(
            next(
                i
                for i in range(start, len(entry.inputs))
                if entry.inputs[i] is x and (not has_rule or has_rule[i])
            )
        )
    return places


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
