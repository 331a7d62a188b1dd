"""Calls whose machine code is planned follow each other without Python between them.

Python takes some ten microseconds for a call, more than most calls of a small network take.
"""

from ...arrays.cpu.compiler import has_numba
from ...settings import cpu_kernels
from ..program import Assign, Call, Line, Program, Read, Update
from .joined import joined
from .runs import is_view, plan_of, running


def with_plans_joined(program: Program) -> Program:
    """Makes one call of those that have plans and follow each other.

    Lines between them that need nothing of what they make are moved before them, and those that
    give variables their new values after them. Without numba, or with its kernels turned off, none
    has a plan.
    """
    if program.on_card or not cpu_kernels() or not has_numba():
        return program
    uses = program.uses()
    lines: list[Line] = []
    run: list[Call] = []
    renewals: list[Update | Assign] = []

    def close() -> None:
        many = len(run) > 1 and not all(map(is_view, run))
        lines.extend([joined(tuple(run), program, uses, running)] if many else run)
        lines.extend(_updates_first(renewals))
        run.clear()
        renewals.clear()

    for line in program.lines:
        if isinstance(line, Call) and (is_view(line) or plan_of(line, program.kinds) is not None):
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
