"""Elementwise ops that follow each other in a function are one kernel on a card."""

import numpy as np
import pytest

import minitape as mt
from minitape.arrays.cuda.simulator import compiler

SIZE = 1 << 10


def launches_of(f, *arrays):
    """How many elementwise kernels a function launches, which gives the bits of op by op."""
    with mt.device("/SIM:0"):
        tensors = [mt.constant(x) for x in arrays]
    function, launched = mt.function(f), []
    function(*tensors)

    def noted(kernel, instance, grid, block):
        launched.append(kernel.file)
        return lambda *event: None

    with compiler.watching(noted):
        found = function(*tensors)
    for ours, theirs in zip(found, f(*tensors), strict=True):
        assert ours.device == theirs.device == tensors[0].device
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    return launched.count("elementwise.cu")


def test_a_chain_is_one_launch(dtype, random):
    x, y = (random.normal(size=(4, SIZE // 4)).astype(dtype) for _ in range(2))
    assert launches_of(lambda x, y: [mt.tanh(x * y + 2.0) - mt.square(x)], x, y) == 1


def test_several_results_and_booleans(dtype, random):
    x = random.normal(size=(4, SIZE // 4)).astype(dtype)

    def f(x):
        y = mt.nn.leaky_relu(x, 0.1)
        z = mt.exp(-mt.abs(y))
        return [z > 0.5, y, mt.where(z > 0.5, y, z)]

    assert launches_of(f, x) == 1


def test_a_kernel_has_so_many_steps_at_most(random):
    x = random.normal(size=(5,)).astype("float32")

    def f(x):
        for _ in range(30):
            x = mt.sin(x)
        return [x]

    assert launches_of(f, x) == 2


def test_floats_of_two_types_are_two_kernels(random):
    x, y = random.normal(size=5).astype("float32"), random.normal(size=5)
    assert launches_of(lambda x, y: [mt.sin(x) + x, mt.sin(y) + y], x, y) == 2


def test_broadcast_inputs(dtype, random):
    x = random.normal(size=(4, 8, SIZE // 32)).astype(dtype)
    row, column = random.normal(size=SIZE // 32).astype(dtype), np.ones((8, 1), dtype)
    assert (
        launches_of(lambda x, row, column: [(x - row) * column / (row + 3.0)], x, row, column) == 2
    )


def test_ops_without_an_expression_are_computed_one_by_one(random):
    x = random.normal(size=(4, SIZE // 4)).astype("float32")
    assert launches_of(lambda x: [mt.math.bessel_i0(mt.sin(x)) * x], x) == 2


@pytest.mark.parametrize("number", [np.inf, np.nan])
def test_a_parameter_that_is_no_number_in_cpp(number):
    with mt.device("/SIM:0"):
        x = mt.constant([1.0, -1.0])
    np.testing.assert_array_equal(mt.nn.leaky_relu(x, number), [1, -number])
