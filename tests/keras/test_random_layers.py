"""Layers that draw random numbers: their laws, the shapes of their masks, their seeds."""

import numpy as np
import pytest

import minitape as mt
from minitape.keras import layers

LARGE = np.ones((100, 1000), "float32")
MAKERS = {
    "Dropout": lambda **given: layers.Dropout(0.3, **given),
    "AlphaDropout": lambda **given: layers.AlphaDropout(0.3, **given),
    "GaussianDropout": lambda **given: layers.GaussianDropout(0.3, **given),
    "GaussianNoise": lambda **given: layers.GaussianNoise(0.3, **given),
    "SpatialDropout1D": lambda **given: layers.SpatialDropout1D(0.3, **given),
}
makers = pytest.mark.parametrize("name", MAKERS)


def inputs_for(name):
    shape = (8, 5, 6) if name == "SpatialDropout1D" else (8, 30)
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@makers
def test_the_same_seed_gives_the_same_numbers(name):
    x = inputs_for(name)
    one, same, other = (MAKERS[name](seed=seed) for seed in (1, 1, 2))
    first, second = one(x, training=True).numpy(), one(x, training=True).numpy()
    assert np.array_equal(first, same(x, training=True))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, other(x, training=True))


@makers
def test_set_random_seed_makes_layers_without_a_seed_repeat(name):
    x, found = inputs_for(name), []
    for _ in range(2):
        mt.keras.utils.set_random_seed(5)
        found.append(MAKERS[name]()(x, training=True).numpy())
    assert np.array_equal(*found)
    assert not np.array_equal(found[0], MAKERS[name]()(x, training=True))


@makers
def test_nothing_is_drawn_outside_of_training(name):
    x, layer = inputs_for(name), MAKERS[name](seed=1)
    state = layer.seed_generator.state.numpy().copy()
    for training in (False, None):
        assert np.array_equal(layer(x, training=training), x)
    assert np.array_equal(layer.seed_generator.state, state)


def test_dropout():
    y = layers.Dropout(0.3, seed=1)(LARGE, training=True).numpy()
    assert set(np.unique(y)) == {0, np.float32(1 / 0.7)}
    assert abs((y == 0).mean() - 0.3) < 0.01
    assert abs(y.mean() - 1) < 0.01


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=LARGE.shape).astype("float32")
    y = layers.AlphaDropout(0.3, seed=1)(x, training=True).numpy()
    assert abs(y.mean()) < 0.015
    assert abs(y.var() - 1) < 0.015
    values, counts = np.unique(y, return_counts=True)
    assert abs(counts.max() / y.size - 0.3) < 0.01  # what was dropped is one value,
    scale, alpha = 1.0507009873554805, 1.6732632423543772  # and that, selu's limit, scaled
    factor = (0.7 * (1 + 0.3 * (scale * alpha) ** 2)) ** -0.5
    dropped = factor * -scale * alpha + factor * scale * alpha * 0.3
    assert abs(values[counts.argmax()] - dropped) < 1e-5


def test_alpha_dropout_of_a_noise_shape():
    y = layers.AlphaDropout(0.5, noise_shape=(None, 1), seed=1)(LARGE, training=True).numpy()
    assert np.ptp(y, axis=1).max() == 0  # each row is kept or dropped
    assert len(np.unique(y)) == 2


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_gaussian_dropout(rate):
    y = layers.GaussianDropout(rate, seed=1)(2 * LARGE, training=True).numpy()
    assert abs(y.mean() - 2) < 0.03
    assert abs(y.var() / 4 - rate / (1 - rate)) < 0.03


@pytest.mark.parametrize("stddev", [0.1, 1.0])
def test_gaussian_noise(stddev):
    noise = layers.GaussianNoise(stddev, seed=1)(2 * LARGE, training=True).numpy() - 2
    assert abs(noise.mean()) < 0.02 * stddev
    assert abs(noise.std() - stddev) < 0.02 * stddev
    assert abs((abs(noise) < stddev).mean() - 0.6827) < 0.01


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_spatial_dropout(rank, data_format):
    if rank == 1 and data_format == "channels_first":
        pytest.skip("sequences have their channels last")
    layout = {} if rank == 1 else {"data_format": data_format}
    layer = getattr(layers, f"SpatialDropout{rank}D")(0.3, seed=1, **layout)
    lengths, channels = (3, 2, 4)[:rank], 1000
    last = data_format == "channels_last"
    shape = (20, *lengths, channels) if last else (20, channels, *lengths)
    y = layer(np.ones(shape, "float32"), training=True).numpy()
    places = tuple(range(1, rank + 1)) if last else tuple(range(2, rank + 2))
    assert np.ptp(y, axis=places).max() == 0  # a channel is kept or dropped as a whole
    assert abs((y == 0).mean() - 0.3) < 0.02
    assert abs(y.max() - 1 / 0.7) < 1e-6


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Dropout(0.0),
        lambda: layers.AlphaDropout(0.0),
        lambda: layers.GaussianDropout(0.0),
        lambda: layers.GaussianNoise(0.0),
        lambda: layers.SpatialDropout1D(0.0),
    ],
)
def test_nothing_to_draw(make):
    layer, x = make(), np.ones((2, 3, 4), "float32")
    assert np.array_equal(layer(x, training=True), x)
    assert layer.variables == []
