"""Random numbers beside TensorFlow's and Keras': equal bit for bit, normals to a few roundings."""

import random as python_random

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minitape.keras.random as our_keras
from compat.outcome import assert_same_outcome
from minitape import ops
from minitape.arrays import philox
from minitape.keras.utils.random_seed import set_random_seed
from minitape.ops import dropout as our_dropout
from minitape.ops import random as ours
from minitape.ops.generator import Generator

FLOATS = ["float16", "float32", "float64"]
SHAPES = [(), (0,), (1,), (7,), (3, 5), (1001,)]
seeds = st.integers(-(2**31), 2**31 - 1)


def assert_equal(our, their):
    their = np.asarray(their)
    assert our.dtype.name == their.dtype.name
    assert our.shape == their.shape
    np.testing.assert_array_equal(our.numpy(), their)


def assert_close(our, their):
    """Equal to four units in the last place: as far as C's and NumPy's sine and log differ."""
    their = np.asarray(their)
    assert our.dtype.name == their.dtype.name
    np.testing.assert_array_max_ulp(our.numpy(), their, maxulp=4)


def seed_both(seed):
    ours.set_seed(seed)
    tf.random.set_seed(seed)


# -- stateless ----------------------------------------------------------------------------------


@given(seeds, seeds)
def test_scramble(seed, seed2):
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=[seed, seed2])
    assert philox.scramble_seed(seed, seed2) == (
        int(key.numpy()[0]),
        int(counter.numpy()[1]) << 64,
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_stateless_floats(dtype, shape):
    for seed in ([1, 2], [-7, 3], [2**40, -(2**50)]):
        assert_equal(
            ours.stateless_uniform(shape, seed, dtype=dtype),
            tf.random.stateless_uniform(shape, seed, dtype=dtype),
        )
        assert_equal(
            ours.stateless_uniform(shape, seed, -0.3, 0.7, dtype=dtype),
            tf.random.stateless_uniform(shape, seed, -0.3, 0.7, dtype=dtype),
        )
        assert_close(
            ours.stateless_normal(shape, seed, dtype=dtype),
            tf.random.stateless_normal(shape, seed, dtype=dtype),
        )
        assert_close(
            ours.stateless_truncated_normal(shape, seed, 0.0, 0.25, dtype=dtype),
            tf.random.stateless_truncated_normal(shape, seed, 0.0, 0.25, dtype=dtype),
        )


@given(seeds, st.data())
@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_stateless_integers(dtype, seed, data):
    limits = np.iinfo(dtype)
    low = data.draw(st.integers(limits.min, limits.max - 1))
    high = data.draw(st.integers(low + 1, limits.max))
    assert_equal(
        ours.stateless_uniform((9,), [seed, 1], low, high, dtype=dtype),
        tf.random.stateless_uniform((9,), [seed, 1], low, high, dtype=dtype),
    )


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint32", "uint64"])
def test_stateless_whole_range(dtype):
    assert_equal(
        ours.stateless_uniform((9,), [1, 2], None, None, dtype=dtype),
        tf.random.stateless_uniform((9,), [1, 2], None, None, dtype=dtype),
    )


def test_many_normals_are_close():
    ours_values = ours.stateless_normal((100_000,), [1, 2]).numpy()
    theirs = tf.random.stateless_normal((100_000,), [1, 2]).numpy()
    np.testing.assert_array_max_ulp(ours_values, theirs, maxulp=4)
    assert np.mean(ours_values == theirs) > 0.7


@pytest.mark.parametrize("alg", ["philox", "auto_select", "Auto-Select", None, 1])
def test_algorithms(alg):
    assert_equal(
        ours.stateless_uniform((3,), [1, 2], alg=alg),
        tf.random.stateless_uniform((3,), [1, 2], alg=alg),
    )


def test_shape_from_tensors():
    x = np.zeros((2, 3))
    for make in (lambda m, t: m(x), lambda m, t: (t(2), 3), lambda m, t: [2, t(3)]):
        assert_equal(
            ours.stateless_uniform(make(ops.shape, ops.constant), [1, 2]),
            tf.random.stateless_uniform(make(tf.shape, tf.constant), [1, 2]),
        )


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_stateless_categorical(dtype):
    logits = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
    logits[1, 2] = -np.inf
    assert_equal(
        ours.stateless_categorical(logits, 50, [1, 2], dtype=dtype),
        tf.random.stateless_categorical(logits, 50, [1, 2], dtype=dtype),
    )


# -- stateful -----------------------------------------------------------------------------------


def draw_all(random, nn):
    return [
        random.uniform((3,)),
        random.uniform((2, 2), 5.0, 6.0, dtype="float64"),
        random.uniform((5,), 0, 100, dtype="int32"),
        random.uniform((5,), -5, 2**40, dtype="int64"),
        random.shuffle(np.arange(20)),
        random.shuffle(np.arange(12.0).reshape(6, 2)),
        nn.dropout(np.ones((4, 4), "float32"), 0.0),
        nn.dropout(np.ones((4, 4), "float32"), 0.3),
        random.categorical(np.zeros((2, 4), "float32"), 7),
        random.uniform((3,), seed=5),
        random.uniform((300,), seed=5),
        random.uniform((3,), seed=5),
        random.uniform((3,), 0, 9, dtype="int32", seed=5),
        random.uniform((3,), 0, 9, dtype="int32", seed=5),
        random.shuffle(np.arange(20), seed=5),
        random.shuffle(np.arange(20), seed=5),
        nn.dropout(np.ones((4, 4), "float32"), 0.3, seed=5),
        nn.dropout(np.ones((4, 4), "float32"), 0.3, seed=5),
        random.categorical(np.zeros((2, 4), "float32"), 7, seed=5),
        random.categorical(np.zeros((2, 4), "float32"), 7, seed=5),
        random.uniform((3,)),
    ]


class OurNN:
    dropout = staticmethod(our_dropout.dropout)
    experimental_stateless_dropout = staticmethod(our_dropout.stateless_dropout)


@pytest.mark.parametrize("seed", [0, 42, -3, 2**31 - 1, 2**40, np.int64(5)])
def test_global_seed_gives_the_same_sequence(seed):
    for _ in range(2):  # the second time the seeded ops begin again
        seed_both(seed)
        for our, their in zip(draw_all(ours, OurNN), draw_all(tf.random, tf.nn), strict=True):
            assert_equal(our, their)


@pytest.mark.parametrize("dtype", FLOATS)
def test_stateful_normals(dtype):
    seed_both(42)
    for _ in range(2):
        for seed in (None, 1, 1, 2):
            assert_close(
                ours.normal((3, 2), seed=seed, dtype=dtype),
                tf.random.normal((3, 2), seed=seed, dtype=dtype),
            )
            assert_close(
                ours.truncated_normal((30,), seed=seed, dtype=dtype),
                tf.random.truncated_normal((30,), seed=seed, dtype=dtype),
            )


def test_mean_and_stddev_broadcast():
    seed_both(1)
    arguments = {"mean": [1.0, 2.0, 3.0], "stddev": [[1.0], [2.0]]}
    our = ours.normal((2, 3), **arguments).numpy()
    np.testing.assert_allclose(our, tf.random.normal((2, 3), **arguments), rtol=1e-6)


def test_documented_numbers():
    ours.set_seed(42)
    np.testing.assert_allclose(
        ours.normal((3,)).numpy(), [0.3274685, -0.8426258, 0.3194337], rtol=1e-6
    )
    np.testing.assert_allclose(
        ours.uniform((3,)).numpy(), [0.6878912, 0.4844788, 0.9309944], rtol=1e-6
    )


def test_op_seed_without_global_seed():
    seed_both(None)
    for _ in range(3):
        assert_equal(ours.uniform((3,), seed=77), tf.random.uniform((3,), seed=77))


@given(seeds, seeds, st.sampled_from(FLOATS), st.integers(0, 300), st.booleans())
def test_any_length(seed, seed2, dtype, length, truncated):
    """Groups of four words, and what is left of the last one."""
    seed_pair = [seed, seed2]
    assert_equal(
        ours.stateless_uniform((length,), seed_pair, dtype=dtype),
        tf.random.stateless_uniform((length,), seed_pair, dtype=dtype),
    )
    name = "stateless_truncated_normal" if truncated else "stateless_normal"
    assert_close(
        getattr(ours, name)((length,), seed_pair, dtype=dtype),
        getattr(tf.random, name)((length,), seed_pair, dtype=dtype),
    )


# -- seeds and orders ---------------------------------------------------------------------------

big_seeds = st.integers(-(2**63), 2**63 - 1)


@given(big_seeds, big_seeds, st.integers(0, 5), st.sampled_from(["int32", "int64"]))
def test_split_and_fold_in(seed, seed2, num, dtype):
    limit = 2**31 if dtype == "int32" else 2**63
    pair = np.array([(n + limit) % (2 * limit) - limit for n in (seed, seed2)], dtype)
    assert_equal(ours.split(pair, num), tf.random.split(pair, num))
    assert_equal(ours.fold_in(pair, num), tf.random.fold_in(pair, num))
    assert_equal(ours.fold_in(pair, pair[1]), tf.random.fold_in(pair, pair[1]))


@given(seeds, seeds, st.integers(0, 40))
def test_stateless_shuffle(seed, seed2, length):
    for value in (np.arange(length), np.arange(2.0 * length).reshape(length, 2)):
        assert_equal(
            ours.stateless_shuffle(value, [seed, seed2]),
            tf.random.experimental.stateless_shuffle(value, [seed, seed2]),
        )


@given(seeds, seeds, st.integers(0, 2**31 - 1), st.data())
def test_index_shuffle(seed, seed2, limit, data):
    indices = data.draw(st.lists(st.integers(0, limit), min_size=1, max_size=4))
    pair = np.array([seed, seed2], "int32")
    assert_equal(
        ours.index_shuffle(np.int32(indices), pair, np.int32(limit)),
        tf.random.experimental.index_shuffle(np.int32(indices), pair, np.int32(limit)),
    )


@pytest.mark.parametrize("limit", [0, 1, 2, 9, 2**16, 2**16 + 1, 2**17, 70_000])
def test_index_shuffle_is_a_permutation(limit):
    size = min(limit + 1, 300)
    places = ours.index_shuffle(np.arange(size), [5, 9], limit)
    assert len(set(places.numpy())) == size
    assert_equal(places, tf.random.experimental.index_shuffle(np.arange(size), [5, 9], limit))


def test_index_shuffle_with_a_seed_for_each_index():
    # TensorFlow documents it, but pads the wrong axis of the seeds and fails.
    pairs, limits = [[1, 2], [3, 4], [5, 6]], [10, 20, 30]
    places = ours.index_shuffle(np.int32(3), np.int32(pairs), np.int32(limits))
    for place, pair, limit in zip(places.numpy(), pairs, limits, strict=True):
        assert place == tf.random.experimental.index_shuffle(3, pair, limit)


# -- Generator ----------------------------------------------------------------------------------

GENERATORS = [
    lambda tf: tf.random.create_rng_state(1, "philox"),
    lambda tf: tf.random.create_rng_state(2**130 + 3, "philox"),
    lambda tf: tf.random.create_rng_state(-1, "auto_select"),
    lambda tf: tf.random.create_rng_state([1, 2], tf.random.Algorithm.PHILOX),
    lambda tf: tf.random.create_rng_state([1, 2, 3, 4], 1),
    lambda tf: tf.random.create_rng_state([], "philox"),
    lambda tf: tf.random.create_rng_state([-1, 2**63], "philox"),
    lambda tf: tf.random.create_rng_state(np.int64(5), "philox"),
    lambda tf: tf.random.create_rng_state(tf.constant([5, 6]), "philox"),
    lambda tf: tf.random.create_rng_state(1, "mersenne"),
    lambda tf: tf.random.Generator.from_seed([1, 2]).state,
    lambda tf: tf.random.Generator.from_seed(2, alg="philox").algorithm,
    lambda tf: tf.random.Generator.from_state([1, 2, 3], alg="philox").uniform((3,)),
    lambda tf: tf.random.Generator.from_state([1, 2], alg="philox"),
    lambda tf: tf.random.Generator.from_state(tf.constant([1, 2, 3, 4]), alg="philox"),
    lambda tf: tf.random.Generator.from_key_counter(7, [1, 2**63], "philox").state,
    lambda tf: tf.random.Generator.from_key_counter(-7, [1, 2], "philox").key,
    lambda tf: tf.random.Generator.from_key_counter([7], [1, 2], "philox"),
    lambda tf: tf.random.Generator.from_key_counter(7, [1, 2, 3], "philox"),
    lambda tf: tf.random.Generator.from_seed(1).reset([4, 5]),
    lambda tf: tf.random.Generator.from_seed(1).uniform((3,), 0, None, "int32"),
    lambda tf: tf.random.Generator.from_seed(1).uniform((3,), None, None, "int64"),
    lambda tf: tf.random.Generator.from_seed(1).uniform((3,), None, None, "uint32"),
    lambda tf: tf.random.Generator.from_seed(1).uniform((3,), 5, 5, "int32"),
    lambda tf: tf.random.Generator.from_seed(1).uniform((3,), dtype="float16"),
    lambda tf: tf.random.Generator.from_seed(1).uniform_full_int((3,)),
    lambda tf: tf.random.Generator.from_seed(1).uniform_full_int((3,), "int32"),
    lambda tf: tf.random.Generator.from_seed(1).uniform_full_int((3,), "uint8"),
    lambda tf: tf.random.Generator.from_seed(1).normal((3,), 0, 1, "int32"),
    lambda tf: tf.random.Generator.from_seed(1).normal(3),
    lambda tf: tf.random.get_global_generator() is tf.random.get_global_generator(),
    lambda tf: tf.random.stateless_uniform((2,), [1, 2], 0, [3, 4], "int32"),
    lambda tf: tf.random.categorical(tf.zeros((2, 3)), -1),
]


@pytest.mark.parametrize("run", GENERATORS)
def test_generator_beside_tensorflow(run):
    assert_same_outcome(run)


def test_reset_and_copies():
    def run(tf):
        generator, states = tf.random.Generator.from_seed(1), []
        generator.uniform((3,))
        copy = tf.random.Generator(copy_from=generator)
        for step in (
            lambda: generator.skip(tf.constant(5)),
            lambda: generator.reset([4, 5, 6]),
            lambda: generator.reset_from_seed(2**70),
            lambda: generator.reset_from_key_counter(3, [4, 5]),
            lambda: generator.make_seeds(),
            lambda: generator.normal((0, 3)),
        ):
            step()
            states.append(generator.state.read_value())
        shared = tf.Variable(np.array([1, 2, 3]))
        tf.random.Generator(state=shared, alg="philox").normal(())
        tf.random.set_global_generator(tf.random.Generator.from_seed(3))
        drawn = tf.random.get_global_generator().uniform((2,))
        return [*states, copy.state.read_value(), shared.read_value(), drawn]

    assert_same_outcome(run)


def test_a_generator_needs_a_state_and_an_algorithm():
    for arguments in ({}, {"state": [1, 2, 3]}, {"alg": "philox"}):
        with pytest.raises(ValueError, match="both `state` and `alg`"):
            Generator(**arguments)


def test_generator():
    our, their = Generator.from_seed(7), tf.random.Generator.from_seed(7)
    for _ in range(2):
        assert_close(our.normal((3,), 1.0, 2.0), their.normal((3,), 1.0, 2.0))
        assert_equal(our.uniform((2, 2)), their.uniform((2, 2)))
        assert_equal(
            our.uniform((2, 2), 1, 9, dtype="int64"), their.uniform((2, 2), 1, 9, dtype="int64")
        )
        assert_close(our.truncated_normal((9,)), their.truncated_normal((9,)))
        assert_equal(our.state.read_value(), their.state)
    assert_equal(our.make_seeds(2), their.make_seeds(2))
    for one, other in zip(our.split(2), their.split(2), strict=True):
        assert_equal(one.uniform((3,)), other.uniform((3,)))
    for seed in (-1, 2**63, 2**130 + 3):
        our, their = Generator.from_seed(seed), tf.random.Generator.from_seed(seed)
        assert_equal(our.uniform((9,)), their.uniform((9,)))


# -- dropout ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("noise_shape", [None, (3, 1, 1), (None, 1, None), (1, 4, 5), (4, 5)])
def test_stateless_dropout(noise_shape, dtype):
    x = np.random.default_rng(1).normal(size=(3, 4, 5)).astype(dtype)
    for rate in (0, 0.1, 0.5, 0.9):
        assert_equal(
            our_dropout.stateless_dropout(x, rate, [3, 4], noise_shape=noise_shape),
            tf.nn.experimental.stateless_dropout(x, rate, [3, 4], noise_shape=noise_shape),
        )


def test_dropout_with_a_rate_tensor():
    x = np.linspace(1, 2, 20, dtype="float32")
    assert_equal(
        our_dropout.stateless_dropout(x, ops.constant(0.3), [3, 4]),
        tf.nn.experimental.stateless_dropout(x, tf.constant(0.3), [3, 4]),
    )


@pytest.mark.parametrize(
    ("x", "rate"),
    [
        ([1.0], 1.0),
        ([1.0], -0.1),
        ([1.0], 1.5),
        ([1.0], "half"),
        ([1.0], None),
        ([1.0], np.float32(1)),
        ([1], 0.5),
    ],
)
def test_dropout_errors(x, rate):
    with pytest.raises(ValueError) as their:  # noqa: PT011 - the messages are compared
        tf.nn.dropout(x, rate)
    with pytest.raises(ValueError) as our:  # noqa: PT011
        our_dropout.dropout(x, rate)
    assert str(our.value) == str(their.value)


# -- keras.random -------------------------------------------------------------------------------


def same_seeds(seed):
    return our_keras.SeedGenerator(seed), keras.random.SeedGenerator(seed)


def test_seed_generator():
    our, their = same_seeds(1337)
    for ordered in (True, True, False, False, True):
        np.testing.assert_array_equal(our.next(ordered).numpy(), their.next(ordered).numpy())
    assert our.state.dtype == their.state.dtype
    assert tuple(our.state.shape) == tuple(their.state.shape)
    assert our.get_config()["seed"] == their.get_config()["seed"]
    with pytest.raises(ValueError, match="must be an integer"):
        our_keras.SeedGenerator(1.5)


def keras_draws(random, seed):
    x = np.arange(12, dtype="float32").reshape(3, 4)
    return [
        random.uniform((3, 4), seed=seed),
        random.uniform((3, 4), -0.2, 0.3, dtype="float64", seed=seed),
        random.randint((8,), 2, 9, seed=seed),
        random.randint((8,), -2, 9, dtype="int64", seed=seed),
        random.randint((8,), 2, 9, dtype="uint8", seed=seed),
        random.categorical(x, 6, seed=seed),
        random.dropout(x, 0.4, seed=seed),
        random.dropout(x, 0.4, noise_shape=(None, 1), seed=seed),
        random.dropout(x, 1.0, seed=seed),
        random.shuffle(x, seed=seed),
        random.shuffle(x, axis=1, seed=seed),
        random.shuffle(np.arange(3000), seed=seed),
    ]


@pytest.mark.parametrize("seed", [0, 7, 123456789, 2**31 + 5])
def test_keras_draws(seed):
    pairs = [(keras_draws(our_keras, seed), keras_draws(keras.random, seed))]
    our_seed, their_seed = same_seeds(seed)
    pairs.append((keras_draws(our_keras, our_seed), keras_draws(keras.random, their_seed)))
    set_random_seed(5)
    our = keras_draws(our_keras, None)
    keras.utils.set_random_seed(5)
    pairs.append((our, keras_draws(keras.random, None)))
    for our, their in pairs:
        for one, other in zip(our, their, strict=True):
            assert_equal(one, other)


def test_keras_normals():
    for draw in ("normal", "truncated_normal"):
        assert_close(
            getattr(our_keras, draw)((50,), seed=3), getattr(keras.random, draw)((50,), seed=3)
        )


def test_set_random_seed():
    states = []
    for seed_all in (set_random_seed, keras.utils.set_random_seed):
        seed_all(7)
        states.append((python_random.random(), np.random.rand()))
    assert states[0] == states[1]
    for wrong in (1.5, "7", None):
        with pytest.raises(ValueError, match="to be an integer"):
            set_random_seed(wrong)
