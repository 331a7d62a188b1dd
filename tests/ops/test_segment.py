"""Running and segment reductions, and counts, where TensorFlow does otherwise."""

import numpy as np
import pytest

import minitape as mt


def hessian(f, x):
    """The second derivatives of a number."""
    x = mt.constant(x)
    with mt.GradientTape() as outer:
        outer.watch(x)
        with mt.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        g = inner.gradient(y, x)
    return outer.jacobian(g, x).numpy()


@pytest.mark.parametrize(
    "product",
    [
        mt.reduce_prod,
        lambda x: mt.math.cumprod(x)[-1],
        lambda x: mt.math.segment_prod(x, [0, 0, 0])[0],
        lambda x: mt.math.unsorted_segment_prod(x, [1, 1, 1], 2)[1],
    ],
)
@pytest.mark.parametrize("x", [[2.0, 3.0, 4.0], [0.0, 3.0, 4.0], [0.0, 3.0, 0.0]])
def test_second_derivatives_of_a_product_are_right_with_zeros(product, x):
    expected = [[0.0 if i == j else x[3 - i - j] for j in range(3)] for i in range(3)]
    np.testing.assert_allclose(hessian(product, x), expected)


def test_the_third_derivative_of_a_product():
    x = mt.constant([0.0, 0.0, 0.0])
    with mt.GradientTape() as tape:
        tape.watch(x)
        with mt.GradientTape() as outer:
            outer.watch(x)
            with mt.GradientTape() as inner:
                inner.watch(x)
                y = mt.reduce_prod(x)
            g = inner.gradient(y, x)[0]
        second = outer.gradient(g, x)[1]
    np.testing.assert_array_equal(tape.gradient(second, x), [0, 0, 1])


def test_a_running_logsumexp_of_nan_or_of_several_inf():
    f = mt.math.cumulative_logsumexp
    np.testing.assert_array_equal(f([1.0, np.nan, 2.0])[1:], [np.nan, np.nan])
    np.testing.assert_array_equal(f([np.inf, np.inf, 1.0]), [np.inf] * 3)


def test_an_extreme_of_nan_is_nan_wherever_it_stands():
    x, ids = mt.constant([np.nan, 2.0, 1.0, np.nan]), [0, 0, 1, 1]
    for f in (mt.math.segment_max, mt.math.segment_min):
        np.testing.assert_array_equal(f(x, ids), [np.nan, np.nan])


def test_an_extreme_may_be_infinite():
    np.testing.assert_array_equal(mt.math.segment_max([-np.inf, 1.0], [0, 1]), [-np.inf, 1])
    np.testing.assert_array_equal(mt.math.segment_min([np.inf, 1.0], [0, 1]), [np.inf, 1])


def test_no_segments_at_all():
    x = mt.constant([1.0, 2.0])
    for name in ("sum", "mean", "prod", "max", "min", "sqrt_n"):
        f = getattr(mt.math, f"unsorted_segment_{name}")
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = f(x, [-1, -1], 0)
        assert y.shape == (0,)
        np.testing.assert_array_equal(tape.gradient(y, x), [0, 0])


def test_whole_means_are_cut():
    np.testing.assert_array_equal(mt.math.segment_mean([-1, -2, 5, 6], [0, 0, 1, 1]), [-1, 5])
    means = mt.math.segment_mean(mt.constant([250, 255], "uint8"), [0, 0])
    assert means.dtype == "uint8"


@pytest.mark.parametrize("limits", [[5.0, 0.0], [1.0, 1.0], [0.0, 1.0, 2.0], [np.nan, 1.0]])
def test_the_range_of_a_histogram(limits):
    for f in (mt.histogram_fixed_width, mt.histogram_fixed_width_bins):
        with pytest.raises(mt.errors.InvalidArgumentError, match="value_range"):
            f([1.0, 2.0], limits)
        with pytest.raises(mt.errors.InvalidArgumentError, match="nan"):
            f([1.0, np.nan], [0.0, 1.0])


def test_a_confusion_matrix_needs_vectors():
    with pytest.raises(mt.errors.InvalidArgumentError, match="vectors of one length"):
        mt.math.confusion_matrix([[0, 1], [1, 0]], [[0, 1], [1, 0]])
    assert mt.math.confusion_matrix([], []).shape == (0, 0)
