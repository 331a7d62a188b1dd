"""A program as data: leaves, steps, and what is asked of it; printable as a Python script."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

# What is asked of a program beside its values: the gradient of the targets in all leaves; the
# gradient of that (reverse over reverse); the targets' tangents; the gradient's tangents.
MODES = ("gradient", "second", "jvp", "forward over reverse")
BINARY = ("+", "-", "*", "/", "//", "%", "**", "@", "<", "<=", ">", ">=", "==", "!=", "&", "|")
UNARY = ("-x", "~x", "abs(x)")


class Ref(NamedTuple):
    """A value of the program, by name."""

    name: str


class Leaf(NamedTuple):
    """An input: a tensor that is watched, a variable, or a plain array."""

    array: np.ndarray
    kind: str = "tensor"


class Step(NamedTuple):
    """A call. `op` is a dotted path below tf, an operator's sign, or "[]".

    Attributes:
        names: of the results; several where the op returns a list.
        args: by position: Refs, lists that may hold Refs, and plain values.
        params: by name, the same.
    """

    names: tuple[str, ...]
    op: str
    args: tuple
    params: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Program:
    """Leaves by name, steps in order, and what is differentiated, and how.

    Attributes:
        targets: the names of the values that are differentiated together.
        mode: one of MODES.
        seed: of the random cotangents and directions.
    """

    leaves: Mapping[str, Leaf]
    steps: tuple[Step, ...]
    targets: tuple[str, ...] = ()
    mode: str = "gradient"
    seed: int = 0

    def script(self) -> str:
        """The program as a Python script that runs it on both libraries."""
        return _script(self)

    def __repr__(self) -> str:
        """The program as the expression that makes it, for a table of regressions."""
        leaves = "".join(
            f"        {name!r}: Leaf({literal(leaf.array)}"
            + (f", {leaf.kind!r}" if leaf.kind != "tensor" else "")
            + "),\n"
            for name, leaf in self.leaves.items()
        )
        steps = "".join(
            f"        Step({s.names!r}, {s.op!r}, {literal(s.args, data=True)}"
            + (f", {literal(dict(s.params), data=True)}" if s.params else "")
            + "),\n"
            for s in self.steps
        )
        return (
            f"Program(\n    {{\n{leaves}    }},\n    (\n{steps}    ),\n"
            f"    targets={self.targets!r},\n    mode={self.mode!r},\n    seed={self.seed},\n)"
        )


def references(value) -> list[str]:
    """The names that an argument refers to."""
    if isinstance(value, Ref):
        return [value.name]
    if isinstance(value, (list, tuple)):
        return [name for v in value for name in references(v)]
    if isinstance(value, Mapping):
        return references(list(value.values()))
    return []


def used(step: Step) -> list[str]:
    """The names that a step refers to."""
    return references(step.args) + references(step.params)


def resolved(value, values: Mapping):
    """An argument with the values in place of the references."""
    if isinstance(value, Ref):
        return values[value.name]
    if isinstance(value, list):
        return [resolved(v, values) for v in value]
    if isinstance(value, tuple):
        return tuple(resolved(v, values) for v in value)
    return value


def in_precision(program: Program, precise: Mapping[str, str]) -> Program:
    """The program with dtypes replaced: of its leaves, its arrays, and where they are named."""

    def convert(value):
        if isinstance(value, np.ndarray):
            return value.astype(precise.get(value.dtype.name, value.dtype))
        if isinstance(value, Ref):
            return value
        if isinstance(value, (list, tuple)):
            return type(value)(convert(v) for v in value)
        return precise.get(value, value) if isinstance(value, str) else value

    return replace(
        program,
        leaves={k: leaf._replace(array=convert(leaf.array)) for k, leaf in program.leaves.items()},
        steps=tuple(
            s._replace(args=convert(s.args), params={k: convert(v) for k, v in s.params.items()})
            for s in program.steps
        ),
    )


# -- as text ---------------------------------------------------------------------------------------


def literal(value, data=False) -> str:
    """A value as Python text; references are names, or `Ref("name")` where it is data."""
    if isinstance(value, Ref):
        return f"Ref({value.name!r})" if data else value.name
    if isinstance(value, np.ndarray):
        if value.size == 0:
            return f"np.zeros({value.shape}, {value.dtype.name!r})"
        text = repr(value.tolist()).replace("nan", "np.nan").replace("inf", "np.inf")
        return f"np.array({text}, {value.dtype.name!r})"
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({value.item()!r})"
    if isinstance(value, slice):
        return f"slice({value.start}, {value.stop}, {value.step})"
    if value is Ellipsis:
        return "..."
    if isinstance(value, tuple):
        return "(" + ", ".join(literal(v, data) for v in value) + ("," * (len(value) == 1)) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(literal(v, data) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {literal(v, data)}" for k, v in value.items()) + "}"
    return repr(value)


def call_text(step: Step) -> str:
    """The right side of a step's assignment."""
    args = [literal(a) for a in step.args]
    if step.op in BINARY:
        return f"{args[0]} {step.op} {args[1]}"
    if step.op in UNARY:
        return step.op.replace("x", args[0])
    if step.op == "[]":
        return f"{args[0]}[{_index_text(step.args[1])}]"
    if step.op == "assign_add":
        return f"{args[0]}.assign_add({args[1]}).read_value()"
    given = args + [f"{name}={literal(value)}" for name, value in step.params.items()]
    return f"tf.{step.op}({', '.join(given)})"


def _index_text(key) -> str:
    parts = []
    for part in key if isinstance(key, tuple) else (key,):
        if isinstance(part, slice):
            ends = ["" if e is None else str(e) for e in (part.start, part.stop, part.step)]
            parts.append(":".join(ends[: 2 if part.step is None else 3]))
        else:
            parts.append("tf.newaxis" if part is None else literal(part))
    return ", ".join(parts) or "()"


def _script(program: Program) -> str:
    made = {"tensor": "tf.constant({})", "variable": "tf.Variable({})", "array": "{}"}
    lines = [
        f"{name} = {made[leaf.kind].format(literal(leaf.array))}"
        for name, leaf in program.leaves.items()
    ]
    sources = [n for n, leaf in program.leaves.items() if leaf.kind != "array"]
    watched = "[" + ", ".join(sources) + "]"
    targets = "[" + ", ".join(program.targets) + "]"
    steps = [f"{', '.join(s.names)} = {call_text(s)}" for s in program.steps]
    steps = [
        f"{line}[:{len(s.names)}]" if len(s.names) > 1 else line
        for line, s in zip(steps, program.steps, strict=True)
    ]
    names = [name for s in program.steps for name in s.names]
    show = [f'print("{name} =", {name})' for name in names]
    if not program.targets:
        lines += [*steps, *show]
    else:
        lines += _differentiated(program, steps, show, watched, targets)
    body = "\n".join("    " + line for line in lines)
    return (
        "import numpy as np\nimport tensorflow\n\nimport minitape\n"
        "from compat.fuzz import directions_like\n\n\n"
        f"def program(tf):\n{body}\n\n\n"
        "for library in (tensorflow, minitape):\n"
        '    print("--", library.__name__)\n    program(library)\n'
    )


def _differentiated(program: Program, steps, show, watched, targets) -> list[str]:
    seed = program.seed
    inner = [f"tape.watch({watched})", *steps]
    gradient = [
        f"w = directions_like(tf, {targets}, seed={seed})",
        f"d = tape.gradient({targets}, {watched}, w)",
    ]

    def block(head, lines):
        return [head, *("    " + line for line in lines)]

    tape = block("with tf.GradientTape() as tape:", inner)
    forward = (
        f"with tf.autodiff.ForwardAccumulator({watched}, directions_like(tf, {watched}, "
        f"seed={seed + 1})) as accumulator:"
    )
    if program.mode == "gradient":
        return [*tape, *show, *gradient, 'print("gradient =", d)']
    if program.mode == "jvp":
        jvp = f'print("jvp =", accumulator.jvp({targets}, "zero"))'
        return [*block(forward, steps), *show, jvp]
    first = [*tape, *gradient, "d = [x for x in d if x is not None]"]
    if program.mode == "second":
        along = f"directions_like(tf, d, seed={seed + 1})"
        second = f'print("second =", outer.gradient(d, {watched}, {along}))'
        outer = block("with tf.GradientTape() as outer:", [f"outer.watch({watched})", *first])
        return [*outer, *show, 'print("gradient =", d)', second]
    jvp = 'print("second =", accumulator.jvp(d, "zero"))'
    return [*block(forward, first), *show, 'print("gradient =", d)', jvp]
