"""Passes: each makes a program shorter, or faster, without changing its results by a bit."""

from ..program import Program
from .bias import with_bias_in_products
from .chains import with_chains
from .checks import with_checks_first
from .dead_code import without_dead_code
from .joint_plans import with_plans_joined
from .joint_updates import with_updates_joined
from .kernels import with_kernels_joined
from .pooling import with_relu_before_pooling
from .shared_values import with_shared_values
from .updates import with_products_in_updates, with_updates_in_place

# After these a program runs.
ALL = (
    with_shared_values,
    with_checks_first,
    with_updates_in_place,
    without_dead_code,
    with_products_in_updates,
    with_bias_in_products,
    with_relu_before_pooling,
    with_chains,
    with_updates_joined,
    with_kernels_joined,
    with_plans_joined,
)


def after(passes: tuple, program: Program) -> Program:
    """The program after these passes."""
    for one in passes:
        program = one(program)
    return program


def text_of_passes(program: Program) -> str:
    """The program as it was written down and after each pass, with its size."""
    stages = [("as it was written down", program)]
    for one in ALL:
        before, program = program, one(program)
        if list(map(id, program.lines)) != list(map(id, before.lines)):
            stages.append((one.__name__.replace("_", " "), program))
    return "\n\n".join(
        f"{name}: {len(one.lines)} lines, at most {one.peak_bytes():,} bytes at a time\n{one}"
        for name, one in stages
    )
