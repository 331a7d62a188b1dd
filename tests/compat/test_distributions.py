"""Gamma, Poisson and binomial numbers: TensorFlow's and Keras', given their seeds."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from compat.outcome import assert_same_outcome
from minitape.keras import random as our_keras

pytestmark = pytest.mark.usefixtures("no_global_seed")


def seeded(tf, *draws):
    """What is drawn after each other with a global seed."""
    tf.random.set_seed(11)
    return [draw() for draw in draws]


PROGRAMS = [
    lambda tf: tf.random.gamma([3, 2], [0.25, 1.0, 7.5], seed=1),
    lambda tf: tf.random.gamma([], 2.0, seed=1),
    lambda tf: tf.random.gamma([2], [[1.5], [3.0]], [2.0, 3.0, 4.0], seed=1),
    lambda tf: tf.random.gamma([5], 0.01, seed=1),  # too small for float32
    lambda tf: tf.random.gamma([9], 1, seed=1),
    lambda tf: tf.random.gamma([0], 2.0),
    lambda tf: tf.random.gamma([2], 2.0, dtype="int32"),
    lambda tf: tf.random.gamma([300], tf.constant([0.5, 2.0], "float64"), dtype="float64", seed=3),
    lambda tf: seeded(
        tf,
        lambda: tf.random.gamma([2], 2.0, seed=5),
        lambda: tf.random.gamma([3], 2.0, seed=5),
        lambda: tf.random.gamma([2], [2.0, 3.0], seed=5),
        lambda: tf.random.gamma([2], 2.0),
        lambda: tf.random.poisson([4], 3.0),
    ),
    lambda tf: tf.random.poisson([20], [0.0, 0.5, 9.99, 10.0, 1e4], seed=2),
    lambda tf: tf.random.poisson([4], 3, seed=2, dtype="int64"),
    lambda tf: tf.random.poisson([4], -1.0, seed=2),
    lambda tf: tf.random.poisson([4], 1.0, dtype="bool"),
    lambda tf: seeded(
        tf,
        lambda: tf.random.poisson([3], 4.0, seed=5),
        lambda: tf.random.poisson([3], 40.0, seed=5),
        lambda: tf.random.poisson([3], 4.0, seed=5, dtype="int32"),
    ),
    lambda tf: tf.random.stateless_gamma([3, 2], [1, 2], 2.0, [1.0, 2.0]),
    lambda tf: tf.random.stateless_binomial([30], [1, 2], 20.0, 0.75),
    lambda tf: tf.random.stateless_binomial([30], [1, 2], 20.0, 0.25, output_dtype="float64"),
    lambda tf: tf.random.stateless_binomial([3], [1, 2], [1, 0, -5], 0.5),
    lambda tf: tf.random.stateless_binomial([4], [1, 2], 10.0, [-1.0, 0.0, 1.0, 1.5]),
    lambda tf: tf.random.stateless_binomial([2], [1, 2], 10.0, np.nan, output_dtype="float32"),
    lambda tf: tf.random.stateless_binomial([2], [1, 2], 10.0, 0.5, output_dtype="bool"),
    lambda tf: tf.random.stateless_poisson([2], [1, 2, 3], 10.0),
    lambda tf: [
        draw
        for g in [tf.random.Generator.from_seed(3)]
        for draw in (g.binomial([5, 2], [100.0, 7.0], 0.3), g.state.read_value(), g.normal([2]))
    ],
    lambda tf: tf.random.Generator.from_seed(3).binomial([5], [100.0, 7.0], 0.3),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_the_numbers_are_tensorflows(program):
    assert_same_outcome(program)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_of_gamma_are_tensorflows(dtype):
    def gradients(tf):
        alpha = tf.constant([0.5, 1.0, 2.0, 30.0], dtype)
        beta = tf.constant([1.0, 2.0, 3.0, 0.5], dtype)
        with tf.GradientTape() as tape:
            tape.watch([alpha, beta])
            y = tf.random.gamma([6], alpha, beta, dtype, seed=4)
        return [np.asarray(g) for g in tape.gradient(y, [alpha, beta])]

    for ours, theirs in zip(gradients(mt), gradients(tf), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4 if dtype == "float32" else 1e-9)


def test_a_gamma_number_keeps_its_probability_along_the_gradient():
    alpha, h = mt.constant([0.4, 2.0, 9.0], "float64"), 1e-5
    with mt.GradientTape() as tape:
        tape.watch(alpha)
        y = mt.random.stateless_gamma([3], [5, 6], alpha, dtype="float64")
    slope = tape.gradient(y, alpha)
    with mt.autodiff.ForwardAccumulator(alpha, mt.ones_like(alpha)) as forward:
        y = mt.random.stateless_gamma([3], [5, 6], alpha, dtype="float64")
    np.testing.assert_allclose(forward.jvp(y), slope)
    up, down = (mt.math.igamma(alpha + s, y + s * slope) for s in (h, -h))
    np.testing.assert_allclose(up, down, rtol=1e-8)


@pytest.mark.parametrize("alpha", [-1.0, 0.0, np.nan])
def test_gamma_of_no_shape_is_nan(alpha):
    """TensorFlow tries for ever, or gives the smallest number."""
    assert np.isnan(mt.random.gamma([3], alpha)).all()


@pytest.mark.parametrize(
    "draw",
    [
        lambda random, seed: random.gamma((4, 2), [0.5, 3.0], seed=seed),
        lambda random, seed: random.gamma((4,), 2.0, dtype="float64", seed=seed),
        lambda random, seed: random.binomial((4, 2), [10.0, 50.0], 0.25, seed=seed),
        lambda random, seed: random.binomial((4,), 10.0, 0.25, dtype="int32", seed=seed),
        lambda random, seed: random.beta((4, 2), [0.5, 3.0], 2.0, seed=seed),
    ],
    ids=["gamma", "gamma of float64", "binomial", "binomial of integers", "beta"],
)
@pytest.mark.parametrize("seed", [3, 1234])
def test_keras_numbers(draw, seed):
    ours, theirs = draw(our_keras, seed), draw(keras.random, seed)
    assert ours.dtype.name == theirs.dtype.name
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
