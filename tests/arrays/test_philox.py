"""Philox against the known answers of its authors, and the distributions against mathematics."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitape.arrays import philox

# kat_vectors of Random123: counter, key, words.
PI_COUNTER = 0x0370734413198A2E85A308D3243F6A88
PI_KEY = 0x299F31D0A4093822
KNOWN_ANSWERS = [
    (0, 0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    (2**128 - 1, 2**64 - 1, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (PI_COUNTER, PI_KEY, "d16cfe09 94fdcceb 5001e420 24126ea1"),
]

keys = st.integers(0, 2**64 - 1)
counters = st.integers(0, 2**128 - 1)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_known_answers(counter, key, words):
    assert " ".join(f"{word:08x}" for word in philox.philox_block(key, counter)) == words
    array = philox.random_words(key, counter, 4)
    assert array.dtype == np.uint32
    assert " ".join(f"{word:08x}" for word in array.tolist()) == words


@given(keys, counters, st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_arrays_agree_with_python_integers(key, counter, offsets):
    words = philox.philox_blocks(key, counter, np.array(offsets, np.uint64))
    assert words.shape == (len(offsets), 4)
    for row, offset in zip(words.tolist(), offsets, strict=True):
        assert tuple(row) == philox.philox_block(key, (counter + offset) % 2**128)


@pytest.mark.parametrize("counter", [2**32 - 2, 2**64 - 2, 2**96 - 2, 2**128 - 2])
def test_counter_carries(counter):
    words = philox.random_words(5, counter, 16).reshape(4, 4).tolist()
    expected = [philox.philox_block(5, (counter + i) % 2**128) for i in range(4)]
    assert words == [list(block) for block in expected]


def test_chunks_join():
    count = 4 * (2 * philox._CHUNK + 3)
    words = philox.random_words(1, 2, count)
    for block in (0, philox._CHUNK - 1, philox._CHUNK, 2 * philox._CHUNK, 2 * philox._CHUNK + 2):
        assert tuple(words[4 * block : 4 * block + 4]) == philox.philox_block(1, 2 + block)


@given(keys, counters, st.integers(0, 30), st.integers(0, 30))
def test_a_shorter_draw_is_the_beginning_of_a_longer(key, counter, short, more):
    for draw in (philox.random_uniform, philox.random_normal, philox.random_truncated_normal):
        for dtype in ("float16", "float32", "float64"):
            whole = draw(key, counter, (short + more,), dtype)
            np.testing.assert_array_equal(draw(key, counter, (short,), dtype), whole[:short])


@given(keys, counters)
def test_state_keeps_key_and_counter(key, counter):
    state = philox.pack_state(key, counter)
    assert state.dtype == np.int64
    assert philox.unpack_state(state) == (key, counter)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,), (5,), (2, 3, 4)])
def test_shapes_and_dtypes(shape, dtype):
    for draw in (philox.random_uniform, philox.random_normal, philox.random_truncated_normal):
        values = draw(1, 2, shape, dtype)
        assert values.shape == shape
        assert values.dtype == dtype
    assert philox.random_bits(1, 2, shape, "int64").shape == shape


def test_uniform_takes_the_low_bits_as_fraction():
    words = philox.random_words(3, 4, 8).astype(np.uint64)
    expected = (words & 0x7FFFFF) / 2**23
    np.testing.assert_array_equal(philox.random_uniform(3, 4, (8,), "float32"), expected)
    expected = (words & 0x3FF) / 2**10
    np.testing.assert_array_equal(philox.random_uniform(3, 4, (8,), "float16"), expected)
    expected = ((words[0::2] & 0xFFFFF) * 2**32 + words[1::2]) / 2**52
    np.testing.assert_array_equal(philox.random_uniform(3, 4, (4,), "float64"), expected)


def test_bits_keep_every_bit():
    words = philox.random_words(3, 4, 8).astype(np.uint64)
    np.testing.assert_array_equal(philox.random_bits(3, 4, (8,), "uint32"), words)
    wide = words[0::2] + words[1::2] * np.uint64(2**32)
    np.testing.assert_array_equal(philox.random_bits(3, 4, (4,), "uint64"), wide)
    signed = philox.random_bits(3, 4, (4,), "int64")
    np.testing.assert_array_equal(signed.view(np.uint64), wide)


@given(keys, counters, st.data())
@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_integers_are_minval_plus_bits_modulo_width(dtype, key, counter, data):
    limits = np.iinfo(dtype)
    low = data.draw(st.integers(limits.min, limits.max - 1))
    high = data.draw(st.integers(low + 1, limits.max))
    values = philox.random_integers(key, counter, (6,), low, high, dtype)
    assert values.dtype == dtype
    bits = philox.random_bits(key, counter, (6,), f"u{dtype}").tolist()
    assert values.tolist() == [low + bit % (high - low) for bit in bits]


def test_normal_is_box_muller():
    words = philox.random_words(7, 8, 64).astype(np.float64)
    u, v = (words % 2**23 / 2**23).reshape(-1, 2).T
    radius = np.sqrt(-2 * np.log(np.maximum(u, 1e-7)))
    expected = np.stack([radius * np.sin(2 * np.pi * v), radius * np.cos(2 * np.pi * v)], axis=1)
    values = philox.random_normal(7, 8, (64,), "float32")
    np.testing.assert_allclose(values, expected.reshape(-1), atol=2e-6)


def normal_cdf(x):
    return np.array([0.5 * (1 + math.erf(value / math.sqrt(2))) for value in x])


def distance_to_cdf(values, cdf):
    """Kolmogorov's statistic times the square root of the sample size: rarely above 1.6."""
    values = np.sort(values.astype(np.float64))
    steps = np.arange(1, len(values) + 1) / len(values)
    return np.abs(cdf(values) - steps).max() * math.sqrt(len(values))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_distributions(dtype):
    size = (20001,)
    assert distance_to_cdf(philox.random_uniform(1, 0, size, dtype), lambda x: x) < 1.6
    assert distance_to_cdf(philox.random_normal(2, 0, size, dtype), normal_cdf) < 1.6
    inside = normal_cdf([2])[0] - normal_cdf([-2])[0]
    truncated = philox.random_truncated_normal(3, 0, size, dtype)
    assert np.abs(truncated).max() < 2
    assert (
        distance_to_cdf(truncated, lambda x: (normal_cdf(x) - normal_cdf([-2])[0]) / inside) < 1.6
    )


def test_truncated_normal_keeps_the_order_of_the_stream():
    """Each group of four holds the first four normals of its stretch that lie inside."""
    values = philox.random_truncated_normal(11, 5, (400,), "float32").reshape(-1, 4)
    for group, row in enumerate(values):
        start = 5 + group * philox.BLOCKS_PER_VALUE
        stream = philox.random_normal(11, start, (64,), "float32")
        np.testing.assert_array_equal(row, stream[np.abs(stream) < 2][:4])


@given(keys, counters, st.integers(0, 40))
def test_permutation_has_each_number_once(key, counter, size):
    order = philox.random_permutation(key, counter, size)
    assert sorted(order.tolist()) == list(range(size))


def test_permutations_are_equally_likely():
    orders = [tuple(philox.random_permutation(key, 0, 3)) for key in range(6000)]
    counts = [orders.count(order) for order in set(orders)]
    assert len(counts) == 6
    assert sum((count - 1000) ** 2 / 1000 for count in counts) < 20.5  # chi-square: 0.1 %


def test_categorical_follows_the_logits():
    probabilities = np.array([[0.1, 0.2, 0.7], [0.5, 0.0, 0.5]])
    with np.errstate(divide="ignore"):
        logits = np.log(probabilities) + 3
    drawn = philox.random_categorical(1, 2, logits, 5000, "int32")
    assert drawn.shape == (2, 5000)
    for row, expected in zip(drawn, probabilities, strict=True):
        np.testing.assert_allclose(np.bincount(row, minlength=3) / 5000, expected, atol=0.02)


def test_scrambled_seeds_differ():
    streams = {philox.scramble_seed(seed, seed2) for seed in range(-10, 10) for seed2 in range(10)}
    assert len(streams) == 200
