"""Building a random program: what a step needs is looked for among the values so far, or made."""

import random
from typing import Any, NamedTuple

import numpy as np

import minitape

from ..derivatives import is_float
from . import deviations
from .program import MODES, Leaf, Program, Ref, Step
from .running import as_array, function_of

FLOAT_DTYPES = ("float64", "float32", "complex128", "complex64", "float16")
WEIGHTS = (45, 35, 8, 8, 4)
INTEGERS = ("int32", "int32", "int32", "int64", "int64", "uint8", "int8", "int16")
REAL_PART = {"complex128": "float64", "complex64": "float32"}
LARGEST = 64  # elements of a value
SPECIAL = (0.0, -0.0, float("inf"), float("-inf"), float("nan"), 3e4, -6e-5)


class Unfit(Exception):
    """An op finds nothing here that it could be called on."""


class Domain(NamedTuple):
    """Numbers from low to high, except those near `apart`."""

    low: float
    high: float
    apart: tuple = ()

    def holds(self, x: np.ndarray) -> bool:
        """Whether all elements lie in it; of complex numbers the magnitudes."""
        if x.dtype.kind == "c":
            size = np.abs(x)
            return bool(np.all(size <= self.high)) and not (self.apart and (size < 1 / 16).any())
        return bool(np.all((x >= self.low) & (x <= self.high))) and not any(
            (np.abs(x - point) < 1 / 16).any() for point in self.apart
        )


REAL = Domain(-1000, 1000)
MODERATE = Domain(-6, 6)
POSITIVE = Domain(1 / 8, 1000)
UNIT = Domain(-7 / 8, 7 / 8)
PROBABILITY = Domain(1 / 16, 15 / 16)
ABOVE_1 = Domain(1.125, 1000)
ABOVE_MINUS_1 = Domain(-7 / 8, 1000)
NONZERO = Domain(-1000, 1000, (0,))
QUARTER_TURN = Domain(-1.375, 1.375)


class Builder:
    """A program that grows step by step; each step is run on minitape as it is added.

    Attributes:
        rng: all choices come from it.
        dtype: of most floats of the program.
        values: what each name holds, as minitape computed it.
    """

    def __init__(self, seed: Any):
        self.rng = random.Random(seed)
        self.dtype = self.rng.choices(FLOAT_DTYPES, WEIGHTS)[0]
        self.mode = self.rng.choices(MODES, (62, 32, 4, 2))[0]
        self.leaves: dict[str, Leaf] = {}
        self.steps: list[Step] = []
        self.values: dict[str, Any] = {}
        self.arrays: dict[str, np.ndarray] = {}
        self.failed = False
        # An axis is often as long as another, so that things fit.
        self.sides = [self.rng.randint(1, 4) for _ in range(2)]
        # Infinite complex numbers have no agreed arithmetic.
        self.special = self.rng.random() < 0.05 and not self.dtype.startswith("complex")

    # -- chance ------------------------------------------------------------------------------------

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def side(self) -> int:
        """The length of an axis."""
        if self.chance(0.02):
            return 0
        return self.rng.choice(self.sides) if self.chance(0.8) else self.rng.randint(1, 4)

    def shape(self, least=0, most=3) -> tuple[int, ...]:
        return tuple(self.side() for _ in range(self.rng.randint(least, most)))

    def axis(self, ndim: int) -> int:
        """An axis of so many, perhaps counted from the end."""
        if ndim == 0:
            raise Unfit
        return self.rng.randint(-ndim, ndim - 1)

    def axes(self, ndim: int) -> list[int]:
        """Some axes, in any order."""
        some = self.rng.sample(range(ndim), self.rng.randint(0, ndim))
        return [a - ndim if self.chance(0.3) else a for a in some]

    # -- values ------------------------------------------------------------------------------------

    def name(self, letter: str) -> str:
        return f"{letter}{len(self.values)}"

    def leaf(self, array, kind="tensor") -> Ref:
        """A new input of the program."""
        name = self.name("x")
        array = np.asarray(array)
        self.leaves[name] = Leaf(array, kind)
        tf = minitape
        self.values[name] = {"tensor": tf.constant, "variable": tf.Variable, "array": np.asarray}[
            kind
        ](array)
        if kind != "array":  # arithmetic of arrays alone would be NumPy's
            self.arrays[name] = array
        return Ref(name)

    def number(self, domain: Domain, dtype: np.dtype) -> Any:
        """A number of the domain, mostly on a grid of 1/8."""
        low, high = max(domain.low, -3), min(domain.high, 3)
        if dtype.kind == "c":
            return complex(self.number(NONZERO, np.dtype(float)), self.rng.randint(-16, 16) / 8)
        if self.special and self.chance(0.2):
            return self.rng.choice(SPECIAL)
        while True:
            x = self.rng.uniform(low, high)
            x = x if self.chance(0.1) else round(x * 8) / 8
            if low <= x <= high and all(abs(x - p) >= 1 / 16 for p in domain.apart):
                return x

    def fresh(self, dtype: str, domain=REAL, shape=None) -> Ref:
        """A new leaf of random numbers."""
        kind = np.dtype(dtype).kind
        shape = self.shape() if shape is None else tuple(shape)
        count = int(np.prod(shape))
        if kind == "b":
            numbers = [self.chance(0.5) for _ in range(count)]
        elif kind in "iu":
            least = 1 if domain.low > 0 or domain.apart else 0 if kind == "u" else -3
            numbers = [self.rng.randint(least, 4) for _ in range(count)]
        else:
            numbers = [self.number(domain, np.dtype(dtype)) for _ in range(count)]
        array = np.array(numbers, dtype).reshape(shape)
        variable = kind in "fc" and self.chance(0.25)
        return self.leaf(array, "variable" if variable else "tensor")

    def dtype_of(self, kinds: str) -> str:
        """A dtype of one of these kinds, the program's own where it fits."""
        if np.dtype(self.dtype).kind in kinds and (self.chance(0.9) or "i" not in kinds):
            return self.dtype
        if "f" in kinds and self.dtype in REAL_PART:
            return REAL_PART[self.dtype]
        if "i" in kinds:
            return self.rng.choice(INTEGERS)
        if "b" in kinds:
            return "bool"
        if "c" in kinds:
            return "complex64" if self.dtype == "float32" else "complex128"
        raise Unfit

    def pick(self, kinds="f", domain=REAL, shape=None, dtype=None, least=0, most=4, test=None):
        """A value of one of these kinds, in the domain, of this shape or number of axes.

        One that was computed lately is more likely; where there is none, one is made.
        """

        def fits(name) -> bool:
            x = self.arrays[name]
            return (
                x.dtype.kind in kinds
                and (dtype is None or x.dtype == dtype)
                and (shape is None or x.shape == tuple(shape))
                and least <= x.ndim <= most
                and (test is None or test(x))
            )

        names = [name for name in self.arrays if fits(name)]
        names = names[-4:] + names if names else names
        while names and self.chance(0.85):
            name = self.rng.choice(names)
            if self.arrays[name].dtype.kind not in "fc" or domain.holds(self.arrays[name]):
                return Ref(name)
            if self.chance(0.1):
                return Ref(name)  # inf and nan are results too
            if self.chance(0.5):
                return self.into(domain, Ref(name))
            names = [n for n in names if n != name]
        if shape is None:
            shape = self.shape(least, min(most, 3))
        ref = self.fresh(dtype or self.dtype_of(kinds), domain, shape)
        if test is not None and not test(self.array(ref)):
            raise Unfit
        return ref

    def into(self, domain: Domain, ref: Ref) -> Ref:
        """The value mapped into a domain by a step or two."""
        x = self.array(ref)
        if not np.isfinite(x).all():
            raise Unfit
        if domain.low > 0 or domain.apart:
            y = self.step("square", ref)
            if domain is PROBABILITY:
                return self.step("*", self.step("sigmoid", ref), 0.75)
            return self.step("+", y, 1.5 if domain.low > 1 else 0.5)
        if domain.high <= 2:
            return self.step("*", self.step(self.rng.choice(["sin", "tanh"]), ref), 0.75)
        return self.step(self.rng.choice(["sin", "tanh"]), ref)

    def array(self, ref: Ref) -> np.ndarray:
        return self.arrays[ref.name]

    # -- steps -------------------------------------------------------------------------------------

    def step(self, op: str, *args, results: int | None = 1, **params) -> Ref:
        """Adds a call and returns its (first) result; with results=None, it takes all of a list."""
        arrays = [self.arrays[a.name] for a in args if isinstance(a, Ref) and a.name in self.arrays]
        if self.failed or not deviations.is_measure(op, self.mode, arrays):
            raise Unfit
        first = self.name("y")

        def given(value):
            if isinstance(value, Ref):
                return self.values[value.name]
            if isinstance(value, list):
                return [given(v) for v in value]
            return value

        try:
            found = function_of(minitape, op)(
                *map(given, args), **{k: given(v) for k, v in params.items()}
            )
        except Exception:
            self.failed = True
            self.steps.append(Step((first,), op, args, params))
            return Ref(first)
        found = list(found) if isinstance(found, (list, tuple)) else [found]
        if not found:
            raise Unfit
        found = found[:results]
        if any(as_array(x).size > LARGEST for x in found):
            raise Unfit
        names = []
        for x in found:
            name = self.name("y")
            names.append(name)
            self.values[name], self.arrays[name] = x, as_array(x)
        self.steps.append(Step(tuple(names), op, args, params))
        return Ref(names[0])

    def finished(self) -> Program:
        """The program, with targets and a mode."""
        names = [n for s in self.steps for n in s.names if n in self.values]
        candidates = [n for n in names if is_float(self.values[n])]
        if candidates:
            targets = {candidates[-1], *self.rng.sample(candidates, min(len(candidates), 1))}
        else:
            targets = set()
        return Program(
            dict(self.leaves),
            tuple(self.steps),
            tuple(sorted(targets, key=names.index)),
            self.mode,
            self.rng.randrange(1000),
        )
