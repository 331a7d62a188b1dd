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
