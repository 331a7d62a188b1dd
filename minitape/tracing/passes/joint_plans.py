"""Calls whose machine code is planned follow each other without Python between them.

Python takes some ten microseconds for a call, which is more than most calls of a small network
take. What they make for each other alone lies in one piece of memory, in which one value takes the
place of another that is not needed any more.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy

from ...arrays.cpu import Plans, builder_of, thread_count
from ...arrays.cpu.compiler import has_numba, is_worth
from ...arrays.cpu.plans import SCRATCH, At, Plan
from ...settings import cpu_kernels
from ..program import Assign, Call, Kind, Line, Program, Read, Update
from .joined import joined


def with_plans_joined(program: Program) -> Program:
    """Makes one call of those that have plans and follow each other.

    Lines between them that need nothing of what they make are moved before them, and those that
    give variables their new values after them. Without numba, or with its kernels turned off, none
    has a plan.
    """
    if not cpu_kernels() or not has_numba():
        return program
    uses = program.uses()
    lines: list[Line] = []
    run: list[Call] = []
    renewals: list[Update | Assign] = []

    def close() -> None:
        many = len(run) > 1 and not all(map(_is_view, run))
        lines.extend([joined(tuple(run), program, uses, _running)] if many else run)
        lines.extend(_updates_first(renewals))
        run.clear()
        renewals.clear()

    for line in program.lines:
        if isinstance(line, Call) and (_is_view(line) or _plan_of(line, program.kinds) is not None):
            run.append(line)
        elif run and isinstance(line, Update | Assign):
            renewals.append(line)
        else:
            renewed = [x for renewal in renewals for x in _renewed(renewal)]
            is_new = isinstance(line, Read) and any(line.variable is x for x in renewed)
            if is_new or any(call.outputs[0] in line.inputs for call in run):
                close()
            lines.append(line)
    close()
    return program._replace(lines=lines)


def _renewed(line: Update | Assign) -> tuple:
    """The variables that a line gives new values."""
    return line.variables if isinstance(line, Update) else (line.variable,)


def _updates_first(lines: list[Update | Assign]) -> list[Update | Assign]:
    """Updates before assignments, which may need what plans make; as they are if that matters."""
    variables = [id(x) for line in lines for x in _renewed(line)]
    if len(set(variables)) < len(variables):
        return list(lines)
    return sorted(lines, key=lambda line: isinstance(line, Assign))


def _is_view(call: Call) -> bool:
    """Whether the result is the input's array, of another shape: there is nothing to do."""
    return call.op.name in ("reshape", "expand_dims", "squeeze")


def _plan_of(call: Call, kinds: dict[int, Kind]) -> Callable[[], Plan] | None:
    """What makes the call's plan, if it has one; what that needs, numba say, is loaded then."""
    builder = builder_of(call.op)
    # A product of an array with itself is another function in NumPy.
    if builder is None or len(set(call.inputs)) < len(call.inputs):
        return None
    return builder([kinds[n] for n in call.inputs], kinds[call.outputs[0]], **call.params)


def _running(run: tuple, inputs: tuple, outputs: tuple, program: Program) -> Callable:
    """The function of the inputs' arrays that makes the outputs'.

    It has an attribute `begin`, a function of `Plans` and the inputs' arrays, whose results hold
    nothing until the plans are followed.
    """
    kinds = program.kinds
    expected = [(kinds[n].dtype, kinds[n].shape) for n in inputs]
    whole = _whole(run)
    made = tuple({whole[n]: None for n in outputs if whole[n] not in inputs})
    arrays_made = [(kinds[n].shape, kinds[n].dtype) for n in made]
    places = [(*inputs, *made).index(whole[n]) for n in outputs]
    views = [(i, kinds[n].shape) for i, n in enumerate(outputs) if whole[n] != n]
    largest = max(int(numpy.prod(kinds[n].shape)) for call in run for n in call.outputs)

    @cache  # calls' plans are for as many threads as there are when they are made
    def plan_for(threads: int) -> Plan:
        return _plan(run, inputs + made, whole, kinds)

    def one_by_one(arrays: Sequence) -> tuple:
        values = dict(zip(inputs, arrays, strict=True))
        for call in run:
            values[call.outputs[0]] = call.op.run(*(values[n] for n in call.inputs), **call.params)
        return tuple(values[n] for n in outputs)

    def begin(plans: Plans, *arrays) -> tuple:
        for x, (dtype, shape) in zip(arrays, expected, strict=True):
            if type(x) is not numpy.ndarray or x.shape != shape:
                return one_by_one(arrays)
            if x.dtype is not dtype and x.dtype != dtype:
                return one_by_one(arrays)
        if not cpu_kernels() or not is_worth(largest):
            return one_by_one(arrays)
        pieces = [x if x.flags.c_contiguous else numpy.ascontiguousarray(x) for x in arrays]
        pieces += [numpy.empty(shape, dtype) for shape, dtype in arrays_made]
        results = [pieces[i] for i in places]
        for i, shape in views:
            results[i] = results[i].reshape(shape)

        def otherwise() -> None:
            found = one_by_one(pieces[: len(inputs)])  # an op that raises an error, perhaps
            for i, result, values in zip(places, results, found, strict=True):
                if i >= len(inputs):
                    result[...] = values

        plans.begin(plan_for(thread_count()), pieces, otherwise)
        return tuple(results)

    def forward(*arrays):
        plans = Plans()
        results = begin(plans, *arrays)
        plans.follow()
        return results

    forward.begin = begin  # type: ignore[attr-defined]
    return forward


def _whole(run: tuple) -> dict[int, int]:
    """For each value of a run, itself, or what it is a view of."""
    whole: dict[int, int] = {}
    for call in run:
        for n in call.inputs:
            whole.setdefault(n, n)
        (result,) = call.outputs
        whole[result] = whole[call.inputs[0]] if _is_view(call) else result
    return whole


def _plan(run: tuple, arrays: tuple, whole: dict[int, int], kinds: dict[int, Kind]) -> Plan:
    """The plan of a run, followed with these values' arrays."""
    places: dict[int, At] = {n: At(i) for i, n in enumerate(arrays)}
    memory = _Memory()
    last = {whole[n]: i for i, call in enumerate(run) for n in call.inputs}
    stages = []
    for i, call in enumerate(run):
        if _is_view(call):
            continue
        (result,) = call.outputs
        needed = [whole[n] for n in call.inputs]
        make: Any = _plan_of(call, kinds)
        if result not in places:
            places[result] = At(SCRATCH, memory.taken(kinds[result].bytes))
        stages.append((make(), [places[n] for n in (*needed, result)]))
        for n in set(needed):
            if last[n] == i and places[n].array == SCRATCH:
                memory.free(places[n].bytes, kinds[n].bytes)
    return Plan.of(stages, memory.size)


class _Memory:
    """Places in a piece of memory, as many as are needed at a time.

    Attributes:
        size: of the piece, in bytes.
    """

    def __init__(self):
        self.size = 0
        self._free: list[tuple[int, int]] = []  # (size, place)

    def taken(self, size: int) -> int:
        """A place for so many bytes, the smallest that is free or a new one."""
        size = _whole_lines(size)
        fitting = [piece for piece in self._free if piece[0] >= size]
        if fitting:
            room, place = piece = min(fitting)
            self._free.remove(piece)
            if room > size:
                self._free.append((room - size, place + size))
            return place
        self.size += size
        return self.size - size

    def free(self, place: int, size: int) -> None:
        """Gives a place back."""
        self._free.append((_whole_lines(size), place))


def _whole_lines(size: int) -> int:
    """Bytes in whole lines of the cache."""
    return -(-size // 64) * 64
