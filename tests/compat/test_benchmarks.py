"""The benchmarks' engines of TensorFlow, and of the other peers if they are there."""

from dataclasses import replace

import numpy as np
import pytest

import minitape as mt
from benchmarks import engines, workload
from benchmarks.engines.minitape import MinitapeEngine

SMALL = replace(
    workload.MODELS["cifar"],
    input_shape=(8, 8, 2),
    layers=(("conv", 3), ("pool",), ("flatten",), ("dense", 5), ("dropout",)),
    classes=4,
)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
@pytest.mark.parametrize("name", ["tensorflow", "tf.function", "torch", "jax"])
def test_a_peer_trains_like_minitape(name, optimizer):
    """Three steps of a small model of every kind of layer."""
    pytest.importorskip(engines.MODULES[name] or "tensorflow")
    model = replace(SMALL, optimizer=optimizer)
    x, y = model.data(12)
    losses = []
    for engine in (MinitapeEngine(mt, mt.keras, "minitape"), engines.start(name)):
        train = engine.training(model, 4, dropout=0.0)
        losses.append([train(*engine.data(x[i : i + 4], y[i : i + 4])) for i in (0, 4, 8)])
    np.testing.assert_allclose(losses[0], losses[1], rtol=2e-5)
