"""Passes: what makes a program shorter without changing its results, one function each."""

from .program import Assign, Call, Check, Line, Program, Read, read, written
from .recorder import STATEFUL


def is_stateful(line: Line) -> bool:
    """Whether a line gives another result each time, though nothing goes in."""
    return isinstance(line, Call) and line.op.name in STATEFUL


def _asserts(line: Line) -> bool:
    """Whether a line is there for its error, though nobody takes its result."""
    return isinstance(line, Call) and line.op.name == "check_numerics"


def without_dead_code(program: Program) -> Program:
    """Leaves out what no result and no assignment needs."""
    needed = set(program.outputs)
    lines: list[Line] = []
    for line in reversed(program.lines):
        effect = isinstance(line, Assign | Check) or is_stateful(line) or _asserts(line)
        if effect or not needed.isdisjoint(written(line)):
            lines.append(line)
            needed.update(read(line))
    lines.reverse()
    constants = {n: array for n, array in program.constants.items() if n in needed}
    return program._replace(constants=constants, lines=lines)


def with_shared_values(program: Program) -> Program:
    """Computes once what is computed twice of the same inputs, and reads each value once."""
    same: dict[int, int] = {}  # a value's number: that of an equal one before it
    known: dict = {}
    current: dict[int, int] = {}  # the value that a variable, by its id, has at this line
    lines: list[Line] = []
    for line in program.lines:
        if isinstance(line, Read):
            if line.variable.id in current:
                same[line.output] = current[line.variable.id]
                continue
            current[line.variable.id] = line.output
        elif isinstance(line, Assign):
            number = same.get(line.input, line.input)
            current[line.variable.id] = number
            line = line._replace(input=number)
        elif isinstance(line, Check):
            line = line._replace(input=same.get(line.input, line.input))
        else:
            line = line._replace(inputs=tuple(same.get(n, n) for n in line.inputs))
            if line.op.name == "identity":
                same[line.outputs[0]] = line.inputs[0]
                continue
            key = _key(line)
            if key is not None:
                if key in known:
                    same.update(zip(line.outputs, known[key], strict=True))
                    continue
                known[key] = line.outputs
        lines.append(line)
    outputs = [same.get(n, n) for n in program.outputs]
    return program._replace(lines=lines, outputs=outputs)


def _key(line: Call):
    """What two equal lines share; None where a line can't be compared."""
    if line.op.name in STATEFUL:
        return None
    params = tuple((name, type(value), value) for name, value in sorted(line.params.items()))
    key = (line.op, line.inputs, params)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def with_checks_first(program: Program) -> Program:
    """Has each Check as soon as it can be made, and assignments after the last one.

    Where one fails, little was computed and nothing was changed. No variable is read after it was
    assigned: `with_shared_values` saw to that.
    """
    lines = program.lines
    if not any(isinstance(line, Check) for line in lines):
        return program
    order: list[int] = []
    for i, check in enumerate(lines):
        if not isinstance(check, Check):
            continue
        needed, placed, now = set(read(check)), set(order), [i]
        draws = False  # random states come in their order
        for j in range(i - 1, -1, -1):
            draw = draws and is_stateful(lines[j])
            if j not in placed and (draw or not needed.isdisjoint(written(lines[j]))):
                now.append(j)
                needed.update(read(lines[j]))
                draws |= is_stateful(lines[j])
        order += reversed(now)
    first = set(order)
    order += [i for i in range(len(lines)) if i not in first]
    return program._replace(lines=[lines[i] for i in order])


PASSES = (with_shared_values, without_dead_code, with_checks_first)


def optimized(program: Program) -> Program:
    """The program after all passes."""
    for one in PASSES:
        program = one(program)
    return program


def text_of_passes(program: Program) -> str:
    """The program as it was written down and after each pass, with its size."""
    stages = [("as it was written down", program)]
    for one in PASSES:
        after = one(program)
        if after is not program:
            stages.append((one.__name__.replace("_", " "), after))
        program = after
    return "\n\n".join(
        f"{name}: {len(one.lines)} lines, at most {one.peak_bytes():,} bytes at a time\n{one}"
        for name, one in stages
    )
