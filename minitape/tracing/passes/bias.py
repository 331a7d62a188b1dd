"""The bias and the relu that follow a matrix product or a convolution become part of it.

They are applied to the product while it is new, and no further array is made.
"""

from functools import cache, partial

import numpy

from ...arrays import array_module, cpu, with_kernel
from ...arrays.cpu import builder_of, planned_by
from ...arrays.dispatch import kernel_with
from ...engine import PRIMITIVES, Primitive
from ...settings import cpu_kernels
from ..program import Call, Line, Program

_PRODUCTS = ("matmul", "conv")


def _add_bias(y, bias, then_relu):
    """y itself, after the bias and perhaps relu: nobody else has seen it yet."""
    y += bias
    return array_module(y).maximum(y, 0, out=y) if then_relu else y


_add_bias = with_kernel(_add_bias, cpu.add_bias)


@cache
def _with_bias(op: Primitive, then_relu: bool) -> Primitive:
    """The op with a last input that is added to its result, and then perhaps relu."""
    on_cpu, on_card = kernel_with(op.run, "bias"), kernel_with(op.run, "bias", "cuda")
    plan = builder_of(op)  # by convention it has a parameter `then_relu`, for a last input

    def forward(*arrays, **params):
        *inputs, bias = arrays
        kernel = on_cpu if type(bias) is numpy.ndarray else on_card
        if kernel is not None and cpu_kernels():  # one that adds the bias by itself
            y = kernel(*inputs, bias=bias, then_relu=then_relu, **params)
            if y is not NotImplemented:
                return y
        return _add_bias(op.run(*inputs, **params), bias, then_relu)

    if plan is not None:
        forward = planned_by(partial(plan, then_relu=then_relu))(forward)
    forward.__name__ = f"{op.name}_bias_relu" if then_relu else f"{op.name}_bias"
    return Primitive(forward, registered=False)


def with_bias_in_products(program: Program) -> Program:
    """Makes one call of a product, `add` of a vector and, where it follows, `relu`."""
    uses = program.uses()
    lines: list[Line | None] = []
    places: dict[int, int] = {}  # where a value that one line alone needs is made
    for line in program.lines:
        place = places.get(line.inputs[0]) if isinstance(line, Call) and line.inputs else None
        before = None if place is None else lines[place]
        if isinstance(line, Call) and isinstance(before, Call):
            joined = _joined(program, before, line)
            if joined is not None:
                lines[place], line = None, joined  # type: ignore[index]
        if isinstance(line, Call) and uses[line.outputs[0]] == 1:
            places[line.outputs[0]] = len(lines)
        lines.append(line)
    return program._replace(lines=[line for line in lines if line is not None])


def _joined(program: Program, before: Call, line: Call) -> Call | None:
    """The two as one call, if they are a product and its bias, or these and relu."""
    if line.op.name == "add" and before.op.name in _PRODUCTS:
        y, bias = (program.kinds[n] for n in line.inputs)
        if bias.shape == y.shape[-1:] and line.inputs[1] not in before.outputs:
            op, inputs = _with_bias(before.op, False), (*before.inputs, line.inputs[1])
            return Call(op, inputs, line.outputs, before.params, False)
    product = before.op.name.removesuffix("_bias")
    if line.op.name == "relu" and product != before.op.name:
        return before._replace(op=_with_bias(PRIMITIVES[product], True), outputs=line.outputs)
    return None
