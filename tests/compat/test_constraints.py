"""Constraints beside Keras': the same weights, configs and names."""

import inspect

import keras
import numpy as np
import pytest

from compat.weights import CONSTRAINTS
from minitape.keras import constraints


@pytest.mark.parametrize(("name", "settings"), CONSTRAINTS)
def test_values_and_configs(name, settings):
    ours, theirs = (
        getattr(constraints, name)(**settings),
        getattr(keras.constraints, name)(**settings),
    )
    for dtype in ("float32", "float64"):
        w = np.random.default_rng(0).normal(size=(4, 3)).astype(dtype)
        w[:, 1] = 0  # a vector of no length
        found, expected = np.asarray(ours(w)), np.asarray(theirs(w))
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    serialized = keras.constraints.serialize(theirs)
    assert constraints.serialize(ours) == serialized
    again = constraints.deserialize(serialized)
    assert (type(again), again.get_config()) == (type(ours), ours.get_config())


@pytest.mark.parametrize("name", sorted({name for name, _ in CONSTRAINTS}))
def test_signatures_and_strings(name):
    ours, theirs = getattr(constraints, name), getattr(keras.constraints, name)
    assert str(inspect.signature(ours)) == str(inspect.signature(theirs))
    strings = [
        key for key, found in keras.src.constraints.ALL_OBJECTS_DICT.items() if found is theirs
    ]
    assert len(strings) == 2
    for string in strings:
        assert type(constraints.get(string)) is ours
