"""The Python function that runs a program."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ..arrays import explained
from ..arrays.cpu import Plans
from .passes.joint_updates import run_updates
from .passes.updates import run_update
from .program import Assign, Call, Check, Line, Program, Read, Update, name_of


def compiled(program: Program) -> Callable:
    """A Python function of the inputs' arrays that returns the outputs' arrays.

    It returns None where a Check fails.

    It is straight-line code: each line calls what a call of the op runs. A value is deleted after
    the line that needs it last.
    """
    return _Compiler(program).function()


class _Compiler:
    """Writes the Python source of a program, beside the objects that it names."""

    def __init__(self, program: Program):
        self.program = program
        # A module's name: of those that begin so, NumPy's warnings are ignored.
        self.scope: dict[str, Any] = {"__name__": "minitape.program"}
        self.source: list[str] = []
        # The line of the program that each line of the source comes from, for errors.
        self.origin: list[Line | None] = []

    def function(self) -> Callable:
        program = self.program
        last_uses = program.last_uses()
        self._write(f"def program({', '.join(map(name_of, program.inputs))}):", None)
        for number, array in program.constants.items():
            self.scope[name_of(number)] = array
        if any(isinstance(line, Update) or _begin_of(line) for line in program.lines):
            self._write(f"    plans = {self._bound('Plans', Plans)}()", None)
        # What plans make when they are followed: values, and variables' new ones.
        begun: set[int] = set()
        updated: set[int] = set()
        for line, dead in zip(program.lines, last_uses, strict=True):
            if isinstance(line, Update):  # it looks at all that goes in but the gradients
                renewed = set(map(id, line.variables))
                needed = line.inputs[2 if line.product else line.gradients :]
                follows = bool(renewed & updated)
            else:
                renewed, needed = set(), line.inputs
                follows = bool(updated) or isinstance(line, Assign)  # if an op fails, then before
            if (begun or updated) and (follows or not begun.isdisjoint(needed)):
                self._write("    plans.follow()", None)
                begun, updated = set(), set()
            begun |= set(line.outputs) if _begin_of(line) else set()
            updated |= renewed
            self._write(f"    {self._statement(line)}", line)
            if dead:
                self._write(f"    del {', '.join(map(name_of, dead))}", None)
        if begun or updated:
            self._write("    plans.follow()", None)
        self._write(f"    return [{', '.join(map(name_of, program.outputs))}]", None)
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
            return f"{name_of(line.outputs[0])} = {self._bound('variable', line.variable)}.array"
        if isinstance(line, Assign):
            return f"{self._bound('variable', line.variable)}.array = {name_of(line.inputs[0])}"
        if isinstance(line, Check):
            return f"if bool({name_of(line.inputs[0])}) is not {line.wanted}: return None"
        arguments = [name_of(n) for n in line.inputs]
        if isinstance(line, Update):
            run = run_update if line.gradients == 1 else run_updates
            update = self._bound(f"{line.op.name}_in_place", partial(run, line))
            return f"{update}({', '.join(['plans', *arguments])})"
        arguments += [f"{key}={self._bound(key, value)}" for key, value in line.params.items()]
        targets = ", ".join(map(name_of, line.outputs)) + ("," if line.is_tuple else "")
        begin = _begin_of(line)
        if begin:
            arguments.insert(0, "plans")
        call = f"{self._bound(line.op.name, begin or line.op.run)}({', '.join(arguments)})"
        return f"{targets or '_'} = {call}"


def _begin_of(line: Line) -> Callable | None:
    """What begins a call that can be made later, see the pass `with_plans_joined`."""
    return getattr(line.op, "begin", None) if isinstance(line, Call) else None


def _explained(error: Exception, origin: list) -> Exception:
    """The error with the op that failed and what it was given, as when it is run by itself."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != "<program>":
        trace = trace.tb_next
    line = None if trace is None else origin[trace.tb_lineno - 1]
    if not isinstance(line, (Call, Update)) or trace is None:
        return error
    known = {**trace.tb_frame.f_globals, **trace.tb_frame.f_locals}
    return explained(error, line.op.name, [known[name_of(n)] for n in line.inputs], line.params)
