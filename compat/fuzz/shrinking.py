"""Making a counterexample small, as long as the engines still differ in the same way."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from .program import Leaf, Program, Ref, Step, used
from .running import Raised


def cleaned(program: Program) -> Program:
    """The program without leaves, and without targets, that nothing needs."""
    names = {n for s in program.steps for n in s.names}
    needed = {n for s in program.steps for n in used(s)}
    targets = tuple(n for n in program.targets if n in names or n in program.leaves)
    leaves = {n: x for n, x in program.leaves.items() if n in needed or n in targets}
    return replace(program, leaves=leaves, targets=targets)


def without_step(program: Program, index: int, values) -> Program | None:
    """The program with a step's results as leaves, so far as anything needs them."""
    step, rest = program.steps[index], program.steps[:index] + program.steps[index + 1 :]
    needed = {n for s in rest for n in used(s)} | set(program.targets)
    leaves = dict(program.leaves)
    for name in step.names:
        if name in needed:
            array = values.get(name)
            if array is None or isinstance(array, Raised):
                return None
            leaves[name] = Leaf(array)
    targets = tuple(n for n in program.targets if n not in step.names)
    return cleaned(replace(program, leaves=leaves, steps=rest, targets=targets))


def _substituted(value, names: dict):
    if isinstance(value, Ref):
        return Ref(names.get(value.name, value.name))
    if isinstance(value, (list, tuple)):
        return type(value)(_substituted(v, names) for v in value)
    return value


def bypassed(program: Program, index: int, source: str) -> Program:
    """The program with one of a step's inputs in place of its result."""
    names = {program.steps[index].names[0]: source}
    steps = [
        Step(
            s.names,
            s.op,
            _substituted(s.args, names),
            {k: _substituted(v, names) for k, v in s.params.items()},
        )
        for i, s in enumerate(program.steps)
        if i != index
    ]
    targets = tuple(dict.fromkeys(names.get(n, n) for n in program.targets))
    return cleaned(replace(program, steps=tuple(steps), targets=targets))


def simpler_leaves(leaf: Leaf) -> Iterator[Leaf]:
    """The leaf with other, simpler numbers, or as a tensor."""
    if leaf.kind != "tensor":
        yield Leaf(leaf.array)
    array = leaf.array
    if array.size == 0 or array.dtype.kind == "b":
        return
    for simple in (np.ones_like(array), np.zeros_like(array)):
        if not np.array_equal(simple, array):
            yield leaf._replace(array=simple)
    if array.dtype.kind in "fc":
        steps = [np.round(array.real), np.round(array.real * 4) / 4]
        for simple in steps:
            if not np.array_equal(simple.astype(array.dtype), array):
                yield leaf._replace(array=simple.astype(array.dtype))


def shorter_axes(program: Program) -> Iterator[Program]:
    """The program with all axes of one length made shorter, in its leaves."""
    for length in sorted({n for x in program.leaves.values() for n in x.array.shape}, reverse=True):
        for short in (1, 2, length - 1):
            if not 0 < short < length:
                continue
            leaves = {
                name: leaf._replace(
                    array=leaf.array[
                        tuple(slice(short if n == length else n) for n in leaf.array.shape)
                    ]
                )
                for name, leaf in program.leaves.items()
            }
            yield replace(program, leaves=leaves)
    for name, leaf in program.leaves.items():
        for axis, n in enumerate(leaf.array.shape):
            if n > 1:
                array = leaf.array[(slice(None),) * axis + (slice(1),)]
                yield replace(program, leaves={**program.leaves, name: leaf._replace(array=array)})
        if leaf.array.ndim:
            array = leaf.array[0] if leaf.array.shape[0] else leaf.array.reshape(-1)
            yield replace(program, leaves={**program.leaves, name: leaf._replace(array=array)})


def candidates(program: Program, values) -> Iterator[Program]:
    """Programs that are smaller, the boldest first."""
    for name in program.targets:
        yield replace(program, targets=tuple(n for n in program.targets if n != name))
    # A result in the middle instead of the last one.
    for step in reversed(program.steps):
        for name in step.names:
            if name not in program.targets and name in values:
                yield replace(program, targets=(name,))
    for i in reversed(range(len(program.steps))):
        smaller = without_step(program, i, values)
        if smaller is not None:
            yield smaller
        for source in dict.fromkeys(used(program.steps[i])):
            yield bypassed(program, i, source)
    if program.mode == "second":
        yield replace(program, mode="gradient")
    yield from shorter_axes(program)
    for name, leaf in program.leaves.items():
        for simple in simpler_leaves(leaf):
            yield replace(program, leaves={**program.leaves, name: simple})
    for i, step in enumerate(program.steps):
        for key in step.params:
            params = {k: v for k, v in step.params.items() if k != key}
            steps = (*program.steps[:i], step._replace(params=params), *program.steps[i + 1 :])
            yield replace(program, steps=steps)


def size_of(program: Program) -> tuple:
    """What shrinking makes smaller."""
    arrays = [leaf.array for leaf in program.leaves.values()]
    odd = sum(int(np.sum(a != 1)) + int(np.sum(a != np.round(a.real))) for a in arrays if a.size)
    return (
        len(program.steps),
        program.mode == "second",
        sum(a.size for a in arrays),
        sum(len(s.params) for s in program.steps),
        sum(leaf.kind != "tensor" for leaf in program.leaves.values()),
        len(arrays),
        len(program.targets) + 10 * (not program.targets),
        odd,
        sum(a.ndim for a in arrays),
    )


def shrunk(program: Program, fails: Callable, values_of: Callable, seconds=10.0) -> Program:
    """The smallest program for which `fails` still holds that was found in so many seconds."""
    best = cleaned(program) if fails(cleaned(program)) else program
    end, improved = time.monotonic() + seconds, True
    while improved and time.monotonic() < end:
        improved = False
        values = values_of(best)
        for candidate in candidates(best, values):
            if size_of(candidate) >= size_of(best):
                continue
            if fails(candidate):
                best, improved = candidate, True
                break
            if time.monotonic() > end:
                break
    return best
