"""Optimizers beside Keras': the same weights and state after many steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minitape as mt
from compat.optimizers import AROUND, AROUND_EACH, CASES, DEFAULTS, IN_FLOAT32, NAMES, SCHEDULES
from minitape.keras import optimizers
from minitape.keras.variables import Variable
from tests.compat.test_signatures import described

SHAPES = [(3, 4), (5,), ()]


def run_beside(name, settings, dtype, seed, steps, rate=0.05):
    rng = np.random.default_rng(seed)
    start = [rng.normal(size=shape).astype(dtype) for shape in SHAPES]
    our_variables = [Variable(w, dtype=dtype, name=f"w{i}") for i, w in enumerate(start)]
    their_variables = [keras.Variable(w, dtype=dtype, name=f"w{i}") for i, w in enumerate(start)]
    settings = {"learning_rate": rate, "name": "optimizer"} | settings
    ours = getattr(optimizers, name)(**settings)
    theirs = getattr(keras.optimizers, name)(**settings)
    for _ in range(steps):
        gradients = [rng.normal(size=shape).astype(dtype) for shape in SHAPES]
        ours.apply([mt.constant(g) for g in gradients], our_variables)
        theirs.apply([tf.constant(g) for g in gradients], their_variables)
    tolerance = {"float32": 2e-5, "float64": 1e-12}[dtype]
    pairs = zip(our_variables + ours.variables, their_variables + theirs.variables, strict=True)
    for our, their in pairs:
        if our.name != "u_product":  # Keras has no name for it
            assert our.path == their.path
        assert our.dtype == their.dtype
        np.testing.assert_allclose(
            our.numpy(), their.numpy(), rtol=tolerance, atol=tolerance, err_msg=our.name
        )
    assert int(ours.iterations) == int(theirs.iterations)
    return ours, theirs


@pytest.mark.parametrize(
    ("name", "settings", "dtype"),
    [(*case, "float32") for case in DEFAULTS + IN_FLOAT32]
    + [(*case, dtype) for case in CASES for dtype in ("float32", "float64")],
)
def test_many_steps(name, settings, dtype):
    ours, theirs = run_beside(name, settings, dtype, seed=0, steps=30)
    assert ours.get_config() == theirs.get_config()
    assert optimizers.serialize(ours) == keras.optimizers.serialize(theirs)
    again = optimizers.deserialize(keras.optimizers.serialize(theirs))
    assert again.get_config() == ours.get_config()


@pytest.mark.parametrize(
    ("name", "around"),
    AROUND_EACH,
    ids=lambda given: given if isinstance(given, str) else "-".join(given),
)
def test_around_the_update(name, around):
    ours, theirs = run_beside(name, around, "float32", seed=1, steps=20)
    assert optimizers.serialize(ours) == keras.optimizers.serialize(theirs)


@given(
    case=st.sampled_from(CASES),
    around=st.sampled_from([{}, *AROUND]),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 2**32 - 1),
    rate=st.floats(1e-4, 0.5),
)
def test_any_settings(case, around, dtype, seed, rate):
    name, settings = case
    run_beside(name, settings | around, dtype, seed, steps=4, rate=rate)


def test_a_schedule():
    class Decay(optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5 / (mt.cast(step, "float32") + 1.0)

    class TheirDecay(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5 / (keras.ops.cast(step, "float32") + 1.0)

    our_w, their_w = Variable(1.0), keras.Variable(1.0)
    ours, theirs = optimizers.SGD(Decay()), keras.optimizers.SGD(TheirDecay())
    for _ in range(5):
        ours.apply([mt.constant(0.3)], [our_w])
        theirs.apply([tf.constant(0.3)], [their_w])
    np.testing.assert_allclose(our_w.numpy(), their_w.numpy(), rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_strings(name):
    assert type(optimizers.get(name)) is getattr(optimizers, name)


@pytest.mark.parametrize("name", NAMES)
def test_signatures(name):
    ours = described(getattr(optimizers, name))
    theirs = described(getattr(keras.optimizers, name))
    assert ours == theirs[: len(ours)]
    # The rest goes to the base class by keyword.
    assert set(theirs[len(ours) :]) <= set(described(optimizers.Optimizer))


@pytest.mark.parametrize("name", NAMES)
def test_variables_of_layers(name):
    ours = getattr(optimizers, name)(name="some", use_ema=True)
    theirs = getattr(keras.optimizers, name)(name="some", use_ema=True)
    dense = keras.layers.Dense(2, name="dense")
    dense.build((None, 3))
    our_weights = [Variable(w.numpy(), name=w.name) for w in dense.weights]
    for our, their in zip(our_weights, dense.weights, strict=True):
        our.path = their.path
    gradients = [np.ones(w.shape, "float32") for w in dense.weights]
    ours.apply([mt.constant(g) for g in gradients], our_weights)
    theirs.apply([tf.constant(g) for g in gradients], dense.weights)
    found, expected = (
        [(v.path, v.dtype, tuple(v.shape)) for v in one.variables] for one in (ours, theirs)
    )
    if name == "Nadam":
        found[-1] = (expected[-1][0], *found[-1][1:])
    assert found == expected


@pytest.mark.parametrize(("name", "settings"), SCHEDULES)
def test_schedules(name, settings):
    ours = getattr(optimizers.schedules, name)(**settings)
    theirs = getattr(keras.optimizers.schedules, name)(**settings)
    for step in range(31):
        our, their = ours(mt.constant(step, "int64")), theirs(tf.constant(step, "int64"))
        assert our.dtype.name == their.dtype.name
        np.testing.assert_allclose(our.numpy(), their.numpy(), rtol=1e-5, atol=1e-7)
    assert optimizers.schedules.serialize(ours) == keras.optimizers.schedules.serialize(theirs)
    our_adam = optimizers.Adam(ours, name="adam", weight_decay=0.1)
    their_adam = keras.optimizers.Adam(theirs, name="adam", weight_decay=0.1)
    our_w, their_w = Variable(1.0), keras.Variable(1.0)
    for _ in range(8):
        our_adam.apply([mt.constant(0.3)], [our_w])
        their_adam.apply([tf.constant(0.3)], [their_w])
    np.testing.assert_allclose(our_w.numpy(), their_w.numpy(), rtol=1e-6)
    serialized = keras.optimizers.serialize(their_adam)
    assert optimizers.serialize(our_adam) == serialized
    again = optimizers.deserialize(serialized)
    assert again.get_config() == our_adam.get_config()


@pytest.mark.parametrize("name", sorted({name for name, _ in SCHEDULES}))
def test_signatures_of_schedules(name):
    ours, theirs = (getattr(one.schedules, name) for one in (optimizers, keras.optimizers))
    assert described(ours)[1:] == described(theirs)[1:]
