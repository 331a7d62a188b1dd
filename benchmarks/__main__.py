"""Times minitape beside the engines that are installed, in one run."""

import argparse
import contextlib
import datetime
import os
import sys
from pathlib import Path

from minitape.arrays.cuda import gpu

from . import agreement, plot, report
from .engines import ENGINES
from .suite import SUITES, minutes
from .worker import Worker


def main():
    options = parse_arguments()
    # Read by TensorFlow and by the C++ logging below it, in the workers.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if options.device.startswith("/GPU"):
        if gpu.why_not():
            print(f"There is no GPU: {gpu.why_not()}.", file=sys.stderr)
            return 1
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the others need some, too
    else:
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
    started = datetime.datetime.now().astimezone()
    machine = report.machine(options.device)
    sections = chosen_sections(options)
    needed = {name for section in sections for name in section.engines(options.peers)}
    workers = start_workers([name for name in options.peers if name in needed], options.device)
    working = [worker.name for worker in workers if worker.version]
    for worker in workers:
        print(f"  {worker.name}: {worker.version or report.last_line(worker.problem)}")
    about = minutes(sections, working, options.rounds, options.device)
    where = "beside a GPU" if options.device.startswith("/GPU") else "on two cores"
    print(f"About {about:.0f} minutes {where}.", flush=True)
    path = options.output or report.RESULTS / f"{started:%Y-%m-%d_%H%M%S}.json"
    page = options.page or path.with_suffix(".md")
    found = {
        "started": started.isoformat(),
        "suite": options.suite,
        "machine": machine,
        "versions": {worker.name: worker.version for worker in workers},
        "problems": {},
        "rounds": options.rounds,
        "distances": {},
        "sections": [],
    }
    try:
        found["distances"], too_far = compare(sections, workers)
        for key in too_far:
            said = ", ".join(f"{name} {away:.1e}" for name, away in found["distances"][key].items())
            print(f"{key}: not the same; from what most compute: {said}", file=sys.stderr)
        if too_far:
            print("That is not timed. --peers and --only leave out what differs.", file=sys.stderr)
        for section in sections:
            same = section.without(too_far)
            found["sections"].append(measure(same, workers, found["distances"], options.rounds))
            found["problems"] = {w.name: w.problem for w in workers if w.problem}
            report.write(found, path, page)  # now, lest an end on the way lose it
    finally:
        for worker in workers:
            worker.close()
    picture = plot.draw(found, page)
    report.write(found, path, page, picture and picture.relative_to(page.parent))
    print("\n" + report.tables(found))
    print("\nWritten:", *filter(None, (path, page, picture)))
    return 0 if workers[0].version and not workers[0].problem and not too_far else 1


def parse_arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--suite", choices=SUITES, default="cpu", help="(cpu)")
    parser.add_argument(
        "--device",
        help="/CPU:0, /GPU:0, or /SIM:0, for minitape alone (the suite's)",
    )
    parser.add_argument("--rounds", type=int, help="rounds of each engine (7; quick: 2)")
    parser.add_argument(
        "--peers", nargs="*", choices=["all", *ENGINES], default=["all"], help="(all)"
    )
    parser.add_argument("--only", nargs="*", help="measure only these sections or measurements")
    parser.add_argument("--quick", action="store_true", help="short, to see that all of it works")
    parser.add_argument(
        "--output", type=Path, help="the JSON file (benchmarks/results/<time>.json)"
    )
    parser.add_argument(
        "--page", type=Path, help="the page with tables and a picture (beside the JSON file)"
    )
    options = parser.parse_args()
    options.device = options.device or f"/{options.suite.upper()}:0"
    options.rounds = options.rounds or (2 if options.quick else 7)
    named = ENGINES if "all" in options.peers else options.peers
    options.peers = [
        "minitape",
        *(name for name in ENGINES if name in named and name != "minitape"),
    ]
    return options


def chosen_sections(options):
    """The suite's sections, with the measurements that were asked for."""
    sections = SUITES[options.suite](options.quick)
    if not hasattr(os, "sched_setaffinity"):  # this system binds no process to a core
        sections = [section for section in sections if section.cores is None]
    if options.only is None:
        return sections
    known = {name for s in sections for name in (s.name, *(m.key for m in s.measurements))}
    if unknown := set(options.only) - known:
        sys.exit(f"--only knows {', '.join(sorted(known))}; not {', '.join(sorted(unknown))}")
    chosen = [section.only(options.only) for section in sections]
    return [section for section in chosen if section.measurements]


def start_workers(names, device, cores=None):
    workers = [Worker(name, device, cores) for name in names]
    for worker in workers:
        worker.wait()
    return workers


def compare(sections, workers):
    """Returns for each measurement how far every engine is from the middle, and who is too far."""
    found, too_far = {}, []
    for section in sections:
        for measurement in section.measurements:
            if not hasattr(measurement, "results") or measurement.checked in found:
                continue
            results = {}
            for worker in taking_part(section, workers):
                progress(f"{measurement.checked}: what does {worker.name} compute?")
                if (arrays := worker.results(measurement)) is not None:
                    results[worker.name] = arrays
            found[measurement.checked] = away = agreement.distances(results)
            # The middle of two lies half way: neither may be farther from it than half.
            if any(distance > measurement.tolerance / 2 for distance in away.values()):
                too_far.append(measurement.checked)
    progress("")
    return found, too_far


def measure(section, workers, distances, rounds):
    """Returns the section's table: for each row and engine the summary of the rounds."""
    rounds, rows = min(rounds, section.most_rounds), {}
    workers = taking_part(section, workers)
    with bound(workers, section.cores) as used:
        for measurement in section.measurements:
            values = {title: {} for title in measurement.rows}
            for number in range(rounds):
                for worker in used:
                    if not comparable(measurement, worker, distances):
                        continue
                    progress(f"{measurement.key}: {worker.name}, round {number + 1} of {rounds}")
                    found = round_of(measurement, worker)
                    for title, value in zip(measurement.rows, found, strict=True):
                        values[title].setdefault(worker.name, []).append(value)
            for title, by_engine in values.items():
                summaries = {name: report.summary(found) for name, found in by_engine.items()}
                rows[title] = {name: found for name, found in summaries.items() if found}
    progress("")
    work = {m.title: m.work for m in section.measurements if hasattr(m, "work")}
    return {"name": section.name, "title": section.title, "rows": rows, "work": work}


@contextlib.contextmanager
def bound(workers, cores):
    """The same engines on so many cores: for fewer than all, in processes of their own."""
    if cores is None:
        yield workers
        return
    others = start_workers([w.name for w in workers], workers[0].device, cores)
    try:
        yield [other for other in others if other.version]
    finally:
        for worker, other in zip(workers, others, strict=True):
            worker.problem = worker.problem or other.problem
            other.close()


def comparable(measurement, worker, distances):
    """Whether the engine computed the same as the others. An import has nothing to compare."""
    checked = getattr(measurement, "checked", None)
    return checked is None or worker.name in distances[checked]


def round_of(measurement, worker):
    if hasattr(measurement, "prepare"):
        return worker.round(measurement) or [None] * len(measurement.rows)
    return measurement.measure(worker.name, worker.device)


def taking_part(section, workers):
    names = section.engines([worker.name for worker in workers if worker.version])
    return [worker for worker in workers if worker.name in names]


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
