"""On a card, elementwise calls that give the same shape and follow each other are one kernel.

One after the other, each of them would fetch its inputs from the card's memory, write its result
back, and be launched, which takes as long as a hundred thousand elements do.
"""

from collections.abc import Callable
from math import isfinite
from typing import Any

from ...arrays import cuda
from ...arrays.cuda import Step
from ..program import Call, Line, Program, name_of
from .joined import joined

_MOST = 24  # calls in a kernel: each value takes registers, and each input some of 512 arguments


def with_kernels_joined(program: Program) -> Program:
    """Makes one call of elementwise ones whose results have the same shape.

    Other lines may stand between them as long as these need nothing that the kernel makes; so
    kernels for several shapes grow side by side, none of which needs what another makes.
    """
    if not program.on_card:
        return program
    uses = program.uses()
    lines: list[Line] = []
    open_chains: dict[tuple, list[Call]] = {}  # by what their calls have in common

    def close(needed: tuple[int, ...]) -> None:
        """Writes down the chains that make what is needed."""
        for key, chain in list(open_chains.items()):
            if any(call.outputs[0] in needed for call in chain):
                many = len(chain) > 1
                lines.extend([joined(tuple(chain), program, uses, _running)] if many else chain)
                del open_chains[key]

    for line in program.lines:
        key = _kind_of(line, program)
        chain = open_chains.get(key, []) if key else []
        made = [call.outputs[0] for call in chain]
        if len(chain) == _MOST:
            close((made[0],))
        close(tuple(n for n in line.inputs if n not in made))
        if isinstance(line, Call) and key:
            open_chains.setdefault(key, []).append(line)
        else:
            lines.append(line)
    close(tuple(program.kinds))
    return program._replace(lines=lines)


def _kind_of(line: Line, program: Program) -> tuple | None:
    """What a call shares with those in its kernel: shape and type. None for what can't be in one.

    That is a call whose result is an expression in C++, of floats of one type and booleans.
    """
    if not isinstance(line, Call) or not hasattr(getattr(line.op.run, "cuda", None), "text"):
        return None
    dtypes = tuple(program.kinds[n].dtype for n in line.inputs)
    if not cuda.suit_expressions(dtypes) or not all(map(isfinite, line.params.values())):
        return None
    floats = next(dtype for dtype in dtypes if dtype.kind == "f")
    return program.kinds[line.outputs[0]].shape, floats


def _running(calls: tuple[Call, ...], inputs: tuple, outputs: tuple, program: Program) -> Callable:
    """The function of the inputs' arrays that makes the outputs'."""
    kernels: list[Any] = [call.op.run.cuda for call in calls]  # type: ignore[attr-defined]
    steps = tuple(
        Step(
            name_of(call.outputs[0]),
            program.kinds[call.outputs[0]].dtype,
            kernel.text,
            kernel.names,
            tuple(map(name_of, call.inputs)),
            tuple(call.params.items()),
        )
        for call, kernel in zip(calls, kernels, strict=True)
    )
    given, wanted = tuple(map(name_of, inputs)), tuple(map(name_of, outputs))

    def forward(*arrays):
        if all(hasattr(x, "get") for x in arrays):  # not a number that is NumPy's, say
            results = cuda.computed(steps, given, wanted, arrays)
            if results is not NotImplemented:
                return results
        values = dict(zip(inputs, arrays, strict=True))
        for call in calls:
            found = [values[n] for n in call.inputs]
            values[call.outputs[0]] = call.op.run(*found, **call.params)
        return tuple(values[n] for n in outputs)

    return forward
