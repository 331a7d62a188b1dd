"""Small programs that take the library, `tf`, and are run on minitape and on TensorFlow.

The expected outcome of each is written down beside it: a structure of numbers (a Python float means
a float32 tensor, an int an int32 tensor), of arrays, of texts and of None; or the error that is
raised. Where minitape deviates on purpose, `theirs` says what TensorFlow does.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from minitape import nest

SAME = object()


class Raises(NamedTuple):
    """The outcome of a program that fails: the error's class by name, a pattern in its message."""

    error: str
    message: str = ".*"


class Program(NamedTuple):
    """A program with its outcome on minitape and on TensorFlow."""

    name: str
    run: Callable
    ours: Any
    theirs: Any


class Programs(list):
    """A table of programs."""

    def add(self, name: str, ours: Any, theirs: Any = SAME) -> Callable:
        """Decorator that adds a program; `theirs` is TensorFlow's outcome where it differs."""

        def add(run):
            self.append(Program(name, run, ours, ours if theirs is SAME else theirs))
            return run

        return add

    def row(self, number: int, ours: Any, theirs: Any = SAME) -> Callable:
        """Decorator that adds a program of that row of the specification."""
        return lambda run: self.add(f"row_{number:02}_{run.__name__}", ours, theirs)(run)

    def parametrize(self, function: Callable) -> Callable:
        """Decorator that calls a test once with each `program`."""
        ids = [program.name for program in self]
        return pytest.mark.parametrize("program", self, ids=ids)(function)


def floats(*numbers) -> np.ndarray:
    """A float32 array: what a program is expected to return."""
    return np.array(numbers, "float32")


def check(program: Program, tf: Any, expected: Any) -> None:
    """Runs a program on a library and compares its outcome with the expected one."""
    if isinstance(expected, Raises):
        with pytest.raises(Exception, match=expected.message) as caught:
            program.run(tf)
        assert type(caught.value).__name__ == expected.error
        return
    result = program.run(tf)
    tf.nest.assert_same_structure(result, expected)
    for value, wanted in zip(nest.flatten(result), nest.flatten(expected), strict=True):
        _check_leaf(value, wanted)


def _check_leaf(value: Any, wanted: Any) -> None:
    if wanted is None or isinstance(wanted, (bool, str)):
        assert value is wanted or (type(value) is type(wanted) and value == wanted), value
        return
    if not isinstance(wanted, np.ndarray):
        wanted = np.asarray(wanted, "float32" if isinstance(wanted, float) else "int32")
    value = np.asarray(value)
    assert value.dtype == wanted.dtype, f"{value!r} is not {wanted.dtype}"
    assert value.shape == wanted.shape, f"{value!r} is not of shape {wanted.shape}"
    if wanted.dtype.kind in "fc":
        np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-6)
    else:
        np.testing.assert_array_equal(value, wanted)
