"""ForwardAccumulator, beyond the rows of the specification."""

import numpy as np
import pytest

import minitape as mt
from minitape.engine import PRIMITIVES, Primitive

ForwardAccumulator = mt.autodiff.ForwardAccumulator


def test_the_jvp_is_linear_in_the_tangent():
    x = mt.constant([1.0, 2.0, 3.0], "float64")
    w = mt.constant([[1.0, -2.0], [0.5, 3.0], [2.0, 1.0]], "float64")

    def push(t):
        with ForwardAccumulator(x, mt.constant(t)) as accumulator:
            y = mt.nn.softmax(mt.tanh(x[None] @ w))
        return accumulator.jvp(y).numpy()

    t, u = np.array([1.0, 0.5, -1.0]), np.array([0.0, 2.0, 1.0])
    np.testing.assert_allclose(push(3 * t - 2 * u), 3 * push(t) - 2 * push(u), rtol=1e-12)


def test_forward_and_reverse_agree_by_transposition():
    x = mt.constant([0.5, 1.5], "float64")
    t, g = mt.constant([2.0, -1.0], "float64"), mt.constant([1.0, 3.0, -2.0], "float64")

    def f(x):
        return mt.concat([mt.exp(x), x[:1] * x[1:]], 0)

    with ForwardAccumulator(x, t) as accumulator:
        y = f(x)
    with mt.GradientTape() as tape:
        tape.watch(x)
        z = f(x)
    pushed, pulled = accumulator.jvp(y), tape.gradient(z, x, output_gradients=g)
    assert float(mt.reduce_sum(pushed * g)) == pytest.approx(float(mt.reduce_sum(pulled * t)))


def test_an_op_without_a_jvp_is_transposed():
    assert not PRIMITIVES["concat"].jvps
    x, y = mt.constant([1.0]), mt.constant([2.0, 3.0])
    with ForwardAccumulator(y, mt.constant([10.0, 20.0])) as accumulator:
        z = mt.concat([x, y * y], 0)
    assert accumulator.jvp(z).numpy().tolist() == [0, 40, 120]


def test_an_input_given_twice():
    square = Primitive(lambda x, y: x * y, registered=False)
    square.defvjp(lambda g, z, x, y: g * y, lambda g, z, x, y: g * x)
    x = mt.constant(3.0)
    with ForwardAccumulator(x, mt.constant(1.0)) as accumulator:
        y = square(x, x)
    assert float(accumulator.jvp(y)) == 6


def test_ops_that_have_no_derivative_have_no_tangent():
    x = mt.constant(3.0)
    with ForwardAccumulator(x, mt.constant(1.0)) as accumulator:
        results = [x > 1.0, mt.stop_gradient(x), mt.floor(x), mt.cast(x, "int32")]
    assert accumulator.jvp(results) == [None] * 4


def test_primals_in_a_structure():
    primals = {"w": mt.Variable([1.0, 2.0]), "b": (mt.constant(3.0),)}
    tangents = {"w": mt.constant([1.0, 0.0]), "b": (mt.constant(5.0),)}
    with ForwardAccumulator(primals, tangents) as accumulator:
        y = mt.reduce_sum(primals["w"] * primals["w"]) + primals["b"][0]
    assert float(accumulator.jvp(y)) == 7


def test_a_tangent_may_be_a_list_or_an_array():
    x = mt.constant([1.0, 2.0])
    with ForwardAccumulator(x, np.array([1.0, 3.0])) as accumulator:
        y = x * x
    assert accumulator.jvp(y).numpy().tolist() == [2, 12]


def test_the_tangents_are_seen_by_the_outer_recorders_only():
    x = mt.constant(3.0)
    with mt.GradientTape(persistent=True) as outer:
        outer.watch(x)
        with (
            ForwardAccumulator(x, mt.constant(1.0)) as accumulator,
            mt.GradientTape(persistent=True) as inner,
        ):
            inner.watch(x)
            y = x * x * x
        tangent = accumulator.jvp(y)
    assert float(outer.gradient(tangent, x)) == 18
    assert inner.gradient(tangent, x) is None
    assert float(inner.gradient(y, x)) == 27


def test_third_derivative_by_three_accumulators():
    x, t = mt.constant(2.0), mt.constant(1.0)
    with ForwardAccumulator(x, t) as a:
        with ForwardAccumulator(x, t) as b:
            with ForwardAccumulator(x, t) as c:
                y = x * x * x * x
            first = c.jvp(y)
        second = b.jvp(first)
    assert float(a.jvp(second)) == 48


def test_a_variable_assigned_in_between_keeps_its_tangent():
    x = mt.Variable(3.0)
    with ForwardAccumulator(x, mt.constant(1.0)) as accumulator:
        y = x * x
        x.assign(2.0)
        z = x * x
    assert [float(t) for t in accumulator.jvp([y, z])] == [6, 4]


def test_a_large_chain():
    x = mt.constant(1.0)
    with ForwardAccumulator(x, mt.constant(1.0)) as accumulator:
        y = x
        for _ in range(5000):
            y = y + x
    assert float(accumulator.jvp(y)) == 5001
