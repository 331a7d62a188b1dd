"""Convolution and the gradient of the pooling, through the ops that use the loops."""

import sys

import numpy as np
import pytest

import minitape.ops  # noqa: F401  # its modules are looked up below: it has functions of the same names
from minitape.arrays.cpu import openblas, windows
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


@pytest.fixture(params=[1 << 17, 500], ids=["large blocks", "small blocks"])
def block(request, monkeypatch):
    """How much is computed at a time: all, some images, or some rows of one."""
    monkeypatch.setattr(windows, "_BLOCK", request.param)


def numbers(random, shape, dtype):
    """Whole ones: no order of additions makes a difference."""
    return random.integers(-4, 5, shape).astype(dtype)


def compare(op, arrays, params, answers):
    if answers:
        assert op.run.kernel(*arrays, **params) is not NotImplemented
    expected = op.forward(*arrays, **params)
    np.testing.assert_array_equal(op.run(*arrays, **params), expected, strict=True)


@pytest.mark.parametrize(("shape", "filters", "window"), CASES)
def test_the_convolution_is_the_same(shape, filters, window, block, dtype, random):
    x = numbers(random, shape, dtype)
    w = numbers(random, (*window.size, shape[-1], filters), dtype)
    compare(conv._conv, (x, w), dict(window=window), answers=is_large(x, window))


@pytest.mark.parametrize(("shape", "filters", "window"), CASES)
def test_the_way_back_is_the_same(shape, filters, window, block, dtype, random):
    w = numbers(random, (*window.size, shape[-1], filters), dtype)
    g = numbers(random, (shape[0], *window.output_size(shape[1:-1]), filters), dtype)
    params = dict(window=window, input_shape=shape)
    if filters <= shape[-1] and window.way_back(shape[1:-1]):
        assert conv._conv_backprop_input.run.kernel(w, g, **params) is NotImplemented
    few = filters < shape[-1]
    compare(conv._conv_backprop_input, (w, g), params, answers=is_large(g, window) and not few)


@pytest.mark.parametrize(("shape", "filters", "window"), CASES)
def test_the_gradient_of_the_filters_is_the_same(shape, filters, window, block, dtype, random):
    x = numbers(random, shape, dtype)
    g = numbers(random, (shape[0], *window.output_size(shape[1:-1]), filters), dtype)
    params = dict(window=window, filter_shape=(*window.size, shape[-1], filters))
    answers = is_large(x, window) and is_large(g, window) and filters >= shape[-1]
    compare(conv._conv_backprop_filter, (x, g), params, answers)


@pytest.mark.parametrize("then_relu", [False, True])
def test_a_bias_is_added_block_by_block(then_relu, block, dtype, random):
    shape, filters = SHAPES["large"]
    x, bias = numbers(random, shape, dtype), numbers(random, filters, dtype)
    w = numbers(random, (3, 3, shape[-1], filters), dtype)
    found = conv._conv.run.kernel(x, w, window=WINDOWS["valid"], bias=bias, then_relu=then_relu)
    expected = conv._conv.forward(x, w, window=WINDOWS["valid"]) + bias
    expected = np.maximum(expected, 0) if then_relu else expected
    np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_number_of_threads_changes_no_bit(count, dtype, random):
    shape, filters = SHAPES["large"]
    x, window = random.normal(size=shape).astype(dtype), WINDOWS["same"]
    w = random.normal(size=(*window.size, shape[-1], filters)).astype(dtype)
    g = random.normal(size=(*shape[:-1], filters)).astype(dtype)

    def results():
        yield conv._conv.run(x, w, window=window)
        yield conv._conv_backprop_input.run(w, g, window=window, input_shape=shape)
        yield conv._conv_backprop_filter.run(x, g, window=window, filter_shape=w.shape)

    try:
        openblas.set_thread_count(1)
        expected = list(results())
        openblas.set_thread_count(count)
        for found, one in zip(results(), expected, strict=True):
            np.testing.assert_array_equal(found, one)
    finally:
        openblas.set_thread_count(0)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["valid", "steps"])
def test_any_layout_will_do(kind, layout, dtype, random):
    (shape, filters), window = SHAPES["large"], WINDOWS[kind]
    steps = window.output_size(shape[1:-1])
    x = LAYOUTS[layout](numbers(random, shape, dtype))
    w = LAYOUTS[layout](numbers(random, (*window.size, shape[-1], filters), dtype))
    g = LAYOUTS[layout](numbers(random, (shape[0], *steps, filters), dtype))
    compare(conv._conv, (x, w), dict(window=window), answers=False)
    compare(conv._conv_backprop_input, (w, g), dict(window=window, input_shape=shape), False)
    compare(conv._conv_backprop_filter, (x, g), dict(window=window, filter_shape=w.shape), False)


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
