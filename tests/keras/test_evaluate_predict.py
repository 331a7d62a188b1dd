"""evaluate, predict and the methods for one batch."""

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.keras import layers

X = np.arange(7.0).reshape(7, 1)


def doubler(base=keras.Sequential, **settings):
    """y = 2 x."""
    model = base([keras.Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    model.set_weights([np.array([[2.0]])])
    model.compile("sgd", "mse", **settings)
    return model


def test_evaluate_is_the_mean_over_all_examples():
    y = 2 * X + np.array([[1, 1, 1, 1, 1, 1, 8]]).T  # squares: six times 1, once 64
    for batch_size in (1, 2, 3, 7, 100):
        assert doubler().evaluate(X, y, batch_size=batch_size, verbose=0) == 10


def test_what_evaluate_returns():
    y = 2 * X + 3
    assert doubler().evaluate(X, y, verbose=0) == 9
    assert doubler(metrics=["mae"]).evaluate(X, y, verbose=0) == [9, 3]
    logs = doubler(metrics=["mae"]).evaluate(X, y, verbose=0, return_dict=True)
    assert logs == {"loss": 9, "mae": 3}
    assert [type(value) for value in logs.values()] == [float, float]


def test_metrics_of_one_name_are_each_returned_once():
    model = doubler(metrics=["mae", "mae"], weighted_metrics=["mae"])
    y = 2 * X + np.arange(1, 8)[:, None]
    result = model.evaluate(X, y, sample_weight=np.arange(7) == 0, verbose=0)
    assert result == pytest.approx([1 / 7, 4, 4, 1])  # loss, mae, mae_1, weighted_mae


def test_evaluate_begins_anew_and_changes_no_weights():
    model = doubler(metrics=["mae"])
    model.evaluate(X, X, verbose=0)
    assert model.evaluate(X, 2 * X, verbose=0) == [0, 0]
    assert model.get_weights() == [[[2.0]]]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize(("steps", "examples"), [(1, 2), (2, 4), (None, 7), (9, 7)])
def test_steps(steps, examples):
    assert len(doubler().predict(X, batch_size=2, steps=steps, verbose=0)) == examples
    error = 2 * X + X
    expected = float((X[:examples] ** 2).mean())
    result = doubler().evaluate(X, error, batch_size=2, steps=steps, verbose=0)
    assert result == pytest.approx(expected)


def test_predict_keeps_order_and_structure():
    np.testing.assert_array_equal(doubler().predict(X, batch_size=3, verbose=0), 2 * X)

    class Several(keras.Model):
        def call(self, x):
            return {"twice": 2 * x, "pair": (x, [x + 1])}

    outputs = Several().predict(X, batch_size=3, verbose=0)
    assert list(outputs) == ["twice", "pair"]
    assert type(outputs["pair"]) is tuple
    np.testing.assert_array_equal(outputs["pair"][1][0], X + 1)
    assert all(type(a) is np.ndarray for a in mt.nest.flatten(outputs))


def test_predict_uses_the_layers_as_they_are_after_training():
    model = keras.Sequential([keras.Input((1,)), layers.Dropout(0.9)])
    np.testing.assert_array_equal(model.predict(X, verbose=0), X)


def test_predict_of_batches_takes_x_of_them():
    batches = [(X[:3], X[:3]), (X[3:], X[3:])]
    np.testing.assert_array_equal(doubler().predict(iter(batches), verbose=0), 2 * X)


def test_own_predict_step():
    class Rounded(keras.Sequential):
        def predict_step(self, data):
            return mt.round(super().predict_step(data) / 4)

    np.testing.assert_array_equal(doubler(Rounded).predict(X, verbose=0), np.round(X / 2))


def test_nothing_to_evaluate_or_predict():
    for data in (X[:0], iter([])):
        with pytest.raises(ValueError, match="There is no data"):
            doubler().predict(data, verbose=0)
    with pytest.raises(ValueError, match="There is no data"):
        doubler().evaluate(X[:0], X[:0], verbose=0)
    with pytest.raises(ValueError, match="`x` is missing"):
        doubler().evaluate(verbose=0)
    with pytest.raises(ValueError, match="a loss for the model, but there are no labels"):
        doubler().evaluate(X, verbose=0)


def test_stopping_from_a_callback():
    class Stops(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            self.model.stop_evaluating = batch == 1

        def on_predict_batch_end(self, batch, logs=None):
            self.model.stop_predicting = batch == 0

    model = doubler()
    settings = {"batch_size": 2, "verbose": 0, "callbacks": [Stops()]}
    assert len(model.predict(X, **settings)) == 2
    assert model.evaluate(X, 3 * X, **settings) == pytest.approx(float((X[:4] ** 2).mean()))
    assert len(model.predict(X, verbose=0)) == 7  # and only that once


def test_printed_lines(capsys):
    model = doubler(metrics=["mae"])
    model.evaluate(X, X, verbose=2)
    model.predict(X, verbose=2)
    model.evaluate(X, X)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1/1 - 0s - ")
    assert lines[0].endswith("/step - loss: 13.0000 - mae: 3.0000")
    assert lines[1].endswith("/step")
    assert lines[2].startswith("1/1 ━━━━━━━━━━━━━━━━━━━━ 0s ")


# -- one batch -----------------------------------------------------------------------------------


def test_on_batch():
    model = doubler(metrics=["mae"])
    assert model.test_on_batch(X, 2 * X + 3) == [9, 3]
    assert model.test_on_batch(X, 2 * X, return_dict=True) == {"loss": 0, "mae": 0}
    np.testing.assert_array_equal(model.predict_on_batch(X), 2 * X)
    assert model.get_weights() == [[[2.0]]]
    # d/dw mean (w x - x)² = 2 (w - 1) mean x²; SGD's learning rate is 0.01.
    assert model.train_on_batch(X, X)[0] == pytest.approx(13)
    np.testing.assert_allclose(model.get_weights()[0], [[2 - 0.01 * 2 * 13]], rtol=1e-6)


def test_weights_on_batch():
    first = (np.arange(7) == 1).astype(float)
    assert doubler().test_on_batch(X, X, sample_weight=first) == pytest.approx(1 / 7)
    weighted = doubler().train_on_batch(X, X, class_weight={k: k == 1 for k in range(7)})
    assert weighted == pytest.approx(1 / 7)


@pytest.mark.parametrize("method", ["train_on_batch", "test_on_batch"])
def test_a_batch_that_cannot_be(method):
    model = doubler()
    with pytest.raises(ValueError, match="Data cardinality is ambiguous"):
        getattr(model, method)(X, X[:3])
    with pytest.raises(ValueError, match="there are no labels"):
        getattr(model, method)(X)
    assert model.get_weights() == [[[2.0]]]
