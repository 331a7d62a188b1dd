"""Pooling where TensorFlow is no measure: windows that hold nan."""

import numpy as np
import pytest

import minitape as mt


@pytest.mark.parametrize(
    ("pixels", "maxima", "gradient"),
    [
        ([np.nan, -2.0], [-2, -2], [0, 2]),  # a number, if the window holds one
        ([-2.0, np.nan], [-2, np.nan], [1, 1]),
        ([np.nan, np.nan, np.nan], [np.nan, np.nan, np.nan], [1, 1, 1]),
    ],
)
def test_max_pool_passes_over_nan(pixels, maxima, gradient):
    x = mt.constant(np.reshape(pixels, (1, -1, 1)))
    with mt.GradientTape() as tape:
        tape.watch(x)
        y = mt.nn.max_pool1d(x, 2, 1, "SAME")
    np.testing.assert_array_equal(y[0, :, 0], maxima)
    np.testing.assert_array_equal(tape.gradient(y, x)[0, :, 0], gradient)


def test_the_border_is_no_maximum_of_nan_alone():
    # Two windows: (border, nan, nan) and (nan, nan, border).
    x = mt.constant(np.full((1, 3, 1), np.nan))
    with mt.GradientTape() as tape:
        tape.watch(x)
        y = mt.nn.max_pool1d(x, 3, 2, "SAME")
    np.testing.assert_array_equal(tape.gradient(y, x)[0, :, 0], [1, 1, 0])
