"""What nothing needs is not computed."""

from ..program import Assign, Call, Check, Line, Program, Update, is_stateful


def without_dead_code(program: Program) -> Program:
    """Leaves out what no result and no assignment needs."""
    needed = set(program.outputs)
    lines: list[Line] = []
    for line in reversed(program.lines):
        if _has_effect(line) or not needed.isdisjoint(line.outputs):
            lines.append(line)
            needed.update(line.inputs)
    lines.reverse()
    constants = {n: array for n, array in program.constants.items() if n in needed}
    return program._replace(constants=constants, lines=lines)


def _has_effect(line: Line) -> bool:
    if isinstance(line, Call):
        return is_stateful(line) or line.op.name == "check_numerics"  # which is there for its error
    return isinstance(line, (Assign, Update, Check))
