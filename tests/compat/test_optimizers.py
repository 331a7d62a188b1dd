"""Optimizers beside Keras': the same weights and state after many steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minitape as mt
from minitape.keras import optimizers
from minitape.keras.variables import Variable

DEFAULTS = [("SGD", {}), ("SGD", {"momentum": 0.9}), ("RMSprop", {}), ("Adam", {})]
# Keras takes some of its Python numbers through float32 even where the weights are float64. Those
# that float32 holds exactly are the same in both libraries: so float64 can be compared closely.
BETA_2 = 1 - 2**-10
CASES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.875}),
    ("SGD", {"momentum": 0.875, "nesterov": True}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.875}),
    ("RMSprop", {"centered": True, "epsilon": 1e-3}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "rho": 0.7, "epsilon": 1e-3}),
    ("Adam", {"beta_1": 0.875, "beta_2": BETA_2}),
    ("Adam", {"beta_1": 0.875, "beta_2": BETA_2, "amsgrad": True}),
    ("Adam", {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 1e-3}),
]
AROUND = [
    {"clipnorm": 0.5},
    {"clipvalue": 0.1},
    {"global_clipnorm": 0.5},
    {"weight_decay": 0.125},
    {"use_ema": True, "ema_momentum": 0.875},
    {"use_ema": True, "ema_momentum": 0.875, "ema_overwrite_frequency": 3},
    {"loss_scale_factor": 8.0},
    {"gradient_accumulation_steps": 3},
    {"gradient_accumulation_steps": 2, "clipnorm": 0.5, "weight_decay": 0.0625},
]
SHAPES = [(3, 4), (5,), ()]


def run_beside(name, settings, dtype, seed, steps, rate=0.05):
    rng = np.random.default_rng(seed)
    start = [rng.normal(size=shape).astype(dtype) for shape in SHAPES]
    our_variables = [Variable(w, dtype=dtype, name=f"w{i}") for i, w in enumerate(start)]
    their_variables = [keras.Variable(w, dtype=dtype, name=f"w{i}") for i, w in enumerate(start)]
    ours = getattr(optimizers, name)(learning_rate=rate, **settings)
    theirs = getattr(keras.optimizers, name)(learning_rate=rate, **settings)
    for _ in range(steps):
        gradients = [rng.normal(size=shape).astype(dtype) for shape in SHAPES]
        ours.apply([mt.constant(g) for g in gradients], our_variables)
        theirs.apply([tf.constant(g) for g in gradients], their_variables)
    tolerance = {"float32": 2e-5, "float64": 1e-12}[dtype]
    pairs = zip(our_variables + ours.variables, their_variables + theirs.variables, strict=True)
    for our, their in pairs:
        assert our.name == their.name
        assert our.dtype == their.dtype
        np.testing.assert_allclose(
            our.numpy(), their.numpy(), rtol=tolerance, atol=tolerance, err_msg=our.name
        )
    assert int(ours.iterations) == int(theirs.iterations)
    return ours, theirs


@pytest.mark.parametrize(
    ("name", "settings", "dtype"),
    [(*case, "float32") for case in DEFAULTS]
    + [(*case, dtype) for case in CASES for dtype in ("float32", "float64")],
)
def test_many_steps(name, settings, dtype):
    ours, theirs = run_beside(name, settings, dtype, seed=0, steps=100)
    our_config, their_config = ours.get_config(), theirs.get_config()
    for config in (our_config, their_config):
        del config["name"]  # counted by each library on its own
    assert our_config == their_config


@pytest.mark.parametrize("around", AROUND, ids=lambda settings: "-".join(settings))
@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam"])
def test_around_the_update(name, around):
    run_beside(name, around, "float32", seed=1, steps=12)


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
