"""The plans of calls with known shapes make what the ops' forwards make, bit for bit."""

import numpy as np
import pytest

import minitape as mt
from minitape.arrays.cpu import builder_of, openblas
from minitape.engine import PRIMITIVES
from minitape.tracing.program import Kind


@pytest.fixture(params=[1, 2])
def count(request):
    openblas.set_thread_count(request.param)
    yield request.param
    openblas.set_thread_count(0)


def kind(x):
    return Kind(x.dtype, x.shape)


def compare(op, *arrays, **params):
    expected = op.forward(*arrays, **params)
    make = builder_of(op)([kind(x) for x in arrays], kind(expected), **params)
    found = np.full_like(expected, 7)
    make().follow(*arrays, found)
    np.testing.assert_array_equal(found, expected, strict=True)


def numbers(random, shape, dtype):
    """Some of them are zeros, not finite, or nan."""
    x = random.normal(size=shape).astype(dtype)
    for odd in (0, -0.0, np.inf, -np.inf, np.nan):
        x[random.random(shape) < 0.05] = odd
    return x


PAIRS = {
    "same": ((7, 33), (7, 33)),
    "number": ((7, 33), ()),
    "one element": ((7, 33), (1, 1)),
    "row": ((7, 33), (33,)),
    "row of a matrix": ((2, 7, 33), (1, 33)),
    "column": ((7, 33), (7, 1)),
    "column of matrices": ((2, 7, 33), (2, 7, 1)),
    "numbers": ((), ()),
    "one row": ((1, 5), (5,)),
    "one column": ((5, 1), (5, 1)),
}


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide_no_nan", "greater_equal"])
@pytest.mark.parametrize("shapes", PAIRS.values(), ids=PAIRS)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_pairs(name, shapes, dtype, random):
    x, y = (numbers(random, shape, dtype) for shape in shapes)
    compare(PRIMITIVES[name], x, y)
    compare(PRIMITIVES[name], x, np.zeros_like(y))
    if name in ("add", "multiply"):
        compare(PRIMITIVES[name], y, x)


OTHER_PAIRS = {
    "broadcast both": ((7, 1), (1, 33)),
    "middle": ((7, 3, 33), (7, 1, 33)),
    "large": ((300, 300), (300, 300)),
    "empty": ((0, 3), (0, 3)),
    "more axes": ((1,), (1, 1)),
}


@pytest.mark.parametrize("shapes", OTHER_PAIRS.values(), ids=OTHER_PAIRS)
def test_pairs_that_are_left_to_numpy(shapes, dtype):
    x, y = (np.ones(shape, dtype) for shape in shapes)
    op = PRIMITIVES["subtract"]
    assert builder_of(op)([kind(x), kind(y)], kind(x - y)) is None
    whole = np.ones((7, 33), "int32")
    assert builder_of(op)([kind(whole)] * 2, kind(whole)) is None


@pytest.mark.parametrize("size", [1, 3, 4, 1001, 4096, 8191, 70_000])
def test_uniform_numbers(size, random, count):
    for state in random.integers(-(2**62), 2**62, (3, 3)):
        compare(PRIMITIVES["standard_uniform"], state, shape=(size,), dtype="float32")
    last = np.array([-2, 2**63 - 1, 5])  # the counter's carry
    compare(PRIMITIVES["standard_uniform"], last, shape=(size,), dtype="float32")


def test_states_of_seeds(random):
    for seed in random.integers(-(2**31), 2**31, (20, 2)):
        compare(PRIMITIVES["seeded_random_state"], seed.astype("int32"))
    wide = Kind(np.dtype("int64"), (2,))
    assert builder_of(PRIMITIVES["seeded_random_state"])([wide], wide) is None


@pytest.mark.parametrize("shape", [(1, 5), (70, 33), (2, 3, 700, 33), (0, 4)])
def test_sums_of_rows(shape, dtype, random):
    x = random.integers(-9, 9, shape).astype(dtype)
    compare(PRIMITIVES["sum_to_shape"], x, shape=shape[-1:])


@pytest.mark.parametrize("shape", [(3,), (64, 100), (300, 301)])
def test_activations_and_choices(shape, dtype, random, count):
    x, y = (numbers(random, shape, dtype) for _ in range(2))
    compare(PRIMITIVES["relu"], x)
    compare(PRIMITIVES["relu_grad"], random.normal(size=shape).astype(dtype), y)
    compare(PRIMITIVES["kept"], x, y > 0)


PRODUCTS = [(2, 2, 2), (32, 512, 10), (33, 7, 65), (512, 32, 1000), (40, 784, 512)]


@pytest.mark.parametrize("sizes", PRODUCTS, ids=str)
@pytest.mark.parametrize("transposed", ["", "a", "b", "ab"])
def test_products(sizes, transposed, dtype, random, count):
    """Also of numbers that are rounded: eager calls and those of programs are the same."""
    rows, inner, columns = sizes
    a = random.normal(size=(inner, rows) if "a" in transposed else (rows, inner)).astype(dtype)
    b = random.normal(size=(columns, inner) if "b" in transposed else (inner, columns)).astype(
        dtype
    )
    params = {"transpose_a": "a" in transposed, "transpose_b": "b" in transposed}
    op = PRIMITIVES["matmul"]
    expected = op.run(a, b, **params)
    found = np.empty_like(expected)
    make = builder_of(op)([kind(a), kind(b)], kind(expected), **params)
    make().follow(a, b, found)
    np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("shapes", [((1, 3), (3, 4)), ((4, 3), (3, 1)), ((2, 3, 3), (2, 3, 3))])
def test_products_that_are_left_to_numpy(shapes):
    a, b = (Kind(np.dtype("float32"), shape) for shape in shapes)
    y = mt.matmul(*(mt.zeros(shape) for shape in shapes)).numpy()
    params = {"transpose_a": False, "transpose_b": False}
    assert builder_of(PRIMITIVES["matmul"])([a, b], kind(y), **params) is None
