"""Kernels: the functions of the .cu files beside this, checked and compiled when they are launched.

A GPU takes whatever it is given: for a wrong type of argument it computes nonsense, or reads past
an array's end. So a launch is checked against the kernel's own signature, whose types say what it
wants, and Python's numbers are made what stands there.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy

FOLDER = Path(__file__).parent
MOST_THREADS = 1024  # of a block, on each card
_KERNEL = re.compile(
    r"(?:template <(?P<template>[^>]*)>\s*)?__global__ void (?:__launch_bounds__\([^)]*\) )?"
    r"(?P<name>\w+)\((?P<parameters>[^)]*)\)"
)
_NUMBERS = {
    "bool": "bool",
    "int": "int32",
    "unsigned": "uint32",
    "long long": "int64",
    "unsigned long long": "uint64",
    "float": "float32",
    "double": "float64",
    "unsigned char": "uint8",
    "signed char": "int8",
    "short": "int16",
    "unsigned short": "uint16",
}
_C_NAMES = {numpy.dtype(name): word for word, name in _NUMBERS.items()}


def c_name(dtype: Any) -> str:
    """What C++ calls an array's type: float, long long, ...

    Raises:
        TypeError: a type that no kernel is made for.
    """
    try:
        return _C_NAMES[numpy.dtype(dtype)]
    except KeyError:
        raise TypeError(f"No kernel takes {numpy.dtype(dtype).name}.") from None


class Parameter(NamedTuple):
    """One of a kernel's parameters: `const float* __restrict__ x`, say."""

    name: str
    type: str  # of the number, or of the array's elements; "T" and the like stand for any
    is_array: bool
    is_const: bool


class Kernel(NamedTuple):
    """A `__global__` function of a file.

    Attributes:
        file: the file's name.
        name: the function's.
        source: the text of the file.
        template: the names of the template's parameters: types, and then numbers.
        parameters: of the function.
    """

    file: str
    name: str
    source: str
    template: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    def arguments(self, given: Sequence, words: dict, strided=False) -> tuple[list, str]:
        """The arguments as the kernel wants them, and the instance of the template for them.

        Args:
            given: arrays, numbers, or None for an array that is not there.
            words: the template's parameters that no array's type tells.
            strided: whether arrays need not be in one piece.

        Raises:
            TypeError: too many or too few of them, or a wrong type.
            ValueError: an array that isn't in one piece.
        """
        if len(given) != len(self.parameters):
            names = ", ".join(p.name for p in self.parameters)
            raise self._error(
                f"takes {len(self.parameters)} arguments ({names}). Received: {len(given)}."
            )
        known = dict(words)
        for p, x in zip(self.parameters, given, strict=True):
            if p.is_array and p.type in self.template and hasattr(x, "dtype"):
                known.setdefault(p.type, c_name(x.dtype))
        missing = [word for word in self.template if word not in known]
        if missing:
            raise self._error(f"needs to be told {', '.join(missing)}.")
        made = []
        kind = next(type(x) for p, x in zip(self.parameters, given, strict=True) if p.is_array)
        for p, x in zip(self.parameters, given, strict=True):
            made.append(self._argument(p, x, known))
            if p.is_array and x is not None and type(x) is not kind:
                raise self._error(f"takes {p.name!r} on the same device as the first array.")
            if p.is_array and x is not None and not strided and not x.flags.c_contiguous:
                raise ValueError(f"{self.file}: {self.name} takes {p.name!r} in one piece.")
        values = ", ".join(str(known[word]) for word in self.template)
        return made, f"{self.name}<{values}>" if self.template else self.name

    def _argument(self, p: Parameter, x: Any, known: dict) -> Any:
        wanted = numpy.dtype(_NUMBERS[known.get(p.type, p.type)])
        if not p.is_array:
            number = wanted.type(x)
            if number != x and wanted.kind in "iub":
                raise self._error(f"takes a {wanted.name} as {p.name!r}. Received: {x!r}.")
            return number
        if x is None:
            return None
        if getattr(x, "dtype", None) != wanted:
            received = getattr(x, "dtype", type(x).__name__)
            raise self._error(f"takes {wanted.name} as {p.name!r}. Received: {received}.")
        return x

    def _error(self, what: str) -> TypeError:
        return TypeError(f"{self.file}: {self.name} {what}")


@cache
def kernel(file: str, name: str) -> Kernel:
    """A kernel of one of the files here."""
    return kernels_of((FOLDER / file).read_text(), file)[name]


def kernels_of(source: str, file: str) -> dict[str, Kernel]:
    """The kernels in a text, by their names."""
    found = {}
    for match in _KERNEL.finditer(source):
        template = tuple(word.split()[-1] for word in (match["template"] or "").split(",") if word)
        parameters = tuple(map(_parameter, match["parameters"].split(",")))
        found[match["name"]] = Kernel(file, match["name"], source, template, parameters)
    return found


def _parameter(text: str) -> Parameter:
    *words, name = text.replace("*", " * ").replace("__restrict__", "").split()
    kept = [word for word in words if word not in ("const", "*")]
    return Parameter(name, " ".join(kept), "*" in words, "const" in words)
