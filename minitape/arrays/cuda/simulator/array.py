"""The simulated card's memory: NumPy arrays that keep apart from those of the CPU, as CuPy's do.

What has a kernel runs in that. All else is NumPy's, in the place of CuPy, which has NumPy's
functions: `LIBRARY` has them, and makes arrays on the card.
"""

from types import ModuleType
from typing import Any

import numpy


class SimulatedArray(numpy.ndarray):
    """An array on the simulated card. Arrays of the CPU don't mix with it; numbers do."""

    def get(self) -> numpy.ndarray:
        """A copy in the CPU's memory, as of a CuPy array."""
        return numpy.array(self.view(numpy.ndarray))

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs) -> Any:
        _check_on_card(inputs)
        if out is not None:
            kwargs["out"] = tuple(map(_plain, out))
        result = getattr(ufunc, method)(*map(_plain, inputs), **kwargs)
        if out is None:
            return on_card(result)
        return out[0] if len(out) == 1 else out

    def __array_function__(self, function, types, args, kwargs) -> Any:
        _check_on_card(args)
        return on_card(function(*_plain(args), **_plain(kwargs)))

    # What would be a number of NumPy's is an array without axes, as CuPy gives it.

    def __getitem__(self, index) -> Any:
        return on_card(super().__getitem__(index))

    def argmax(self, *args, **kwargs) -> Any:
        return on_card(super().argmax(*args, **kwargs))

    def argmin(self, *args, **kwargs) -> Any:
        return on_card(super().argmin(*args, **kwargs))


def _check_on_card(args: tuple) -> None:
    """Raises TypeError where an array of the CPU is among arguments, as CuPy does."""
    for x in args:
        if type(x) is numpy.ndarray:
            raise TypeError(f"Unsupported type {type(x)}")
        if type(x) in (tuple, list):
            _check_on_card(x)


def on_card(value: Any) -> Any:
    """NumPy's arrays and numbers in a result, as arrays on the card."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(on_card, value))
    if type(value) in (tuple, list):
        return type(value)(map(on_card, value))
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return numpy.asarray(value).view(SimulatedArray)
    return value


def _plain(value: Any) -> Any:
    """Arrays on the card as NumPy's own."""
    if type(value) is SimulatedArray:
        return value.view(numpy.ndarray)
    if type(value) in (tuple, list):
        return type(value)(map(_plain, value))
    if type(value) is dict:
        return {key: _plain(x) for key, x in value.items()}
    return value


_MAKE_COPIES = ("array", "asarray", "ascontiguousarray")  # of whatever they are given


class Library:
    """NumPy's functions, whose results lie on the card."""

    def __init__(self, module: ModuleType):
        self._module = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, ModuleType):
            return Library(found)
        if isinstance(found, (type, numpy.ufunc)) or not callable(found):
            return found

        def call(*args, **kwargs):
            if name not in _MAKE_COPIES:
                _check_on_card(args)
            return on_card(found(*_plain(args), **_plain(kwargs)))

        return call


LIBRARY = Library(numpy)
