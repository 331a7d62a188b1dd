import numpy as np
import pytest

import minitape.ops  # noqa: F401  # it makes the primitives
from minitape.engine import PRIMITIVES

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
