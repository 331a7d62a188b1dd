"""Philox blocks, a counter at a time: see `minitape.arrays.philox`, which says what they are."""

import math
from functools import lru_cache
from typing import Any

import numpy
from numpy import uint32, uint64

from .compiler import is_worth
from .functions import Floats, Halves, Ints, Word, Words, c_function
from .openblas import thread_count
from .plans import SCRATCH, At, Plan, parts

_ROUNDS = 10  # a constant, so that they are unrolled and several counters become one vector
_CHUNK = 512  # counters at a time: their words stay in the nearest cache
_ROOM = 16 * _CHUNK  # the bytes of these words
_LARGE = 1 << 13  # numbers from which on a second thread saves time
_WHOLE = 0xFFFFFFFF, 0  # all bits are kept, and none is set
_FLOAT32 = numpy.dtype("float32")


def philox_words(state: numpy.ndarray, constants: tuple, offsets: numpy.ndarray) -> Any:
    """The words (n, 4) of a stream's counters, each plus an offset.

    Args:
        state: int64 [counter low, high, key].
        constants: what each round adds to the key's two halves, and two multipliers.
        offsets: uint64 array of shape (n,).
    """
    if not is_worth(4 * len(offsets)):
        return NotImplemented
    words = numpy.empty((len(offsets), 4), "uint32")
    offsets = numpy.ascontiguousarray(offsets)
    _words_plan(len(offsets), constants).follow(state, offsets, words)
    return words


@lru_cache(maxsize=1024)
def _words_plan(count: int, constants: tuple) -> Plan:
    call, kept = _philox_call(count, (*constants, *_WHOLE, -1), At(0), At(1), At(SCRATCH), At(2))
    return Plan([[call]], _ROOM, kept)


def uniform(state: numpy.ndarray, constants: tuple, taken: int, added: int, shape: tuple) -> Any:
    """Float32 in [0, 1) from the first words of a stream.

    Args:
        state, constants: as above.
        taken: which bits of a word are kept.
        added: which are set: then they are those of a number in [1, 2).
        shape: of the result.
    """
    size = math.prod(shape)
    if not is_worth(size):
        return NotImplemented
    values = numpy.empty(shape, _FLOAT32)
    uniform_plan(size, constants, taken, added, _threads_for(size)).follow(state, values)
    return values


def _threads_for(size: int) -> int:
    return thread_count() if size >= _LARGE else 1


def uniform_builder(inputs: list, result: Any, constants: tuple, taken: int, added: int) -> Any:
    """What makes the plan of `uniform`, see `planned_by`."""
    size = math.prod(result.shape)
    if not size or result.dtype != _FLOAT32:
        return None
    return lambda: uniform_plan(size, constants, taken, added, _threads_for(size))


@lru_cache(maxsize=1024)
def uniform_plan(size: int, constants: tuple, taken: int, added: int, threads: int) -> Plan:
    """The plan of so many numbers, followed with the state and the result."""
    blocks = -(-size // 4)
    whole = size == 4 * blocks
    first = At(1) if whole else At(SCRATCH, threads * _ROOM)
    shares, kept = [], []
    for i, part in enumerate(parts(blocks, threads)):
        words, count = first + 16 * part.start, part.stop - part.start
        numbers = *constants, taken, added, part.start
        call, own = _philox_call(count, numbers, At(0), At(0), At(SCRATCH, i * _ROOM), words)
        elements = min(4 * part.stop, size) - 4 * part.start
        less_one = _less_one.of(_FLOAT32), elements, words, At(1, 16 * part.start)
        shares.append([call, less_one])
        kept.append(own)
    return Plan(shares, threads * _ROOM + (0 if whole else 16 * blocks), kept)


def scramble_builder(inputs: list, result: Any, constants: tuple, key: int) -> Any:
    """What makes the plan of the state that a stateless op has for its seed, two int32.

    Args:
        inputs, result: see `planned_by`.
        constants: as above.
        key: of the stream whose first words, after a counter that is the seed, mix it.
    """
    if [(x.dtype, x.shape) for x in inputs] != [(numpy.dtype("int32"), (2,))]:
        return None
    return lambda: _scramble_plan(constants, key)


@lru_cache(maxsize=16)
def _scramble_plan(constants: tuple, key: int) -> Plan:
    state, words, room = At(SCRATCH), At(SCRATCH, 24), At(SCRATCH, 40)
    call, kept = _philox_call(1, (*constants, *_WHOLE, 0), state, state, room, words)
    begin, end = _seed_counter.of(_FLOAT32), _mixed_state.of(_FLOAT32)
    return Plan([[(begin, key, At(0), state), call, (end, words, At(1))]], 40 + _ROOM, kept)


@c_function
def _seed_counter(key: Word, seed: Ints, state: Words):
    state[0] = seed[0]
    state[1] = seed[1]
    state[2] = key


@c_function
def _mixed_state(words: Words, state: Words):
    state[0] = 0
    state[1] = words[1]
    state[2] = words[0]


def _philox_call(
    count: int, numbers: tuple, state: At, offsets: At, rows: At, words: At
) -> tuple[tuple, Any]:
    """The call that makes words of counters, and what has to be kept for it.

    Args:
        count: how many counters.
        numbers: the constants; which bits of a word are kept and which are set; the first offset of
            those that count up, or -1 where they are given.
        state, offsets, rows, words: the places of `_philox`.
    """
    kept = numpy.array(numbers, "int64")
    return (_philox.of(_FLOAT32), count, kept.ctypes.data, state, offsets, rows, words), kept


@c_function
def _philox(
    count: Word, constants: Words, state: Words, offsets: Words, rows: Halves, words: Halves
):
    mask, half = uint64(0xFFFFFFFF), uint64(32)
    s0, s1 = uint64(constants[0]), uint64(constants[1])
    # Each number below fits its 32 bits. Where that is said, it becomes a vector's multiplication.
    m0, m1 = uint64(constants[2]) & mask, uint64(constants[3]) & mask
    kept, put, begin = uint32(constants[4]), uint32(constants[5]), constants[6]
    low, high, key = uint64(state[0]), uint64(state[1]), uint64(state[2])
    # First the four words of a chunk in rows of their own, then all in their order: both become
    # vector instructions, which takes half the time of writing each where it belongs at once.
    for start in range(0, count, _CHUNK):
        for n in range(min(_CHUNK, count - start)):
            first = low + uint64(offsets[start + n] if begin < 0 else begin + start + n)
            second = high + uint64(first < low)  # the carry
            c0, c1, c2, c3 = first & mask, first >> half, second & mask, second >> half
            k0, k1 = key & mask, key >> half
            for _ in range(_ROUNDS):
                p0, p1 = (c0 & mask) * m0, (c2 & mask) * m1
                c0, c2 = (p1 >> half) ^ c1 ^ k0, (p0 >> half) ^ c3 ^ k1
                c1, c3 = p1 & mask, p0 & mask
                k0, k1 = (k0 + s0) & mask, (k1 + s1) & mask
            rows[n] = uint32(c0)
            rows[_CHUNK + n] = uint32(c1)
            rows[2 * _CHUNK + n] = uint32(c2)
            rows[3 * _CHUNK + n] = uint32(c3)
        for n in range(min(_CHUNK, count - start)):
            for i in range(4):
                words[4 * (start + n) + i] = rows[i * _CHUNK + n] & kept | put


@c_function
def _less_one(size: Word, x: Floats, result: Floats):
    one = type(x[0])(1)
    for i in range(size):
        result[i] = x[i] - one
