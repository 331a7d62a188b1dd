"""Training on the simulated card, in lockstep with the CPU."""

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.keras import layers

BATCH, STEPS = 8, 6


def perceptron(layers, dropout):
    return (12,), [
        layers.Dense(32, activation="relu"),
        layers.Dropout(dropout, seed=7),
        layers.Dense(4, activation="softmax"),
    ]


def convolutional(layers, dropout):
    return (9, 9, 2), [
        layers.Conv2D(6, 3, activation="relu"),
        layers.MaxPooling2D(),
        # A bias that the normalization takes off again has a gradient of roundings alone, of which
        # Adam makes whole steps.
        layers.Conv2D(20, 2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dense(4, activation="softmax"),
    ]


def trained(network, optimizer, device, eagerly=False, keras=keras, dropout=0.5):
    """(losses by step, predictions, weights) of a model that is made and trained on a device.

    `keras` may be Keras itself: then it is trained wherever that does it.
    """
    mt.random.set_seed(3)
    random = np.random.default_rng(0)
    with mt.device(device):
        shape, stack = network(keras.layers, dropout)
    x = random.normal(size=(BATCH * STEPS, *shape)).astype("float32")
    y = random.integers(0, 4, len(x))
    losses = []
    with mt.device(device):
        model = keras.Sequential([keras.Input(shape), *stack])
    start = [random.uniform(-0.3, 0.3, w.shape).astype("float32") for w in model.weights]
    model.set_weights(
        [abs(w) if "variance" in v.path else w for v, w in zip(model.weights, start, strict=True)]
    )
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=eagerly)
    note = keras.callbacks.LambdaCallback(
        on_batch_end=lambda batch, logs: losses.append(logs["loss"])
    )
    # Not within the device: the data goes where the weights are.
    model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[note])
    if keras is mt.keras:
        lies_on = {w.device.rpartition("/")[2] for w in model.weights}
        assert lies_on == {f"device:{device.strip('/')}"}
    return losses, model.predict(x, verbose=0), model.get_weights()


@pytest.mark.parametrize("eagerly", [False, True], ids=["function", "eager"])
@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
@pytest.mark.parametrize("network", [perceptron, convolutional])
def test_lockstep(network, optimizer, eagerly):
    expected = trained(network, optimizer, "/CPU:0", eagerly)
    found = trained(network, optimizer, "/SIM:0", eagerly)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-5)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-4, atol=1e-5)
    for ours, theirs in zip(found[2], expected[2], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=2e-5)


def test_a_wrong_label_is_an_error_as_on_the_cpu():
    logits = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]]
    for device in "/CPU:0", "/SIM:0":
        with (
            mt.device(device),
            pytest.raises(mt.errors.InvalidArgumentError, match="label value of 3"),
        ):
            mt.nn.sparse_softmax_cross_entropy_with_logits([1, 3], mt.constant(logits))


def test_a_model_is_saved_from_the_card(tmp_path):
    pytest.importorskip("h5py", reason="h5py, which files of models need, is not installed")
    with mt.device("/SIM:0"):
        model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    path = tmp_path / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    assert loaded.weights[0].device.endswith("CPU:0")
    for ours, theirs in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
