"""On the CPU, elementwise calls on large arrays run together, block by block.

One after the other, each of them would fetch its inputs from memory and write its result back. A
block's values stay in the cache from the first call to the last, and no array is made for those
that only the chain needs. The blocks are shared out among threads.
"""

from collections.abc import Callable

import numpy

from ...arrays.cpu import in_parts
from ...ops.rules import Elementwise
from ..program import Call, Line, Program
from .joined import joined

_LARGE = 1 << 16  # elements from which on blocks save more than it costs to handle them
_BLOCK = 1 << 15  # elements
_LIKE_THEM = ("kept",)  # of other types than their first input's


def with_chains(program: Program) -> Program:
    """Makes one call of elementwise ones that give the same shape and follow each other.

    Other lines may stand between them as long as these need nothing that the chain makes.
    """
    if program.on_card:  # see the pass `with_kernels_joined`
        return program
    uses = program.uses()
    lines: list[Line] = []
    chain: list[Call] = []

    def close() -> None:
        many = len(chain) > 1
        lines.extend([joined(tuple(chain), program, uses, _running)] if many else chain)
        chain.clear()

    for line in program.lines:
        if isinstance(line, Call) and _fits(line, program):
            if chain and _shape(line, program) != _shape(chain[0], program):
                close()
            chain.append(line)
        else:
            if any(call.outputs[0] in line.inputs for call in chain):
                close()
            lines.append(line)
    close()
    return program._replace(lines=lines)


def _shape(call: Call, program: Program) -> tuple[int, ...]:
    return program.kinds[call.outputs[0]].shape


def _fits(call: Call, program: Program) -> bool:
    """Whether the call can be made for some rows of the result's first axis at a time."""
    if not isinstance(call.op, Elementwise) and call.op.name not in _LIKE_THEM:
        return False
    shape = _shape(call, program)
    size = int(numpy.prod(shape))
    if size < _LARGE or size // shape[0] > _BLOCK:
        return False
    inputs = [program.kinds[n].shape for n in call.inputs]
    return all(x == shape or len(x) < len(shape) or x[0] == 1 < shape[0] for x in inputs)


def _running(calls: tuple[Call, ...], inputs: tuple, outputs: tuple, program: Program) -> Callable:
    """The function of the inputs' arrays that makes the outputs'."""
    shape = _shape(calls[0], program)
    size = int(numpy.prod(shape))
    step = max(1, _BLOCK * shape[0] // size)
    cut = {n for n in inputs if program.kinds[n].shape == shape}  # the others are broadcast

    def run(values: dict) -> None:
        for call in calls:
            arrays = [values[n] for n in call.inputs]
            values[call.outputs[0]] = call.op.run(*arrays, **call.params)

    def forward(*arrays):
        values = dict(zip(inputs, arrays, strict=True))
        results = {n: numpy.empty(shape, program.kinds[n].dtype) for n in outputs}

        def some_rows(part: slice) -> None:
            for start in range(part.start, part.stop, step):
                rows = slice(start, min(start + step, part.stop))
                block = {n: x[rows] if n in cut else x for n, x in values.items()}
                run(block)
                for n, result in results.items():
                    result[rows] = block[n]

        in_parts(some_rows, shape[0], size)
        return tuple(results.values())

    return forward
