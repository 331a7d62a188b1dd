"""Plans: what threads have to do with arrays of certain shapes, worked out once.

A plan is calls of C functions: our loops and OpenBLAS' products, for each thread its own, one after
the other. Their arguments are integers and places in arrays. To follow a plan is to put the arrays'
addresses in, and takes Python one call, however many there are below it: threads of Python's would
wait for each other between them.
"""

import os
import sys
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

import numpy

from .compiler import is_worth
from .functions import address, c_function
from .openblas import in_one_thread, openblas, thread_count
from .threads import in_parts

WORDS = 14  # of a call: a function's address and its arguments; a product of matrices has 13
LARGE = 1 << 16  # elements from which on a second thread saves time


class At(NamedTuple):
    """A place: so many bytes into one of the arrays that a plan is followed with."""

    array: int
    bytes: int = 0

    def __add__(self, more):
        return At(self.array, self.bytes + more)


SCRATCH = -1  # the array of a plan's own, whose elements hold nothing at first
NOWHERE = -2  # that of an argument that is a number, or an address of something else
ROW = -3  # the call's own words, for a function that takes addresses of addresses
FAILED = -4  # a byte, 0 at first, where a call that has to give up writes 1


class Plan:
    """Calls, in stages that wait for each other, and of each stage for each thread its own.

    Args:
        shares: for each thread calls, (function's address, *arguments), these `At` or integers.
        scratch: bytes that the calls need beside the arrays.
        kept: what other addresses in the arguments are of.
    """

    def __init__(self, shares: list[list[tuple]], scratch: int = 0, kept: Any = None):
        calls = [call for share in shares for call in share]
        words = numpy.zeros((len(calls), WORDS), "int64")
        arrays = numpy.full((len(calls), WORDS), NOWHERE)
        for row, call in enumerate(calls):
            for column, word in enumerate(call):
                place = word if isinstance(word, At) else At(NOWHERE, word)
                arrays[row, column], words[row, column] = place
        self._words, self._arrays = words, arrays
        self._ends = numpy.cumsum([len(share) for share in shares]).reshape(1, -1)
        self._scratch, self._kept = scratch, kept

    @classmethod
    def of(cls, stages: list[tuple["Plan", list[At]]], scratch: int) -> "Plan":
        """Several plans, one after the other.

        Args:
            stages: plans, each with the places of its arrays among those of the new one.
            scratch: bytes of the new one's scratch that these places take up.
        """
        new = cls([])
        words, arrays, ends, first = [], [], [], 0
        threads = max(plan._ends.shape[1] for plan, _ in stages)
        for plan, places in stages:
            # Of each array, in the order of `places`, and of the others.
            moved = numpy.array([*places, *_others(scratch)], "int64")
            arrays.append(moved[plan._arrays, 0])
            words.append(plan._words + moved[plan._arrays, 1])
            missing = threads - plan._ends.shape[1]
            ends.append(first + numpy.pad(plan._ends, [(0, 0), (0, missing)], "edge"))
            first += len(plan._words)
        new._words, new._arrays, new._ends = map(numpy.concatenate, (words, arrays, ends))
        new._scratch = scratch + max(plan._scratch for plan, _ in stages)
        new._kept = [plan._kept for plan, _ in stages]
        return new

    @classmethod
    def at_once(cls, plans: tuple[tuple["Plan", int], ...]) -> "Plan":
        """Several plans of one stage that need nothing of each other as one.

        Args:
            plans: plans and the number of each one's arrays; the new one has all of them in turn.
        """
        new = cls([])
        rows, first = [], 0  # of each thread: (thread, arrays, words)
        for plan, count in plans:
            moves = [*(At(first + i) for i in range(count)), *_others(new._scratch)]
            moved, starts = numpy.array(moves, "int64"), (0, *plan._ends[0, :-1])
            arrays, words = moved[plan._arrays, 0], plan._words + moved[plan._arrays, 1]
            for thread, (start, end) in enumerate(zip(starts, plan._ends[0], strict=True)):
                rows.append((thread, arrays[start:end], words[start:end]))
            first, new._scratch = first + count, new._scratch + plan._scratch
        rows.sort(key=itemgetter(0))
        threads = rows[-1][0] + 1
        lengths = [sum(len(x) for own, x, _ in rows if own == thread) for thread in range(threads)]
        new._arrays, new._words = (numpy.concatenate([row[i] for row in rows]) for i in (1, 2))
        new._ends = numpy.cumsum(lengths).reshape(1, -1)
        new._kept = plans
        return new

    def follow(self, *arrays: numpy.ndarray) -> bool:
        """Makes the calls. The arrays must lie in one piece; nothing checks what they are.

        False if a call had to give up: then what its stage, and those after it, were to make holds
        nothing.
        """
        scratch = numpy.empty(self._scratch, "uint8") if self._scratch else _NOTHING
        calls, failed = numpy.empty(self._arrays.shape, "int64"), numpy.zeros(1, "uint8")
        others = address(failed), address(calls), 0, address(scratch)
        places = numpy.array([*map(address, arrays), *others])
        places.take(self._arrays, mode="wrap", out=calls)
        calls += self._placed_words
        _make(calls, self._ends, failed)
        return not bool(failed[0])

    @cached_property
    def _placed_words(self) -> numpy.ndarray:
        """The words, with their row's place where they are in it."""
        rows = numpy.arange(len(self._words)).reshape(-1, 1) * 8 * WORDS
        return self._words + numpy.where(self._arrays == ROW, rows, 0)


def _others(scratch: int) -> tuple[At, ...]:
    """The places after those of the arrays; the scratch's is so many bytes into it."""
    return At(FAILED), At(ROW), At(NOWHERE), At(SCRATCH, scratch)


_NOTHING = numpy.zeros(1, "uint8")


@lru_cache(maxsize=1024)
def loop_plan(loop: c_function, size: int, dtypes: tuple, threads: int) -> Plan:
    """The plan of a loop(size, *arrays) over arrays of one size, each thread's elements in turn.

    Args:
        loop: compiled for the first array's dtype.
        size: of the arrays.
        dtypes: of each array. It is followed with them; a None stands for one that all threads get
            as it is, such as numbers.
        threads: how many there are.
    """
    function = loop.of(dtypes[0])
    steps = [0 if dtype is None else dtype.itemsize for dtype in dtypes]
    return Plan(
        [
            [(function, x.stop - x.start, *(At(i, x.start * n) for i, n in enumerate(steps)))]
            for x in parts(size, threads)
        ]
    )


def parts(size: int, count: int) -> list[slice]:
    """0 .. size in so many parts."""
    ends = [size * i // count for i in range(count + 1)]
    return list(map(slice, ends, ends[1:]))


class Plans:
    """Plans with their arrays, to be followed later: one, and then several of one stage, at once.

    Of the latter none needs what another one makes.
    """

    def __init__(self):
        self._first: tuple = ()  # a plan, its arrays, and what makes the same otherwise
        self._plans: list[tuple[Plan, int]] = []
        self._arrays: list[numpy.ndarray] = []

    def begin(self, plan: Plan, arrays: list, otherwise: Callable[[], None]) -> None:
        """Makes the calls of those before, and puts a plan first.

        Args:
            plan: what the others come after.
            arrays: those that it is followed with.
            otherwise: what makes the same, or raises an error, where one of its calls gives up.
        """
        self.follow()
        self._first = plan, arrays, otherwise

    def add(self, plan: Plan, *arrays: numpy.ndarray) -> None:
        """Adds one of the others."""
        self._plans.append((plan, len(arrays)))
        self._arrays += arrays

    def held(self, array: numpy.ndarray) -> int:
        """How often an array is among those of the first plan."""
        return sum(x is array for x in self._first[1]) if self._first else 0

    def follow(self) -> None:
        """Makes the calls of all."""
        first, others, arrays = self._first, tuple(self._plans), self._arrays
        self._first, self._plans, self._arrays = (), [], []
        if first:
            plan, own, otherwise = first
            both = _in_turn(plan, len(own), others) if others else plan
            if both.follow(*own, *arrays):
                return
            otherwise()
        if others:
            _at_once(others).follow(*arrays)


_at_once = lru_cache(maxsize=256)(Plan.at_once)


@lru_cache(maxsize=256)
def _in_turn(first: Plan, own: int, others: tuple[tuple[Plan, int], ...]) -> Plan:
    """A plan with so many arrays of its own, and after it others with theirs."""
    places = list(map(At, range(own + sum(count for _, count in others))))
    return Plan.of([(first, places[:own]), (_at_once(others), places[own:])], 0)


def planned_by(builder: Callable) -> Callable:
    """Decorator of a kernel, or a forward, whose calls with known shapes have plans.

    Args:
        builder: a function of the inputs' kinds (with `dtype` and `shape`), the result's and the
            parameters. It gives a function without arguments that makes the plan, followed with
            the inputs and the result; or None, where the forward has to compute it. The results are
            the same to the last bit.
    """

    def decorate(run: Callable) -> Callable:
        run.plan = builder  # type: ignore[attr-defined]
        return run

    return decorate


def by_plan(builder: Callable, inputs: list, result: numpy.ndarray, **params: Any) -> Any:
    """The result, computed by a builder's plan; NotImplemented if there is none, or it gives up."""
    make = builder(inputs, result, **params)
    if make is None or not make().follow(*map(numpy.ascontiguousarray, inputs), result):
        return NotImplemented
    return result


def builder_of(op: Any) -> Callable | None:
    """The builder of an op, which has its forward's attributes, or of its kernel."""
    return getattr(op, "plan", None) or getattr(getattr(op.run, "kernel", None), "plan", None)


def threads_for(elements: int) -> int:
    """How many threads work on so many elements is worth."""
    return thread_count() if elements >= LARGE else 1


@cache
def _team_of(process: int) -> Any:
    """The team of a process: one that was forked off has none of its parent's threads."""
    from .team import Team  # it needs numba

    return Team(max(os.cpu_count() or 1, thread_count()) - 1)


def team() -> Any:
    """The threads that are awake, or None where there is no numba."""
    return _team_of(os.getpid()) if is_worth(LARGE) else None


def _make(calls: numpy.ndarray, ends: numpy.ndarray, failed: numpy.ndarray) -> None:
    """Makes calls, up to each end in a thread of its own, stage by stage until one has failed."""
    if openblas() is None:  # and one thread
        team().share(calls, ends, failed)
    else:  # the functions may multiply matrices
        in_one_thread(_share_out, calls, ends, failed)


def _share_out(calls: numpy.ndarray, ends: numpy.ndarray, failed: numpy.ndarray) -> None:
    if not team().share(calls, ends, failed):
        shares = iter(numpy.split(calls, ends.reshape(-1)[:-1]))
        for _ in ends:
            stage = list(islice(shares, ends.shape[1]))
            if not failed[0]:
                in_parts(_making(stage), len(stage), sys.maxsize)


def _making(shares: list[numpy.ndarray]) -> Callable[[slice], None]:
    def some(part: slice) -> None:
        for calls in shares[part]:
            team().make(calls)

    return some
