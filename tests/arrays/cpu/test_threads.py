"""What is computed in parts by threads that sleep; numba has no part in it."""

import threading

import numpy as np
import pytest

from minitape.arrays.cpu import openblas, threads

if openblas.openblas() is None:
    pytest.skip("NumPy has no OpenBLAS here whose threads could be set", allow_module_level=True)


@pytest.fixture(autouse=True)
def numba():
    """Isn't needed."""


@pytest.fixture(params=[1, 2, 3])
def count(request):
    openblas.set_thread_count(request.param)
    yield request.param
    openblas.set_thread_count(0)


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
    assert openblas.thread_count() == count
