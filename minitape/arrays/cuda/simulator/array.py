"""The simulated card's memory: NumPy arrays that keep apart from those of the CPU, as CuPy's do.

What has a kernel runs in that. All else is NumPy's, in the place of CuPy, which has NumPy's
functions: `LIBRARY` has them, and makes arrays on the card.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

from .graph import check_looks, computed, later


class SimulatedArray(numpy.ndarray):
    """An array on the simulated card. Arrays of the CPU don't mix with it; numbers do."""

    @property
    def base(self) -> Any:
        """What this is a view of, as of a CuPy array: None if its memory is its own."""
        base = super().base
        return base if type(base) is SimulatedArray else None

    def get(self) -> numpy.ndarray:
        """A copy in the CPU's memory, as of a CuPy array."""
        check_looks()
        return numpy.array(self.view(numpy.ndarray))

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs) -> Any:
        _check_on_card(inputs)
        function = getattr(ufunc, method)
        if out is None:
            return _computed(function, inputs, kwargs)
        _write(function, inputs, {**kwargs, "out": out})
        return out[0] if len(out) == 1 else out

    def __array_function__(self, function, types, args, kwargs) -> Any:
        _check_on_card(args)
        return _computed(function, args, kwargs)

    def __setitem__(self, index, value) -> None:
        _write(numpy.ndarray.__setitem__, (self, index, value))

    def fill(self, value) -> None:
        """Gives all elements a value."""
        _write(numpy.ndarray.fill, (self, value))


def _method(name: str) -> Callable:
    function = getattr(numpy.ndarray, name)
    return lambda self, *args, **kwargs: _computed(function, (self, *args), kwargs)


def _look(name: str) -> Callable:
    function = getattr(numpy.ndarray, name)

    def look(self, *args):
        check_looks()
        return function(self, *args)

    return look


# Methods of NumPy's that ask no function above, and what would be a number of NumPy's is an array
# without axes, as CuPy gives it.
for _name in ("__getitem__", "argmax", "argmin", "astype", "copy", "ravel", "reshape", "take"):
    setattr(SimulatedArray, _name, _method(_name))
for _name in ("__bool__", "__float__", "__index__", "__int__", "item", "tolist"):
    setattr(SimulatedArray, _name, _look(_name))


def _computed(function: Callable, args: tuple, kwargs: dict) -> Any:
    """What a function of NumPy's returns, on the card."""
    args, kwargs = _plain(args), _plain(kwargs)
    return on_card(computed(lambda: _arrays(function(*args, **kwargs))))


def _write(function: Callable, args: tuple, kwargs: dict | None = None) -> None:
    """Calls a function of NumPy's that writes into an array, now or when the graph is launched."""
    args, kwargs = _plain(args), _plain(kwargs or {})
    if not later(lambda: function(*args, **kwargs)):
        function(*args, **kwargs)


def _check_on_card(args: tuple) -> None:
    """Raises TypeError where an array of the CPU is among arguments, as CuPy does."""
    for x in args:
        if type(x) is numpy.ndarray:
            raise TypeError(f"Unsupported type {type(x)}: arrays on the card are expected.")
        if type(x) in (tuple, list):
            _check_on_card(x)


def put(array: Any) -> SimulatedArray:
    """A copy of an array of the CPU's, on the card."""
    check_looks()  # nothing is brought to a card meanwhile, either
    return numpy.array(array).view(SimulatedArray)


def _arrays(value: Any) -> Any:
    """NumPy's numbers in a result, as arrays."""
    return _each(value, numpy.asarray)


def on_card(value: Any) -> Any:
    """NumPy's arrays and numbers in a result, as arrays on the card."""
    return _each(value, lambda x: numpy.asarray(x).view(SimulatedArray))


def _each(value: Any, change: Callable) -> Any:
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_each(x, change) for x in value))
    if type(value) in (tuple, list):
        return type(value)(_each(x, change) for x in value)
    return change(value) if isinstance(value, (numpy.ndarray, numpy.generic)) else value


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
            elif type(args[0]) is not SimulatedArray:
                check_looks()
            return _computed(found, args, kwargs)

        return call


LIBRARY = Library(numpy)
