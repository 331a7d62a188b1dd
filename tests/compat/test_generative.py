"""The GAN and the VAE of examples/, trained beside Keras: the same seeds, losses and weights."""

import keras as their_keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from compat.examples import load_example
from minitape import keras as our_keras

SIDES = [(mt, our_keras), (tf, their_keras)]
STEPS, BATCH = 20, 8
# Numbers that float32 holds exactly: Keras passes them through it.
ADAM = dict(learning_rate=2**-10, beta_1=0.5, beta_2=1 - 2**-10, epsilon=2**-23)


@pytest.fixture
def float64():
    """Both libraries compute in float64."""
    compute_in("float64")
    yield
    compute_in("float32")


def compute_in(dtype):
    for _, keras in SIDES:
        keras.config.set_floatx(dtype)
    their_keras.config.set_dtype_policy(dtype)  # which Keras remembers from its first layer on


def gan(example, keras):
    model = example.GAN(example.make_discriminator(4), example.make_generator(4), seed=3)
    for layer in (*model.discriminator.layers, *model.generator.layers):
        if hasattr(layer, "negative_slope"):
            layer.negative_slope = 0.25  # TensorFlow rounds it to float32
    model.compile(
        d_optimizer=keras.optimizers.Adam(**ADAM),
        g_optimizer=keras.optimizers.Adam(**ADAM),
        loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return model, [model.discriminator, model.generator]


def vae(example, keras):
    model = example.VAE(example.make_encoder(4, 3), example.make_decoder(4, 3), seed=3)
    model.compile(optimizer=keras.optimizers.Adam(**ADAM))
    return model, [model.encoder, model.decoder]


def images(dtype):
    (x, _), _ = our_keras.datasets.digits.load_data()
    x = np.pad(np.kron(x[: STEPS * BATCH] / 16, np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2)))
    return x[..., None].astype(dtype)


def train(name, make, np_like, keras, x):
    """The logs after each step, and the weights before and after."""
    keras.utils.set_random_seed(1)
    model, networks = make(load_example(name, np_like), keras)

    def weights():
        return [w for network in networks for w in network.get_weights()]

    steps, first = [], weights()
    collect = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: steps.append(dict(logs))
    )
    dataset = np_like.data.Dataset.from_tensor_slices(x).batch(BATCH)
    model.fit(dataset, callbacks=[collect], shuffle=False, verbose=0)
    return steps, first, weights()


@pytest.mark.parametrize(("name", "make"), [("gan", gan), ("vae", vae)], ids=["gan", "vae"])
def test_twenty_steps_beside_keras(name, make, float64):
    ours, theirs = (train(name, make, *side, images("float64")) for side in SIDES)
    assert len(ours[0]) == len(theirs[0]) == STEPS
    for step, (our, their) in enumerate(zip(ours[0], theirs[0], strict=True)):
        assert set(our) == set(their)
        for key in their:
            assert our[key] == pytest.approx(their[key], rel=1e-12), (step, key)
    for our, their, before in zip(ours[2], theirs[2], ours[1], strict=True):
        assert our.dtype == their.dtype == "float64"
        np.testing.assert_allclose(our, their, rtol=0, atol=1e-13)
        assert np.abs(our - before).max() > 1e-3, "it was trained"


def test_the_gan_takes_an_array_too():
    results = []
    for np_like, keras in SIDES:
        keras.utils.set_random_seed(1)
        model, _ = gan(load_example("gan", np_like), keras)
        x = images("float32")[: 3 * BATCH]
        results.append(model.fit(x, batch_size=BATCH, shuffle=False, verbose=0).history)
    assert results[0].keys() == results[1].keys()
    for key, values in results[1].items():
        assert results[0][key] == pytest.approx(values, rel=1e-5)
