"""Prefetching: a thread that works ahead, passes on what goes wrong, and ends with its pass."""

import gc
import threading
import time

import pytest

from minitape.data import Dataset


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def wait_until(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def observed(size, n=10):
    """A dataset that notes what was made, and by which thread."""
    made = []

    def note(x):
        made.append(threading.current_thread().name)
        return x

    return Dataset.range(n).map(note).prefetch(size), made


def test_elements_are_the_same_and_made_by_a_thread():
    dataset, made = observed(3)
    assert [int(x) for x in dataset] == list(range(10))
    assert set(made) == {"prefetch"}
    wait_until(lambda: not threads())


def test_it_works_ahead_as_far_as_it_may():
    dataset, made = observed(3)
    iterator = iter(dataset)
    assert made == []
    next(iterator)
    wait_until(lambda: len(made) == 4)
    time.sleep(0.02)
    assert len(made) == 4  # the one that was taken, and three ahead
    next(iterator)
    wait_until(lambda: len(made) == 5)
    del iterator
    wait_until(lambda: not threads())


def test_nothing_is_started_before_the_first_element_is_asked_for():
    iterator = iter(observed(3)[0])
    assert not threads()
    del iterator


@pytest.mark.parametrize("endless", [True, False])
def test_the_thread_ends_when_its_pass_is_forgotten(endless):
    dataset = Dataset.range(5)
    dataset = (dataset.repeat() if endless else dataset).prefetch(1).map(lambda x: x).prefetch(2)
    for _ in dataset:
        break
    gc.collect()
    wait_until(lambda: not threads())


def test_an_error_is_raised_after_the_elements_before_it():
    def check(x):
        if x == 2:
            raise KeyError("two")
        return x

    iterator = iter(Dataset.range(5).map(check).prefetch(4))
    assert [int(next(iterator)), int(next(iterator))] == [0, 1]
    with pytest.raises(KeyError, match="two"):
        next(iterator)
    with pytest.raises(StopIteration):
        next(iterator)
    wait_until(lambda: not threads())


def test_two_passes_at_a_time():
    dataset = Dataset.range(50).shuffle(50, seed=1).prefetch(2)
    pairs = [(int(x), int(y)) for x, y in zip(dataset, dataset, strict=True)]
    for order in zip(*pairs, strict=True):
        assert sorted(order) == list(range(50))
    wait_until(lambda: not threads())
