"""Philox blocks, a counter at a time: see `minitape.arrays.philox`, which says what they are."""

from typing import Any

import numpy
from numpy import uint64

from .compiler import compiled, is_worth

_ROUNDS = 10  # a constant, so that they are unrolled and several counters become one vector


def philox_words(key, key_steps, multipliers, low, high, offsets) -> Any:
    """The words (n, 4) of the counters (high, low) + offsets.

    Args:
        key: its two 32-bit halves, low one first.
        key_steps: what each round adds to them.
        multipliers: a pair.
        low: 64 bits of the counter.
        high: the others.
        offsets: uint64 array of shape (n,).
    """
    if not is_worth(4 * len(offsets)):
        return NotImplemented
    words = numpy.empty((4, len(offsets)), "uint32")
    numbers = map(uint64, (*key, *key_steps, *multipliers, low, high))
    _philox(*numbers, offsets, words)
    return numpy.ascontiguousarray(words.T)


@compiled
def _philox(key_0, key_1, step_0, step_1, m0, m1, low, high, offsets, words):
    mask, half = uint64(0xFFFFFFFF), uint64(32)
    # Each number below fits its 32 bits. Where that is said, it becomes a vector's multiplication.
    m0, m1 = m0 & mask, m1 & mask
    for n in range(len(offsets)):
        first = low + offsets[n]
        second = high + uint64(first < low)  # the carry
        c0, c1, c2, c3 = first & mask, first >> half, second & mask, second >> half
        k0, k1 = key_0, key_1
        for _ in range(_ROUNDS):
            p0, p1 = (c0 & mask) * m0, (c2 & mask) * m1
            c0, c2 = (p1 >> half) ^ c1 ^ k0, (p0 >> half) ^ c3 ^ k1
            c1, c3 = p1 & mask, p0 & mask
            k0, k1 = (k0 + step_0) & mask, (k1 + step_1) & mask
        words[0, n] = c0
        words[1, n] = c1
        words[2, n] = c2
        words[3, n] = c3
