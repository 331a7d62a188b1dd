"""A run: planned calls that are made one after the other as one plan, see `joint_plans`.

What they make for each other alone lies in one piece of memory, in which one value takes the place
of another that is not needed any more.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy

from ...arrays.cpu import Plans, builder_of, thread_count
from ...arrays.cpu.compiler import is_worth
from ...arrays.cpu.plans import SCRATCH, At, Plan
from ...settings import cpu_kernels
from ..program import Call, Kind, Program
from .memory import Memory


def is_view(call: Call) -> bool:
    """Whether the result is the input's array, of another shape: there is nothing to do."""
    return call.op.name in ("reshape", "expand_dims", "squeeze")


def plan_of(call: Call, kinds: dict[int, Kind]) -> Callable[[], Plan] | None:
    """What makes the call's plan, if it has one; what that needs, numba say, is loaded then."""
    builder = builder_of(call.op)
    # A product of an array with itself is another function in NumPy.
    if builder is None or len(set(call.inputs)) < len(call.inputs):
        return None
    return builder([kinds[n] for n in call.inputs], kinds[call.outputs[0]], **call.params)


def running(run: tuple, inputs: tuple, outputs: tuple, program: Program) -> Callable:
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
        whole[result] = whole[call.inputs[0]] if is_view(call) else result
    return whole


def _plan(run: tuple, arrays: tuple, whole: dict[int, int], kinds: dict[int, Kind]) -> Plan:
    """The plan of a run, followed with these values' arrays."""
    places: dict[int, At] = {n: At(i) for i, n in enumerate(arrays)}
    memory = Memory()
    last = {whole[n]: i for i, call in enumerate(run) for n in call.inputs}
    stages = []
    for i, call in enumerate(run):
        if is_view(call):
            continue
        (result,) = call.outputs
        needed = [whole[n] for n in call.inputs]
        make: Any = plan_of(call, kinds)
        if result not in places:
            places[result] = At(SCRATCH, memory.taken(kinds[result].bytes))
        stages.append((make(), [places[n] for n in (*needed, result)]))
        for n in set(needed):
            if last[n] == i and places[n].array == SCRATCH:
                memory.free(places[n].bytes, kinds[n].bytes)
    return Plan.of(stages, memory.size)
