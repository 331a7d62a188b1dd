"""A program on a card as one graph: a call is then one launch, whatever the number of its ops.

Launched one by one, the kernels of a small network's step are done sooner than Python and CuPy have
launched the next ones. A graph has them all, with the addresses that they read and write. So all
that goes in has a fixed place: each call's arguments are copied there, and the random states, which
Python counts; variables stay where they are, and get their new values in place.
"""

import logging
from sys import getrefcount
from typing import Any

from .. import settings
from ..arrays import CPU, beside, cuda, device_of
from .compiled import compiled
from .program import Assign, Call, Check, Line, Program, Read, Update, is_stateful, variable_name

_log = logging.getLogger("minitape")
_MOST_GRAPHS = 8  # of one program: to make one takes as long as many calls


class Replayed:
    """What `compiled` makes of a program on a card, replayed as a graph where that can be.

    The first call compiles the kernels, and the second makes the graph.

    Attributes:
        why_not: why there is no graph, for the user; None if there is one, or may be.
    """

    def __init__(self, program: Program):
        self._run = compiled(program)
        self._program = program
        self._places = _Places(program)
        self._calls = self._made = 0
        self._graph: _Graph | None = None
        self.why_not = _why_not(program) or self._places.why_not

    def __call__(self, *arrays) -> list | None:
        if self.why_not is not None or not settings.cuda_graphs():
            return self._run(*arrays)
        if not self._places.are_right(arrays):
            return self._run(*arrays)  # which complains
        self._calls += 1
        if self._calls == 1:
            with cuda.for_graph():
                return self._run(*arrays)
        if self._graph is None or not self._graph.is_alone():
            self._graph = None
            self._make(arrays)
            if self._graph is None:
                return self._run(*arrays)
        return self._graph.replay(arrays)

    def _make(self, arrays: tuple) -> None:
        """Makes a graph, or finds out why there can be none."""
        self._made += 1
        if self._made > _MOST_GRAPHS:
            self.why_not = "tensors that share a variable's array are kept, again and again"
        else:
            try:
                self._graph = _Graph(self._program, arrays)
            except Exception as error:  # whatever an op did that can't be written down
                self.why_not = f"{type(error).__name__}: {error}"
        if self.why_not is not None:
            _log.info("a function is not replayed as one graph: %s.", self.why_not)

    def __str__(self) -> str:
        if self.why_not is not None:
            return f"launched one by one: {self.why_not}"
        if not settings.cuda_graphs():
            return "launched one by one: graphs are turned off"
        if self._graph is None:
            return "one graph from the third call on"
        size = self._graph.size
        return "one graph" if size is None else f"one graph of {size} launches"


def _why_not(program: Program) -> str | None:
    """Why a program can't be a graph, as far as its lines tell."""
    if any(isinstance(line, Check) for line in program.lines):
        return "it decides by the value of a tensor"
    if not program.inputs and not _variables(program):
        return "nothing goes in"
    return None


def _variables(program: Program) -> list:
    """Those that a program reads and assigns."""
    read = [line.variable for line in program.lines if isinstance(line, Read)]
    changed = [x for line in program.lines for x in _changed_by(line)]
    return list({id(x): x for x in (*read, *changed)}.values())


def _changed_by(line: Line) -> tuple:
    if isinstance(line, Update):
        return line.variables
    return (line.variable,) if isinstance(line, Assign) else ()


class _Graph:
    """The graph of a program, with the arrays that it reads and writes.

    Args:
        program: what it computes.
        arrays: a call's arguments, for their shapes.

    Attributes:
        size: how many launches there are, if that is known.

    Raises:
        Exception: something can't be written down; the variables are as they were.
    """

    def __init__(self, program: Program, arrays: tuple):
        self._drawn: list[Any] = [line for line in program.lines if is_stateful(line)]
        drawn = [line.outputs[0] for line in self._drawn]
        program = program._replace(
            inputs=[*program.inputs, *drawn],
            lines=[line for line in program.lines if not is_stateful(line)],
        )
        variables = _variables(program)
        if CPU in map(device_of, arrays):
            raise ValueError("an argument lies on the CPU")
        for x in variables:
            if device_of(x.array) == CPU:
                raise ValueError(f"the variable {variable_name(x)} lies on the CPU")
        kinds = [program.kinds[n] for n in program.inputs]
        like = arrays[0] if arrays else variables[0].array
        self._inputs = [cuda.empty(kind.shape, kind.dtype, like) for kind in kinds]
        self._card = self._inputs[0] if self._inputs else like.copy()  # an array that lies there
        for place, array in zip(self._inputs, arrays, strict=False):
            place[...] = array  # what copies is compiled now, and not while the graph is written
        before = [x.array for x in variables]
        for x in variables:
            x.array = x.array.copy()  # nobody else has it
        try:
            self._graph = _written(program, variables, self._inputs, like)
        except Exception:
            for x, array in zip(variables, before, strict=True):
                x.array = array
            raise
        self.size = self._graph.size
        # (variable, its array, how many references to that there are where nobody else has one).
        self._fixed = [(x, x.array, 0) for x in variables]
        for i, (x, array, _) in enumerate(self._fixed):
            references = getrefcount(array)
            self._fixed[i] = x, array, references

    def is_alone(self) -> bool:
        """Whether nobody else has an array that the graph writes to."""
        return all(
            getrefcount(array) == count - (x.array is not array) for x, array, count in self._fixed
        )

    def replay(self, arrays: tuple) -> list:
        """The outputs' arrays; variables have their new values."""
        states = [beside(line.op.run(**line.params), self._card) for line in self._drawn]
        for place, array in zip(self._inputs, (*arrays, *states), strict=True):
            place[...] = array
        for x, array, _ in self._fixed:
            if x.array is not array:  # somebody has assigned another one
                array[...] = x.array
                x.array = array
        self._graph.launch()
        return [x.copy() for x in self._graph.results]


def _written(program: Program, variables: list, inputs: list, like: Any) -> Any:
    """The graph of a program, on the card of an array.

    Raises:
        ValueError: a variable's array is replaced by its update, as its old value is needed later.
    """
    run: Any = compiled(program)
    assigned = {id(line.variable) for line in program.lines if isinstance(line, Assign)}
    kept = [(x, x.array) for x in variables if id(x) in assigned]
    places = [cuda.address_of(x.array) for x in variables]

    def apart(x: Any) -> Any:
        """An array, or a copy of it where it is a variable's, or a view of one."""
        whole = x if getattr(x, "base", None) is None else x.base
        return x.copy() if any(whole is array for _, array in kept) else x

    def compute() -> list:
        results = list(map(apart, run(*inputs)))
        # All new values before any is written where another's old one may lie.
        new = [(x, array, apart(x.array)) for x, array in kept if x.array is not array]
        for x, array, value in new:
            array[...] = value
            x.array = array
        return results

    graph = cuda.graph_of(compute, like)
    if places != [cuda.address_of(x.array) for x in variables]:
        raise ValueError("the old value of a variable is needed after its update")
    return graph


class _Places:
    """The numbers in a program that name places: they are looked at before each replay.

    Attributes:
        why_not: why that can't be.
    """

    def __init__(self, program: Program):
        found = {_look(line, program): None for line in program.lines}  # a set, in order
        self._looks = [look for look in found if look and look[0] not in program.constants]
        numbers = [number for number, *_ in self._looks]
        lines = _what_makes(numbers, program)
        self._run = compiled(program._replace(lines=lines, outputs=numbers))
        changed = {id(x) for line in program.lines for x in _changed_by(line)}
        computable = all(
            id(line.variable) not in changed if isinstance(line, Read) else not is_stateful(line)
            for line in lines
        )
        self.why_not = None if computable else "it names places by what it draws or assigns"

    def are_right(self, arrays: tuple) -> bool:
        """Whether all numbers name places, for these arguments."""
        if not self._looks:
            return True
        found: Any = self._run(*arrays)
        looks = [(x, least, end) for x, (_, least, end) in zip(found, self._looks, strict=True)]
        return cuda.are_places(looks)


def _look(line: Line, program: Program) -> tuple[int, int, int] | None:
    """(number of a value, least, end), if a line takes the value for places."""
    if not isinstance(line, Call):
        return None
    look: Any = getattr(getattr(line.op.run, "cuda", None), "look", None)
    kinds = tuple(program.kinds[n] for n in line.inputs)
    return look and look.at(line.inputs[look.input], kinds, line.params)


def _what_makes(numbers: list[int], program: Program) -> list[Line]:
    """The lines that make some values."""
    needed, lines = set(numbers), []
    for line in reversed(program.lines):
        if not needed.isdisjoint(line.outputs):
            needed.update(line.inputs)
            lines.append(line)
    return lines[::-1]
