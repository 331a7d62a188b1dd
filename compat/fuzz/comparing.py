"""Whether two runs of a program agree, as far as rounding lets them.

Two results that lie within some thousand roundings of each other agree: that settles nearly every
program. Of the others it is found out how far rounding may carry them: TensorFlow runs the program
again in a higher precision, and several times with noise of a few units in the last place after
each step that isn't exact. What moves TensorFlow's own result as far as minitape's is away from it
is no error of minitape's. If it moves so far that the result says nothing (a comparison of two
numbers that rounding makes equal or not, say), the program is discarded, and counted.
"""

import enum
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import minitape

from .program import Program, Step, in_precision
from .running import Raised, run
from .vocabulary import EXACT, SUMS

# How far apart two results may lie without further ado, relative to the largest of them, by the
# least precise dtype in the program.
TIGHT = {"float64": 1e-9, "float32": 1e-5, "float16": 5e-3}
TIGHT |= {"complex128": 1e-9, "complex64": 1e-5}
SMALL = 1e-3  # the size from which on errors are relative
HIGHER = {"float16": "float64", "float32": "float64", "complex64": "complex128"}
NOISE = 8  # units in the last place, about what a library's function may be off
RUNS = 4
SLACK = 30  # how many times further than TensorFlow's own result moves
HOPELESS = 0.05  # beyond that part of the result nothing can be said
# TensorFlow's forward mode transposes the backward one, and multiplies zeros by what is infinite
# on the way: nan there says nothing.
FORWARD = ("jvp", "forward over reverse")
# Errors that TensorFlow has no words for; minitape's say more.
UNSAID = {"InternalError", "UnknownError", "AbortedError"}


class Verdict(enum.Enum):
    AGREE = "agree"
    UNSTABLE = "unstable"
    DIFFER = "differ"


class Finding(NamedTuple):
    """The outcome of a comparison: a verdict; where they differ and how."""

    verdict: Verdict
    label: str = ""
    what: str = ""

    @property
    def kind(self) -> str:
        """What sort of difference it is, however the values are named."""
        head = self.label.rpartition(" ")[0] or "value"
        return f"{head}: {self.what.partition(':')[0]}"


def structure(ours: Any, theirs: Any) -> str:
    """What differs between two results apart from their numbers; "" for nothing."""
    if isinstance(ours, Raised) or isinstance(theirs, Raised):
        if all(isinstance(x, Raised) for x in (ours, theirs)) and theirs.error in UNSAID:
            return ""
        names = [
            f"raised {x.error}" if isinstance(x, Raised) else "returned" for x in (ours, theirs)
        ]
        if names[0] == names[1]:
            return ""
        texts = [x.message if isinstance(x, Raised) else str(x) for x in (ours, theirs)]
        return f"{names[0]}, expected {names[1]}: {texts[0][:200]!r} and {texts[1][:200]!r}"
    if (ours is None) != (theirs is None):
        return f"{'None' if ours is None else 'a value'}, expected the other: {ours}, {theirs}"
    if ours is None:
        return ""
    if ours.dtype != theirs.dtype:
        return f"dtype: {ours.dtype}, expected {theirs.dtype}"
    if ours.shape != theirs.shape:
        return f"shape: {ours.shape}, expected {theirs.shape}"
    return ""


def distance(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest difference between two arrays of one shape; inf where only one is finite."""
    if ours.dtype.kind not in "fc":
        return 0.0 if np.array_equal(ours, theirs) else np.inf
    if ours.dtype.kind == "c" and not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        # The parts of an infinite product are the library's business; that it is one is not.
        good = np.isfinite(theirs)
        if not np.array_equal(np.isfinite(ours), good):
            return np.inf
        return distance(ours[good], theirs[good])
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(ours.astype(_wide(ours)) - theirs.astype(_wide(theirs)))
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    apart = np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart))
    return float(apart.max(initial=0.0))


def _wide(x: np.ndarray) -> str:
    return "complex128" if x.dtype.kind == "c" else "float64"


def size(x: np.ndarray) -> float:
    """The largest finite magnitude, SMALL at least."""
    if x.dtype.kind not in "fc":
        return 1.0
    magnitudes = np.abs(x[np.isfinite(x)].astype(_wide(x)))
    return float(max(SMALL, magnitudes.max(initial=0.0)))


def noisy(tf, seed: int) -> Callable:
    """What changes the results of inexact steps in their last digits."""
    rng = np.random.default_rng(seed)

    def change(step: Step, inputs: list, value):
        if step.op in EXACT or not (value.dtype.is_floating or value.dtype.is_complex):
            return value
        array = np.asarray(value)
        magnitude = np.where(np.isfinite(array), np.abs(array), 0)
        if step.op in SUMS:  # what cancels leaves an error of the size of the terms
            magnitude = magnitude + max(map(size, inputs), default=0.0)
        unit = NOISE * float(np.finfo(array.dtype).eps) * rng.uniform(-1, 1, array.shape)
        # Added, not multiplied, so that the derivative stays the op's.
        return value + tf.constant(np.asarray(magnitude * unit).astype(array.dtype))

    return change


def compare(tf, program: Program, engine=minitape) -> Finding:
    """Runs a program on minitape (or another engine) and on TensorFlow, and compares."""
    ours, theirs = run(engine, program), run(tf, program)
    suspicious = {}
    tight = max(
        [0.0, *(TIGHT.get(x.dtype.name, 0.0) for x in theirs.values() if hasattr(x, "dtype"))]
        + [TIGHT.get(leaf.array.dtype.name, 0.0) for leaf in program.leaves.values()]
    )
    # TensorFlow's error is looked at first: what comes after it is missing for that reason.
    for label in sorted(
        {**theirs, **ours}, key=lambda label: not isinstance(theirs.get(label), Raised)
    ):
        x, y = _outcome(ours, label), _outcome(theirs, label)
        if isinstance(y, Raised) and not isinstance(x, Raised) and _unknown(program, label, y):
            return Finding(Verdict.AGREE)
        different = structure(x, y)
        if different:
            suspicious[label] = different
        elif isinstance(x, np.ndarray):
            if label.startswith(FORWARD):
                x, y = x[~np.isnan(y)], y[~np.isnan(y)]
            apart = distance(x, y)
            if apart > tight * size(y):
                suspicious[label] = f"numbers: off by {apart:.3g} of {size(y):.3g}:\n{x}\n{y}"
    if not suspicious:
        return Finding(Verdict.AGREE)
    return _examined(tf, program, ours, theirs, suspicious)


def _outcome(run: dict, label: str) -> Any:
    """What a run has under a label: its result, or the error that kept it from coming so far."""
    errors = [x for x in run.values() if isinstance(x, Raised)]
    return run.get(label, errors[0] if errors else Raised("nothing"))


def _unknown(program: Program, label: str, failure: Raised) -> bool:
    """Whether TensorFlow has no such kernel, or derivative, or trips over one: minitape may."""
    if failure.error == "NotFoundError" or "list of allowed values" in failure.message:
        return True
    names = {name for step in program.steps for name in step.names}
    return label not in names or program.mode in ("jvp", "forward over reverse")


def _examined(tf, program, ours, theirs, suspicious) -> Finding:
    others = [run(tf, program, noisy(tf, seed)) for seed in range(RUNS)]
    if any(leaf.array.dtype.name in HIGHER for leaf in program.leaves.values()):
        others.append(run(tf, in_precision(program, HIGHER)))
    unstable = False
    for label, different in suspicious.items():
        x, y = ours.get(label), theirs.get(label)
        if not isinstance(x, np.ndarray) or not isinstance(y, np.ndarray) or structure(x, y):
            # Shapes may follow from numbers; whether it does, the noise tells.
            if all(_alike(other.get(label), y) for other in others):
                return Finding(Verdict.DIFFER, label, different)
            unstable = True
            continue
        moved = 0.0
        for other in others:
            z = other.get(label)
            if not isinstance(z, np.ndarray) or z.shape != y.shape:
                moved = np.inf
            else:
                moved = max(moved, distance(z.astype(y.dtype), y))
        if label.startswith(FORWARD):
            x, y = x[~np.isnan(y)], y[~np.isnan(y)]
        apart, scale = distance(x, y), size(y)
        if apart <= SLACK * moved + _rounding(program, label, theirs) or moved > HOPELESS * scale:
            unstable = unstable or moved > HOPELESS * scale
            continue
        return Finding(Verdict.DIFFER, label, different)
    return Finding(Verdict.UNSTABLE if unstable else Verdict.AGREE)


def _rounding(program, label: str, theirs: dict) -> float:
    """What a few roundings come to, of numbers like the largest of this kind of result."""
    head = label.rpartition(" ")[0]
    arrays = [x for n, x in theirs.items() if isinstance(x, np.ndarray) and x.dtype.kind in "fc"]
    alike = [
        size(x)
        for n, x in theirs.items()
        if isinstance(x, np.ndarray) and n.rpartition(" ")[0] == head
    ]
    eps = max(float(np.finfo(x.dtype).eps) for x in arrays) if arrays else 0.0
    return NOISE * eps * max([1.0, *alike])


def _alike(x, y) -> bool:
    """Whether two runs of TensorFlow end alike, numbers and precision apart."""
    if isinstance(x, Raised) or isinstance(y, Raised):
        return type(x) is type(y) and x.error == y.error
    return (x is None) == (y is None) and (x is None or x.shape == y.shape)
