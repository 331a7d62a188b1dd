"""Lockstep training beside Keras: the same weights and batches, the same losses and weights."""

import keras
import numpy as np
import pytest

import minitape as mt
from compat import lockstep
from compat.twin import copy_weights, twin_of
from tests.conftest import DEEP

LOSSES_WITHIN = 1e-4  # relative
WEIGHTS_WITHIN = 1e-3
layers = mt.keras.layers


@pytest.fixture(autouse=True)
def seeded():
    mt.keras.utils.set_random_seed(0)


def batches(images, labels, count, size=32):
    """The first batches of the data, which starts anew where it ends."""
    order = np.arange(count * size).reshape(count, size) % len(images)
    return [(images[i], labels[i]) for i in order]


@pytest.fixture(scope="module")
def digits():
    (images, labels), _ = mt.keras.datasets.digits.load_data()
    return images.astype("float32")[..., None] / 16, labels.astype("int64")


@pytest.fixture(scope="module")
def mnist(shared_data):
    path = shared_data / "mnist.npz"
    if not path.is_file():
        pytest.skip(f"no full MNIST: there is no file {path}")
    with np.load(path, allow_pickle=False) as arrays:
        images, labels = arrays["x_train"][:6400], arrays["y_train"][:6400]
    return images.astype("float32")[..., None] / 255, labels.astype("int64")


def mlp(shape, hidden):
    return mt.keras.Sequential(
        [
            mt.keras.Input(shape),
            layers.Flatten(),
            layers.Dense(hidden, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def convnet(shape, filters, hidden):
    return mt.keras.Sequential(
        [
            mt.keras.Input(shape),
            *[layers.Conv2D(n, 3, activation="relu") for n in filters],
            layers.Flatten(),
            layers.Dense(hidden, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def branched(shape):
    """A functional model with most kinds of layers: two branches, normalized, pooled and joined."""
    inputs = mt.keras.Input(shape)
    x = layers.Conv2D(8, 3, padding="same", kernel_regularizer="l2")(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    a = layers.MaxPooling2D()(x)
    b = layers.AveragePooling2D(2, name="average")(layers.Conv2D(8, 3, 1, "same", groups=2)(x))
    x = layers.Concatenate()([layers.Add()([a, b]), a])
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.LeakyReLU()(layers.Dense(16, kernel_initializer="he_normal")(x))
    return mt.keras.Model(inputs, layers.Dense(10)(x))


def from_probabilities(keras):
    return keras.losses.SparseCategoricalCrossentropy()


def from_logits(keras):
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


RUNS = {
    "mlp": (
        lambda: mlp((8, 8, 1), 64),
        lambda keras: keras.optimizers.RMSprop(),
        from_probabilities,
        100,
    ),
    "convnet": (
        lambda: convnet((8, 8, 1), [8, 16], 32),
        lambda keras: keras.optimizers.Adam(),
        from_probabilities,
        50,
    ),
    "branched": (
        lambda: branched((8, 8, 1)),
        lambda keras: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        from_logits,
        50,
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_digits(name, digits):
    model, optimizer, loss, steps = RUNS[name]
    run = lockstep.train(model(), batches(*digits, steps), optimizer, loss)
    assert run.loss_difference <= LOSSES_WITHIN, run
    assert run.weight_difference <= WEIGHTS_WITHIN, run
    assert run.steps[-1].losses[0] < 0.8 * run.steps[0].losses[0], "it learns"


@pytest.fixture
def float64():
    """Both libraries compute in float64."""
    for library in (mt.keras, keras):
        library.config.set_floatx("float64")
    yield
    for library in (mt.keras, keras):
        library.config.set_floatx("float32")


# Two engines round differently, and a ReLU whose argument is within rounding of 0 is then on in one
# and off in the other. RMSprop and Adam make a full step of the smallest gradient, so from there
# the runs part, as Keras does from itself once XLA compiles it. In float64 nothing is so near to 0;
# but Keras' Adam takes its settings through float32: they are numbers that float32 holds exactly.


def mnist_mlp(mnist, seed=0):
    """784-512-10 with RMSprop."""
    mt.keras.utils.set_random_seed(seed)
    return lockstep.train(
        mlp((28, 28, 1), 512),
        batches(*mnist, 200 if DEEP else 60),
        lambda keras: keras.optimizers.RMSprop(),
        from_probabilities,
    )


def mnist_convnet(mnist, steps, size, **settings):
    """32-64-128-10 with Adam."""
    return lockstep.train(
        convnet((28, 28, 1), [32, 64], 128),
        batches(*mnist, steps, size),
        lambda keras: keras.optimizers.Adam(**settings),
        from_probabilities,
    )


def stays_together(run) -> bool:
    return run.loss_difference <= LOSSES_WITHIN and run.weight_difference <= WEIGHTS_WITHIN


def test_mnist_mlp(mnist):
    """About one run in three meets a ReLU at 0; a wrong rule would part them all."""
    runs = (mnist_mlp(mnist, seed) for seed in range(1, 6))
    assert any(map(stays_together, runs))


def test_mnist_mlp_in_float64(mnist, float64):
    run = mnist_mlp(mnist)
    assert stays_together(run), run


def test_mnist_convnet(mnist):
    """Few steps: in a hundred, some of 190 million ReLUs are at 0."""
    run = mnist_convnet(mnist, steps=30 if DEEP else 15, size=32)
    assert stays_together(run), run


def test_mnist_convnet_in_float64(mnist, float64):
    exact = dict(learning_rate=2**-10, beta_1=1 - 2**-3, beta_2=1 - 2**-10, epsilon=2**-23)
    run = mnist_convnet(mnist, steps=100 if DEEP else 15, size=8, **exact)
    assert stays_together(run), run


def test_twin_computes_the_same(digits):
    model = branched((8, 8, 1))
    twin = twin_of(model)
    assert isinstance(twin, keras.Model)
    assert [type(layer).__name__ for layer in twin.layers] == [
        type(layer).__name__ for layer in model.layers
    ]
    x = digits[0][:8]
    np.testing.assert_allclose(model(x), twin(x), rtol=1e-5, atol=1e-6)


def test_weights_are_copied_both_ways():
    model = mlp((3,), 4)
    twin = twin_of(model)
    twin.set_weights([w + 1 for w in twin.get_weights()])
    copy_weights(twin, model)
    for ours, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_of_another_model_are_refused():
    with pytest.raises(ValueError, match="weights differ"):
        copy_weights(mlp((3,), 4), twin_of(mlp((3,), 5)))


def test_lockstep_notices_another_optimizer(digits):
    """A learning rate that is off by a hundredth on one side."""

    def optimizer(library):
        ours = library is mt.keras
        return library.optimizers.SGD(0.1 * (1.01 if ours else 1.0))

    run = lockstep.train(mlp((8, 8, 1), 16), batches(*digits, 20), optimizer, from_probabilities)
    assert run.loss_difference > LOSSES_WITHIN
    assert run.weight_difference > 0
    assert str(run).startswith("20 steps")
