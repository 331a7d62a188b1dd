"""Case: what is known about one op, as one row of a table. The harness makes its tests of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

FLOATS = ("float16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
NUMBERS = (*FLOATS, "int32")
SIGNED = ("int8", "int16", "int32", "int64")
INTEGERS = (*SIGNED, "uint8", "uint16", "uint32", "uint64")
ANY = (*FLOATS, *COMPLEX, "int8", "int32", "int64", "bool")

# How far two results may lie apart, in units of the largest of them: some hundred roundings.
TOLERANCE = {
    "float16": 5e-3,
    "float32": 1e-5,
    "float64": 1e-12,
    "complex64": 1e-5,
    "complex128": 1e-12,
}

# Why `Case.largest` may be smaller than 1e30.
OVERFLOW = 1e10, "a sum of products that overflow depends on their order"


class Inputs(NamedTuple):
    """What an op is called on: arrays, given as tensors, and parameters, given by name."""

    arrays: tuple
    params: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Example:
    """One drawn call of an op, and the random numbers to test it with.

    Attributes:
        arrays: the inputs, floats among them converted to `dtype`.
        params: the parameters.
        dtype: of the float inputs.
        seed: of the random cotangents and directions.
    """

    arrays: tuple
    params: Mapping[str, Any]
    dtype: str
    seed: int

    def in_float64(self) -> "Example":
        """The same call in the precision that finite differences need."""
        wide = {"f": "float64", "c": "complex128"}
        arrays = tuple(a.astype(wide.get(a.dtype.kind, a.dtype)) for a in self.arrays)
        return replace(self, arrays=arrays, dtype=wide[np.dtype(self.dtype).kind])


@dataclass(frozen=True)
class At:
    """A point at which value and gradient are known exactly: a kink, a tie, a singularity.

    Attributes:
        inputs: one (nested) list or number per input.
        value: the result, or one for each result.
        gradient: the gradient for each float input, of the sum of the result times `cotangent`;
            None for an input that has none.
        cotangent: ones unless given.
        params: the parameters.
    """

    inputs: tuple
    value: Any
    gradient: tuple = ()
    cotangent: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)


class Bad(NamedTuple):
    """Input that the op must refuse, with an error of this name."""

    error: str
    arrays: tuple
    params: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Case:
    """One op: how it is called, on what, and what is known about the result.

    Attributes:
        name: the op's public name, or that of the primitive, and what else tells rows apart.
        call: `call(tf, *tensors, **params)`, with `tf` either minitape or TensorFlow.
        inputs: a strategy of Inputs. Float arrays hold numbers that float32 holds exactly, at
            least 1/16 away from every kink and singularity.
        peer: the call in TensorFlow, where that is spelled otherwise.
        covers: further primitives that are tested here, such as those of the op's gradient.
        dtypes: the dtypes that float inputs are tried in, complex ones among them.
        differentiable: False where there is nothing to differentiate.
        tolerance: by dtype, relative to the largest element.
        at: points where value and gradient are known exactly.
        raises: what must be refused.
        unlike: the comparisons with TensorFlow that can't be made, each with the reason.
        largest: how far inputs are scaled up to compare large magnitudes, and why no further.
    """

    name: str
    call: Callable
    inputs: st.SearchStrategy
    peer: Callable | None = None
    covers: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = FLOATS
    differentiable: bool = True
    tolerance: Mapping[str, float] = field(default_factory=dict)
    at: tuple[At, ...] = ()
    raises: tuple[Bad, ...] = ()
    unlike: Mapping[str, str] = field(default_factory=dict)
    largest: tuple[float, str] = (1e30, "")

    def __str__(self) -> str:
        return self.name.replace(" ", "-")

    @property
    def op(self) -> str:
        """The name of the op."""
        return self.name.split()[0]

    @cached_property  # a strategy takes longer to make than to draw from
    def examples(self) -> st.SearchStrategy:
        """A strategy of Examples in all dtypes."""
        return self._examples(self.dtypes)

    @cached_property
    def float_examples(self) -> st.SearchStrategy:
        """A strategy of Examples that can be differentiated."""
        return self._examples([d for d in self.dtypes if d.startswith(("float", "complex"))])

    def _examples(self, dtypes) -> st.SearchStrategy:
        return st.builds(
            lambda inputs, dtype, seed: Example(
                tuple(converted(array, dtype) for array in inputs.arrays),
                inputs.params,
                dtype,
                seed,
            ),
            self.inputs,
            st.sampled_from(dtypes),
            st.integers(0, 2**32 - 1),
        )

    def allowed(self, dtype: str) -> float:
        """The tolerance for results of this dtype."""
        return self.tolerance.get(dtype, TOLERANCE.get(dtype, 0.0))


def limited(cases, largest: tuple[float, str], **unlike: str) -> list[Case]:
    """The cases, compared up to that size only, and without the comparisons that are named."""
    return [replace(c, largest=largest, unlike={**c.unlike, **unlike}) for c in cases]


def converted(array: np.ndarray, dtype: str) -> np.ndarray:
    """A float array in another dtype; integers are those next further from zero.

    The imaginary parts of complex numbers are the real ones in reverse, halved.
    """
    if array.dtype.kind != "f":
        return array
    if np.dtype(dtype).kind == "c":
        array = array + 0.5j * array.ravel()[::-1].reshape(array.shape)
    if np.dtype(dtype).kind in "iu":
        array = np.copysign(np.ceil(np.abs(array)), array)
    return array.astype(dtype)


def primitive(name: str) -> Callable:
    """The call of a primitive that has no public function: minitape's alone."""

    def call(mt, *tensors, **params):
        return mt.engine.PRIMITIVES[name](*tensors, **params)

    return call
