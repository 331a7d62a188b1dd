"""check_gradients: it passes what is right, and finds what is wrong by little."""

import numpy as np
import pytest

import minitape as mt
from minitape.engine import Primitive
from minitape.learn import GradientError, check_gradients


def op(vjp, jvp=None, forward=lambda x: x**3):
    """An op with these rules; x cubed unless another forward is given."""
    primitive = Primitive(forward, registered=False)
    primitive.defvjp(vjp)
    if jvp is not None:
        primitive.defjvp(jvp)
    return primitive


def right(g, y, x):
    return g * 3.0 * x * x


X = np.array([[0.5, -1.0], [2.0, 1.5]])


def test_right_rules_pass():
    report = check_gradients(op(right, right), X, order=3)
    assert not report.failures
    assert report.largest_error < 1e-6
    # 2 of order 1, 4 of order 2, 8 of order 3.
    assert len(report.comparisons) == 14
    assert "14 derivatives agree" in str(report)


@pytest.mark.parametrize(
    ("f", "inputs"),
    [
        (lambda x, w: mt.tanh(x @ w), (np.ones((2, 3)) / 3, np.full((3, 2), 0.2))),
        (lambda x: {"a": x * x, "b": [mt.reduce_sum(x), mt.argmax(x)]}, ([1.0, 2.0],)),
        (lambda x, n: x[:n] * 2.0, ([1.0, 2.0, 3.0], 2)),
        (lambda x: mt.gather(x, [1, 1]), ([1.0, 2.0, 3.0],)),
        (lambda z: z * z, (np.array([1 + 2j, 0.5j]),)),
        (lambda x: x * x, (np.zeros((0, 3)),)),
        (lambda x: mt.exp(x), (mt.Variable(1.0),)),
    ],
)
def test_what_functions_may_be_like(f, inputs):
    assert not check_gradients(f, *inputs).failures


def failure(f, *inputs, **settings):
    with pytest.raises(GradientError) as caught:
        check_gradients(f, *inputs, **settings)
    assert isinstance(caught.value, AssertionError)
    assert str(caught.value.report) == str(caught.value)
    return caught.value.report


def test_a_vjp_off_by_a_thousandth():
    report = failure(op(lambda g, y, x: right(g, y, x) * 1.001, right), X)
    (wrong,) = report.failures
    assert wrong.what == "order 1, reverse"
    assert wrong.where == "input 0 of shape (2, 2), at [1, 0]"  # where the gradient is largest
    assert wrong.error == pytest.approx(1e-3, rel=0.01)
    assert wrong.analytic == pytest.approx(1.001 * wrong.numeric, rel=1e-6)
    assert "1 of 2 derivatives differ" in str(report)


def test_one_element_off_by_a_thousandth():
    factors = np.where(X == 0.5, 1.001, 1.0)
    report = failure(op(lambda g, y, x: right(g, y, x) * factors, right), X)
    assert report.failures[0].where == "input 0 of shape (2, 2), at [0, 0]"


def test_a_wrong_jvp_beside_a_right_vjp():
    (wrong,) = failure(op(right, lambda t, y, x: right(t, y, x) * 1.001), X).failures
    assert wrong.what == "order 1, forward"
    assert wrong.where.startswith("along input 0 of shape (2, 2), output 0 at [")


def test_a_wrong_second_order():
    def first_order_only(g, y, x):
        return g * mt.stop_gradient(3.0 * x * x)

    check_gradients(op(first_order_only, first_order_only), X, order=1)
    report = failure(op(first_order_only, right), X)
    assert {wrong.what for wrong in report.failures} == {
        "order 2, reverse over reverse",
        "order 2, forward over reverse",
    }
    report = failure(op(right, first_order_only), X)
    assert report.failures[0].what == "order 2, reverse over forward"


def test_none_in_place_of_a_gradient():
    def f(x, w):
        return x * mt.stop_gradient(w)

    report = failure(f, X, X)
    wrong = report.failures[0]
    assert wrong.analytic is None
    assert "input 1 of shape (2, 2)" in str(wrong)
    assert "analytic None" in str(wrong)
    assert not check_gradients(lambda x, w: x * x, X, X).failures  # there None is right


def test_a_wrong_complex_gradient():
    conjugated = op(lambda g, y, z: g * 2.0 * mt.math.conj(z), forward=lambda z: z * z)
    report = failure(conjugated, np.array([1 + 2j]), modes=("reverse",), order=1)
    assert "its imaginary part" in report.failures[0].where


def test_a_nan_is_no_agreement():
    report = failure(lambda x: mt.sqrt(x), [0.0, 1.0], order=1, modes=["reverse"])
    assert "at [0]" in report.failures[0].where


def test_settings():
    x = np.linspace(0.1, 1, 1000)
    calls = []

    def f(x):
        calls.append(None)
        return mt.sin(x)

    check_gradients(f, x, order=1, elements=5, modes=["reverse"])
    assert len(calls) < 30
    single = check_gradients(
        mt.sin, np.float32([1, 2]), dtype=None, rtol=1e-2, atol=1e-3, step=1e-2
    )
    assert not single.failures
    with pytest.raises(ValueError, match="modes must be"):
        check_gradients(f, x, modes=["backward"])


def test_functions_that_cannot_be_checked():
    with pytest.raises(ValueError, match="doesn't repeat its result"):
        check_gradients(lambda x: mt.nn.dropout(x, 0.5), np.ones(50))
    with pytest.raises(ValueError, match="to have a derivative, and returns none"):
        check_gradients(mt.argmax, X)
    with pytest.raises(mt.errors.InvalidArgumentError) as caught:
        check_gradients(lambda x: x * mt.constant(2.0), X)
    assert "float64; dtype=None" in caught.value.__notes__[0]
