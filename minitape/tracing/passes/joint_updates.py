"""On a card, the updates of several variables by one optimizer are one launch.

A launch takes some five microseconds, in which a card renews a million weights; and most variables
are biases and the like.
"""

from typing import Any

from ...arrays.cpu import Plans
from ..program import Assign, Line, Program, Read, Update
from .updates import arrays_of, run_update


def with_updates_joined(program: Program) -> Program:
    """Makes one Update of those by one op whose parameters and inputs but the gradients are equal.

    All that renews variables comes last, or before a line that needs or renews one of the same. So
    no kernel that the next pass makes of several lines ends where a variable gets its value.
    """
    if not program.on_card:
        return program
    lines: list[Line] = []
    waiting: dict[Any, list] = {}  # what renews variables, by what that must share to be one
    for line in program.lines:
        for key, renewals in list(waiting.items()):
            if any(_variables(line) & _variables(x) for x in renewals):
                lines.append(_joined(waiting.pop(key)))
        if isinstance(line, Update | Assign):
            waiting.setdefault(_shared(line, program), []).append(line)
        else:
            lines.append(line)
    lines.extend(map(_joined, waiting.values()))
    return program._replace(lines=lines)


def _shared(line: Update | Assign, program: Program) -> Any:
    """What two updates that can be one have in common; another thing for each other line."""
    if isinstance(line, Assign) or not hasattr(line.op.run.cuda, "of_many"):  # type: ignore
        return id(line)
    kind = program.kinds[line.inputs[0]].dtype
    return line.op, tuple(line.params.items()), line.inputs[1:], len(line.variables), kind


def _variables(line: Line) -> set[int]:
    """The ids of the variables that a line reads or renews."""
    if isinstance(line, Update):
        return set(map(id, line.variables))
    return {id(line.variable)} if isinstance(line, Read | Assign) else set()


def _joined(lines: list) -> Update | Assign:
    """Updates as one: all gradients come first, then what they share. One line as it is."""
    first, *others = lines
    if not others:
        return first
    inputs = (*(line.inputs[0] for line in lines), *first.inputs[1:])
    variables = tuple(x for line in lines for x in line.variables)
    return first._replace(inputs=inputs, variables=variables, gradients=len(lines))


def run_updates(line: Update, plans: Plans, *inputs) -> None:
    """Gives the variables their new values, as `run_update` does for one update."""
    gradients, shared = inputs[: line.gradients], inputs[line.gradients :]
    each = len(line.variables) // line.gradients
    variables = [line.variables[i * each : (i + 1) * each] for i in range(line.gradients)]
    old, alone = zip(*(arrays_of(some, plans) for some in variables), strict=True)
    of_many: Any = line.op.run.cuda.of_many  # type: ignore[attr-defined]
    new = of_many(gradients, shared, old, alone, **line.params)
    del old  # or else the arrays were not the variables' alone
    if new is NotImplemented:
        for some, g in zip(variables, gradients, strict=True):
            run_update(line._replace(variables=some, gradients=1), plans, g, *shared)
        return
    for some, arrays in zip(variables, new, strict=True):
        for variable, array in zip(some, arrays, strict=True):
            variable.array = array
