"""Philox blocks, a counter at a time: see `minitape.arrays.philox`, which says what they are."""

from typing import Any

import numpy
from numpy import uint32, uint64

from .compiler import compiled, is_worth

# Constants, so that the rounds are unrolled and several counters become one vector.
_ROUNDS = 10
_CHUNK = 512  # counters at a time: their words stay in the nearest cache


def philox_words(stream: tuple, offsets, taken=0xFFFFFFFF, added=0) -> Any:
    """The words (n, 4) of a stream's counters, each plus an offset.

    Args:
        stream: eight integers: the key's two 32-bit halves, low one first; what each round adds
            to them; two multipliers; the low 64 bits of the counter and the others.
        offsets: uint64 array of shape (n,).
        taken: which bits of a word are kept.
        added: which bits are set.
    """
    if not is_worth(4 * len(offsets)):
        return NotImplemented
    words = numpy.empty(4 * len(offsets), "uint32")
    *numbers, low, high = stream
    _philox(*numbers, uint64(low), uint64(high), offsets, taken, added, words)
    return words.reshape(-1, 4)


@compiled
def _philox(
    key_0,
    key_1,
    step_0,
    step_1,
    multiplier_0,
    multiplier_1,
    low,
    high,
    offsets,
    taken,
    added,
    words,
):
    mask, half = uint64(0xFFFFFFFF), uint64(32)
    s0, s1 = uint64(step_0), uint64(step_1)
    # Each number below fits its 32 bits. Where that is said, it becomes a vector's multiplication.
    m0, m1 = uint64(multiplier_0) & mask, uint64(multiplier_1) & mask
    kept, put = uint32(taken), uint32(added)
    # First the four words of a chunk in rows of their own, then all in their order: both become
    # vector instructions, which takes half the time of writing each where it belongs at once.
    rows = numpy.empty((4, _CHUNK), numpy.uint32)
    for start in range(0, len(offsets), _CHUNK):
        chunk, ordered = offsets[start : start + _CHUNK], words[4 * start :]
        for n in range(len(chunk)):
            first = low + chunk[n]
            second = high + uint64(first < low)  # the carry
            c0, c1, c2, c3 = first & mask, first >> half, second & mask, second >> half
            k0, k1 = uint64(key_0), uint64(key_1)
            for _ in range(_ROUNDS):
                p0, p1 = (c0 & mask) * m0, (c2 & mask) * m1
                c0, c2 = (p1 >> half) ^ c1 ^ k0, (p0 >> half) ^ c3 ^ k1
                c1, c3 = p1 & mask, p0 & mask
                k0, k1 = (k0 + s0) & mask, (k1 + s1) & mask
            rows[0, n] = c0
            rows[1, n] = c1
            rows[2, n] = c2
            rows[3, n] = c3
        for n in range(len(chunk)):
            for i in range(4):
                ordered[4 * n + i] = rows[i, n] & kept | put
