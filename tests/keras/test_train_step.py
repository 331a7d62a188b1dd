"""The steps that a model writes anew, and what they are made of."""

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.keras import layers

X = np.array([[-1.0], [1.0], [-1.0], [1.0]])
Y = 2 * X + 1


def line(base, **settings):
    """y = w x + b with w = b = 0, trained with a learning rate of 0.5."""
    inputs = keras.Input((1,))
    model = base(inputs, layers.Dense(1, kernel_initializer="zeros")(inputs))
    model.compile(keras.optimizers.SGD(0.5), **settings)
    return model


def descend(model, x, y, loss_of):
    """One step of gradient descent; returns the loss and the predictions."""
    with mt.GradientTape() as tape:
        y_pred = model(x, training=True)
        loss = loss_of(y, y_pred)
    gradients = tape.gradient(loss, model.trainable_weights)
    model.optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
    return loss, y_pred


def fitted(model, **settings):
    settings = {"batch_size": 2, "epochs": 2, "shuffle": False, "verbose": 0} | settings
    return model.fit(X, Y, **settings).history


PLAIN = {
    "loss": [pytest.approx(2.5), pytest.approx(0)],
    "mae": [pytest.approx(1), pytest.approx(0, abs=1e-6)],
}


def test_the_step_that_is_there():
    # Two examples a step: (-1, -1) and (1, 3). The first step goes to the minimum.
    assert fitted(line(keras.Model, loss="mse", metrics=["mae"])) == PLAIN


@pytest.mark.filterwarnings("ignore:`model.compiled_:UserWarning")
def test_keras_2_spelling_reports_the_true_loss():
    class Model(keras.Model):
        def train_step(self, data):
            x, y = data
            _, y_pred = descend(
                self,
                x,
                y,
                lambda *pair: self.compiled_loss(*pair, regularization_losses=self.losses),
            )
            self.compiled_metrics.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    model = line(Model, loss="mse", metrics=["mae"])
    assert fitted(model) == PLAIN
    assert fitted(model, validation_data=(X, Y))["val_loss"] == [0, 0]


def test_keras_2_spelling_is_deprecated():
    model = line(keras.Model, loss="mse")
    y = mt.ones((4, 1))
    with pytest.warns(UserWarning, match="compiled_loss.* is deprecated. Use `model.compute_loss"):
        loss = model.compiled_loss(y, y * 3)
    assert float(loss) == 4
    with pytest.warns(UserWarning, match="compiled_metrics.* is deprecated"):
        model.compiled_metrics.update_state(y, y)  # nothing was compiled, and nothing happens


def test_keras_3_spelling():
    class Model(keras.Model):
        def train_step(self, data):
            x, y = data
            loss, y_pred = descend(self, x, y, lambda *pair: self.compute_loss(x, *pair))
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    assert fitted(line(Model, loss="mse", metrics=["mae"])) == PLAIN


def test_raw_tensors_are_those_of_the_last_batch():
    class Model(keras.Model):
        def train_step(self, data):
            loss, _ = descend(self, *data, keras.losses.MeanSquaredError())
            return {"loss": loss, "constant": 1, "row": mt.constant([1.0, 2.0])}

    history = fitted(line(Model), epochs=1)
    assert history["loss"] == [pytest.approx(0)]  # the first batch's was 5
    assert history["constant"] == [1.0]
    assert history["row"][0].tolist() == [1, 2]


def test_own_metrics():
    class Model(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.tracker = keras.metrics.Mean(name="mine")

        @property
        def metrics(self):
            return [self.tracker]

        def train_step(self, data):
            loss, _ = descend(self, *data, keras.losses.MeanSquaredError())
            self.tracker.update_state(loss)
            return {"mine": self.tracker.result()}

    model = line(Model)
    assert fitted(model) == {"mine": PLAIN["loss"]}  # reset between epochs
    assert [m.name for m in model.metrics] == ["mine"]
    with pytest.raises(ValueError, match="No loss to compute. Provide a `loss` argument"):
        model.evaluate(X, Y, verbose=0)


def test_a_metric_on_the_model_is_found_by_itself():
    class Model(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.batches = keras.metrics.Sum(name="batches")

        def train_step(self, data):
            self.batches.update_state(1.0)
            return super().train_step(data)

    history = fitted(line(Model, loss="mse"))
    assert history["batches"] == [2, 2]
    assert history["loss"] == PLAIN["loss"]


@pytest.mark.parametrize("keywords", [True, False])
def test_own_compute_loss(keywords):
    class Model(keras.Model):
        if keywords:

            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                self.seen = training
                return mt.reduce_mean(mt.square(y - y_pred)) * 2
        else:  # as it was before Keras 3.3

            def compute_loss(self, x, labels, predictions, sample_weight):
                self.seen = None
                return mt.reduce_mean(mt.square(labels - predictions)) * 2

    model = line(Model)
    assert model.train_on_batch(X, Y) == 10
    assert model.seen is (True if keywords else None)
    model.evaluate(X, Y, verbose=0)
    assert model.seen is (False if keywords else None)


def test_own_compute_metrics():
    class Model(keras.Model):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            results = super().compute_metrics(x, y, y_pred, sample_weight)
            return results | {"half": results["mae"] / 2}

    model = line(Model, loss="mse", metrics=["mae"])
    assert fitted(model, epochs=1) == {"half": [0.5], "loss": [2.5], "mae": [1.0]}
    assert model.evaluate(X, Y + 4, verbose=0) == [16, 4, 2]


def test_own_test_step():
    class Model(keras.Model):
        def test_step(self, data):
            x, y = data
            return {"gap": mt.reduce_max(mt.abs(self(x) - y))}

    model = line(Model, loss="mse")
    assert model.evaluate(X, Y, verbose=0) == 3
    assert fitted(model, epochs=1, validation_data=(X, Y))["val_gap"] == [0]


def test_compile_and_step_of_two_networks():
    class Pair(keras.Model):
        """One network learns twice its input, another what the first one gives."""

        def __init__(self):
            super().__init__()
            self.first = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
            self.second = keras.Sequential([keras.Input((1,)), layers.Dense(1)])

        def compile(self, first_optimizer, second_optimizer, loss_fn):
            super().compile()
            self.optimizers = [first_optimizer, second_optimizer]
            self.loss_fn = loss_fn

        def train_step(self, data):
            if isinstance(data, tuple):
                data = data[0]
            results = {}
            wanted = 2 * data
            for net, optimizer in zip([self.first, self.second], self.optimizers, strict=True):
                with mt.GradientTape() as tape:
                    loss = self.loss_fn(wanted, net(data))
                gradients = tape.gradient(loss, net.trainable_weights)
                optimizer.apply_gradients(zip(gradients, net.trainable_weights, strict=True))
                results[f"loss_{len(results)}"] = loss
                wanted = net(data)
            return results

    model = Pair()
    with pytest.raises(TypeError, match="missing"):
        model.compile()
    optimizers = keras.optimizers.SGD(0.5), keras.optimizers.Adam(0.1)
    model.compile(*optimizers, keras.losses.MeanSquaredError())
    for data in (X, X.astype("float32"), iter([X]), iter([(X,)])):
        history = model.fit(data, epochs=1, verbose=0).history
    assert list(history) == ["loss_0", "loss_1"]
    assert history["loss_0"] == [pytest.approx(0, abs=1e-9)]
    np.testing.assert_allclose(model.first.predict(X, verbose=0), 2 * X, atol=1e-5)
    model.fit(X, epochs=150, verbose=0)
    np.testing.assert_allclose(model.second.predict(X, verbose=0), 2 * X, atol=0.05)


@pytest.mark.parametrize(
    ("args", "kind"),
    [((X,), "x"), ((X, Y), "x, y"), ((X, Y, np.ones(4)), "x, y, w"), (({"a": X},), "dict")],
    ids=["x", "x, y", "x, y, w", "dict"],
)
@pytest.mark.parametrize("streamed", [False, True], ids=["arrays", "stream"])
def test_what_train_step_is_given(args, kind, streamed):
    seen = []

    class Model(keras.Model):
        def train_step(self, data):
            seen.append(data)
            return {}

    model = Model()
    model.compile()
    if streamed:
        model.fit(iter(args if len(args) == 1 else [args]), verbose=0)
    else:
        model.fit(*args[:2], sample_weight=args[2] if len(args) == 3 else None, verbose=0)
    (data,) = seen
    if kind in ("x", "dict"):
        assert isinstance(data, mt.Tensor if kind == "x" else dict)
    else:
        assert [tuple(part.shape) for part in data] == [(4, 1), (4, 1), (4,)][: len(args)]
    assert all(isinstance(t, mt.Tensor) and t.dtype == mt.float32 for t in mt.nest.flatten(data))
