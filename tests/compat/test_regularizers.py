"""Regularizers beside Keras': the same penalties, gradients, configs and names."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from compat.weights import REGULARIZERS
from minitape.keras import regularizers


@pytest.mark.parametrize(("name", "settings"), REGULARIZERS)
def test_values_gradients_and_configs(name, settings):
    ours, theirs = (getattr(one, name)(**settings) for one in (regularizers, keras.regularizers))
    # Keras' OrthogonalRegularizer fails in float64.
    for dtype in ("float32", "float64")[: 1 if name == "OrthogonalRegularizer" else 2]:
        w = np.random.default_rng(0).normal(size=(4, 3)).astype(dtype)
        found = []
        for library, penalty in ((mt, ours), (tf, theirs)):
            variable = library.Variable(w)
            with library.GradientTape() as tape:
                value = penalty(variable) * 1.0  # Keras gives a plain number where nothing counts
            gradient = tape.gradient(value, variable, unconnected_gradients="zero")
            found.append((np.asarray(value), np.asarray(gradient)))
        for our, their in zip(*found, strict=True):
            np.testing.assert_allclose(our, their, rtol=1e-5, atol=1e-7)
    serialized = keras.regularizers.serialize(theirs)
    rounded = {"L1": "l1", "OrthogonalRegularizer": "factor"}.get(name)
    if rounded:  # to float32, by Keras
        assert np.float32(getattr(ours, rounded)) == serialized["config"][rounded]
        serialized["config"][rounded] = getattr(ours, rounded)
    assert regularizers.serialize(ours) == serialized
    again = regularizers.deserialize(serialized)
    assert (type(again), again.get_config()) == (type(ours), ours.get_config())


@pytest.mark.parametrize("name", sorted({name for name, _ in REGULARIZERS}))
def test_signatures(name):
    ours, theirs = getattr(regularizers, name), getattr(keras.regularizers, name)
    assert str(inspect.signature(ours)) == str(inspect.signature(theirs))
