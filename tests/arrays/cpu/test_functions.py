"""Loops as C functions, and the threads that follow plans of their calls."""

import os
import threading

import numpy as np
import pytest

from minitape.arrays.cpu import openblas, plans
from minitape.arrays.cpu.functions import Doubles, Flags, Floats, Word, address, c_function
from minitape.arrays.cpu.plans import FAILED, SCRATCH, At, Plan, Plans, loop_plan, threads_for
from tests.arrays.cpu.conftest import in_four_threads


@c_function
def plus(size: Word, x: Floats, y: Floats, numbers: Doubles):
    added = type(x[0])(numbers[0])
    for i in range(size):
        y[i] += x[i] + added


@c_function
def plus_nothing(size: Word, y: Floats):
    for i in range(size):
        y[i] = 0


@pytest.fixture(params=[1, 2, 3])
def count(request):
    openblas.set_thread_count(request.param)
    yield request.param
    openblas.set_thread_count(0)


class Busy:
    """A team at another work."""

    def make(self, calls):
        plans._team_of(os.getpid()).make(calls)

    def share(self, calls, ends, failed):
        return False


@pytest.fixture(params=["awake", "asleep"])
def way(request, monkeypatch):
    if request.param == "asleep":
        monkeypatch.setattr(plans, "team", Busy)


def plan_of(x, threads=None):
    return loop_plan(plus, x.size, (x.dtype, x.dtype, None), threads or threads_for(x.size))


def test_each_element_is_computed_once(dtype, count, way):
    several, pairs = Plans(), []
    for size in (3, 400_000, 70_001, 1, 0):
        x, y = np.arange(size, dtype=dtype), np.ones(size, dtype)
        several.add(plan_of(x), x, y, np.array([0.5]))
        pairs.append((x, y))
    assert all((y == 1).all() for _, y in pairs)  # not yet
    several.follow()
    for x, y in pairs:
        np.testing.assert_array_equal(y, x + dtype.type(1.5), strict=True)
    assert openblas.thread_count() == (count if openblas.openblas() else 1)


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_a_plan_for_any_number_of_threads(threads, dtype, count, way):
    x, y = np.arange(20, dtype=dtype), np.ones(20, dtype)
    plan_of(x, threads).follow(x, y, np.array([0.5]))
    np.testing.assert_array_equal(y, x + dtype.type(1.5))


def test_a_thread_makes_its_calls_in_order(dtype, count, way):
    """Each adds x + 1 to numbers of its own in the scratch, and these to the result."""
    x, y, size = np.arange(12, dtype=dtype), np.zeros(12, dtype), dtype.itemsize
    function, shares = plus.of(dtype), []
    for start in (0, 6):
        here = [At(i, start * size) for i in range(2)]
        room = At(SCRATCH, start * size)
        clear = (plus_nothing.of(dtype), 6, room)
        shares.append(
            [clear, (function, 6, here[0], room, At(2)), (function, 6, room, here[1], At(2))]
        )
    Plan(shares, scratch=12 * size).follow(x, y, np.array([1.0]))
    np.testing.assert_array_equal(y, x + 2)


@pytest.mark.parametrize("threads", [(1, 1), (2, 3), (3, 1)])
def test_plans_one_after_the_other(threads, dtype, count, way):
    """(x + 1 and nothing else in the scratch), then that twice plus 1 to the result."""
    x, y = np.arange(20, dtype=dtype), np.zeros(20, dtype)
    first, second = (plan_of(x, number) for number in threads)
    clear = loop_plan(plus_nothing, 20, (dtype,), 2)
    middle = At(SCRATCH, 64)
    stages = [(clear, [middle]), (first, [At(0), middle, At(2)]), (second, [middle, At(1), At(2)])]
    Plan.of(stages, scratch=64 + x.nbytes).follow(x, y, np.ones(1))
    np.testing.assert_array_equal(y, x + 2)


@c_function
def no_larger(size: Word, x: Floats, numbers: Doubles, failed: Flags):
    for i in range(size):
        if x[i] > numbers[0]:
            failed[0] = 1


def test_a_call_that_gives_up(dtype, count, way):
    x, y, dtypes = np.arange(20, dtype=dtype), np.zeros(20, dtype), (dtype, dtype, None)
    check = Plan([[(no_larger.of(dtype), 20, At(0), At(1), At(FAILED))], []])
    add = loop_plan(plus, 20, dtypes, 2)
    both = Plan.of([(check, [At(0), At(2)]), (add, [At(0), At(1), At(2)])], scratch=0)
    for limit in (18.0, 19.0):
        assert check.follow(x, np.array([limit])) is (limit > 18)
        assert both.follow(x, y, np.array([limit])) is (limit > 18)
        assert both.follow(x, y, np.array([limit])) is (limit > 18)
        assert add.follow(x, y, np.array([limit]))
    for limit in (18.0, 19.0):
        several = Plan.at_once(((add, 3), (check, 2)))
        assert several.follow(x, y, np.ones(1), x, np.array([limit])) is (limit > 18)


def test_no_plans(count):
    Plans().follow()


@pytest.mark.parametrize("limit", [18.0, 19.0])
def test_plans_that_come_after_one(limit, dtype, count, way):
    """It gives up above the limit; the others then come after what makes the same."""
    x, y, steps = np.arange(20, dtype=dtype), np.zeros(20, dtype), []
    check = Plan([[(no_larger.of(dtype), 20, At(0), At(1), At(FAILED))]])
    several = Plans()
    several.add(plan_of(x), x, y, np.ones(1))
    several.begin(check, [x, np.array([limit])], lambda: steps.append(y.copy()))
    np.testing.assert_array_equal(y, x + 1)  # what was there before is done
    assert [several.held(x), several.held(y)] == [1, 0]
    several.add(plan_of(x, 2), x, y, np.ones(1))
    several.follow()
    np.testing.assert_array_equal(y, 2 * (x + 1))
    assert [list(one) for one in steps] == ([] if limit > 18 else [list(x + 1)])
    several.follow()
    np.testing.assert_array_equal(y, 2 * (x + 1))


def test_an_array_that_is_only_to_be_read(dtype):
    x, y = np.ones(10, dtype), np.zeros(10, dtype)
    x.flags.writeable = False
    assert address(x) == x.ctypes.data
    plan_of(x).follow(x, y, np.array([2.0]))
    np.testing.assert_array_equal(y, 3)


def test_several_threads_that_have_work():
    """One of them gets the team, the others do without it."""
    openblas.set_thread_count(2)
    wrong = []

    def run():
        for _ in range(50):
            x, y = np.ones(100_000, "float32"), np.zeros(100_000, "float32")
            plan_of(x).follow(x, y, np.ones(1))
            wrong.extend(y[y != 2])

    in_four_threads(run)
    assert not wrong
    openblas.set_thread_count(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_was_forked_off_has_threads_of_its_own():
    openblas.set_thread_count(2)
    x, y = np.ones(100_000, "float32"), np.zeros(100_000, "float32")

    def compute():
        plan_of(x).follow(x, y, np.ones(1))

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
        x, y = np.ones(100_000, dtype), np.zeros(100_000, dtype)
        plan_of(x).follow(x, y, np.ones(1))
        np.testing.assert_array_equal(y, 2)
        threading.Event().wait(0.1)  # longer than they stay awake
    openblas.set_thread_count(0)
