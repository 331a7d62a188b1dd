"""Running a program on one engine: all its values, derivatives and errors, by label."""

import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..derivatives import dense, is_float
from .program import Leaf, Program, Step, resolved, used

OPERATORS: dict[str, Callable] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&": operator.and_,
    "|": operator.or_,
    "-x": operator.neg,
    "~x": operator.invert,
    "abs(x)": operator.abs,
    "[]": operator.getitem,
    "assign_add": lambda variable, delta: variable.assign_add(delta).read_value(),
}


class Raised(NamedTuple):
    """The outcome of a step that failed."""

    error: str
    message: str = ""


def function_of(tf, op: str) -> Callable:
    """The function that a step names."""
    if op in OPERATORS:
        return OPERATORS[op]
    found = tf
    for name in op.split("."):
        found = getattr(found, name)
    return found


def made(tf, leaf: Leaf):
    """The tensor, variable or array that a leaf stands for."""
    if leaf.kind == "array":
        return leaf.array
    return tf.Variable(leaf.array) if leaf.kind == "variable" else tf.constant(leaf.array)


def on_grid(rng, shape, dtype: np.dtype) -> np.ndarray:
    """Random multiples of 1/8 from -2 to 2, of which many dtypes hold products exactly."""
    array = rng.integers(-16, 17, shape) / 8
    if dtype.kind == "c":
        array = array + 1j * rng.integers(-16, 17, shape) / 8
    return np.asarray(array).astype(dtype)


def directions_like(tf, tensors, seed: int) -> list:
    """Random tensors of the shapes and dtypes of these: cotangents, or directions."""
    rng = np.random.default_rng(seed)
    return [
        tf.constant(on_grid(rng, tuple(x.shape), np.dtype(x.dtype.as_numpy_dtype))) for x in tensors
    ]


def as_array(x) -> np.ndarray | None:
    """What a result holds; None for None."""
    if x is None:
        return None
    return np.asarray(x.values if hasattr(x, "row_splits") else x)


def run(tf, program: Program, noise: Callable | None = None) -> dict[str, Any]:
    """The outcomes of a program by label: arrays, None, or what was Raised, which ends it.

    Args:
        tf: the engine, minitape or TensorFlow.
        program: what to run.
        noise: called with each step, its inputs and each result, which it may change.
    """
    outcome: dict[str, Any] = {}
    leaves = {name: made(tf, leaf) for name, leaf in program.leaves.items()}
    sources = {n: x for n, x in leaves.items() if program.leaves[n].kind != "array" and is_float(x)}

    def steps() -> dict:
        values = dict(leaves)
        for step in program.steps:
            found = _results(tf, step, values, outcome)
            if noise:
                inputs = [as_array(values[name]) for name in used(step)]
                found = [noise(step, inputs, value) for value in found]
            for name, value in zip(step.names, found, strict=True):
                values[name] = value
                outcome[name] = as_array(value)
        return values

    try:
        if not program.targets:
            steps()
        else:
            _DIFFERENTIATED[program.mode](tf, program, sources, steps, outcome)
    except _Stop:
        pass
    return outcome


class _Stop(Exception):
    """A step or a derivative raised; the outcome says so."""


def _results(tf, step: Step, values: Mapping, outcome: dict) -> list:
    try:
        params = {name: resolved(value, values) for name, value in step.params.items()}
        result = function_of(tf, step.op)(*resolved(step.args, values), **params)
    except Exception as error:
        outcome[step.names[0]] = Raised(type(error).__name__, str(error))
        raise _Stop from error
    if not isinstance(result, (list, tuple)):
        return [result]
    return list(result)[: len(step.names)]


def _derivative(label: str, outcome: dict, compute: Callable):
    """What compute gives; an error is an outcome of the program."""
    try:
        return compute()
    except _Stop:
        raise
    except Exception as error:
        outcome[label] = Raised(type(error).__name__, str(error))
        raise _Stop from error


def _targets(program: Program, values: Mapping) -> list:
    return [values[n] for n in program.targets if is_float(values[n])]


def _kept(tf, label: str, names, found, outcome: dict) -> None:
    for name, x in zip(names, found, strict=True):
        outcome[f"{label} {name}"] = as_array(dense(tf, x))


def _first(tf, program, sources, steps, outcome) -> list:
    """The gradients in the sources."""
    with tf.GradientTape() as tape:
        tape.watch(list(sources.values()))
        values = steps()
    targets = _targets(program, values)
    w = directions_like(tf, targets, program.seed)
    found = _derivative(
        "gradient", outcome, lambda: tape.gradient(targets, list(sources.values()), w)
    )
    found = [None] * len(sources) if found is None else found
    return [dense(tf, d) for d in found]


def _gradient(tf, program, sources, steps, outcome) -> None:
    found = _first(tf, program, sources, steps, outcome)
    _kept(tf, "gradient", sources, found, outcome)


def _second(tf, program, sources, steps, outcome) -> None:
    with tf.GradientTape() as outer:
        outer.watch(list(sources.values()))
        found = _first(tf, program, sources, steps, outcome)
    _kept(tf, "gradient", sources, found, outcome)
    found = [d for d in found if d is not None]
    if not found:
        return
    u = directions_like(tf, found, program.seed + 1)

    def compute():
        return outer.gradient(found, list(sources.values()), u)

    _kept(tf, "second", sources, _derivative("second", outcome, compute), outcome)


def _jvp(tf, program, sources, steps, outcome) -> None:
    xs = list(sources.values())
    with tf.autodiff.ForwardAccumulator(
        xs, directions_like(tf, xs, program.seed + 1)
    ) as accumulator:
        values = steps()
    names = [n for n in program.targets if is_float(values[n])]
    _kept(tf, "jvp", names, accumulator.jvp([values[n] for n in names], "zero"), outcome)


def _forward_over_reverse(tf, program, sources, steps, outcome) -> None:
    xs = list(sources.values())
    with tf.autodiff.ForwardAccumulator(
        xs, directions_like(tf, xs, program.seed + 1)
    ) as accumulator:
        found = _first(tf, program, sources, steps, outcome)
    _kept(tf, "gradient", sources, found, outcome)
    tangents = [None if d is None else accumulator.jvp(d, "zero") for d in found]
    _kept(tf, "forward over reverse", sources, tangents, outcome)


_DIFFERENTIATED = {
    "gradient": _gradient,
    "second": _second,
    "jvp": _jvp,
    "forward over reverse": _forward_over_reverse,
}
