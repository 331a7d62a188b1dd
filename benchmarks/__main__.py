"""Times minitape beside TensorFlow with Keras and PyTorch, those that are installed, in one run."""

import argparse
import datetime
import os
import sys
from pathlib import Path

from . import imports, report
from .worker import Worker
from .workload import BATCH, CHAIN_LENGTH, CHAIN_WIDTH, MODELS

ENGINES = ["minitape", "tensorflow", "torch"]
MEASUREMENTS = {
    "chain_forward": "op forward, µs",
    "chain_backward": "op forward + backward, µs",
    **{name: f"{name}: training step, ms" for name in MODELS},
}
IMPORTS = {
    "import_seconds": "import, s",
    "import_megabytes": "import, MB at the peak",
}


def main():
    options = parse_arguments()
    # Read by TensorFlow and by the C++ logging below it, in the workers.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    started = datetime.datetime.now().astimezone()
    machine = report.machine()
    engines = ["minitape", *(name for name in options.engines if name != "minitape")]
    workers = [Worker(name) for name in engines]
    rounds = {key: {name: [] for name in engines} for key in (*MEASUREMENTS, *IMPORTS)}
    try:
        measure(workers, options, rounds)
    finally:
        for worker in workers:
            worker.close()
    rows = {
        key: {name: report.summary(values) for name, values in by_engine.items()}
        for key, by_engine in rounds.items()
        if any(by_engine.values())
    }
    print_report(started, machine, workers, rows)
    path = options.output or report.RESULTS / f"{started:%Y-%m-%d_%H%M%S}.json"
    versions = {worker.name: worker.version for worker in workers}
    everything = {
        "started": started.isoformat(),
        "machine": machine,
        "versions": versions,
        "problems": {worker.name: worker.problem for worker in workers if worker.problem},
        "results": rows,
    }
    report.write(everything, path)
    print(f"\nWritten to {path}")
    return 0 if versions["minitape"] and not workers[0].problem else 1


def parse_arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each engine (7)")
    parser.add_argument("--engines", nargs="*", choices=ENGINES, default=ENGINES, help="(all)")
    parser.add_argument(
        "--only", nargs="*", choices=[*MEASUREMENTS, "import"], help="measure only these"
    )
    parser.add_argument(
        "--output", type=Path, help="the JSON file (benchmarks/results/<time>.json)"
    )
    return parser.parse_args()


def measure(workers, options, rounds):
    """Fills `rounds` with a list of values for each measurement and engine."""
    chosen = options.only or [*MEASUREMENTS, "import"]
    working = [worker for worker in workers if worker.version]
    for key in MEASUREMENTS:
        for number in range(options.rounds if key in chosen else 0):
            progress(f"{MEASUREMENTS[key]}: round {number + 1} of {options.rounds}")
            for worker in working:
                rounds[key][worker.name].append(worker.measure(key))
    for number in range(options.rounds if "import" in chosen else 0):
        progress(f"import: round {number + 1} of {options.rounds}")
        for worker in working:
            seconds, megabytes = imports.measure(worker.name)
            rounds["import_seconds"][worker.name].append(seconds)
            rounds["import_megabytes"][worker.name].append(megabytes)
    progress("")


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def print_report(started, machine, workers, rows):
    print(f"{started:%Y-%m-%d %H:%M}, {machine['processor']}, {machine['cores']} cores,", end=" ")
    print(f"{machine['system']}, Python {machine['python']}")
    for worker in workers:
        if worker.version:
            print(f"  {worker.name}: {worker.version}")
        if worker.problem:
            print(f"  {worker.name}: {worker.problem}")
    titles = MEASUREMENTS | IMPORTS
    print(
        "\nMedian (least to most) of the rounds; below 1.00, minitape is the faster or smaller.\n"
    )
    print(report.table({titles[key]: row for key, row in rows.items()}, [w.name for w in workers]))
    print(f"\nop: one of a chain of {CHAIN_LENGTH} on {CHAIN_WIDTH} float32; TensorFlow is eager.")
    print(f"training step: batch {BATCH}; fit of minitape and of Keras, PyTorch's eager loop with")
    print("the fastest of its optimizer's implementations.")
    for model in MODELS.values():
        print(f"  {model.name}: {model.description}")


if __name__ == "__main__":
    sys.exit(main())
