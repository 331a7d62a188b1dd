"""The cost of an import: wall time and peak memory of a fresh process that does nothing else."""

import json
import subprocess
import sys

# VmHWM and not ru_maxrss: the latter begins with the peak of the process that started this one.
PROGRAM = """
import json, re, sys, time
start = time.perf_counter()
__import__(sys.argv[1])
seconds = time.perf_counter() - start
try:
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
except OSError:
    peak = None
print(json.dumps([seconds, peak]))
"""


def measure(module):
    """Returns (seconds, megabytes at the peak) of importing a module; None for what is unknown."""
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, module], capture_output=True, text=True, check=False
    )
    if finished.returncode:
        return None, None
    return json.loads(finished.stdout.splitlines()[-1])
