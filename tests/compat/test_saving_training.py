"""Models saved in the middle of training go on in the other library as they would have here."""

import numpy as np
import pytest

import minitape as mt
from minitape.keras.optimizers import Optimizer
from tests.compat.test_saving import array, assert_close, assert_equal, one_hot

X, Y = array(8, 4), one_hot(8, 3)
SETTINGS = {
    "SGD": [dict(momentum=0.9, nesterov=True), dict(weight_decay=0.01)],
    "RMSprop": [dict(momentum=0.9, centered=True)],
    "Adam": [
        dict(amsgrad=True, clipnorm=1.0),
        dict(use_ema=True, ema_overwrite_frequency=2, global_clipnorm=0.5),
        dict(gradient_accumulation_steps=2, clipvalue=0.01),
        dict(loss_scale_factor=4.0),
    ],
    "AdamW": [dict(amsgrad=True)],
    "Adagrad": [dict(initial_accumulator_value=0.2)],
    "Adafactor": [dict(relative_step=False, beta_2_decay=-0.7)],
    "Ftrl": [dict(l1_regularization_strength=0.01, beta=0.1)],
    "Lion": [dict(weight_decay=0.01)],
}
OPTIMIZERS = sorted(
    name
    for name, value in vars(mt.keras.optimizers).items()
    if isinstance(value, type) and issubclass(value, Optimizer) and value is not Optimizer
)
ROWS = [(name, settings) for name in OPTIMIZERS for settings in [{}, *SETTINGS.get(name, [])]]


def described(value):
    return value if isinstance(value, str) else "-".join(value) or "as it is"


def new_model(library, optimizer):
    """Of its gradients none is but rounding; and it has a state beside the weights."""
    library.backend.clear_session(free_memory=False)
    library.utils.set_random_seed(0)
    new = library.layers
    model = library.Sequential(
        [
            library.Input((4,)),
            new.BatchNormalization(),
            new.Dense(5, "tanh"),
            new.Dense(3, "softmax"),
        ]
    )
    compiled = dict(loss="categorical_crossentropy", metrics=["accuracy"])
    model.compile(optimizer=optimizer(library), **compiled)
    model.run_eagerly = True  # tracing would take longer than all the steps
    return model


def three_steps(model):
    for i in range(3):
        model.train_on_batch(np.roll(X, i), Y)


def assert_goes_on(there, optimizer, tmp_path, by_weights=False):
    """Three steps, saved and loaded there, three steps more in both: the same model."""
    saving, loading = there
    model = new_model(saving, optimizer)
    three_steps(model)
    if by_weights:
        model.save_weights(tmp_path / "model.weights.h5")
        loaded = new_model(loading, optimizer)
        loaded.optimizer.build(loaded.trainable_variables)
        loaded.load_weights(tmp_path / "model.weights.h5")
    else:
        model.save(tmp_path / "model.keras")
        loaded = loading.models.load_model(tmp_path / "model.keras")
        loaded.run_eagerly = True
    assert_equal(loaded.weights, model.weights)
    assert_equal(loaded.optimizer.variables, model.optimizer.variables)
    before = [v.numpy() for v in model.weights]
    for one in (model, loaded):
        one.reset_metrics()
        three_steps(one)
    assert any((v.numpy() != b).any() for v, b in zip(model.weights, before, strict=True))
    assert int(loaded.optimizer.iterations) == int(model.optimizer.iterations)
    assert_close([v.numpy() for v in loaded.weights], [v.numpy() for v in model.weights])
    state = zip(loaded.optimizer.variables, model.optimizer.variables, strict=True)
    for one, two in state:
        np.testing.assert_allclose(one.numpy(), two.numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("name", "settings"), ROWS, ids=described)
def test_every_optimizer(name, settings, there, tmp_path):
    def optimizer(library):
        return getattr(library.optimizers, name)(**{"learning_rate": 0.01, **settings})

    assert_goes_on(there, optimizer, tmp_path)


def rate(library, name):
    new = library.optimizers.schedules
    return {
        "ExponentialDecay": lambda: new.ExponentialDecay(0.1, 2, 0.5),
        "CosineDecay": lambda: new.CosineDecay(0.01, 20, warmup_target=0.1, warmup_steps=4),
        "CosineDecayRestarts": lambda: new.CosineDecayRestarts(0.1, 2),
        "InverseTimeDecay": lambda: new.InverseTimeDecay(0.1, 2, 0.5, staircase=True),
        "PiecewiseConstantDecay": lambda: new.PiecewiseConstantDecay([2, 4], [0.1, 0.01, 0.001]),
        "PolynomialDecay": lambda: new.PolynomialDecay(0.1, 20),
    }[name]()


SCHEDULES = sorted(
    name
    for name, value in vars(mt.keras.optimizers.schedules).items()
    if isinstance(value, type)
    and issubclass(value, mt.keras.optimizers.schedules.LearningRateSchedule)
    and not (name == "LearningRateSchedule" or name.startswith("_"))
)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule(name, there, tmp_path):
    assert_goes_on(there, lambda library: library.optimizers.SGD(rate(library, name)), tmp_path)


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adafactor"])
def test_by_weights_alone(name, there, tmp_path):
    def optimizer(library):
        return getattr(library.optimizers, name)(0.01)

    assert_goes_on(there, optimizer, tmp_path, by_weights=True)


def test_a_rate_that_was_set_by_hand(there, tmp_path):
    """A callback has set it to something else than the config says."""
    saving, loading = there
    model = new_model(saving, lambda library: library.optimizers.Adam(0.5))
    three_steps(model)
    model.optimizer.learning_rate = 0.125
    model.save(tmp_path / "model.keras")
    loaded = loading.models.load_model(tmp_path / "model.keras")
    assert float(np.asarray(loaded.optimizer.learning_rate)) == 0.125
