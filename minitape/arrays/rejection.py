"""Gamma, Poisson and binomial numbers: values that take as many draws as it takes.

Each value has a stretch of a Philox stream to itself, so that how often one of them is drawn again
changes no other. All that are still wanted draw at once; those that are accepted leave. The order
of the draws, and so each number, is that of TensorFlow's kernels.
"""

from typing import Any

import numpy

from .gamma import lgamma
from .philox import BLOCKS_PER_VALUE, box_muller, philox_blocks, to_unit_interval

_DOUBLE = numpy.dtype("float64")
_BLOCKS_FOR_INVERSION = 42  # of a binomial with a mean below 10
_SMALL = 10  # means below are drawn by adding up


class _Streams:
    """Streams that draw float64, two of a kind from a block, of which the second comes first."""

    def __init__(self, key: int, counter: int, count: int, stride=BLOCKS_PER_VALUE):
        self._key, self._counter = key, counter
        self._next = numpy.arange(count, dtype="uint64") * numpy.uint64(stride)  # block
        self._pairs = {make: numpy.empty((count, 2)) for make in (to_unit_interval, box_muller)}
        self._left = {make: numpy.zeros(count, "int64") for make in self._pairs}

    def uniform(self, who) -> numpy.ndarray:
        """A number in [0, 1) from each of these streams."""
        return self._drawn(to_unit_interval, who)

    def normal(self, who) -> numpy.ndarray:
        """A normal number from each of these streams."""
        return self._drawn(box_muller, who)

    def _drawn(self, make, who) -> numpy.ndarray:
        pairs, left = self._pairs[make], self._left[make]
        empty = who[left[who] == 0]
        words = philox_blocks(self._key, self._counter, self._next[empty])
        pairs[empty] = make(words.reshape(-1), _DOUBLE, numpy).reshape(-1, 2)
        self._next[empty] += numpy.uint64(1)
        left[empty] = 2
        left[who] -= 1
        return pairs[who, left[who]]


def random_gamma(key: int, counter: int, shape: numpy.ndarray, samples: int) -> numpy.ndarray:
    """Gamma numbers of scale 1: for each shape so many, in float64, (shapes, samples).

    A normal number x gives d (1 + c x)**3, which is accepted with a probability that makes it one;
    for a shape below 1, that of the shape above is multiplied by a power of a uniform number; for
    1 the logarithm of one will do.

    Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
    """
    cases = len(shape)
    shape = numpy.repeat(shape.astype("float64"), samples)
    streams, values = _Streams(key, counter, shape.size), numpy.full(shape.size, numpy.nan)
    below = shape < 1
    d = shape + numpy.where(below, 2 / 3, -1 / 3)
    c = 1 / 3 / numpy.sqrt(d)
    of_one = numpy.nonzero(shape == 1)[0]
    values[of_one] = -numpy.log(1 - streams.uniform(of_one))
    wanted = numpy.nonzero((shape > 0) & (shape != 1))[0]
    while wanted.size:
        x = streams.normal(wanted)
        positive = 1 + c[wanted] * x > 0
        tried, x = wanted[positive], x[positive]
        v = (1 + c[tried] * x) ** 3
        u = streams.uniform(tried)
        quickly = u < 1 - 0.0331 * x**4
        accepted = quickly | (numpy.log(u) < x * x / 2 + d[tried] * (1 - v + numpy.log(v)))
        values[tried[accepted]] = (d[tried] * v)[accepted]
        positive[positive] = accepted  # now: accepted
        wanted = wanted[~positive]
        small = tried[accepted & below[tried]]
        values[small] *= streams.uniform(small) ** (1 / shape[small])
    return values.reshape(cases, samples)


def random_poisson(key: int, counter: int, rate: numpy.ndarray, samples: int) -> numpy.ndarray:
    """Poisson numbers: for each rate so many, in float64, (rates, samples).

    For a small rate, how many uniform numbers can be multiplied before their product falls below
    exp(-rate); for others, by transforming a uniform number and rejecting some.

    Source: Hörmann, "The transformed rejection method for generating Poisson random variables",
    1993.
    """
    cases = len(rate)
    rate = numpy.repeat(rate.astype("float64"), samples)
    streams, values = _Streams(key, counter, rate.size), numpy.full(rate.size, numpy.nan)
    product, count = numpy.ones(rate.size), numpy.zeros(rate.size)
    wanted = numpy.nonzero(rate < _SMALL)[0]
    while wanted.size:
        product[wanted] *= streams.uniform(wanted)
        done = product[wanted] <= numpy.exp(-rate[wanted])
        values[wanted[done]] = count[wanted[done]]
        wanted = wanted[~done]
        count[wanted] += 1
    b = 0.931 + 2.53 * numpy.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    wanted = numpy.nonzero(numpy.isfinite(rate) & (rate >= _SMALL))[0]
    while wanted.size:
        a_, b_, rate_ = a[wanted], b[wanted], rate[wanted]
        u = streams.uniform(wanted) - 0.5
        v = streams.uniform(wanted)
        inside = 0.5 - numpy.abs(u)
        k = numpy.floor((2 * a_ / inside + b_) * u + rate_ + 0.43)
        quickly = (inside >= 0.07) & (v <= 0.9277 - 3.6224 / (b_ - 2))
        possible = (k >= 0) & ~((inside < 0.013) & (v > inside))
        density = k * numpy.log(rate_) - rate_ - lgamma(numpy.maximum(k, 0) + 1)
        limit = numpy.log(v * inverse_alpha[wanted] / (a_ / inside**2 + b_))
        accepted = quickly | (possible & (limit <= density))
        values[wanted[accepted]] = k[accepted]
        wanted = wanted[~accepted]
    return values.reshape(cases, samples)


def random_binomial(key: int, counter: int, count: Any, probability: Any, samples: int) -> Any:
    """Binomial numbers: for each count and probability so many, in float64, (counts, samples).

    For a small mean, how many geometric numbers add up to the count; for others, by transforming a
    uniform number and rejecting some. Above a half, failures are drawn.

    Source: Hörmann, "The generation of binomial random variates", 1993.
    """
    small = count * numpy.minimum(probability, 1 - probability) < _SMALL  # in their own type
    cases = len(count)
    count, probability, small = (numpy.repeat(x, samples) for x in (count, probability, small))
    count, p = count.astype("float64"), numpy.minimum(probability, 1 - probability)
    p = p.astype("float64")
    values = numpy.where(numpy.isnan(probability), numpy.nan, numpy.zeros(count.size))
    drawn = (count > 0) & (p > 0)
    _add_geometric(key, counter, count, p, numpy.nonzero(drawn & small)[0], values)
    _transform(key, counter, count, p, numpy.nonzero(drawn & ~small)[0], values)
    values = numpy.where(probability > 0.5, count - values, values)
    return numpy.where(count > 0, values, 0).reshape(cases, samples)


def _add_geometric(key, counter, count, p, wanted, values) -> None:
    streams = _Streams(key, counter, count.size, _BLOCKS_FOR_INVERSION)
    total = numpy.zeros(count.size)
    while wanted.size:
        total[wanted] += numpy.ceil(numpy.log(streams.uniform(wanted)) / numpy.log1p(-p[wanted]))
        wanted = wanted[total[wanted] <= count[wanted]]
        values[wanted] += 1


def _transform(key, counter, count, p, wanted, values) -> None:
    streams = _Streams(key, counter, count.size)
    while wanted.size:
        n, q = count[wanted], p[wanted]
        deviation = numpy.sqrt(n * q * (1 - q))
        b = 1.15 + 2.53 * deviation
        a = -0.0873 + 0.0248 * b + 0.01 * q
        odds, mode = q / (1 - q), numpy.floor((n + 1) * q)
        u = streams.uniform(wanted) - 0.5
        v = streams.uniform(wanted)
        inside = 0.5 - numpy.abs(u)
        k = numpy.floor((2 * a / inside + b) * u + n * q + 0.5)
        quickly = (inside >= 0.07) & (v <= 0.92 - 4.2 / b)
        possible = (k >= 0) & (k <= n)
        limit = numpy.log(v * (2.83 + 5.1 / b) * deviation / (a / inside**2 + b))
        there = numpy.clip(k, 0, n)
        density = (
            (mode + 0.5) * numpy.log((mode + 1) / (odds * (n - mode + 1)))
            + (n + 1) * numpy.log((n - mode + 1) / (n - there + 1))
            + (there + 0.5) * numpy.log(odds * (n - there + 1) / (there + 1))
            + _beyond_stirling(mode)
            + _beyond_stirling(n - mode)
            - _beyond_stirling(there)
            - _beyond_stirling(n - there)
        )
        accepted = quickly | (possible & (limit <= density))
        values[wanted[accepted]] = k[accepted]
        wanted = wanted[~accepted]


def _beyond_stirling(k) -> numpy.ndarray:
    """What Stirling's formula for log(k!), in k + 1, lacks."""
    square = (k + 1) ** 2
    series = (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)
    low = numpy.minimum(k, 9)
    exact = lgamma(low + 1) - ((low + 0.5) * numpy.log(low + 1) - (low + 1) + _LOG_ROOT_TAU)
    return numpy.where(k <= 9, exact, series)


_LOG_ROOT_TAU = float(numpy.log(2 * numpy.pi) / 2)
