"""Program: the ops of one call written down as lines."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy

from ..engine import Primitive, Tensor

# Another result each time, though nothing goes in.
STATEFUL = {"next_random_state"}


class Call(NamedTuple):
    """`outputs = op(inputs, params)`; inputs and outputs are numbers of values.

    Attributes:
        is_tuple: whether the op gives a tuple of results, perhaps of one.
    """

    op: Primitive
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    params: dict
    is_tuple: bool


class Read(NamedTuple):
    """`output = variable`."""

    variable: Any
    outputs: tuple[int]
    inputs: tuple[()] = ()


class Assign(NamedTuple):
    """`variable = input`."""

    variable: Any
    inputs: tuple[int]
    outputs: tuple[()] = ()


class Update(NamedTuple):
    """`variables = op(inputs, variables, params)`, see the pass `with_updates_in_place`.

    Attributes:
        product: the `matmul` whose result is the op's first input, if the update makes that for
            itself; its inputs are the first two.
        gradients: how many of the inputs are; more than one where the pass `with_updates_joined`
            made one of as many updates, whose variables come one update after the other.
    """

    op: Primitive
    inputs: tuple[int, ...]
    variables: tuple
    params: dict
    outputs: tuple[()] = ()
    product: Call | None = None
    gradients: int = 1


class Check(NamedTuple):
    """The program goes on if `bool(input)` is `wanted`; otherwise Python went another way."""

    inputs: tuple[int]
    wanted: bool
    outputs: tuple[()] = ()


Line = Call | Read | Assign | Update | Check


def is_stateful(line: Line) -> bool:
    """Whether a line gives another result each time, though nothing goes in."""
    return isinstance(line, Call) and line.op.name in STATEFUL


class Kind(NamedTuple):
    """What is known of a value in each call."""

    dtype: numpy.dtype
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.dtype.name} {self.shape}"

    @property
    def bytes(self) -> int:
        """The size of its array."""
        return self.dtype.itemsize * int(numpy.prod(self.shape, dtype=object))


class Program(NamedTuple):
    """Lines in the order in which they run; no line writes into an array that another one reads.

    Attributes:
        inputs: the numbers of the arguments' values.
        constants: arrays by number.
        lines: what is done.
        outputs: the numbers of the results.
        kinds: of all values, by number.
        on_card: whether values lie on a graphics card: what makes plans for the CPU leaves it.
    """

    inputs: list[int]
    constants: dict[int, Any]
    lines: list[Line]
    outputs: list[int]
    kinds: dict[int, Kind]
    on_card: bool = False

    def __str__(self) -> str:
        """The program as text, a line each."""
        text = [f"inputs {', '.join(f'{name_of(n)}: {self.kinds[n]}' for n in self.inputs)}"]
        text += map(self._text, self.lines)
        text.append(f"return {', '.join(map(self._operand, self.outputs))}")
        return "\n".join(text)

    def _operand(self, number: int) -> str:
        array = self.constants.get(number)
        if array is None:
            return name_of(number)
        return f"{array}" if array.size == 1 else f"constant{list(array.shape)}"

    def _text(self, line: Line) -> str:
        if isinstance(line, Assign):
            return f"{variable_name(line.variable)} <- {self._operand(line.inputs[0])}"
        if isinstance(line, Check):
            return f"only if {'' if line.wanted else 'not '}{self._operand(line.inputs[0])}"
        if isinstance(line, Read):
            result, text = name_of(line.outputs[0]), f"read {variable_name(line.variable)}"
        else:
            arguments = [self._operand(n) for n in line.inputs]
            if isinstance(line, Update):
                names = list(map(variable_name, line.variables))
                if line.product:
                    arguments[:2] = [self._call(line.product, arguments[:2])]
                return f"{', '.join(names)} <- {self._call(line, [*arguments, *names])} in place"
            result, text = ", ".join(map(name_of, line.outputs)), self._call(line, arguments)
        return f"{result} = {text}  # {', '.join(str(self.kinds[n]) for n in line.outputs)}"

    def _call(self, line: Call | Update, arguments: list[str]) -> str:
        parameters = [f"{key}={value!r}" for key, value in line.params.items()]
        return f"{line.op.name}({', '.join([*arguments, *parameters])})"

    def replay(self, tensors: list[Tensor]) -> list[Tensor]:
        """Runs the lines as ops on tensors, so that whoever records sees them.

        For a program of calls, reads and assignments alone, as it is before all passes, where
        nothing is decided.
        """
        values = dict(zip(self.inputs, tensors, strict=True))
        values |= {n: Tensor(array) for n, array in self.constants.items()}
        for line in self.lines:
            if isinstance(line, Read):
                values[line.outputs[0]] = line.variable.__tensor__()
            elif isinstance(line, Assign):
                line.variable.assign(values[line.inputs[0]])
            elif isinstance(line, Call):
                found = line.op(*(values[n] for n in line.inputs), **line.params)
                found = found if line.is_tuple else (found,)
                values.update(zip(line.outputs, found, strict=True))
        return [values[n] for n in self.outputs]

    def uses(self) -> Counter:
        """How often lines, and the caller, need each value."""
        return Counter([*(n for line in self.lines for n in line.inputs), *self.outputs])

    def last_uses(self) -> list[list[int]]:
        """For each line the values that nothing needs after it."""
        last: dict[int, int] = {}
        for i, line in enumerate(self.lines):
            for n in (*line.outputs, *line.inputs):
                last[n] = i
        uses: list[list[int]] = [[] for _ in self.lines]
        for n in last.keys() - {*self.outputs, *self.constants}:
            uses[last[n]].append(n)
        return uses

    def peak_bytes(self) -> int:
        """How much the values that the lines make take up at most, at the same time.

        Arguments, constants and variables are not counted; a view is, like what it is a view of.
        """
        return max(self._bytes_after_each_line(), default=0)

    def _bytes_after_each_line(self) -> Iterator[int]:
        alive: set[int] = set()
        total = 0
        for line, dead in zip(self.lines, self.last_uses(), strict=True):
            if not isinstance(line, Read):
                alive.update(line.outputs)
                total += sum(self.kinds[n].bytes for n in line.outputs)
            yield total
            total -= sum(self.kinds[n].bytes for n in dead if n in alive)


def name_of(number: int) -> str:
    """A value's name in the text of a program."""
    return f"v{number}"


def variable_name(variable) -> str:
    """What a variable is called in the text of a program."""
    return str(getattr(variable, "path", None) or variable.name)
