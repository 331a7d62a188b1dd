"""Elementwise ops on a card: a kernel for each expression, and for each set of types."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy

from .kernels import FOLDER, Kernel, c_name, kernels_of
from .launching import FLOATS, THREADS, blocks_for, empty, launch

_BOOL = numpy.dtype(bool)
_AXES = 4  # that elementwise.cu has


class _Expression(NamedTuple):
    """An op's: what it computes in C++, and of what.

    Attributes:
        forward: the op's, on NumPy's arrays: it tells the result's type.
        text: the result, of the names below; `T` is the first input's type.
        names: of the inputs.
        numbers: of the parameters that are numbers, the same for all elements.
    """

    forward: Callable
    text: str
    names: tuple[str, ...]
    numbers: tuple[str, ...]


class _Kernels(NamedTuple):
    in_one_piece: Kernel
    along_axes: Kernel
    result: numpy.dtype


def elementwise(forward: Callable, names: Sequence[str], text: str) -> Callable:
    """What computes an op on a card.

    Args:
        forward: the op's, on NumPy's arrays.
        names: its inputs'.
        text: the result in C++, of these, and of the names of numbers among its parameters.
    """

    def run(*arrays, **params) -> Any:
        dtypes = tuple(x.dtype for x in arrays)
        kinds = set(dtypes) - {_BOOL}
        if len(kinds) != 1 or not kinds.issubset(FLOATS):
            return NotImplemented
        expression = _Expression(forward, text, tuple(names), tuple(params))
        kernels = _kernels(expression, dtypes)
        shape = numpy.broadcast_shapes(*(x.shape for x in arrays))
        size = math.prod(shape)
        result = empty(shape, kernels.result, arrays[0])
        given = *arrays, *params.values()
        if all(x.size == 1 or (x.shape == shape and x.flags.c_contiguous) for x in arrays):
            steps = [int(x.size > 1) for x in arrays]
            kernel, given = kernels.in_one_piece, (*given, *steps, result, size)
        else:
            lengths, steps = _axes(shape, arrays)
            if len(lengths) > _AXES:
                return NotImplemented
            kernel, given = kernels.along_axes, (*given, *steps, result, size, *lengths[1:])
        launch(kernel, blocks_for(size), (THREADS,), *given, strided=True)
        return result

    run.names, run.text = tuple(names), text  # type: ignore[attr-defined]  # for who looks
    return run


@cache
def _kernels(expression: _Expression, dtypes: tuple) -> _Kernels:
    """The two kernels of an expression, for inputs of these types."""
    examples = [numpy.ones(0, dtype) for dtype in dtypes]
    numbers = dict.fromkeys(expression.numbers, 1.0)
    result = expression.forward(*examples, **numbers).dtype
    inputs = list(zip(expression.names, map(c_name, dtypes), strict=True))
    number = next(kind for _, kind in inputs if kind != "bool")
    axes = range(_AXES)
    places = {x: " + ".join(f"i{n} * {x}_{n}" for n in axes) for x, _ in inputs}
    words = {
        "PARAMETERS": ", ".join(
            [f"const {kind}* __restrict__ {x}_" for x, kind in inputs]
            + [f"{number} {name}" for name in expression.numbers]
        ),
        "STEPS": ", ".join(f"long long {x}_step" for x, _ in inputs),
        "AXES": ", ".join(f"long long {x}_{n}" for x, _ in inputs for n in axes),
        "READ_AT": " ".join(f"const {kind} {x} = {x}_[{places[x]}];" for x, kind in inputs),
        "READ": " ".join(f"const {kind} {x} = {x}_[i * {x}_step];" for x, kind in inputs),
        "RESULT": c_name(result),
        "EXPRESSION": expression.text,
    }
    _, source = (FOLDER / "elementwise.cu").read_text().split("\n\n", 1)
    for word, text in words.items():
        source = source.replace(word, text)
    source = f"typedef {number} T;\n{source}"
    found = kernels_of(source, "elementwise.cu")
    return _Kernels(found["elementwise"], found["elementwise_along_axes"], result)


def _axes(shape: tuple, arrays: Sequence) -> tuple[list[int], list[int]]:
    """The lengths of at least four axes, and each array's steps along them, array by array.

    Axes that lie behind each other in all arrays are one.
    """
    lengths: list[int] = []
    steps: list[list[int]] = [[] for _ in arrays]
    for axis, length in enumerate(shape):
        if length == 1:
            continue
        behind = [_step(x, axis - len(shape)) for x in arrays]
        if lengths and all(s[-1] == b * length for s, b in zip(steps, behind, strict=True)):
            lengths[-1] *= length
            for s, b in zip(steps, behind, strict=True):
                s[-1] = b
        else:
            lengths.append(length)
            for s, b in zip(steps, behind, strict=True):
                s.append(b)
    missing = max(0, _AXES - len(lengths))
    return [1] * missing + lengths, [n for s in steps for n in [0] * missing + s]


def _step(x: Any, axis: int) -> int:
    """How many elements lie between neighbours along an axis; 0 where one is repeated."""
    if -axis > x.ndim or x.shape[axis] == 1:
        return 0
    return x.strides[axis] // x.itemsize
