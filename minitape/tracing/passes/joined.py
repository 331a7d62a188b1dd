"""Several calls as one, for the passes that run calls together."""

from collections import Counter
from collections.abc import Callable

from ...engine import Primitive
from ..program import Call, Program


def joined(calls: tuple[Call, ...], program: Program, uses: Counter, running: Callable) -> Call:
    """The calls, of one result each, as one call that gives what other lines need of them.

    Args:
        calls: in their order.
        program: of the calls.
        uses: the program's.
        running: it gives, for the calls, the numbers of what goes in and comes out, and the
            program, the function of the inputs' arrays that makes the outputs'.
    """
    inside = Counter(n for call in calls for n in call.inputs)
    made = [call.outputs[0] for call in calls]
    outputs = tuple(n for n in made if uses[n] > inside[n])
    inputs = tuple(n for n in inside if n not in made)
    forward = running(calls, inputs, outputs, program)
    forward.__name__ = "_then_".join(call.op.name for call in calls)
    return Call(Primitive(forward, registered=False), inputs, outputs, {}, True)
