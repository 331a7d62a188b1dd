"""Each thread has its own recorders."""

import threading

import numpy as np

import minitape as mt
from minitape.engine import active


def in_thread(function):
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def test_a_thread_starts_without_recorders():
    with mt.GradientTape():
        assert len(active.recorders) == 1
        assert in_thread(lambda: active.recorders) == ()


def test_threads_train_side_by_side():
    ready = threading.Barrier(4)
    results = {}

    def work(number):
        x = mt.Variable(float(number))
        ready.wait()
        for _ in range(200):
            with mt.GradientTape() as tape:
                y = x * x * x
            gradient = tape.gradient(y, x)
        results[number] = float(gradient)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: 3.0 * n * n for n in range(4)}


def test_ids_are_never_given_twice():
    made = [[] for _ in range(4)]

    def work(ids):
        ids.extend(mt.Tensor(np.zeros(())).id for _ in range(5000))

    threads = [threading.Thread(target=work, args=(ids,)) for ids in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set().union(*made)) == 4 * 5000


def test_a_tape_may_be_differentiated_in_another_thread():
    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = x * x
    assert float(in_thread(lambda: tape.gradient(y, x))) == 6


def test_stopping_one_tape_leaves_the_others_of_the_thread():
    x = mt.Variable(3.0)
    with mt.GradientTape() as outer, mt.GradientTape() as inner:
        with outer.stop_recording():
            y = x * x
        z = x * 2.0
    assert outer.gradient([y, z], x).numpy() == 2
    assert inner.gradient(y, x).numpy() == 6
