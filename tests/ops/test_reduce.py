"""Reductions beyond compat/cases: how an axis may be given, and where TensorFlow does otherwise."""

import numpy as np
import pytest

import minitape as mt

X = mt.constant(np.arange(24.0).reshape(2, 3, 4))


@pytest.mark.parametrize(
    ("axis", "meant"),
    [
        (1, (1,)),
        (-1, (2,)),
        (True, (1,)),
        ((0, 2), (0, 2)),
        ([-1, 0], (0, 2)),
        ([], ()),
        (np.int64(1), (1,)),
        (np.array([0, 1]), (0, 1)),
        (np.array([], "int32"), ()),
        (mt.constant(2), (2,)),
        (mt.constant([[0, 1]]), (0, 1)),
        ([mt.constant(0), 1], (0, 1)),
        (range(2), (0, 1)),
        (None, (0, 1, 2)),
    ],
)
def test_an_axis_may_be_given_in_many_ways(axis, meant):
    np.testing.assert_allclose(mt.reduce_sum(X, axis), X.numpy().sum(axis=meant))


@pytest.mark.parametrize("axis", [1.0, [0.5], "x", mt.constant(0.0)])
def test_an_axis_is_an_integer(axis):
    with pytest.raises(TypeError, match="An axis must be an integer"):
        mt.reduce_sum(X, axis)


def test_an_axis_may_not_be_named_twice():
    with pytest.raises(
        mt.errors.InvalidArgumentError, match=r"must be named once. Received: \[0, -3\]"
    ):
        mt.reduce_max(X, [0, -3])


def test_variables_and_lists_are_reduced():
    v = mt.Variable([1.0, 2.0, 6.0])
    with mt.GradientTape() as tape:
        y = mt.reduce_mean(v) * mt.reduce_prod(v)
    np.testing.assert_allclose(tape.gradient(y, v), [40.0, 22.0, 10.0])
    assert mt.reduce_mean([1, 2]).numpy() == 1
    assert mt.reduce_prod([1.5, 2.0]).dtype == "float32"


def test_float16_is_added_in_float32():
    x = mt.constant(np.full((4, 3), 60000.0), "float16")
    np.testing.assert_array_equal(mt.reduce_mean(x, 0), [60000.0] * 3)
    assert mt.reduce_sum(mt.constant([6e4, 6e4, -6e4], "float16")).numpy() == 60000
    assert mt.reduce_sum(mt.ones((5000, 2), "float16"), 0).numpy().tolist() == [5000, 5000]


def test_the_mean_of_nothing_is_nan():
    for dtype in ("float32", "complex64"):
        assert np.isnan(mt.reduce_mean(mt.zeros([0], dtype)))


def test_nan_is_the_largest_and_the_smallest_but_has_no_position():
    x = mt.constant([1.0, np.nan, 3.0])
    assert np.isnan([mt.reduce_max(x), mt.reduce_min(x)]).all()
    assert [mt.argmax(x).numpy(), mt.argmin(x).numpy()] == [2, 0]
