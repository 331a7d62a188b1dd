"""Activations beside Keras': values and gradients."""

import hypothesis.extra.numpy as hnp
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minitape as mt
from minitape.keras import activations

CASES = [
    ("linear", {}),
    ("relu", {}),
    ("relu", {"max_value": 2.0}),
    ("relu", {"max_value": 6}),
    ("relu", {"negative_slope": 0.3}),
    ("relu", {"threshold": 1.0}),
    ("relu", {"negative_slope": 0.3, "max_value": 2.0, "threshold": -1.0}),
    ("relu6", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.05}),
    ("elu", {}),
    ("elu", {"alpha": 0.5}),
    ("selu", {}),
    ("softplus", {}),
    ("softsign", {}),
    ("softmax", {}),
    ("softmax", {"axis": 0}),
    ("log_softmax", {}),
    ("sigmoid", {}),
    ("tanh", {}),
    ("exponential", {}),
    ("hard_sigmoid", {}),
    ("silu", {}),
    ("hard_silu", {}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
    ("mish", {}),
    ("celu", {}),
    ("celu", {"alpha": 0.5}),
    ("hard_shrink", {}),
    ("hard_shrink", {"threshold": 1.5}),
    ("soft_shrink", {}),
    ("soft_shrink", {"threshold": 1.5}),
    ("tanh_shrink", {}),
    ("hard_tanh", {}),
    ("threshold", {"threshold": 0.5, "default_value": -1.0}),
    ("log_sigmoid", {}),
    ("squareplus", {}),
    ("squareplus", {"b": 1}),
    ("sparse_plus", {}),
    ("sparse_sigmoid", {}),
]
# Steps of 1/64: the kinks are often hit, and no number is so small that TensorFlow drops it.
NUMBERS = st.integers(-9 * 64, 9 * 64).map(lambda n: n / 64)
ARRAYS = hnp.arrays(
    np.float32, hnp.array_shapes(max_dims=3, min_side=2, max_side=4), elements=NUMBERS
)


@pytest.mark.parametrize(("name", "settings"), CASES)
@given(x=ARRAYS)
def test_values_and_gradients(name, settings, x):
    theirs = tf.constant(x)
    with tf.GradientTape() as their_tape:
        their_tape.watch(theirs)
        their_y = getattr(keras.activations, name)(theirs, **settings)
        their_loss = tf.reduce_sum(their_y * tf.cos(theirs))  # each element has its own cotangent
    ours = mt.constant(x)
    with mt.GradientTape() as our_tape:
        our_tape.watch(ours)
        our_y = getattr(activations, name)(ours, **settings)
        our_loss = mt.reduce_sum(our_y * mt.cos(ours))
    np.testing.assert_allclose(our_y.numpy(), their_y.numpy(), rtol=2e-5, atol=2e-6)
    np.testing.assert_allclose(
        our_tape.gradient(our_loss, ours).numpy(),
        their_tape.gradient(their_loss, theirs).numpy(),
        rtol=1e-4,
        atol=2e-5 * max(1.0, float(np.abs(their_y).max())),
    )


def test_every_activation_has_a_case_or_is_no_measure():
    named = {f.__name__ for f in activations._FUNCTIONS}
    theirs = {name for name in dir(keras.activations) if not name.startswith("_")}
    theirs -= {"get", "serialize", "deserialize", "swish", "hard_swish"}
    assert theirs == named
    # These have tests of their own: glu halves its input, and Keras' sparsemax is wrong.
    assert named - {name for name, _ in CASES} == {"glu", "sparsemax"}
    assert all(activations.serialize(getattr(activations, name)) == name for name in named)


@pytest.mark.parametrize("axis", [0, 2, -1])
def test_glu(axis):
    x = np.random.default_rng(0).normal(size=(4, 3, 2)).astype("float32")
    found = []
    for library, glu in ((mt, activations.glu), (tf, keras.activations.glu)):
        with library.GradientTape() as tape:
            given = library.constant(x)
            tape.watch(given)
            y = glu(given, axis=axis)
            loss = library.reduce_sum(y * y)
        found.append((y.numpy(), tape.gradient(loss, given).numpy()))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-6, atol=2e-6)
    with pytest.raises(ValueError, match=r"even. Received: shape \(4, 3, 2\)"):
        activations.glu(mt.constant(x), axis=1)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sparsemax_beside_its_definition(axis):
    x = np.random.default_rng(0).normal(size=(4, 5, 3))
    with mt.GradientTape() as tape:
        ours = mt.constant(x)
        tape.watch(ours)
        y = activations.sparsemax(ours, axis=axis)
        loss = mt.reduce_sum(y * np.arange(60.0).reshape(x.shape))
    low, high = x.max(axis, keepdims=True) - 1, x.max(axis, keepdims=True)
    for _ in range(60):  # max(x - t, 0) adds up to 1 at one t between
        middle = (low + high) / 2
        above = np.maximum(x - middle, 0).sum(axis, keepdims=True) > 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    expected = np.maximum(x - low, 0)
    np.testing.assert_allclose(y.numpy(), expected, atol=1e-12)
    # Within the numbers that are not 0, a change of all by the same changes nothing.
    inside = expected > 0
    weights = np.arange(60.0).reshape(x.shape)
    mean = (weights * inside).sum(axis, keepdims=True) / inside.sum(axis, keepdims=True)
    gradient = np.where(inside, weights - mean, 0)
    np.testing.assert_allclose(tape.gradient(loss, ours).numpy(), gradient, atol=1e-9)


def test_sparsemax_of_keras_is_no_measure():
    assert float(tf.reduce_sum(keras.activations.sparsemax(tf.constant([1.0, 0.9])))) < 0.1


def test_the_slope_of_leaky_relu_in_float64_is_no_float32():
    x = np.array([-1.0])
    assert mt.nn.leaky_relu(x, 0.2).numpy() == -0.2
    assert tf.nn.leaky_relu(x, 0.2).numpy() == -float(np.float32(0.2))
