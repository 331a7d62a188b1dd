"""The kinds of measurement: how a round is run, and what all engines must have computed alike.

A measurement has a `key`, and `rows`, the titles in the report of the values that a round gives.
Those that run in an engine's worker have `prepare(engine)`, which returns a function that runs one
round, and `results(engine)`, the arrays that are compared before anything is timed; both return
None where the engine lacks what is measured. `checked` names what is compared, which several may
share. The others have `measure(engine_name, device)`, which starts processes. `work` is what a
kernel has to do, where that is known.
"""

import statistics
import time
from dataclasses import dataclass

import numpy as np

from . import imports
from .engines import MODULES
from .fresh import first_steps
from .workload import BATCH, LAUNCHES, MODELS, Model

CHECKED_STEPS = 5
CHECKED_NUMBERS = (
    1 << 18
)  # of an array, spread over all of it: more take longer than what made them
REPEATED_SECONDS = 0.25


@dataclass(frozen=True)
class Repeated:
    """Something small, which is run again and again for a while.

    Attributes:
        key: The engine's method that returns the function to run.
        unit: Of how many seconds the values are given in one.
        count: How many there are of what is measured in one run.
        tolerance: How far the results may be apart, as a part of the largest.
    """

    key: str
    title: str
    unit: float
    count: int
    tolerance: float

    @property
    def rows(self):
        return (self.title,)

    @property
    def seconds(self):
        return REPEATED_SECONDS

    @property
    def checked(self):
        return self.key

    def results(self, engine):
        make = getattr(engine, self.key, None)
        return make and _arrays(make()())

    def prepare(self, engine):
        make = getattr(engine, self.key, None)
        return make and _median(make(), REPEATED_SECONDS, self.count * self.unit)


@dataclass(frozen=True)
class Launched:
    """A kernel on a card, LAUNCHES times in a row.

    Attributes:
        method: The engine's, which returns the function to run.
        arguments: The method's: sizes.
        amount: How much a launch has to do: operations, or bytes that it can't help moving.
        of: "FLOP" or "B".
        tolerance: How far the results may be apart, as a part of the largest. Products of numbers
            cut to TF32 are 1e-4 and more.
    """

    title: str
    method: str
    arguments: tuple
    amount: float
    of: str
    tolerance: float = 2e-5
    seconds: float = 0.1
    unit = 1e-6

    @property
    def key(self):
        return "_".join(map(str, (self.method, *self.arguments)))

    @property
    def rows(self):
        return (self.title,)

    @property
    def checked(self):
        return self.key

    @property
    def work(self):
        return {"amount": self.amount, "of": self.of, "unit": self.unit}

    def results(self, engine):
        make = getattr(engine, self.method, None)
        return make and _arrays(make(*self.arguments)())

    def prepare(self, engine):
        make = getattr(engine, self.method, None)
        return make and _median(make(*self.arguments), self.seconds, LAUNCHES * self.unit)


@dataclass(frozen=True)
class Training:
    """Training steps of a model.

    Attributes:
        unit: Of how many seconds the values are given in one.
        per: How many a step has of what is measured: samples, layers; 1 for the step itself.
        seconds: About what a round takes, for the announcement.
        tolerance: How far the losses may be apart, as a part of the largest. Float32 has 7 digits,
            and the sums of a step take one; five steps of these networks came to 3e-6 at most. An
            epsilon of 1e-7 in another place of Adam's formula makes that 1e-4 and more.
    """

    key: str
    title: str
    model: Model
    seconds: float
    unit: float = 1e-3
    per: int = 1
    batch: int = BATCH
    steps: int | None = None
    tolerance: float = 2e-5

    @property
    def rows(self):
        return (self.title,)

    @property
    def checked(self):
        """The same for all batch sizes: the program is the same."""
        return self.model.name

    def results(self, engine):
        """The losses of some steps without dropout, whose random numbers are not the same."""
        train = engine.training(self.model, BATCH, dropout=0.0)
        if train is None:
            return None
        x, y = self.model.data(CHECKED_STEPS * BATCH)
        steps = range(0, len(x), BATCH)
        return _arrays([train(*engine.data(x[i : i + BATCH], y[i : i + BATCH])) for i in steps])

    def prepare(self, engine):
        train = engine.training(self.model, self.batch, dropout=0.5)
        if train is None:
            return None
        steps = self.steps or self.model.steps
        x, y = engine.data(*self.model.data(steps * self.batch))

        def per_step():
            start = time.perf_counter()
            train(x, y)
            return [(time.perf_counter() - start) / steps / self.per / self.unit]

        return per_step


@dataclass(frozen=True)
class Fresh:
    """A process that only trains a few steps: with empty caches, then with full ones."""

    model: str
    seconds: float = 10

    @property
    def key(self):
        return f"first_{self.model}"

    @property
    def rows(self):
        return (
            f"{self.model}: first step, no caches, s",
            f"{self.model}: first step, caches, s",
            f"{self.model}: peak memory, MB",
        )

    def measure(self, engine, device="/CPU:0"):
        return first_steps(engine, self.model, device)


@dataclass(frozen=True)
class Import:
    key: str = "import"
    rows: tuple = ("import, s", "import: peak memory, MB")
    seconds: float = 1.5

    def measure(self, engine, device="/CPU:0"):
        return imports.measure(MODULES[engine])


def training(name, seconds, **options):
    """The measurement of a step of one of the MODELS."""
    return Training(name, f"{name}: training step, ms", MODELS[name], seconds, **options)


def _median(run, least, unit):
    """A round: `run` again and again for so many seconds; the median of a run's, in units."""

    def median():
        seconds = []
        end = time.perf_counter() + least
        while (start := time.perf_counter()) < end or not seconds:
            run()
            seconds.append(time.perf_counter() - start)
        return [statistics.median(seconds) / unit]

    return median


def _arrays(results):
    """What an engine has returned, an array of whatever kind or a list of such, as NumPy's."""
    if isinstance(results, list | tuple):
        return [array for result in results for array in _arrays(result)]
    if hasattr(results, "detach"):  # PyTorch's
        results = results.detach().cpu()
    array = np.asarray(results)
    if array.size <= CHECKED_NUMBERS:
        return [array]
    # By an odd step, so that all columns are among them.
    return [array.reshape(-1)[:: array.size // CHECKED_NUMBERS | 1]]
