"""The gradient of relu before that of the maximum of windows, where it has fewer elements.

Backwards a cotangent g first goes to the pixel of each window that was the maximum, then through
relu, by which of all pixels are above 0. Where windows lie side by side, g goes to one pixel, whose
value is the maximum itself: so g may as well go through relu first, a number for each window.
"""

from ..program import Call, Line, Program


def with_relu_before_pooling(program: Program) -> Program:
    """Makes `max_pool_grad(relu_grad(g, y), x, y)` of `relu_grad(max_pool_grad(g, x, y), x)`."""
    uses, kinds = program.uses(), dict(program.kinds)
    lines: list[Line | None] = []
    places: dict[int, int] = {}  # where a cotangent that one line alone needs comes from windows
    for line in program.lines:
        place = None
        if isinstance(line, Call) and line.op.name == "relu_grad":
            place = places.get(line.inputs[0])
        before = None if place is None else lines[place]
        if (
            isinstance(line, Call)
            and isinstance(before, Call)
            and before.inputs[1] == line.inputs[1]
        ):
            (g, x, y), between = before.inputs, before.outputs[0]
            lines[place] = None  # type: ignore[index]
            lines.append(line._replace(inputs=(g, y), outputs=(between,)))
            line = before._replace(inputs=(between, x, y), outputs=line.outputs)
            kinds[between] = kinds[y]
        elif isinstance(line, Call) and uses[line.outputs[0]] == 1 and _is_apart(line, program):
            places[line.outputs[0]] = len(lines)
        lines.append(line)
    return program._replace(lines=[line for line in lines if line is not None], kinds=kinds)


def _is_apart(line: Call, program: Program) -> bool:
    """Whether this is the way back from windows that lie side by side."""
    if line.op.name != "max_pool_grad":
        return False
    return line.params["window"].are_pairs(program.kinds[line.inputs[1]].shape)
