"""Philox blocks, a counter at a time: see `minitape.arrays.philox`, which says what they are."""

from typing import Any

import numpy
from numpy import float32, int32, uint32, uint64

from .compiler import compiled, is_worth

_ROUNDS = 10  # a constant, so that they are unrolled and several counters become one vector


def philox_words(stream: tuple, offsets) -> Any:
    """The words (n, 4) of a stream's counters, each plus an offset; see `_lanes`."""
    if not is_worth(4 * len(offsets)):
        return NotImplemented
    words = numpy.empty(4 * len(offsets), "uint32")
    _in_order(_lanes(stream, offsets), words)
    return words.reshape(-1, 4)


def philox_uniform(stream: tuple, offsets) -> Any:
    """float32 in [0, 1), four of each counter: the low 23 bits of a word over 2**23, exactly."""
    if not is_worth(4 * len(offsets)):
        return NotImplemented
    values = numpy.empty(4 * len(offsets), "float32")
    _as_fractions(_lanes(stream, offsets), values)
    return values


def _lanes(stream: tuple, offsets) -> Any:
    """The words (4, n) of a stream's counters, each plus an offset.

    Args:
        stream: eight integers: the key's two 32-bit halves, low one first; what each round adds
            to them; two multipliers; the low 64 bits of the counter and the others.
        offsets: uint64 array of shape (n,).
    """
    lanes = numpy.empty((4, len(offsets)), "uint32")
    *numbers, low, high = stream
    _philox(*numbers, uint64(low), uint64(high), offsets, lanes)
    return lanes


# Lanes, and a loop of its own that brings the words in order: both become vector instructions,
# which takes half the time of writing each word where it belongs at once.


@compiled
def _philox(key_0, key_1, step_0, step_1, multiplier_0, multiplier_1, low, high, offsets, words):
    mask, half = uint64(0xFFFFFFFF), uint64(32)
    s0, s1 = uint64(step_0), uint64(step_1)
    # Each number below fits its 32 bits. Where that is said, it becomes a vector's multiplication.
    m0, m1 = uint64(multiplier_0) & mask, uint64(multiplier_1) & mask
    for n in range(len(offsets)):
        first = low + offsets[n]
        second = high + uint64(first < low)  # the carry
        c0, c1, c2, c3 = first & mask, first >> half, second & mask, second >> half
        k0, k1 = uint64(key_0), uint64(key_1)
        for _ in range(_ROUNDS):
            p0, p1 = (c0 & mask) * m0, (c2 & mask) * m1
            c0, c2 = (p1 >> half) ^ c1 ^ k0, (p0 >> half) ^ c3 ^ k1
            c1, c3 = p1 & mask, p0 & mask
            k0, k1 = (k0 + s0) & mask, (k1 + s1) & mask
        words[0, n] = c0
        words[1, n] = c1
        words[2, n] = c2
        words[3, n] = c3


@compiled
def _in_order(lanes, words):
    for n in range(lanes.shape[1]):
        for i in range(4):
            words[4 * n + i] = lanes[i, n]


@compiled
def _as_fractions(lanes, values):
    fraction, unit = uint32(0x7FFFFF), float32(2**-23)
    for n in range(lanes.shape[1]):
        for i in range(4):
            values[4 * n + i] = float32(int32(lanes[i, n] & fraction)) * unit
