"""`import minitape` is quick, small, and loads NumPy and the standard library alone."""

import json
import statistics
import subprocess
import sys

import pytest

from tests.conftest import CHECKOUT

# VmHWM and not ru_maxrss: the latter begins with the peak of the process that started this one.
MEASURE = """
import json, re, sys, time
start = time.process_time()
import minitape
seconds = time.process_time() - start
try:
    kilobytes = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
except OSError:
    kilobytes = None
print(json.dumps({"seconds": seconds, "kilobytes": kilobytes, "modules": list(sys.modules)}))
"""
# Of the processor, measured alone: what other programs take beside it doesn't count, but they slow
# it down, for which the test leaves room.
SECONDS = 0.2
MEGABYTES = 60


@pytest.fixture(scope="module")
def runs():
    """Five first imports, each in a process of its own."""
    command = [sys.executable, "-c", MEASURE]
    return [
        json.loads(subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True).stdout)
        for _ in range(5)
    ]


def test_loads_only_numpy_and_the_standard_library(runs):
    packages = {name.split(".")[0] for name in runs[0]["modules"]}
    absent = {"tensorflow", "keras", "torch", "cupy", "numba", "h5py", "matplotlib", "tensorboard"}
    assert not packages & absent
    beyond = packages - set(sys.stdlib_module_names) - {"numpy", "minitape"}
    beyond = {name for name in beyond if not name.startswith(("_", "sitecustomize"))}
    assert not beyond, f"import minitape loads {beyond} as well"


def test_is_quick(runs):
    seconds = [run["seconds"] for run in runs]
    said = f"best {min(seconds):.3f} s, median {statistics.median(seconds):.3f} s"
    assert min(seconds) < 2 * SECONDS, f"import minitape: {said}, the goal is {SECONDS} s"


def test_is_small(runs):
    if runs[0]["kilobytes"] is None:
        pytest.skip("this system has no /proc to read the peak memory of a process from")
    peak = max(run["kilobytes"] for run in runs) / 1024
    assert peak < MEGABYTES, f"import minitape: {peak:.1f} MB at the peak"


def test_what_a_learner_looks_with_is_there_and_loads_when_it_is_asked_for():
    program = """
import sys
import minitape as mt
assert "minitape.learn" not in sys.modules
x = mt.Variable(3.0, name="x")
with mt.GradientTape() as tape:
    y = x * x
print(tape.show(y), tape.explain(y, x).cause)
tape.print(y)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("<The tape of y: 3 ops> flows\nforward: ")


def test_keras_loads_of_it_only_what_fit_may_need():
    program = """
import sys
import minitape.keras
loaded = {name for name in sys.modules if name.startswith("minitape.learn.")}
assert "minitape.learn.histories" in loaded
assert not loaded & {f"minitape.learn.{name}" for name in ("check", "page", "profiling", "why")}
from minitape import learn
assert all(getattr(learn, name) for name in learn.__all__)
assert set(learn.__all__) <= set(dir(learn))
"""
    subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=True)
