"""Products and loops in several threads; numba has no part in the first."""

import threading

import numpy as np
import pytest

from minitape.arrays.cpu import threads

if threads._openblas() is None:
    pytest.skip("NumPy has no OpenBLAS here whose threads could be set", allow_module_level=True)


@pytest.fixture(autouse=True)
def numba():
    """Isn't needed."""


@pytest.fixture(params=[1, 2, 3])
def count(request):
    threads.set_thread_count(request.param)
    yield request.param
    threads.set_thread_count(0)


PRODUCTS = {  # rows, inner, columns
    "rows": (700, 90, 101),
    "columns": (31, 784, 513),
    "inner": (1, 9_000_000, 1),
    "row": (1, 3000, 3001),
}


@pytest.mark.parametrize("sizes", PRODUCTS.values(), ids=PRODUCTS)
@pytest.mark.parametrize("layout", ["C", "F"])
def test_a_product_in_parts_is_the_product(sizes, layout, dtype, random, count):
    """Of whole numbers: no order of additions makes a difference."""
    rows, inner, columns = sizes
    a = random.integers(-3, 4, (rows, inner)).astype(dtype, order=layout)
    b = random.integers(-3, 4, (inner, columns)).astype(dtype, order=layout)
    y = threads.product(a, b)
    if count == 1:
        assert y is NotImplemented
    else:
        np.testing.assert_array_equal(y, a @ b, strict=True)
    assert threads.thread_count() == count


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("int32", "int32"), ("complex64",) * 2])
def test_other_products_are_left_to_numpy(dtypes):
    a, b = (np.ones((300, 300), name) for name in dtypes)
    assert threads.product(a, b) is NotImplemented
    assert threads.product(a[:0], b) is NotImplemented
    assert threads.product(np.ones((300, 200)), np.ones((300, 300))) is NotImplemented


@pytest.mark.parametrize("size", [0, 1, 2, 1000])
def test_the_parts_make_up_the_whole(size, count):
    seen, places = np.zeros(size, int), set()

    def compute(part):
        seen[part] += 1
        places.add(threading.current_thread())

    threads.in_parts(compute, size, elements=1 << 20)
    np.testing.assert_array_equal(seen, 1)
    assert len(places) <= count


def test_an_error_in_a_part_is_raised(count):
    def compute(part):
        if part.stop == 100:  # the last part
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        threads.in_parts(compute, 100, elements=1 << 20)
    assert threads.thread_count() == count


def test_threads_within_threads(random):
    """Whoever computes while another thread does takes one thread, and all get right results."""
    threads.set_thread_count(2)
    a = random.integers(-3, 4, (300, 300)).astype("float32")
    expected, wrong = a @ a, []

    def run():
        for _ in range(20):
            y = threads.product(a, a)
            y = a @ a if y is NotImplemented else y
            if not np.array_equal(y, expected):
                wrong.append(y)

    several = [threading.Thread(target=run) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert not wrong
    threads.set_thread_count(0)
