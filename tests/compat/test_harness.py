"""The harness notices wrong ops: each of these differs from tanh in one point."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import Phase, given, settings

import minitape
from compat import harness
from compat.case import At, Bad, Case
from compat.inputs import REAL, arrays, call, one
from minitape import ops
from minitape.engine import PRIMITIVES, primitive

QUICK = settings(max_examples=10, phases=[Phase.generate], report_multiple_bugs=False)
PROPERTIES = (*harness.PROPERTIES, harness.nothing_is_written_into)
COMPARISONS = (harness.value_is_tensorflows, *harness.COMPARISONS)


@pytest.fixture(autouse=True)
def no_primitives_are_left():
    before = dict(PRIMITIVES)
    yield
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


def rule(g, y, x):
    return g * (1 - y * y)


def case_of(forward=np.tanh, vjp=rule, jvp=rule, **known):
    """The case of an op that says it is tanh."""

    @primitive
    def tanh_or_so(x):
        return forward(x)

    tanh_or_so.defvjp(vjp)
    tanh_or_so.defjvp(jvp)
    return Case("tanh", lambda mt, x: tanh_or_so(x), one(REAL), lambda tf, x: tf.tanh(x), **known)


def failed(case, properties=PROPERTIES, comparisons=COMPARISONS):
    """The names of the checks that fail for a case."""
    checks = [(check, ()) for check in properties] + [(check, (tf,)) for check in comparisons]
    names = set()
    for check, libraries in checks:
        examined = QUICK(given(case.float_examples)(lambda e: check(case, e, *libraries)))  # noqa: B023
        try:
            examined()
        except Exception:  # a wrong dtype may also end in an error
            names.add(check.__name__)
    return names


def failed_anywhere(case):
    """The same, with the checks of other kinds of inputs."""
    return failed(case, (*PROPERTIES, *harness.INPUTS), (*COMPARISONS, *harness.EXTREMES))


FIRST_ORDER_BY_VJP = {"vjp_is_the_derivative", "gradient_is_tensorflows"}
FIRST_ORDER_BY_JVP = {"jvp_is_the_derivative", "jvp_is_tensorflows"}
SECOND_ORDER = {"second_order_is_right_by_both_routes", "second_order_is_tensorflows"}


def test_right_op():
    assert failed_anywhere(case_of()) == set()


def test_both_rules_off_by_a_thousandth():
    def off(g, y, x):
        return rule(g, y, x) * 1.001

    # They are still each other's transposes; only the derivative is wrong.
    assert failed(case_of(vjp=off, jvp=off)) == (
        FIRST_ORDER_BY_VJP | FIRST_ORDER_BY_JVP | SECOND_ORDER
    )


def test_vjp_off_by_a_thousandth():
    def off(g, y, x):
        return rule(g, y, x) * 1.001

    assert failed(case_of(vjp=off)) >= FIRST_ORDER_BY_VJP | {"vjp_and_jvp_are_transposes"}


def test_jvp_off_by_a_thousandth():
    def off(g, y, x):
        return rule(g, y, x) * 1.001

    assert failed(case_of(jvp=off)) >= FIRST_ORDER_BY_JVP | {"vjp_and_jvp_are_transposes"}


def test_jvp_of_another_op():
    assert failed(case_of(jvp=lambda g, y, x: g * y)) >= FIRST_ORDER_BY_JVP


def test_wrong_second_order():
    def constant_slope(g, y, x):
        return g * ops.stop_gradient(1 - y * y)

    assert failed(case_of(vjp=constant_slope, jvp=constant_slope)) == SECOND_ORDER


def test_forward_that_writes_into_its_input():
    def forward(x):
        y = np.tanh(x)
        x *= 2
        return y

    assert "nothing_is_written_into" in failed(case_of(forward))


def test_gradient_op_that_writes_into_the_cotangent():
    @primitive
    def slope_times(g, y):
        product = g * (1 - y * y)
        g[...] = 0
        return product

    slope_times.defvjp(lambda c, d, g, y: slope_times(c, y), lambda c, d, g, y: -2 * c * g * y)
    careless = case_of(vjp=lambda g, y, x: slope_times(ops.identity(g), y))
    assert "nothing_is_written_into" in failed(careless)


def test_wrong_value():
    assert "value_is_tensorflows" in failed(case_of(lambda x: np.tanh(x) * 1.0001))


def test_wrong_dtype():
    assert "value_is_tensorflows" in failed(case_of(lambda x: np.tanh(x).astype("float64")))


def test_wrong_dtype_of_the_gradient():
    def wide(g, y, x):
        return ops.cast(rule(g, y, x), "float64")

    assert "gradient_is_tensorflows" in failed(case_of(vjp=wide))


def test_gradient_that_should_not_be_none():
    assert failed(case_of(vjp=None)) >= FIRST_ORDER_BY_VJP


def test_wrong_point():
    case = case_of(vjp=lambda g, y, x: g * 2)
    harness.known_point(case, At(([0.0],), [0.0]))
    with pytest.raises(AssertionError, match="gradient"):
        harness.known_point(case, At(([0.0],), [0.0], ([1.0],)))
    with pytest.raises(AssertionError, match="expected None"):
        harness.known_point(case, At(([0.0],), [0.0], (None,)))
    with pytest.raises(AssertionError, match="value"):
        harness.known_point(case, At(([0.0],), [1e-3]))


def test_wrong_error():
    def refuse(x):
        raise TypeError("no")

    bad = Bad("InvalidArgumentError", (np.ones(2, np.int32),))
    harness.refusal(case_of(), bad, tf)  # TensorFlow's tanh takes no integers
    with pytest.raises(AssertionError, match="raised TypeError"):
        harness.refusal(case_of(refuse), bad)
    with pytest.raises(AssertionError, match="returned"):
        harness.refusal(case_of(), bad)


def test_forward_that_minds_the_layout():
    def forward(x):  # as it lies in memory, whatever the axes say
        flat = np.lib.stride_tricks.as_strided(x, (x.size,), (x.itemsize,)) if x.size else x
        return np.tanh(flat).reshape(x.shape)

    assert "layout_does_not_matter" in failed_anywhere(case_of(forward))


def test_gradient_that_minds_the_layout():
    @primitive
    def slope_times(g, y):
        return g * (1 - y * y) if g.flags.c_contiguous else 2 * g

    slope_times.defvjp(lambda c, d, g, y: slope_times(c, y), lambda c, d, g, y: -2 * c * g * y)
    careless = case_of(vjp=lambda g, y, x: slope_times(g, y))
    careless = replace(careless, inputs=call(arrays(REAL, (2, 3))))
    assert failed_anywhere(careless) == {"layout_does_not_matter"}


def test_op_that_takes_no_variables():
    case = case_of()

    def call(mt, x):
        if isinstance(x, minitape.Variable):
            return mt.zeros_like(x)
        return case.call(mt, x)

    assert failed_anywhere(replace(case, call=call)) == {"variables_are_like_tensors"}


def test_op_that_takes_no_arrays():
    case = case_of()

    def call(mt, x):
        return case.call(mt, mt.cast(x, "float64") if isinstance(x, np.ndarray) else x)

    wrong = replace(case, call=call, peer=lambda tf, x: tf.tanh(x))
    assert failed_anywhere(wrong) == {"arrays_are_like_tensorflows"}


def test_forward_that_flattens_empty_arrays():
    def forward(x):
        return np.tanh(x) if x.size else x.reshape(-1)

    case = replace(case_of(forward), inputs=call(arrays(REAL, (2, 3))))
    assert failed_anywhere(case) == {"empty_inputs_are_tensorflows"}


def test_forward_that_overflows():
    def forward(x):
        e = np.exp(x) if x.dtype == "float32" else np.tanh(x)
        return (e - 1 / e) / (e + 1 / e) if x.dtype == "float32" else e

    assert failed_anywhere(case_of(forward, dtypes=("float32",))) == {
        "large_inputs_are_tensorflows"
    }
    limited = case_of(forward, dtypes=("float32",), largest=(1.0, "it overflows"))
    assert failed_anywhere(limited) == set()
