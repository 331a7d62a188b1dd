"""Program: the ops of one call written down as lines, and the Python function made of them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..engine import Primitive, Tensor
from ..engine.variable import read_variable
from ..errors import explained


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
    output: int


class Assign(NamedTuple):
    """`variable = input`."""

    variable: Any
    input: int


Line = Call | Read | Assign


class Program:
    """Lines in the order in which they run; no line writes into an array that another one reads.

    Attributes:
        inputs: the numbers of the arguments' values.
        constants: arrays by number.
        lines: what is done.
        outputs: the numbers of the results.
    """

    def __init__(self, inputs: list[int], constants: dict[int, Any], lines: list, outputs: list):
        self.inputs, self.constants = inputs, constants
        self.lines, self.outputs = lines, outputs

    def __str__(self) -> str:
        """The program as text, a line each."""
        text = [f"inputs {', '.join(map(_name, self.inputs))}"]
        text += [_text(line, self.constants) for line in self.lines]
        text.append(f"return {', '.join(_operand(n, self.constants) for n in self.outputs)}")
        return "\n".join(text)

    def compiled(self) -> Callable:
        """A Python function of the inputs' arrays that returns the outputs' arrays.

        It is straight-line code: each line calls what a call of the op runs. A value is deleted
        after the line that needs it last.
        """
        return _Compiler(self).function()

    def replay(self, tensors: list[Tensor]) -> list[Tensor]:
        """Runs the lines as ops on tensors, so that whoever records sees them."""
        values = dict(zip(self.inputs, tensors, strict=True))
        values |= {n: Tensor(array) for n, array in self.constants.items()}
        for line in self.lines:
            if isinstance(line, Read):
                values[line.output] = line.variable.__tensor__()
            elif isinstance(line, Assign):
                line.variable.assign(values[line.input])
            else:
                found = line.op(*(values[n] for n in line.inputs), **line.params)
                found = found if line.is_tuple else (found,)
                values.update(zip(line.outputs, found, strict=True))
        return [values[n] for n in self.outputs]


def _name(number: int) -> str:
    return f"v{number}"


def _operand(number: int, constants: dict) -> str:
    array = constants.get(number)
    if array is None:
        return _name(number)
    return f"{array}" if array.size == 1 else f"constant{list(array.shape)}"


def _variable_name(variable) -> str:
    return str(getattr(variable, "path", None) or variable.name)


def _text(line: Line, constants: dict) -> str:
    if isinstance(line, Read):
        return f"{_name(line.output)} = read {_variable_name(line.variable)}"
    if isinstance(line, Assign):
        return f"{_variable_name(line.variable)} <- {_operand(line.input, constants)}"
    arguments = [_operand(n, constants) for n in line.inputs]
    arguments += [f"{key}={value!r}" for key, value in line.params.items()]
    return f"{', '.join(map(_name, line.outputs))} = {line.op.name}({', '.join(arguments)})"


class _Compiler:
    """Writes the Python source of a program, beside the objects that it names."""

    def __init__(self, program: Program):
        self.program = program
        self.scope: dict[str, Any] = {}
        self.source: list[str] = []
        # The line of the program that each line of the source comes from, for errors.
        self.origin: list[Line | None] = []

    def function(self) -> Callable:
        program = self.program
        last_use = self._last_uses()
        self._write(f"def program({', '.join(map(_name, program.inputs))}):", None)
        for number, array in program.constants.items():
            self.scope[_name(number)] = array
        for i, line in enumerate(program.lines):
            self._write(f"    {self._statement(line)}", line)
            dead = [_name(n) for n in last_use.get(i, ())]
            if dead:
                self._write(f"    del {', '.join(dead)}", None)
        self._write(f"    return [{', '.join(map(_name, program.outputs))}]", None)
        exec(compile("\n".join(self.source), "<program>", "exec"), self.scope)
        function, origin = self.scope["program"], self.origin

        def run(*arrays):
            try:
                return function(*arrays)
            except Exception as error:
                raise _explained(error, origin) from error

        return run

    def _write(self, text: str, line: Line | None) -> None:
        self.source.append(text)
        self.origin.append(line)

    def _bound(self, prefix: str, value) -> str:
        """The name in the program's scope under which the source finds an object."""
        name = f"{prefix}_{len(self.scope)}"
        self.scope[name] = value
        return name

    def _statement(self, line: Line) -> str:
        if isinstance(line, Read):
            return f"{_name(line.output)} = {self._bound('variable', line.variable)}.array"
        if isinstance(line, Assign):
            return f"{self._bound('variable', line.variable)}.array = {_name(line.input)}"
        arguments = [_name(n) for n in line.inputs]
        arguments += [f"{key}={self._bound(key, value)}" for key, value in line.params.items()]
        targets = ", ".join(map(_name, line.outputs)) + ("," if line.is_tuple else "")
        call = f"{self._bound(line.op.name, line.op.run)}({', '.join(arguments)})"
        return f"{targets or '_'} = {call}"

    def _last_uses(self) -> dict[int, list[int]]:
        """The values that nothing needs after a line, by that line's place."""
        last: dict[int, int] = {}
        for i, line in enumerate(self.program.lines):
            for n in (*written(line), *read(line)):
                last[n] = i
        kept = {*self.program.outputs, *self.program.constants}
        uses: dict[int, list[int]] = {}
        for n, i in last.items():
            if n not in kept:
                uses.setdefault(i, []).append(n)
        return uses


def read(line: Line) -> tuple[int, ...]:
    """The numbers of the values that a line needs."""
    if isinstance(line, Call):
        return line.inputs
    return (line.input,) if isinstance(line, Assign) else ()


def written(line: Line) -> tuple[int, ...]:
    """The numbers of the values that a line makes."""
    if isinstance(line, Call):
        return line.outputs
    return (line.output,) if isinstance(line, Read) else ()


def _explained(error: Exception, origin: list) -> Exception:
    """The error with the op that failed and what it was given, as when it is run by itself."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != "<program>":
        trace = trace.tb_next
    line = None if trace is None else origin[trace.tb_lineno - 1]
    if not isinstance(line, Call) or trace is None:
        return error
    known = {**trace.tb_frame.f_globals, **trace.tb_frame.f_locals}
    return explained(error, line.op.name, [known[_name(n)] for n in line.inputs], line.params)


__all__ = ["Assign", "Call", "Line", "Program", "Read", "read", "read_variable", "written"]
