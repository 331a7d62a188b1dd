import numpy as np
import pytest

import minitape.ops  # noqa: F401  # it makes the primitives
from minitape.arrays.cpu import add_bias
from minitape.engine import PRIMITIVES
from minitape.ops import reduce

SHAPES = [(3, 50, 41, 16), (200, 1001), (40_000, 1), (50_000, 3), (40_001,), (5, 3), (1,), (0, 4)]
LAYOUTS = {
    "as it is": lambda x: x,
    "transposed": lambda x: x.T.copy().T,
    "strided": lambda x: x.repeat(2, axis=-1)[..., ::2],
}


def drawn(random, shape, dtype, finite=True):
    x = random.normal(size=shape).astype(dtype)
    x[random.random(shape) < 0.2] = 0
    if not finite:
        for value in (np.nan, np.inf, -np.inf, -0.0):
            x[random.random(shape) < 0.05] = value
    return x


def compare(name, *arrays, answers=False, **params):
    """The results are the forward's to the last bit; `answers`: they must be the kernel's."""
    op = PRIMITIVES[name]
    assert not answers or op.run.kernel(*arrays, **params) is not NotImplemented
    expected, found = op.forward(*arrays, **params), op.run(*arrays, **params)
    np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_relu_grad(shape, layout, finite, dtype, random):
    g, y = (LAYOUTS[layout](drawn(random, shape, dtype, finite)) for _ in range(2))
    large = g.size > 1 << 14 and g.flags.c_contiguous
    compare("relu_grad", g, y, answers=large)


@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_activations_and_choices(shape, layout, finite, dtype, random):
    x, y = (LAYOUTS[layout](drawn(random, shape, dtype, finite)) for _ in range(2))
    condition = LAYOUTS[layout](random.random(shape) < 0.5)
    large = x.size > 1 << 14 and x.flags.c_contiguous
    compare("relu", x, answers=large)
    for alpha in (0.2, 1.5):
        compare("leaky_relu", x, alpha=alpha, answers=large)
        compare("leaky_relu_grad", y, x, alpha=alpha, answers=large)
    compare("kept", x, condition, answers=large)
    compare("where", condition, x, y, answers=large)


def test_choices_of_other_shapes_are_left_to_numpy(dtype, random):
    x, row = drawn(random, (400, 100), dtype), drawn(random, (100,), dtype)
    compare("kept", x, row > 0)
    compare("where", row > 0, x, x)
    compare("where", x > 0, row, x)
    compare("where", x > 0, x, row[0])


def test_relu_grad_of_other_shapes_is_left_to_numpy(dtype, random):
    g, y = drawn(random, (400, 100), dtype), drawn(random, (100,), dtype)
    compare("relu_grad", g, y)
    compare("relu_grad", y, g)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_sum_to_shape(shape, layout, dtype, random):
    x = LAYOUTS[layout](drawn(random, shape, dtype))
    answers = x.size > 1 << 14 and x.flags.c_contiguous and x.ndim > 1 and shape[-1] > 1
    compare("sum_to_shape", x, shape=shape[-1:], answers=answers)
    compare("sum_to_shape", x, shape=(1, *shape[1:]))
    compare("sum_to_shape", x, shape=())


def test_sums_that_are_not_finite(dtype, random):
    x = drawn(random, (3000, 700), dtype, finite=False)
    x[:, ::2] = drawn(random, (3000, 350), dtype)
    compare("sum_to_shape", x, shape=(700,), answers=True)


@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if 0 not in shape])
def test_sums_and_moments_of_channels(shape, layout, finite, dtype, random, monkeypatch):
    x = LAYOUTS[layout](drawn(random, shape, dtype, finite))
    axis = tuple(range(x.ndim - 1))
    mean = random.normal(size=(*[1] * len(axis), shape[-1])).astype(dtype)
    answers = x.size > 1 << 14 and x.flags.c_contiguous and x.ndim > 1 and shape[-1] > 1
    for op in ("reduce_sum", "reduce_mean"):
        for keepdims in (True, False):
            found = PRIMITIVES[op].run(x, axis=axis, keepdims=keepdims)
            with monkeypatch.context() as patch, np.errstate(invalid="ignore"):
                patch.setattr(reduce, "_total", reduce._total.__wrapped__)
                expected = PRIMITIVES[op].forward(x, axis=axis, keepdims=keepdims)
            np.testing.assert_array_equal(found, expected, strict=True)
    with monkeypatch.context() as patch, np.errstate(invalid="ignore"):
        patch.setattr(reduce, "_total", reduce._total.__wrapped__)
        compare("variance", x, mean, axis=axis, answers=answers)


@pytest.mark.parametrize("then_relu", [False, True])
@pytest.mark.parametrize("shape", [(3000, 10), (1, 40_000), (7, 5, 16, 64), (40_000, 1)])
def test_a_bias_and_relu_are_added_in_place(shape, then_relu, dtype, random):
    y = random.normal(size=shape).astype(dtype)
    bias = random.normal(size=shape[-1:]).astype(dtype)
    y.flat[random.integers(0, y.size, 50)] = np.nan
    y.flat[random.integers(0, y.size, 50)] = -np.inf
    y.reshape(-1, shape[-1])[0] = -bias  # sums of 0
    expected = np.maximum(y + bias, 0) if then_relu else y + bias
    assert add_bias(y, bias, then_relu) is y
    np.testing.assert_array_equal(y, expected, strict=True)
    np.testing.assert_array_equal(np.signbit(y), np.signbit(expected))
