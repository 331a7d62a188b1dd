"""SwapEMAWeights: when the model has the averages of its weights, and that it gets its own back."""

import numpy as np
import pytest

from minitape import keras
from minitape.keras.callbacks import Callback, SwapEMAWeights

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


class Watches(Callback):
    """Keeps the weight before, at and after each moment."""

    def __init__(self):
        self.seen = []

    def note(self, moment):
        self.seen.append((moment, self.model.layers[0].kernel.numpy().ravel()))

    def on_train_batch_end(self, batch, logs=None):
        self.note("batch")

    def on_test_batch_end(self, batch, logs=None):
        self.note("test")

    def on_epoch_end(self, epoch, logs=None):
        self.note("epoch")

    def on_predict_batch_end(self, batch, logs=None):
        self.note("predict")


def compiled(**settings):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(0.125, use_ema=True, ema_momentum=0.5, **settings), "mse")
    return model


class StopsEarly(Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1


@pytest.mark.parametrize("swap_on_epoch", [False, True])
@pytest.mark.parametrize("stops_early", [False, True])
def test_a_training(swap_on_epoch, stops_early):
    watches, model = Watches(), compiled()
    model.fit(
        X, Y, batch_size=8, epochs=3, verbose=0, validation_data=(X, Y), validation_batch_size=24,
        callbacks=[SwapEMAWeights(swap_on_epoch), watches, *[StopsEarly()] * stops_early],
    )  # fmt: skip
    seen = iter(watches.seen)
    average = None
    for _ in range(2 if stops_early else 3):
        for _ in range(3):
            moment, weight = next(seen)
            assert moment == "batch"
            average = weight if average is None else 0.5 * average + 0.5 * weight
        moment, shown = next(seen)
        assert moment == "test"
        np.testing.assert_allclose(shown, average, rtol=1e-6)
        moment, shown = next(seen)
        assert moment == "epoch"
        np.testing.assert_allclose(shown, average if swap_on_epoch else weight, rtol=1e-6)
        assert np.abs(average - weight).max() > 1e-3
    assert not list(seen)
    # At the end of a training the weights become their averages: `use_ema` itself does that.
    np.testing.assert_allclose(model.layers[0].kernel.numpy().ravel(), average, rtol=1e-6)


@pytest.mark.parametrize("method", ["evaluate", "predict"])
def test_an_evaluation_or_prediction_leaves_the_weights_as_they_were(method):
    model, watches = compiled(), Watches()
    for i in range(3):
        model.train_on_batch(X[8 * i : 8 * i + 8], Y[8 * i : 8 * i + 8])
    before = model.get_weights()[0]
    data = (X, Y) if method == "evaluate" else (X,)
    getattr(model, method)(*data, verbose=0, callbacks=[SwapEMAWeights(), watches])
    (average,) = {tuple(weight) for _, weight in watches.seen}
    np.testing.assert_array_equal(average, model.optimizer._averages[0].numpy().ravel())
    assert not np.array_equal(average, before.ravel())
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_an_optimizer_without_averages():
    model = compiled()
    with pytest.raises(ValueError, match="made no step"):
        model.evaluate(X, Y, verbose=0, callbacks=[SwapEMAWeights()])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="use_ema=True"):
        model.fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=[SwapEMAWeights()])
