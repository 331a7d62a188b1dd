"""Freed memory is kept for the next array: measured in page faults, in a process of its own."""

import os
import platform
import subprocess
import sys

import pytest

from tests.conftest import CHECKOUT

# Both take and free 8 MiB, which is below the largest size that glibc keeps.
MEASURE = """
import resource, sys
import numpy
if sys.argv[1] == "minitape":
    import minitape
def step():
    a, b, c = (numpy.ones(2**20, "float32") for _ in range(3))
    return float((a + b + c)[0])
for _ in range(5):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 10)
"""


def faults(library, **environment):
    command = [sys.executable, "-c", MEASURE, library]
    env = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    run = subprocess.run(
        command, cwd=CHECKOUT, check=True, capture_output=True, env=env | environment
    )
    return float(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_a_step_with_large_arrays_makes_no_page_faults():
    assert faults("minitape") < 10


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_the_environment_has_the_last_word():
    assert faults("minitape", MALLOC_TRIM_THRESHOLD_="0") > 100
