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


class Step(NamedTuple):
    """A value that is computed of others.

    Attributes:
        result: its name.
        dtype: its type.
        text: the expression in C++, of the names below; `T` is the type of the floats.
        names: of the op's inputs.
        inputs: the names of the values that these are here.
        numbers: (name, value) of the parameters, which are the same for all elements.
    """

    result: str
    dtype: numpy.dtype
    text: str
    names: tuple[str, ...]
    inputs: tuple[str, ...]
    numbers: tuple[tuple[str, float], ...] = ()


class _Kernels(NamedTuple):
    in_one_piece: Kernel
    along_axes: Kernel


def elementwise(forward: Callable, names: Sequence[str], text: str) -> Callable:
    """What computes an op on a card.

    Args:
        forward: the op's, on NumPy's arrays: it tells the result's type.
        names: its inputs'.
        text: the result in C++, of these, and of the names of numbers among its parameters.
    """
    names = tuple(names)

    @cache
    def step(dtypes: tuple, numbers: tuple) -> Step:
        dtype = forward(*(numpy.ones(0, x) for x in dtypes), **dict(numbers)).dtype
        return Step("result", dtype, text, names, names, numbers)

    def run(*arrays, **params) -> Any:
        dtypes = tuple(x.dtype for x in arrays)
        if not suit_expressions(dtypes) or not all(map(math.isfinite, params.values())):
            return NotImplemented
        found = computed((step(dtypes, tuple(params.items())),), names, ("result",), arrays)
        return found if found is NotImplemented else found[0]

    run.names, run.text = names, text  # type: ignore[attr-defined]  # for chains of ops
    return run


def computed(steps: tuple[Step, ...], inputs: tuple, outputs: tuple, arrays: Sequence) -> Any:
    """The outputs' arrays, in one launch; all steps give the same shape.

    Args:
        steps: what is computed, in this order.
        inputs: the names of the arrays.
        outputs: the names of the steps' results that are wanted.
        arrays: on one card, of types that `suit_expressions`.
    """
    dtypes = tuple(x.dtype for x in arrays)
    shape = numpy.broadcast_shapes(*(x.shape for x in arrays))
    size, kernels = math.prod(shape), _kernels(steps, inputs, outputs, dtypes)
    made = {s.result: empty(shape, s.dtype, arrays[0]) for s in steps if s.result in outputs}
    lengths: list[int] = []
    if all(x.size == 1 or (x.shape == shape and x.flags.c_contiguous) for x in arrays):
        places = [int(x.size > 1) for x in arrays]
        kernel = kernels.in_one_piece
    else:
        lengths, places = _axes(shape, arrays)
        if len(lengths) > _AXES:
            return NotImplemented
        kernel = kernels.along_axes
    given = *arrays, *places, *made.values(), size, *lengths[1:]
    launch(kernel, blocks_for(size), (THREADS,), *given, strided=True)
    return tuple(made[name] for name in outputs)


def suit_expressions(dtypes: tuple) -> bool:
    """Whether these are floats of one type, and perhaps booleans."""
    kinds = set(dtypes) - {_BOOL}
    return len(kinds) == 1 and kinds.issubset(FLOATS)


@cache
def _kernels(steps: tuple[Step, ...], inputs: tuple, outputs: tuple, dtypes: tuple) -> _Kernels:
    """The two kernels that compute steps of inputs of these types."""
    kinds = list(zip(inputs, map(c_name, dtypes), strict=True))
    number = next(kind for _, kind in kinds if kind != "bool")
    made = [step for step in steps if step.result in outputs]
    axes = range(_AXES)
    places = {x: " + ".join(f"i{n} * {x}_{n}" for n in axes) for x in inputs}
    words = {
        "INPUTS": ", ".join(f"const {kind}* __restrict__ {x}_" for x, kind in kinds),
        "STEPS": ", ".join(f"long long {x}_step" for x in inputs),
        "AXES": ", ".join(f"long long {x}_{n}" for x in inputs for n in axes),
        "RESULTS": ", ".join(f"{c_name(s.dtype)}* __restrict__ {s.result}_" for s in made),
        "READ_AT": " ".join(f"const {kind} {x} = {x}_[{places[x]}];" for x, kind in kinds),
        "READ": " ".join(f"const {kind} {x} = {x}_[i * {x}_step];" for x, kind in kinds),
        "COMPUTE": "\n        ".join(map(_statement, steps)),
        "WRITE": " ".join(f"{s.result}_[i] = {s.result};" for s in made),
    }
    _, source = (FOLDER / "elementwise.cu").read_text().split("\n\n", 1)
    for word, text in words.items():
        source = source.replace(word, text)
    found = kernels_of(f"typedef {number} T;\n{source}", "elementwise.cu")
    return _Kernels(found["elementwise"], found["elementwise_along_axes"])


def _statement(step: Step) -> str:
    """The step in C++: its inputs have the op's own names within it."""
    kind = c_name(step.dtype)
    inner = [
        f"const auto {x} = {y};" for x, y in zip(step.names, step.inputs, strict=True) if x != y
    ]
    inner += [f"const T {name} = {float(value)!r};" for name, value in step.numbers]
    if not inner:
        return f"const {kind} {step.result} = {step.text};"
    return f"{kind} {step.result}; {{ {' '.join(inner)} {step.result} = {step.text}; }}"


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
