"""`python -m compat fuzz`: random programs on minitape and TensorFlow, and where they disagree."""

import argparse
import logging
import multiprocessing
import os
import sys
import time
import warnings
from collections import Counter
from typing import NamedTuple

import numpy as np

import minitape

from . import deviations
from .builder import Builder, Unfit
from .program import Program, used
from .running import run
from .shrinking import shrunk
from .vocabulary import VOCABULARY

STEPS = (3, 12)


def random_program(seed, vocabulary=VOCABULARY, steps=STEPS) -> Program:
    """The program of a seed, always the same one."""
    b = Builder(seed)
    ops = list(vocabulary)
    wanted, tries = b.rng.randint(*steps), 0
    while len(b.steps) < wanted and tries < 10 * wanted and not b.failed:
        tries += 1
        try:
            vocabulary[b.rng.choice(ops)](b)
        except Unfit:
            continue
    return b.finished()


def is_measured(program: Program) -> bool:
    """Whether TensorFlow is the measure of every step, as in the programs that are built."""
    values = {name: leaf.array for name, leaf in program.leaves.items()} | run(minitape, program)
    return all(
        deviations.is_measure(
            step.op,
            program.mode,
            [values[n] for n in used(step) if isinstance(values.get(n), np.ndarray)],
        )
        for step in program.steps
    )


class Report(NamedTuple):
    """What some programs came to.

    Attributes:
        verdicts: how many agree, differ, or are unstable.
        ops: how often each op was used.
        failures: (index, kind of the difference, what differs, the shrunk program).
    """

    verdicts: Counter
    ops: Counter
    failures: list


def quiet() -> None:
    """Neither engine's log, nor warnings about infinities: all that is part of the game."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")


def examine(seed: int, indices, shrink=True, vocabulary=VOCABULARY) -> Report:
    """Runs the programs of these indices on both engines."""
    import tensorflow as tf

    from .comparing import Verdict, compare

    report = Report(Counter(), Counter(), [])
    for index in indices:
        program = random_program(f"{seed}/{index}", vocabulary)
        report.ops.update(s.op for s in program.steps)
        finding = compare(tf, program)
        report.verdicts[finding.verdict.value] += 1
        if finding.verdict is Verdict.DIFFER:
            if shrink:

                def fails(candidate, kind=finding.kind):
                    if not is_measured(candidate):
                        return False  # known already; what is looked for is another difference
                    other = compare(tf, candidate)
                    return other.verdict is Verdict.DIFFER and other.kind == kind

                program = shrunk(program, fails, lambda p: run(minitape, p))
                finding = compare(tf, program)
            report.failures.append((index, finding.label, finding.what, program))
    return report


def _job(arguments) -> Report:
    quiet()
    return examine(*arguments)


def merged(reports) -> Report:
    """All reports as one, in the programs' order."""
    total = Report(Counter(), Counter(), [])
    for report in reports:
        total.verdicts.update(report.verdicts)
        total.ops.update(report.ops)
        total.failures.extend(report.failures)
    total.failures.sort(key=lambda failure: failure[0])
    return total


def main(arguments=None) -> int:
    """Prints what the programs came to; the number of counterexamples is the exit status."""
    parser = argparse.ArgumentParser(prog="python -m compat fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--start", type=int, default=0, help="index of the first program")
    parser.add_argument("--ops", help="only these, separated by commas")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--data", action="store_true", help="print programs as data")
    parser.add_argument("--show", type=int, metavar="INDEX", help="print one program and stop")
    options = parser.parse_args(arguments)
    quiet()
    vocabulary = VOCABULARY
    if options.show is not None:
        print(random_program(f"{options.seed}/{options.show}").script())
        return 0
    begin = time.perf_counter()
    indices = range(options.start, options.start + options.programs)
    if options.jobs == 1:
        if options.ops:
            vocabulary = {op: VOCABULARY[op] for op in options.ops.split(",")}
        report = examine(options.seed, indices, not options.no_shrink, vocabulary)
    else:
        parts = [
            (options.seed, indices[i : i + 100], not options.no_shrink)
            for i in range(0, len(indices), 100)
        ]
        with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
            report = merged(pool.imap_unordered(_job, parts))
    seconds = time.perf_counter() - begin
    for index, label, what, program in report.failures:
        print(f"-- program {index}: {label}: {what}\n")
        print(repr(program) if options.data else program.script())
    unused = sorted(set(vocabulary) - set(report.ops))
    counts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(report.verdicts.items()))
    print(
        f"{options.programs} programs of seed {options.seed} in {seconds:.0f} s "
        f"({options.programs / seconds / options.jobs:.0f} a second and process): {counts}. "
        f"{sum(report.ops.values())} steps of {len(report.ops)} ops"
        + (f"; not used: {', '.join(unused)}." if unused else ".")
    )
    return min(len(report.failures), 1)


if __name__ == "__main__":
    sys.exit(main())
