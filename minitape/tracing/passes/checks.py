"""Checks come first, so that another way can be tried where one fails."""

from ..program import Check, Program, is_stateful


def with_checks_first(program: Program) -> Program:
    """Has each Check as soon as it can be made, and assignments after the last one.

    Where one fails, little was computed and nothing was changed. No variable is read after it was
    assigned: `with_shared_values` saw to that.
    """
    lines = program.lines
    order: list[int] = []
    for i, check in enumerate(lines):
        if not isinstance(check, Check):
            continue
        needed, placed, now = set(check.inputs), set(order), [i]
        draws = False  # random states come in their order
        for j in range(i - 1, -1, -1):
            draw = draws and is_stateful(lines[j])
            if j not in placed and (draw or not needed.isdisjoint(lines[j].outputs)):
                now.append(j)
                needed.update(lines[j].inputs)
                draws |= is_stateful(lines[j])
        order += reversed(now)
    if not order:
        return program
    first = set(order)
    order += [i for i in range(len(lines)) if i not in first]
    return program._replace(lines=[lines[i] for i in order])
