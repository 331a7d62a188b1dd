"""An optimizer's update writes the new weights and its state over the old ones.

New arrays would have to come from memory before they are written: a third of an update's time. They
are not needed where nothing else holds the old ones, which only a run of the program can tell: a
tensor that was read from a variable shares its array. A gradient that is a large product of
matrices needs no array at all: the update makes some rows of it and uses them while they are new.
"""

from collections.abc import Sequence
from sys import getrefcount
from typing import Any

import numpy

from ...arrays.cpu import Plans, Product, is_large_product
from ...arrays.dispatch import kernel_with
from ...settings import cpu_kernels
from ..program import Assign, Call, Line, Program, Read, Update

# By convention such an op's last inputs are old values, for each of its results one, and both its
# forward and its kernel have a parameter `in_place`.


def with_updates_in_place(program: Program) -> Program:
    """Makes an Update of a call that renews variables and the assignments after it."""
    uses = program.uses()
    current: dict[int, Any] = {}  # by a value's number: the variable whose value it is
    lines: list[Line] = []
    rest = iter(enumerate(program.lines, start=1))
    for after, line in rest:
        renewed: list[Any] = []
        if isinstance(line, Read):
            current[line.outputs[0]] = line.variable
        elif isinstance(line, Assign):
            renewed = [line.variable]
        elif isinstance(line, Call) and kernel_with(line.op.run, "in_place"):
            count = len(line.outputs)
            old = [current.get(n) for n in line.inputs[-count:]]
            unused = all(uses[n] == 1 for n in line.outputs)
            if unused and _assigned(line.outputs, old, program.lines[after : after + count]):
                line, renewed = Update(line.op, line.inputs[:-count], tuple(old), line.params), old
                for _ in range(count):
                    next(rest)
        for x in renewed:
            current = {n: other for n, other in current.items() if other is not x}
        lines.append(line)
    return program._replace(lines=lines)


def _assigned(values: tuple, variables: list, lines: list) -> bool:
    """Whether these lines assign the values to the variables."""
    return len(lines) == len(values) and all(
        isinstance(line, Assign) and line.inputs == (n,) and line.variable is x
        for line, n, x in zip(lines, values, variables, strict=True)
    )


def with_products_in_updates(program: Program) -> Program:
    """Takes a large product that an Update alone needs, as its gradient, into that."""
    if program.on_card:
        return program
    uses, kinds = program.uses(), program.kinds
    gradients = {line.inputs[0] for line in program.lines if isinstance(line, Update)}
    products: dict[int, Call] = {}
    lines: list[Line] = []
    for line in program.lines:
        if isinstance(line, Call) and line.op.name == "matmul":
            inputs, (result,) = [kinds[n] for n in line.inputs], line.outputs
            large = is_large_product(inputs, kinds[result], **line.params)
            # A product of an array with itself is another function in NumPy.
            if result in gradients and uses[result] == 1 and large and len({*line.inputs}) == 2:
                products[result] = line
                continue
        elif isinstance(line, Update) and (product := products.get(line.inputs[0])):
            line = line._replace(inputs=product.inputs + line.inputs[1:], product=product)
        lines.append(line)
    return program._replace(lines=lines)


def run_update(line: Update, plans: Plans, *inputs) -> None:
    """Gives the variables their new values, in their old arrays where those are theirs alone.

    Those are written by plans that are added to the others, and followed with them.
    """
    op, params = line.op, line.params
    arrays, alone = arrays_of(line.variables, plans)
    kernel: Any = op.run.kernel if alone and cpu_kernels() else None  # type: ignore[attr-defined]
    if line.product:
        a, b, *others = inputs
        g = Product.of(a, b, **line.product.params) if kernel else None
        if g and kernel(g, *others, *arrays, **params, in_place=plans) is not NotImplemented:
            return
        plans.follow()
        inputs = line.product.op.run(a, b, **line.product.params), *others
    if kernel and kernel(*inputs, *arrays, **params, in_place=plans) is not NotImplemented:
        return
    plans.follow()
    if alone and all(x.flags.c_contiguous for x in arrays):
        on_card = None if type(arrays[0]) is numpy.ndarray else op.run.cuda  # type: ignore
        for run in filter(None, (on_card, op.forward)):
            if run(*inputs, *arrays, **params, in_place=True) is not NotImplemented:
                return
    for variable, array in zip(line.variables, op.run(*inputs, *arrays, **params), strict=True):
        variable.array = array


def arrays_of(variables: Sequence, plans: Plans) -> tuple[list, bool]:
    """The variables' arrays, and whether these are the variables' alone."""
    arrays, alone = [], True
    for variable in variables:
        x = variable.array
        arrays.append(x)
        # References: the variable's, `x`, one in `arrays`, that of this question, and the plans'.
        alone = alone and getrefcount(x) == 4 + plans.held(x) and x.base is None
    return arrays, alone
