"""The cost of an import: wall time and peak memory of a fresh process that does nothing else."""

import json
import re
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, sys, time
start = time.perf_counter()
__import__(sys.argv[1])
seconds = time.perf_counter() - start
try:
    status = open("/proc/self/status").read()
except OSError:
    status = ""
print(json.dumps([seconds, status]))
"""


def measure(module):
    """Returns (seconds, megabytes at the peak) of importing a module; None for what is unknown."""
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, module], capture_output=True, text=True, check=False
    )
    if finished.returncode:
        return None, None
    seconds, status = json.loads(finished.stdout.splitlines()[-1])
    return seconds, _peak(status)


def peak_megabytes():
    """The most memory that this process has had, or None where it is not known."""
    try:
        return _peak(Path("/proc/self/status").read_text())
    except OSError:
        return None


def _peak(status):
    # VmHWM and not ru_maxrss: the latter begins with the peak of the process that started this one.
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else None
