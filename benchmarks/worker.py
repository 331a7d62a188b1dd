"""One process for each engine, which runs one round when it is asked to and sleeps otherwise.

The engines take turns (A B C A B C ...), so a machine that grows slower does so for all of them,
and each has its own process, so the threads of one are not in the way of another.
"""

import gc
import multiprocessing
import os
import statistics
import sys
import time
import traceback

from .workload import CHAIN_LENGTH, MODELS

CHAIN_SECONDS = 0.25  # of one round
WARM_UP = 2  # rounds that are not counted: compilation, first allocations, sleeping cores
PAUSE = 0.05  # after a round, in which the threads of its engine go to sleep


class Worker:
    """An engine in a process of its own.

    Attributes:
        name: The engine's name.
        version: The version of what it runs, or None if it is not installed or fails to start.
        problem: Why it does not run.
    """

    def __init__(self, name):
        self.name = name
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_main, args=(name, other), daemon=True)
        self._process.start()
        other.close()
        self.version, self.problem = self._receive()

    def measure(self, measurement):
        """Runs one round; returns its value in the measurement's unit, or None if it fails."""
        try:
            self._connection.send(measurement)
        except OSError:  # the process has ended
            return None
        value, problem = self._receive()
        self.problem = problem or self.problem
        time.sleep(PAUSE)
        return value

    def close(self):
        self._connection.close()
        self._process.join(5)
        self._process.kill()

    def _receive(self):
        try:
            return self._connection.recv()
        except EOFError:
            return None, "its process has ended"


def _main(name, connection):
    # TensorFlow's notes about the machine would fall between the lines of the report.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    serve(name, connection)


def serve(name, connection):
    """Answers each measurement's name with (value, None), or (None, what went wrong).

    The first message is (version, None), or (None, why the engine doesn't run).
    """
    try:
        engine = _engine(name)
    except ModuleNotFoundError as error:
        connection.send((None, f"not installed: {error}"))
        return
    except Exception:
        connection.send((None, traceback.format_exc()))
        return
    connection.send((engine.version, None))
    prepared = {}
    while True:
        try:
            measurement = connection.recv()
        except EOFError:
            return
        try:
            if measurement not in prepared:
                prepared[measurement] = _prepare(engine, measurement)
                for _ in range(WARM_UP):
                    prepared[measurement]()
            gc.collect()
            connection.send((prepared[measurement](), None))
        except Exception:
            connection.send((None, traceback.format_exc()))


def _engine(name):
    """The engine of this process; only its own library is imported."""
    if name == "minitape":
        import minitape
        from minitape import dropin

        dropin.install()  # the examples among the models say `import tensorflow`
        from .engines.gradient_tape import GradientTapeEngine

        return GradientTapeEngine(minitape, minitape.keras, ["minitape", "numpy"])
    if name == "tensorflow":
        import keras
        import tensorflow

        from .engines.gradient_tape import GradientTapeEngine

        return GradientTapeEngine(tensorflow, keras, ["tensorflow", "keras"])
    from .engines.torch import TorchEngine

    return TorchEngine()


def _prepare(engine, measurement):
    """A function that runs one round and returns its value."""
    if measurement in MODELS:
        model = MODELS[measurement]
        run = engine.training(model)
        if run is None:  # a model that this engine doesn't have
            return lambda: None

        def milliseconds_per_step():
            start = time.perf_counter()
            run()
            return (time.perf_counter() - start) / model.steps * 1e3

        return milliseconds_per_step
    run = getattr(engine, measurement)()

    def microseconds_per_op():
        seconds = []
        end = time.perf_counter() + CHAIN_SECONDS
        while (start := time.perf_counter()) < end:
            run()
            seconds.append(time.perf_counter() - start)
        return statistics.median(seconds) / CHAIN_LENGTH * 1e6

    return microseconds_per_op
