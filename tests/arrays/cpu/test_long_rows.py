"""Sums and pooling where numba isn't there, beside the forwards."""

import sys

import numpy as np
import pytest

import minitape.ops  # noqa: F401  # its modules are looked up below: it has functions of the same names
from minitape.arrays.cpu import compiler
from minitape.ops.window import Window

pool = sys.modules["minitape.ops.pool"]
rules = sys.modules["minitape.ops.rules"]

PAIRS = Window((2, 2), (2, 2), (1, 1), "VALID")


@pytest.fixture(autouse=True)
def numba(monkeypatch):
    """In place of the other tests' fixture: here it is never there."""
    monkeypatch.setattr(compiler, "numba", lambda: None)


@pytest.mark.parametrize("shape", [(9000, 7), (4095, 16), (8, 40, 60, 3), (20_001, 2)])
def test_sums_of_short_rows(shape, dtype, random):
    x = random.integers(-4, 5, shape).astype(dtype)  # no order of additions makes a difference
    found = rules.sum_to_shape.run.kernel(x, shape=shape[-1:])
    np.testing.assert_array_equal(found, x.reshape(-1, shape[-1]).sum(axis=0), strict=True)


def test_sums_of_short_rows_lose_fewer_digits(random):
    x = random.random((500_000, 4)).astype("float32")
    exact = x.sum(axis=0, dtype="float64")
    found = rules.sum_to_shape.run.kernel(x, shape=(4,))
    in_turn = rules.sum_to_shape.forward(x, shape=(4,))
    assert abs(found - exact).max() < abs(in_turn - exact).max() / 10
    np.testing.assert_allclose(found, exact, rtol=1e-6)


@pytest.mark.parametrize(
    ("x", "shape"),
    [
        (np.ones((40, 3000), "float32"), (3000,)),  # long rows
        (np.ones((40, 3), "float32"), (3,)),  # few of them
        (np.ones((9000, 7), "int32"), (7,)),
        (np.ones((9000, 7), "float32"), (9000, 1)),
        (np.ones((9000, 14), "float32")[:, ::2], (7,)),
    ],
)
def test_other_sums_are_left_to_numpy(x, shape):
    assert rules.sum_to_shape.run.kernel(x, shape=shape) is NotImplemented
    np.testing.assert_array_equal(rules.sum_to_shape.run(x, shape=shape), x.sum() / np.prod(shape))


SHAPES = [(8, 30, 30, 16), (8, 31, 29, 16), (40, 21, 40, 1), (1, 200, 3, 50), (9000, 2, 2, 3)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("values", ["all equal", "often equal", "different"])
def test_the_way_back_from_pairs(shape, values, dtype, random):
    x = random.normal(size=shape)
    x = {"all equal": x * 0, "often equal": x.round(), "different": x}[values].astype(dtype)
    y = pool._max_pool.forward(x, window=PAIRS)
    g = random.choice([1.5, -2, 0, -0.0, np.inf, np.nan], y.shape).astype(dtype)
    found = pool._max_pool_grad.run.kernel(g, x, y, window=PAIRS)
    expected = pool._max_pool_grad.forward(g, x, y, window=PAIRS)
    np.testing.assert_array_equal(found, expected, strict=True)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


def test_nan_is_passed_over_and_left_to_numpy_where_it_is_alone(dtype, random):
    x = random.normal(size=(8, 30, 30, 16)).astype(dtype)
    x[random.random(x.shape) < 0.1] = np.nan
    x[:, :2, :2] = 1
    for is_alone in False, True:
        if is_alone:
            x[3, :2, :2, 5] = np.nan
        else:
            x[:, ::2, ::2] = np.nan_to_num(x[:, ::2, ::2])
        y = pool._max_pool.forward(x, window=PAIRS)
        found = pool._max_pool_grad.run.kernel(y, x, y, window=PAIRS)
        assert (found is NotImplemented) == is_alone
        expected = pool._max_pool_grad.forward(y, x, y, window=PAIRS)
        np.testing.assert_array_equal(
            pool._max_pool_grad.run(y, x, y, window=PAIRS), expected, strict=True
        )


@pytest.mark.parametrize(
    "window",
    [
        Window((2, 2), (1, 1), (1, 1), "VALID"),
        Window((3, 2), (2, 2), (1, 1), "VALID"),
        Window((2, 2), (2, 2), (1, 1), "SAME"),  # with a border: the image's sides are odd
        Window((2, 2), (2, 2), (1, 1), ((1, 0), (0, 1))),
    ],
)
def test_other_windows_are_left_to_numpy(window, random):
    x = random.normal(size=(8, 31, 31, 8)).astype("float32")
    y = pool._max_pool.forward(x, window=window)
    assert pool._max_pool_grad.run.kernel(y, x, y, window=window) is NotImplemented
