"""im2col, col2im and the gradient of the pooling, through the ops that use them."""

import sys

import numpy as np
import pytest

import minitape.ops  # noqa: F401  # its modules are looked up below: it has functions of the same names
from minitape.ops.window import Window

conv = sys.modules["minitape.ops.conv"]
pool = sys.modules["minitape.ops.pool"]

SHAPES = {  # of the images, and the number of filters
    "large": ((4, 26, 25, 12), 16),
    "one channel": ((8, 60, 61, 1), 7),
    "one pixel": ((400, 1, 1, 64), 70),
    "small": ((1, 3, 4, 2), 3),
    "empty": ((0, 9, 9, 3), 4),
}
WINDOWS = {
    "valid": Window((3, 3), (1, 1), (1, 1), "VALID"),
    "same": Window((3, 2), (1, 1), (1, 1), "SAME"),
    "steps": Window((4, 4), (2, 3), (1, 1), "SAME"),
    "one": Window((1, 1), (1, 1), (1, 1), "VALID"),
    "gaps": Window((2, 2), (3, 3), (1, 1), "VALID"),
    "border": Window((3, 3), (2, 1), (1, 1), ((2, 1), (0, 2))),
    "spread": Window((2, 3), (1, 1), (2, 1), "SAME"),  # no kernel
}
CASES = [
    pytest.param(shape, filters, window, id=f"{name}-{kind}")
    for name, (shape, filters) in SHAPES.items()
    for kind, window in WINDOWS.items()
    if min(window.output_size(shape[1:-1])) > 0
]
LAYOUTS = {
    "as it is": lambda x: x,
    "transposed": lambda x: x.transpose(0, 2, 1, 3).copy().transpose(0, 2, 1, 3),
    "strided": lambda x: x.repeat(2, axis=3)[..., ::2],
}


def is_large(x, window):
    return x.size >= 1 << 14 and window.dilation == (1, 1)


@pytest.mark.parametrize(("shape", "filters", "window"), CASES)
def test_the_patches_are_the_same(shape, filters, window, dtype, random):
    x = random.normal(size=shape).astype(dtype)
    given = (x, window, window.output_size(shape[1:-1]), 1)
    answers = conv._patches.kernel(*given) is not NotImplemented
    assert answers or not is_large(x, window)
    expected = conv._patches.__wrapped__(*given)
    np.testing.assert_array_equal(conv._patches(*given), expected, strict=True)


@pytest.mark.parametrize(("shape", "filters", "window"), CASES)
def test_the_way_back_is_the_same(shape, filters, window, dtype, random):
    """Products of whole numbers: no order of additions makes a difference."""
    op = conv._conv_backprop_input
    w = random.integers(-4, 5, (*window.size, shape[-1], filters)).astype(dtype)
    steps = window.output_size(shape[1:-1])
    g = random.integers(-4, 5, (shape[0], *steps, filters)).astype(dtype)
    params = dict(window=window, input_shape=shape)
    if is_large(g, window):
        assert op.run.kernel(w, g, **params) is not NotImplemented
    expected = op.forward(w, g, **params)
    np.testing.assert_array_equal(op.run(w, g, **params), expected, strict=True)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["valid", "steps"])
def test_any_layout_will_do(kind, layout, dtype, random):
    shape, filters, window = (4, 26, 25, 12), 16, WINDOWS[kind]
    x, steps = random.normal(size=shape).astype(dtype), window.output_size(shape[1:-1])
    w = random.normal(size=(*window.size, 12, filters)).astype(dtype)
    g = LAYOUTS[layout](random.normal(size=(4, *steps, filters)).astype(dtype))
    near = dict(rtol=0, atol=200 * np.finfo(dtype).eps)  # sums of up to 192 products
    given = (LAYOUTS[layout](x), w)
    y = conv._conv.forward(x, w, window=window)
    np.testing.assert_allclose(conv._conv.run(*given, window=window), y, **near)
    params = dict(window=window, input_shape=shape)
    back = conv._conv_backprop_input
    np.testing.assert_allclose(back.run(w, g, **params), back.forward(w, g, **params), **near)


def pooled(x, window):
    return x, pool._max_pool.forward(x, window=window)


@pytest.mark.parametrize(("shape", "filters", "window"), CASES)
def test_the_gradient_of_the_maximum_is_the_same(shape, filters, window, dtype, random):
    """The values have ties, and some aren't finite."""
    x = random.integers(0, 5, shape).astype(dtype)
    x[random.random(shape) < 0.4] = np.nan
    x[random.random(shape) < 0.05] = np.inf
    x, y = pooled(x, window)
    g = random.normal(size=y.shape).astype(dtype)
    g[random.random(g.shape) < 0.02] = np.inf
    op = pool._max_pool_grad
    if is_large(x, window) and is_large(g, window):
        assert op.run.kernel(g, x, y, window=window) is not NotImplemented
    expected = op.forward(g, x, y, window=window)
    np.testing.assert_array_equal(op.run(g, x, y, window=window), expected, strict=True)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_gradient_of_the_maximum_takes_any_layout(layout, dtype, random):
    window = WINDOWS["steps"]
    x, y = pooled(random.normal(size=(8, 40, 30, 16)).astype(dtype), window)
    g = random.normal(size=y.shape).astype(dtype)
    expected = pool._max_pool_grad.forward(g, x, y, window=window)
    found = pool._max_pool_grad.run(*map(LAYOUTS[layout], (g, x, y)), window=window)
    np.testing.assert_array_equal(found, expected)
