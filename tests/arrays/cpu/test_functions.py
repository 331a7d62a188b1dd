"""Loops as C functions, and the threads that share out their calls."""

import os
import threading

import numpy as np
import pytest

from minitape.arrays.cpu import functions, openblas
from minitape.arrays.cpu.functions import Calls, Doubles, Floats, Word, address, c_function


@c_function
def plus(size: Word, x: Floats, y: Floats, numbers: Doubles):
    added = type(x[0])(numbers[0])
    for i in range(size):
        y[i] += x[i] + added


@pytest.fixture(params=[1, 2, 3])
def count(request):
    openblas.set_thread_count(request.param)
    yield request.param
    openblas.set_thread_count(0)


WAYS = {"awake": None, "asleep": lambda process: None}


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    if WAYS[request.param]:
        monkeypatch.setattr(functions, "team_of", WAYS[request.param])


def test_each_element_is_computed_once(dtype, count, way):
    calls, pairs = Calls(), []
    for size in (3, 400_000, 70_001, 1, 0):
        x, y = np.arange(size, dtype=dtype), np.ones(size, dtype)
        calls.add_loop(plus, [x, y], 0.5)
        pairs.append((x, y))
    assert all((y == 1).all() for _, y in pairs)  # not yet
    calls.make()
    for x, y in pairs:
        np.testing.assert_array_equal(y, x + dtype.type(1.5), strict=True)
    assert openblas.thread_count() == (count if openblas.openblas() else 1)


def test_no_calls(count):
    Calls().make()


def test_an_array_that_is_only_to_be_read(dtype):
    x, y = np.ones(10, dtype), np.zeros(10, dtype)
    x.flags.writeable = False
    assert address(x) == x.ctypes.data
    plus.of(x.dtype).call(10, address(x), address(y), address(np.array([2.0])))
    np.testing.assert_array_equal(y, 3)


def test_several_threads_that_have_work():
    """One of them gets the team, the others do without it."""
    openblas.set_thread_count(2)
    wrong = []

    def run():
        for _ in range(50):
            x, y, calls = np.ones(100_000, "float32"), np.zeros(100_000, "float32"), Calls()
            calls.add_loop(plus, [x, y], 1.0)
            calls.make()
            wrong.extend(y[y != 2])

    several = [threading.Thread(target=run) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert not wrong
    openblas.set_thread_count(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_was_forked_off_has_threads_of_its_own():
    openblas.set_thread_count(2)
    x, y = np.ones(100_000, "float32"), np.zeros(100_000, "float32")

    def compute():
        calls = Calls()
        calls.add_loop(plus, [x, y], 1.0)
        calls.make()

    compute()
    child = os.fork()
    if child == 0:
        compute()
        os._exit(int(not (y == 4).all()))
    assert os.waitpid(child, 0)[1] == 0
    openblas.set_thread_count(0)


@pytest.mark.skipif(openblas.openblas() is None, reason="without OpenBLAS there is one thread")
def test_the_threads_fall_asleep_and_wake_up(dtype):
    openblas.set_thread_count(2)
    for _ in range(3):
        x, y, calls = np.ones(100_000, dtype), np.zeros(100_000, dtype), Calls()
        calls.add_loop(plus, [x, y], 1.0)
        calls.make()
        np.testing.assert_array_equal(y, 2)
        threading.Event().wait(0.1)  # longer than they stay awake
    openblas.set_thread_count(0)
