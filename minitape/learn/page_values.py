"""Arrays for a page: small ones number by number, large ones as statistics and a coarse picture."""

import base64
import math
from typing import Any

import numpy

from ..arrays.module import to_numpy

_LIMITS = (1024, 256, 64, 16, 4, 1)  # elements of an array that is given number by number
_SIDES = (32, 16, 8, 0)  # cells of a picture along each side


class Values:
    """The arrays of a page, each of them once; who shows one keeps its number.

    Args:
        numbers: how many numbers, or cells of pictures, the page may have in all. What is "small"
            follows from it.
    """

    def __init__(self, numbers: int):
        self._numbers = numbers
        self._arrays: list = []
        self._number_of: dict[int, int] = {}  # by the id of a tensor

    def add(self, x: Any) -> int:
        """The number of a tensor's value."""
        known = self._number_of.get(x.id)
        if known is None:
            known = self._number_of[x.id] = len(self._arrays)
            self._arrays.append(to_numpy(x.array))
        return known

    def encoded(self) -> list[dict]:
        """All of them, ready for JSON."""
        sizes = numpy.array([array.size for array in self._arrays] or [0])
        limit = next((n for n in _LIMITS if sizes[sizes <= n].sum() <= self._numbers), _LIMITS[-1])
        large = sizes[sizes > limit]
        side = next((n for n in _SIDES if numpy.minimum(large, n * n).sum() <= self._numbers), 0)
        return [_encoded(array, limit, side) for array in self._arrays]


def _encoded(array: numpy.ndarray, limit: int, side: int) -> dict:
    value: dict[str, Any] = {"shape": list(array.shape), "dtype": array.dtype.name}
    if array.dtype.kind == "O":
        value["dtype"] = "string"
        texts = array.ravel()[:16].tolist()
        value["texts"] = [
            s.decode(errors="replace") if isinstance(s, bytes) else str(s) for s in texts
        ]
        return value
    if array.size <= limit:
        value["values"] = _numbers(array)
        return value
    if array.dtype.kind == "c":
        value["of"] = "magnitude"
        array = abs(array)
    numbers = array.ravel().astype("float64")
    some = numbers
    value["nan"] = value["inf"] = 0
    if not math.isfinite(numbers.sum()):  # the sum of finite ones may overflow, too
        finite = numpy.isfinite(numbers)
        value["nan"] = int(numpy.isnan(numbers).sum())
        value["inf"] = int(numbers.size - finite.sum()) - value["nan"]
        some = numbers[finite]
        numbers = numpy.where(finite, numbers, 0.0)
    if some.size:
        mean = some.sum() / some.size
        apart = some - mean
        found = (some.min(), some.max(), mean, math.sqrt(apart @ apart / some.size))
        value.update(zip(("min", "max", "mean", "std"), map(_rounded, found), strict=True))
        if side:
            value["picture"] = _picture(numbers.reshape(array.shape), side)
    return value


def _numbers(array: numpy.ndarray) -> list:
    """The elements in a row, exactly: floats by their shortest text, complex ones as two."""
    row = array.ravel()
    if row.dtype.kind == "c":
        row = row.view(row.real.dtype)
    if row.dtype.kind in "biu":
        return row.astype(int).tolist()
    if row.dtype.itemsize == 8:
        return [x if math.isfinite(x) else _name(x) for x in row.tolist()]
    return [float(str(x)) if math.isfinite(x) else _name(float(x)) for x in row]


def _name(x: float) -> str:
    """JSON has no such numbers; JavaScript's Number() reads these texts."""
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def _rounded(x: float) -> float:
    return float(f"{x:.6g}")


def _picture(numbers: numpy.ndarray, side: int) -> dict:
    """An array as rows of the means of its blocks, each a byte from -127 to 127 of `scale`."""
    columns = numbers.shape[-1] if numbers.shape[-1] > 1 else (*numbers.shape, 1, 1)[-3]
    rows = numbers.reshape(-1, columns if numbers.ndim > 1 else numbers.size)
    for axis in (0, 1):
        n = rows.shape[axis]
        starts = numpy.unique(numpy.arange(min(n, side)) * n // min(n, side))
        lengths = numpy.diff([*starts, n])
        total = numpy.add.reduceat(rows, starts, axis=axis)
        rows = total / (lengths[:, None] if axis == 0 else lengths)
    scale = float(abs(rows).max())
    cells = numpy.round(rows / (scale or 1) * 127).astype("int8")
    return {
        "rows": rows.shape[0],
        "columns": rows.shape[1],
        "scale": _rounded(scale),
        "cells": base64.b64encode(cells.tobytes()).decode(),
    }
