"""Optimizers beside Keras': the same weights and state after many steps."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import minitape as mt
from minitape.keras import optimizers
from minitape.keras.variables import Variable
from tests.compat.test_signatures import described

NAMES = [
    "SGD",
    "RMSprop",
    "Adam",
    "AdamW",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Nadam",
]
DEFAULTS = [("SGD", {"momentum": 0.9}), *((name, {}) for name in NAMES)]
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
    ("AdamW", {"beta_1": 0.875, "beta_2": BETA_2, "weight_decay": 0.0625}),
    ("Adadelta", {"rho": 0.75, "epsilon": 2**-10}),
    ("Adagrad", {"initial_accumulator_value": 0.25, "epsilon": 2**-10}),
    ("Adamax", {"beta_1": 0.875, "beta_2": 0.75, "epsilon": 2**-10}),
    ("Ftrl", {"initial_accumulator_value": 0.25}),
    (
        "Ftrl",
        {
            "initial_accumulator_value": 0.5,
            "learning_rate_power": -0.25,
            "l1_regularization_strength": 0.125,
            "l2_regularization_strength": 0.25,
            "l2_shrinkage_regularization_strength": 0.0625,
            "beta": 0.5,
        },
    ),
    ("Lion", {"beta_1": 0.875, "beta_2": 0.75}),
    ("Lamb", {"beta_1": 0.875, "beta_2": BETA_2, "epsilon": 2**-10}),
]
# Their own constants (0.96, epsilon_2) pass through float32 in Keras.
IN_FLOAT32 = [
    ("Nadam", {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 1e-3}),
    (
        "Adafactor",
        {"beta_2_decay": -0.5, "epsilon_1": 1e-6, "epsilon_2": 0.5, "clip_threshold": 0.5},
    ),
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
TOGETHER = {
    "gradient_accumulation_steps": 2,
    "clipnorm": 0.5,
    "weight_decay": 0.0625,
    "use_ema": True,
    "ema_momentum": 0.875,
    "ema_overwrite_frequency": 2,
    "loss_scale_factor": 8.0,
}
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


@pytest.mark.parametrize("around", AROUND, ids=lambda settings: "-".join(settings))
@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam"])
def test_around_the_update(name, around):
    run_beside(name, around, "float32", seed=1, steps=12)


@pytest.mark.parametrize("name", NAMES)
def test_around_the_update_together(name):
    run_beside(name, TOGETHER, "float32", seed=1, steps=12)


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


LEFT_OUT = {
    "LossScaleOptimizer",  # for mixed precision
    "Muon",
    "MultiOptimizer",
    "OptimizerMap",
    "ScheduleFreeAdamW",
    "legacy",  # raises ImportError in Keras 3
}


def test_every_optimizer_is_compared():
    public = {name for name in vars(keras.optimizers) if name[0] != "_"} - LEFT_OUT
    assert [name for name in sorted(public) if not hasattr(optimizers, name)] == []
    classes = {name for name in public if inspect.isclass(getattr(keras.optimizers, name))}
    assert classes == {*NAMES, "Optimizer"}
    for name in NAMES:
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


SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9}),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9, "staircase": True},
    ),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True},
    ),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10], "values": [0.1, 0.05, 0.01]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 12}),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 6, "power": 0.5, "cycle": True},
    ),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20, "alpha": 0.1}),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.0, "decay_steps": 9, "warmup_target": 0.1, "warmup_steps": 5},
    ),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 9, "warmup_target": 0.2},
    ),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 5}),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.8},
    ),
    (
        "CosineDecayRestarts",
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 6,
            "t_mul": 1.5,
            "m_mul": 0.5,
            "alpha": 0.1,
        },
    ),
]


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


def test_every_schedule_is_compared():
    public = {name for name in vars(keras.optimizers.schedules) if name[0] != "_"}
    assert [name for name in sorted(public) if not hasattr(optimizers.schedules, name)] == []
    bases = {"LearningRateSchedule", "serialize", "deserialize"}
    assert public - bases == {name for name, _ in SCHEDULES}
    for name in public - {"LearningRateSchedule"}:
        ours, theirs = (
            getattr(optimizers.schedules, name),
            getattr(keras.optimizers.schedules, name),
        )
        assert described(ours)[1:] == described(theirs)[1:]
