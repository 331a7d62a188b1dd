"""One process for each engine, which runs one round when it is asked to and sleeps otherwise.

The engines take turns (A B C A B C ...), so a machine that grows slower does so for all of them,
and each has its own process, so the threads of one are not in the way of another.
"""

import contextlib
import gc
import multiprocessing
import os
import sys
import time
import traceback

from . import engines

WARM_UP = 2  # rounds that are not counted: compilation, first allocations, sleeping cores
PAUSE = 0.05  # after a round, in which the threads of its engine go to sleep


class Worker:
    """An engine in a process of its own.

    Args:
        name: The engine's name.
        device: What it computes on: "/CPU:0", say.
        cores: How many of the machine's cores it may use, or None for all. Every library looks at
            this when it decides how many threads it starts.

    Attributes:
        version: The version of what it runs, or None if it is not installed or fails to start.
        problem: Why it does not run.
    """

    def __init__(self, name, device="/CPU:0", cores=None):
        self.name = name
        self.device = device
        self.version = self.problem = None
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_main, args=(name, device, other), daemon=True)
        with _bound_to(cores):
            self._process.start()
        other.close()

    def wait(self):
        """Until the engine is there: several can be started at once."""
        self.version, self.problem = self._receive()

    def round(self, measurement):
        """Runs one round and returns its values, or None if it fails."""
        values = self._ask("round", measurement)
        time.sleep(PAUSE)
        return values

    def results(self, measurement):
        """What the engine computes, for the comparison; None if it fails."""
        return self._ask("results", measurement)

    def _ask(self, what, measurement):
        try:
            self._connection.send((what, measurement))
        except OSError:  # the process has ended
            return None
        values, problem = self._receive()
        self.problem = problem or self.problem
        return values

    def close(self):
        self._connection.close()
        self._process.join(5)
        self._process.kill()

    def _receive(self):
        try:
            return self._connection.recv()
        except (EOFError, OSError):
            return None, "its process has ended"


@contextlib.contextmanager
def _bound_to(cores):
    """A process that is started meanwhile inherits that it may use only so many cores."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[-cores:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _main(name, device, connection):
    # TensorFlow's notes about the machine would fall between the lines of the report.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    serve(name, device, connection)


def serve(name, device, connection):
    """Answers each request with (values, None), or (None, what went wrong).

    The first message is (version, None), or (None, why the engine doesn't run).
    """
    try:
        engine = engines.start(name, device)
    except ModuleNotFoundError as error:
        connection.send((None, f"not installed: {error}"))
        return
    except Exception:
        connection.send((None, traceback.format_exc()))
        return
    connection.send((engine.version, None))
    prepared = run = None  # the last measurement, and what runs a round of it
    while True:
        try:
            what, measurement = connection.recv()
        except EOFError:
            return
        try:
            if what == "results":
                connection.send((measurement.results(engine), None))
                continue
            if measurement != prepared:
                prepared = run = None
                gc.collect()
                run = measurement.prepare(engine)
                for _ in range(WARM_UP if run else 0):
                    run()
                prepared = measurement
            gc.collect()
            connection.send((run and run(), None))
        except Exception:
            connection.send((None, traceback.format_exc()))
