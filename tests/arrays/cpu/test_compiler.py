import os
import subprocess
import sys

import numpy as np
import pytest

import minitape as mt
from minitape import settings
from minitape.arrays import with_kernel
from minitape.arrays.cpu import compiler, functions, plans
from minitape.tracing import program
from minitape.tracing.compiled import compiled
from tests.conftest import CHECKOUT


def ask(code, **environment):
    command = [sys.executable, "-c", code]
    env = os.environ | environment
    run = subprocess.run(command, cwd=CHECKOUT, env=env, check=True, capture_output=True, text=True)
    return run.stdout.strip()


def test_a_kernel_answers_or_leaves_it_to_the_forward():
    run = with_kernel(lambda x: "forward", lambda x: "kernel" if x else NotImplemented)
    one, none = np.ones(1), np.zeros(1)
    assert (run(one), run(none)) == ("kernel", "forward")
    settings.set_cpu_kernels(False)
    try:
        assert (run(one), run(none)) == ("forward", "forward")
    finally:
        settings.set_cpu_kernels(True)


def test_the_environment_turns_kernels_off():
    code = "import minitape.settings as s; print(s.cpu_kernels())"
    assert [ask(code, MINITAPE_KERNELS=value) for value in ("0", "1", "")] == [
        "False",
        "True",
        "True",
    ]


def test_eager_and_traced_calls_run_the_same():
    """A program keeps what a call runs, and the switch works for it as well."""

    def plus(x):
        return x + 1

    op = mt.engine.Primitive(plus, registered=False)
    op.defkernel(cpu=lambda x: x + 2)
    x = mt.constant(1.0)
    line = program.Call(op, (0,), (1,), {}, False)
    run = compiled(program.Program([0], {}, [line], [1], {}))
    assert (float(op(x)), float(run(x.array)[0])) == (3, 3)
    settings.set_cpu_kernels(False)
    try:
        assert (float(op(x)), float(run(x.array)[0])) == (2, 2)
    finally:
        settings.set_cpu_kernels(True)


LAZY = """
import sys
import minitape as mt
from minitape.keras import layers
for units in (30, 300):
    model = mt.keras.Sequential([mt.keras.Input((100,)), layers.Dense(units), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(mt.zeros((64, 100)).numpy(), mt.zeros((64, 1)).numpy(), verbose=0)
    print("numba" in sys.modules)
"""


def test_numba_is_loaded_when_a_large_array_comes():
    assert ask(LAZY).split() == ["False", "True"]


def test_it_works_without_numba(monkeypatch):
    monkeypatch.setattr(compiler, "numba", lambda: None)
    assert not compiler.suits(np.zeros(1 << 15))


def test_a_numba_that_fails_to_load_is_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)  # as of a version that refuses this NumPy
    assert compiler.numba.__wrapped__() is None


def test_where_nothing_can_be_written_the_code_is_not_kept(monkeypatch, numba):
    asked = []

    class Numba:
        types = numba.types

        @staticmethod
        def cfunc(kind, cache=False, **options):
            asked.append(cache)
            if cache:
                raise RuntimeError("cannot cache function: no locator available")
            return numba.cfunc(kind, **options)

    monkeypatch.setattr(functions, "numba", lambda: Numba)

    @functions.c_function
    def double(size: functions.Word, x: functions.Floats):
        for i in range(size):
            x[i] *= 2

    x = np.arange(5.0)
    plans.Plan([[(double.of(x.dtype), 5, plans.At(0))]]).follow(x)
    assert x.tolist() == [0, 2, 4, 6, 8]
    assert asked[:2] == [True, False]  # others may be of the threads


OTHERS = {
    "float16": np.zeros((200, 200), "float16"),
    "complex": np.zeros((200, 200), "complex64"),
    "integers": np.zeros((200, 200), "int32"),
    "transposed": np.zeros((200, 200), "float32").T,
    "strided": np.zeros((200, 400), "float32")[:, ::2],
    "swapped": np.zeros((200, 200), ">f4"),
    "masked": np.ma.zeros((200, 200), "float32"),
    "scalar": np.float32(1),
    "empty": np.zeros((0, 200), "float32"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_no_kernel_is_made_for(other):
    assert not compiler.suits(OTHERS[other])
    assert compiler.suits(np.zeros((200, 200), "float32"))
