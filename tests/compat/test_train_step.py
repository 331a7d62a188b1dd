"""Steps that a model writes anew, beside the same in Keras; and what is different on purpose."""

import keras as their_keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from minitape import keras as our_keras

SIDES = [(mt, our_keras), (tf, their_keras)]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(21, 3)).astype("float32")
Y = RNG.integers(0, 4, 21)


def built(keras, base, **settings):
    inputs = keras.Input((3,))
    features = keras.layers.Dense(5, activation="tanh")(inputs)
    outputs = keras.layers.Dense(4, activation="softmax")(features)
    model = base(inputs, outputs)
    model.compile("rmsprop", **settings)
    return model


def histories(make_base, **settings):
    """What fit and evaluate say on each side, the weights being the same."""
    weights, results = None, []
    for np_like, keras in SIDES:
        model = built(keras, make_base(np_like, keras), **settings)
        weights = weights or model.get_weights()
        model.set_weights(weights)
        data = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0}
        history = model.fit(X, Y, validation_data=(X[:8], Y[:8]), **data).history
        results.append((history, model.evaluate(X, Y, verbose=0), model.get_weights()))
    return results


def assert_same(ours, theirs):
    assert list(ours[0]) == list(theirs[0])
    for name, values in theirs[0].items():
        np.testing.assert_allclose(ours[0][name], values, rtol=2e-5, err_msg=name)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=2e-5)
    for our, their in zip(ours[2], theirs[2], strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-5)


def descend(np_like, model, x, y, loss_of):
    with np_like.GradientTape() as tape:
        y_pred = model(x, training=True)
        loss = loss_of(y, y_pred)
    gradients = tape.gradient(loss, model.trainable_weights)
    model.optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
    return loss, y_pred


CLASSES = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}


@pytest.mark.parametrize("metric", ["accuracy", "sparse_categorical_accuracy"])
def test_metrics_updated_by_hand(metric):
    """In the history, too, the metrics stand where `compile_metrics` would, before the loss."""

    def make(np_like, keras):
        class Model(keras.Model):
            def train_step(self, data):
                x, y = data
                loss, y_pred = descend(
                    np_like, self, x, y, lambda y, y_pred: self.compute_loss(y=y, y_pred=y_pred)
                )
                for metric in self.metrics:
                    if metric.name == "loss":
                        metric.update_state(loss)
                    else:
                        metric.update_state(y, y_pred)
                return {m.name: m.result() for m in self.metrics}

        return Model

    assert_same(*histories(make, **CLASSES | {"metrics": [metric]}))


def test_own_tracker_and_own_steps():
    def make(np_like, keras):
        class Model(keras.Model):
            def __init__(self, *args):
                super().__init__(*args)
                self.tracker = keras.metrics.Mean(name="loss")
                self.exact = keras.metrics.SparseCategoricalAccuracy(name="exact")
                self.loss_fn = keras.losses.SparseCategoricalCrossentropy()

            @property
            def metrics(self):
                return [self.tracker, self.exact]

            def train_step(self, data):
                x, y = data
                loss, y_pred = descend(np_like, self, x, y, self.loss_fn)
                self.tracker.update_state(loss)
                self.exact.update_state(y, y_pred)
                return {"loss": self.tracker.result(), "exact": self.exact.result()}

            def test_step(self, data):
                x, y = data
                y_pred = self(x, training=False)
                self.tracker.update_state(self.loss_fn(y, y_pred))
                self.exact.update_state(y, y_pred)
                return {m.name: m.result() for m in self.metrics}

        return Model

    assert_same(*histories(make))


def test_own_compute_loss_and_compute_metrics():
    def make(np_like, keras):
        class Model(keras.Model):
            def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
                loss = super().compute_loss(x, y, y_pred, sample_weight)
                return loss * 2.0 + np_like.reduce_mean(np_like.square(x))

            def compute_metrics(self, x, y, y_pred, sample_weight=None):
                results = super().compute_metrics(x, y, y_pred, sample_weight)
                results["miss"] = 1.0 - results["accuracy"]
                return results

        return Model

    assert_same(*histories(make, **CLASSES))


def test_values_of_the_last_batch():
    def make(np_like, keras):
        class Model(keras.Model):
            def train_step(self, data):
                x, y = data
                loss_fn = keras.losses.SparseCategoricalCrossentropy()
                loss, _ = descend(np_like, self, x, y, loss_fn)
                return {"last": loss}

        return Model

    assert_same(*histories(make, loss="sparse_categorical_crossentropy"))


def test_evaluate_without_a_loss_is_the_same_error():
    for _, keras in SIDES:
        model = built(keras, keras.Model)
        with pytest.raises(ValueError, match="No loss to compute"):
            model.evaluate(X, Y, verbose=0)


def test_two_networks_with_optimizers_of_their_own():
    def make(np_like, keras):
        class Game(keras.Model):
            def __init__(self):
                super().__init__()
                self.judge = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
                self.maker = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])

            def compile(self, judge_optimizer, maker_optimizer, loss_fn):
                super().compile()
                self.judge_optimizer = judge_optimizer
                self.maker_optimizer = maker_optimizer
                self.loss_fn = loss_fn

            def train_step(self, real):
                if isinstance(real, tuple):
                    real = real[0]
                size = np_like.shape(real)[0]
                both = np_like.concat([self.maker(real), real], axis=0)
                labels = np_like.concat([np_like.ones((size, 1)), np_like.zeros((size, 1))], axis=0)
                with np_like.GradientTape() as tape:
                    judge_loss = self.loss_fn(labels, self.judge(both))
                weights = self.judge.trainable_weights
                gradients = tape.gradient(judge_loss, weights)
                self.judge_optimizer.apply_gradients(zip(gradients, weights, strict=True))
                with np_like.GradientTape() as tape:
                    judged = self.judge(self.maker(real))
                    maker_loss = self.loss_fn(np_like.zeros((size, 1)), judged)
                weights = self.maker.trainable_weights
                gradients = tape.gradient(maker_loss, weights)
                self.maker_optimizer.apply_gradients(zip(gradients, weights, strict=True))
                return {"judge_loss": judge_loss, "maker_loss": maker_loss}

        model = Game()
        model.compile(
            judge_optimizer=keras.optimizers.Adam(0.01),
            maker_optimizer=keras.optimizers.Adam(0.02),
            loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
        )
        return model

    weights, results = None, []
    for side in SIDES:
        model = make(*side)
        weights = weights or model.get_weights()
        model.set_weights(weights)
        first = model.fit(X, batch_size=8, epochs=2, shuffle=False, verbose=0).history
        batches = (X[i : i + 7] for i in (0, 7, 14))
        if side[0] is tf:
            batches = tf.data.Dataset.from_tensor_slices(X).batch(7)
        second = model.fit(batches, shuffle=False, verbose=0).history
        results.append(
            (first | {f"then_{k}": v for k, v in second.items()}, 0, model.get_weights())
        )
    assert_same(*results)


# -- different on purpose ------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:`model.compiled_:UserWarning")
def test_compiled_loss_and_compiled_metrics_report_the_true_loss():
    """Keras 3 puts a mean of the predictions into the history; Keras 2 and a plain fit do not."""

    def old(np_like, keras):
        class Model(keras.Model):
            def train_step(self, data):
                x, y = data
                _, y_pred = descend(np_like, self, x, y, self.compiled_loss)
                self.compiled_metrics.update_state(y, y_pred)
                return {m.name: m.result() for m in self.metrics}

        return Model

    ours, theirs = histories(old, **CLASSES)
    assert theirs[0]["loss"] == pytest.approx([0.25, 0.25])  # of four probabilities
    _, plain = histories(lambda np_like, keras: keras.Model, **CLASSES)
    # Both sides draw their first weights here anew, so ours is compared with its own plain fit.
    assert ours[0]["loss"][0] > 1
    weights = [RNG.normal(size=np.shape(w)) for w in plain[2]]
    results = []
    for side, make in ((SIDES[0], old), (SIDES[1], lambda np_like, keras: keras.Model)):
        model = built(side[1], make(*side), **CLASSES)
        model.set_weights(weights)
        data = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0}
        results.append(model.fit(X, Y, validation_data=(X, Y), **data).history)
    for name, values in results[1].items():
        np.testing.assert_allclose(results[0][name], values, rtol=2e-5, err_msg=name)


def test_a_step_that_returns_a_raw_loss_under_the_trackers_name():
    """Keras 3 replaces it by the tracker, which nobody updated: 0. We report the last batch's."""

    def make(np_like, keras):
        class Model(keras.Model):
            def train_step(self, data):
                x, y = data
                loss_fn = keras.losses.SparseCategoricalCrossentropy()
                loss, _ = descend(np_like, self, x, y, loss_fn)
                return {"loss": loss}

        return Model

    ours, theirs = histories(make, loss="sparse_categorical_crossentropy")
    assert theirs[0]["loss"] == [0, 0]
    assert ours[0]["loss"][0] > 1
    for our, their in zip(ours[2], theirs[2], strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-4, atol=1e-5)
