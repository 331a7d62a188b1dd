"""Products of matrices in several threads, those that are awake and those that sleep."""

import numpy as np
import pytest

import minitape as mt
from minitape.arrays.cpu import openblas, products, updates
from minitape.engine import PRIMITIVES
from tests.arrays.cpu.conftest import in_four_threads

if openblas.openblas() is None:
    pytest.skip("NumPy has no OpenBLAS here whose threads could be set", allow_module_level=True)


@pytest.fixture(params=[1, 2, 3])
def count(request):
    openblas.set_thread_count(request.param)
    yield request.param
    openblas.set_thread_count(0)


PRODUCTS = {  # rows, inner, columns
    "rows": (700, 90, 101),
    "columns": (31, 784, 513),
    "many rows": (5000, 30, 40),
    "inner": (1, 9_000_000, 1),
    "row": (1, 3000, 3001),
    "small": (30, 40, 50),
}


@pytest.mark.parametrize("layouts", ["CC", "CF", "FC", "FF"])
@pytest.mark.parametrize("sizes", PRODUCTS.values(), ids=PRODUCTS)
@pytest.mark.parametrize("team", [True, False], ids=["awake", "asleep"])
def test_a_product_is_the_product(team, sizes, layouts, dtype, random, count, monkeypatch):
    """Of whole numbers: no order of additions makes a difference."""
    if not team:
        monkeypatch.setattr(products, "is_worth", lambda size: False)
        monkeypatch.setattr(products, "LARGE_FOR_SLEEPERS", products._LARGE)
    rows, inner, columns = sizes
    a = random.integers(-3, 4, (rows, inner)).astype(dtype, order=layouts[0])
    b = random.integers(-3, 4, (inner, columns)).astype(dtype, order=layouts[1])
    y = products.product(a, b)
    if count == 1 and not (team and products._is_halved(sizes)):
        assert y is NotImplemented
    else:
        np.testing.assert_array_equal(y, a @ b, strict=True)
    assert openblas.thread_count() == count


@pytest.mark.parametrize("sizes", [(31, 784, 513), (2, 4001, 600), (32, 2000, 2000)])
def test_products_of_few_rows_are_the_same_in_any_number_of_threads(sizes, dtype, random):
    """And in any layout, and within a function."""
    rows, inner, columns = sizes
    a, b = (random.normal(size=size).astype(dtype) for size in ((rows, inner), (inner, columns)))
    results = []
    for count in (1, 2, 3, 4, 5):
        openblas.set_thread_count(count)
        results.append(products.product(a, b))
        results.append(products.product(a.repeat(2, axis=1)[:, ::2], b.repeat(2, axis=1)[:, ::2]))
        results.append(mt.function(mt.matmul)(mt.constant(a), mt.constant(b)).numpy())
    openblas.set_thread_count(0)
    tolerance = 1e-3 if dtype == "float32" else 1e-11
    np.testing.assert_allclose(results[0], a @ b, rtol=0, atol=tolerance)
    for other in results[1:]:
        np.testing.assert_array_equal(other, results[0])


def test_sleeping_threads_share_a_product(count, monkeypatch):
    shared = []
    monkeypatch.setattr(products, "is_worth", lambda size: False)
    monkeypatch.setattr(products, "in_parts", lambda *_: shared.append(openblas.thread_count()))
    products.product(np.ones((500, 400)), np.ones((400, 300)))
    assert shared == [count] * (count > 1)


@pytest.mark.parametrize("transposed", [(0, 0), (0, 1), (1, 0), (1, 1)])
@pytest.mark.parametrize("sizes", [(784, 32, 512), (1001, 32, 131), (5, 3, 80_001), (9000, 2, 65)])
def test_what_a_loop_makes_for_itself_is_the_product(sizes, transposed, dtype, random, count):
    """To the last bit."""
    rows, inner, columns = sizes
    a, b = (random.normal(size=size).astype(dtype) for size in ((rows, inner), (inner, columns)))
    a, b = (np.ascontiguousarray(x.T) if t else x for x, t in zip((a, b), transposed, strict=True))
    params = dict(zip(("transpose_a", "transpose_b"), map(bool, transposed), strict=True))
    product = products.Product.of(a, b, **params)
    assert (product.sizes, product.size) == (sizes, rows * columns)
    less = np.zeros((rows, columns), dtype)
    product.plan(updates._descent, 1).follow(a, b, less, np.ones(1))
    openblas.set_thread_count(2)
    expected = PRIMITIVES["matmul"].run(a, b, **params)
    np.testing.assert_array_equal(-less, expected, strict=True)


def test_what_is_not_in_one_piece(random, count):
    a = random.integers(-3, 4, (400, 800)).astype("float32")[:, ::2]
    b = random.integers(-3, 4, (400, 100)).astype("float32")
    y = products.product(a, b)
    assert y is NotImplemented if count == 1 else np.array_equal(y, a @ b)


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("int32", "int32"), ("complex64",) * 2])
def test_other_products_are_left_to_numpy(dtypes):
    a, b = (np.ones((300, 300), name) for name in dtypes)
    assert products.product(a, b) is NotImplemented
    assert products.product(a[:0], b) is NotImplemented
    assert products.product(np.ones((300, 200)), np.ones((300, 300))) is NotImplemented


def test_threads_within_threads(random):
    """Whoever computes while another thread does gets right results, too."""
    openblas.set_thread_count(2)
    a = random.integers(-3, 4, (300, 300)).astype("float32")
    expected, wrong = a @ a, []

    def run():
        for _ in range(20):
            y = products.product(a, a)
            y = a @ a if y is NotImplemented else y
            if not np.array_equal(y, expected):
                wrong.append(y)

    in_four_threads(run)
    assert not wrong
    openblas.set_thread_count(0)
