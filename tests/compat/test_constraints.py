"""Constraints beside Keras': the same weights, configs and names; no public name is missing."""

import inspect

import keras
import numpy as np
import pytest

from minitape.keras import constraints, initializers, regularizers

CASES = [
    ("Constraint", {}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.5, "axis": 1}),
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 1.5, "max_value": 2.0, "rate": 0.25, "axis": 1}),
]


@pytest.mark.parametrize(("name", "settings"), CASES)
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


@pytest.mark.parametrize("name", sorted({name for name, _ in CASES}))
def test_signatures_and_strings(name):
    ours, theirs = getattr(constraints, name), getattr(keras.constraints, name)
    assert str(inspect.signature(ours)) == str(inspect.signature(theirs))
    strings = [
        key for key, found in keras.src.constraints.ALL_OBJECTS_DICT.items() if found is theirs
    ]
    assert len(strings) == 2
    for string in strings:
        assert type(constraints.get(string)) is ours


@pytest.mark.parametrize(
    ("ours", "theirs", "left_out"),
    [
        (constraints, keras.constraints, set()),
        (regularizers, keras.regularizers, set()),
        # Its windows are SciPy's, which minitape doesn't have.
        (initializers, keras.initializers, {"STFT", "STFTInitializer", "stft"}),
    ],
    ids=["constraints", "regularizers", "initializers"],
)
def test_no_public_name_is_missing(ours, theirs, left_out):
    public = {name for name in vars(theirs) if name[0] != "_"} - left_out
    assert [name for name in sorted(public) if not hasattr(ours, name)] == []


def test_every_constraint_is_compared():
    classes = {
        thing.__name__ for thing in vars(keras.constraints).values() if inspect.isclass(thing)
    }
    assert classes == {name for name, _ in CASES}
