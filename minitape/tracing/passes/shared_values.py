"""What is the same is computed once."""

from ..program import Assign, Call, Check, Line, Program, Read, is_stateful


def with_shared_values(program: Program) -> Program:
    """Computes once what is computed twice of the same inputs, and reads each value once."""
    same: dict[int, int] = {}  # a value's number: that of an equal one before it
    known: dict = {}
    current: dict[int, int] = {}  # the value that a variable, by its id, has at this line
    lines: list[Line] = []
    for line in program.lines:
        if isinstance(line, Read):
            if line.variable.id in current:
                same[line.outputs[0]] = current[line.variable.id]
                continue
            current[line.variable.id] = line.outputs[0]
        elif isinstance(line, Assign):
            number = same.get(line.inputs[0], line.inputs[0])
            current[line.variable.id] = number
            line = line._replace(inputs=(number,))
        elif isinstance(line, Check):
            line = line._replace(inputs=(same.get(line.inputs[0], line.inputs[0]),))
        elif isinstance(line, Call):
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
    if is_stateful(line):
        return None
    params = tuple((name, type(value), value) for name, value in sorted(line.params.items()))
    key = (line.op, line.inputs, params)
    try:
        hash(key)
    except TypeError:
        return None
    return key
