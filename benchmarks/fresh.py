"""The first step of a training in a fresh process, and the peak memory of a short one.

python -m benchmarks.fresh minitape mlp /CPU:0
"""

import json
import os
import subprocess
import sys
import tempfile
import time

from . import engines
from .imports import peak_megabytes
from .workload import BATCH, MODELS

STEPS = 20  # after the first one
# Where libraries keep compiled code. JAX keeps none unless it is told where, and then what took a
# second to compile, unless it is told that less will do.
CACHES = ("NUMBA_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR", "JAX_COMPILATION_CACHE_DIR")
KEEP_ALL = {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}


def first_steps(engine, model, device):
    """Returns (seconds with empty caches, seconds with full ones, megabytes); None if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        caches = {name: f"{folder}/{name.lower()}" for name in CACHES}
        environment = os.environ | caches | KEEP_ALL
        cold, warm = (_run(engine, model, device, environment) for _ in range(2))
    return cold[0], warm[0], warm[1]


def _run(engine, model, device, environment):
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.fresh", engine, model, device],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        return None, None
    return json.loads(finished.stdout.splitlines()[-1])


def main():
    _, name, model, device = sys.argv
    engine = engines.start(name, device)
    model = MODELS[model]
    x, y = model.data(STEPS * BATCH)
    start = time.perf_counter()
    train = engine.training(model, BATCH, dropout=0.5)
    if train is None:
        print(json.dumps([None, None]))
        return
    train(*engine.data(x[:BATCH], y[:BATCH]))
    seconds = time.perf_counter() - start
    train(*engine.data(x, y))
    print(json.dumps([seconds, peak_megabytes()]))


if __name__ == "__main__":
    main()
