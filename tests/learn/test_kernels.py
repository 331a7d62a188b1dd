"""What threads do, step by step."""

import pytest

import minitape as mt
from minitape import learn
from minitape.arrays.cuda.simulator import compiler

if not compiler.has_compiler():
    pytest.skip("the simulated card needs a C++ compiler", allow_module_level=True)


def watched(f, *arrays):
    with mt.device("/SIM:0"):
        tensors = [mt.constant(x) for x in arrays]
    with learn.watch_kernels() as launches:
        f(*tensors)
    return launches


def test_each_thread_reads_and_writes_its_element():
    (launch,) = watched(mt.add, [1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
    assert (launch.file, launch.name) == ("elementwise.cu", "elementwise")
    assert (launch.grid, launch.block) == ((1,), (256,))
    assert launch.steps.keys() == {(0, 0)}
    threads = launch.steps[0, 0]
    assert threads.keys() == {0, 1, 2}
    for n, accesses in threads.items():
        assert list(map(str, accesses)) == [
            f"reads x_[{n}]",
            f"reads y_[{n}]",
            f"writes result_[{n}]",
        ]


def test_steps_end_at_barriers():
    (launch,) = watched(mt.nn.softmax, [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
    steps = {block: [step for b, step in launch.steps if b == block] for block in (0, 1)}
    assert steps[0] == steps[1]
    assert len(steps[0]) == 3  # the largest; the sum; the results
    last = launch.steps[1, max(steps[1])]
    assert [str(accesses[-1]) for _, accesses in sorted(last.items())] == [
        "writes y[3]",
        "writes y[4]",
        "writes y[5]",
    ]


def test_several_launches_in_their_order_and_none_afterwards():
    launches = watched(lambda x: mt.reduce_max(mt.tanh(x)), [1.0, 2.0])
    assert [launch.name for launch in launches] == ["elementwise", "reduce_rows<float, Largest>"]
    with mt.device("/SIM:0"):
        mt.tanh(mt.constant([1.0]))
    assert len(launches) == 2


def test_what_is_printed_is_short():
    text = str(watched(mt.sin, [0.5] * 300)).splitlines()
    assert text[0] == "elementwise of elementwise.cu: (2,) blocks of (256,) threads"
    assert text[2] == "    thread 0 reads x_[0], writes result_[0]"
    assert text[6] == "    ... and 252 threads more"
    assert len(text) == 13
