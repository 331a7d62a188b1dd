"""Convolutions where numba isn't there, beside the forwards.

Of whole numbers: no order of additions makes a difference.
"""

import sys

import numpy as np
import pytest

import minitape.ops  # noqa: F401  # its modules are looked up below: it has functions of the same names
from minitape.arrays.cpu import compiler, convolutions, openblas
from minitape.ops.window import Window

if openblas.openblas() is None:
    pytest.skip("NumPy has no OpenBLAS here", allow_module_level=True)

conv = sys.modules["minitape.ops.conv"]

CASES = {  # of the images, the number of filters, the window
    "valid": ((8, 26, 25, 8), 17, Window((3, 3), (1, 1), (1, 1), "VALID")),
    "same": ((8, 26, 25, 8), 17, Window((3, 2), (1, 1), (1, 1), "SAME")),
    "border": ((8, 26, 25, 8), 17, Window((2, 4), (1, 1), (1, 1), ((2, 1), (0, 3)))),
    "spread": ((8, 26, 25, 8), 17, Window((3, 2), (1, 1), (2, 3), "SAME")),
    "to the right": ((8, 26, 25, 8), 17, Window((3, 3), (1, 2), (1, 1), "VALID")),
    "steps": ((8, 26, 25, 8), 17, Window((4, 3), (3, 2), (1, 1), "SAME")),
    "few channels": ((12, 26, 26, 3), 17, Window((3, 3), (1, 1), (1, 1), "VALID")),
    "one channel": ((12, 40, 41, 1), 9, Window((2, 4), (1, 1), (1, 1), "VALID")),
    "few and spread": ((12, 26, 26, 3), 17, Window((3, 3), (1, 1), (1, 2), "SAME")),
    "one pixel": ((8, 26, 25, 16), 17, Window((1, 1), (1, 1), (1, 1), "VALID")),
    "whole": ((1000, 3, 2, 8), 17, Window((3, 2), (1, 1), (1, 1), "VALID")),
    "large images": ((2, 90, 150, 9), 20, Window((5, 5), (1, 1), (1, 1), "SAME")),
    "one axis": ((9, 301, 8), 30, Window((4,), (1,), (1,), "SAME")),
    "three axes": ((5, 9, 10, 11, 7), 16, Window((2, 3, 2), (1, 1, 1), (1, 2, 1), "SAME")),
}
every_case = pytest.mark.parametrize(("shape", "filters", "window"), CASES.values(), ids=CASES)


@pytest.fixture(autouse=True)
def numba(monkeypatch):
    """In place of the other tests' fixture: here it is never there."""
    monkeypatch.setattr(compiler, "numba", lambda: None)


@pytest.fixture(params=[1, 2, 3], autouse=True)
def threads(request):
    openblas.set_thread_count(request.param)
    yield request.param
    assert openblas.thread_count() == request.param
    openblas.set_thread_count(0)


@pytest.fixture(params=[1 << 18, 9000], ids=["large blocks", "small blocks"], autouse=True)
def block(request, monkeypatch):
    monkeypatch.setattr(convolutions, "_BLOCK", request.param)


def numbers(random, shape, dtype):
    return random.integers(-4, 5, shape).astype(dtype)


def compare(op, arrays, params):
    found = op.run.kernel(*arrays, **params)
    np.testing.assert_array_equal(found, op.forward(*arrays, **params), strict=True)


@every_case
def test_the_convolution_is_the_same(shape, filters, window, dtype, random):
    x = numbers(random, shape, dtype)
    w = numbers(random, (*window.size, shape[-1], filters), dtype)
    compare(conv._conv, (x, w), dict(window=window))


@every_case
def test_the_way_back_is_the_same(shape, filters, window, dtype, random):
    w = numbers(random, (*window.size, shape[-1], filters), dtype)
    g = numbers(random, (shape[0], *window.output_size(shape[1:-1]), filters), dtype)
    if max(window.stride) > 1 or shape[-1] == 1:
        assert (
            conv._conv_backprop_input.run.kernel(w, g, window=window, input_shape=shape)
            is NotImplemented
        )
    else:
        compare(conv._conv_backprop_input, (w, g), dict(window=window, input_shape=shape))


@every_case
def test_the_gradient_of_the_filters_is_the_same(shape, filters, window, dtype, random):
    x = numbers(random, shape, dtype)
    g = numbers(random, (shape[0], *window.output_size(shape[1:-1]), filters), dtype)
    params = dict(window=window, filter_shape=(*window.size, shape[-1], filters))
    compare(conv._conv_backprop_filter, (x, g), params)


@every_case
@pytest.mark.parametrize("then_relu", [False, True])
def test_bias_and_relu(shape, filters, window, then_relu, dtype, random):
    x, bias = numbers(random, shape, dtype), numbers(random, filters, dtype)
    w = numbers(random, (*window.size, shape[-1], filters), dtype)
    found = conv._conv.run.kernel(x, w, window=window, bias=bias, then_relu=then_relu)
    expected = conv._conv.forward(x, w, window=window) + bias
    np.testing.assert_array_equal(found, np.maximum(expected, 0) if then_relu else expected)


def test_arrays_need_not_be_in_one_piece(dtype, random):
    shape, filters, window = CASES["valid"]
    x = numbers(random, (shape[0], shape[3], *shape[1:3]), dtype).transpose(0, 2, 3, 1)
    w = numbers(random, (filters, shape[3], *window.size), dtype).transpose(2, 3, 1, 0)
    g = numbers(random, (filters, 24, 23, shape[0]), dtype).transpose(3, 1, 2, 0)
    compare(conv._conv, (x, w), dict(window=window))
    compare(conv._conv_backprop_input, (w, g), dict(window=window, input_shape=shape))
    compare(conv._conv_backprop_filter, (x, g), dict(window=window, filter_shape=w.shape))


def test_the_number_of_threads_changes_no_bit(dtype, random, threads):
    shape, filters, window = CASES["valid"]
    x = random.normal(size=(32, *shape[1:])).astype(dtype)
    w = random.normal(size=(*window.size, shape[-1], filters)).astype(dtype)
    g = random.normal(size=(32, 24, 23, filters)).astype(dtype)

    def results():
        yield conv._conv.run.kernel(x, w, window=window)
        yield conv._conv_backprop_input.run.kernel(w, g, window=window, input_shape=x.shape)
        yield conv._conv_backprop_filter.run.kernel(x, g, window=window, filter_shape=w.shape)

    found = list(results())
    openblas.set_thread_count(1)
    for one, expected in zip(found, results(), strict=True):
        np.testing.assert_array_equal(one, expected)
    openblas.set_thread_count(threads)


REFUSED = {
    "small": ((1, 9, 9, 3), 4, Window((3, 3), (1, 1), (1, 1), "VALID")),
    "groups": ((8, 26, 25, 8), 16, Window((3, 3), (1, 1), (1, 1), "VALID")),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_left_to_the_forward(kind, dtype, random):
    shape, filters, window = REFUSED[kind]
    x = numbers(random, shape, dtype)
    channels = shape[-1] // (2 if kind == "groups" else 1)
    w = numbers(random, (*window.size, channels, filters), dtype)
    assert conv._conv.run.kernel(x, w, window=window) is NotImplemented
