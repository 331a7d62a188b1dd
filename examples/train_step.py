"""`fit` with a training step of one's own: the loop stays Keras', with callbacks and progress bar.

minitape run examples/train_step.py    or, on TensorFlow:    python examples/train_step.py
"""

import argparse

import images as digits
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class OwnStep(keras.Model):
    """A step that goes by what `compile` was given: any loss, any metrics."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        # Not self.compiled_metrics: mistakes.py shows what comes of it today.
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)  # a mean over batches, each of which counts the same
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


class OwnLoss(keras.Model):
    """A step that knows its loss itself, and keeps the mean of it in a metric of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_fn = keras.losses.SparseCategoricalCrossentropy()
        self.tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self):
        return [self.tracker]  # fit and evaluate reset what is in this list

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.loss_fn(y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.tracker.update_state(loss)
        return {"loss": self.tracker.result()}

    def test_step(self, data):
        x, y = data
        self.tracker.update_state(self.loss_fn(y, self(x, training=False)))
        return {"loss": self.tracker.result()}


def classifier(base):
    """The same network with the step of `base`, and the same weights each time."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input(shape=(28 * 28,))
    features = layers.Dense(128, activation="relu")(inputs)
    features = layers.Dropout(0.5)(features)
    return base(inputs, layers.Dense(10, activation="softmax")(features))


def classify(options):
    """Digits, with keras.Model's own step, OwnStep and OwnLoss, which all train alike."""
    (x, y), (x_test, y_test) = digits.load(options.data)
    x, x_test = (images.reshape(-1, 28 * 28) for images in (x, x_test))
    x, y = x[: options.images], y[: options.images]
    for base in (keras.Model, OwnStep, OwnLoss):
        model = classifier(base)
        if base is OwnLoss:
            model.compile(optimizer="rmsprop")
        else:
            accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
            loss = keras.losses.SparseCategoricalCrossentropy()
            model.compile(optimizer="rmsprop", loss=loss, metrics=[accuracy])
        history = model.fit(x, y, epochs=options.epochs, verbose=0).history
        show(base, history)
        test = model.evaluate(x_test, y_test, batch_size=100, verbose=0)
        print("  test:", np.round(test, 4))


def regress(options):
    """Numbers, with the same OwnStep, compiled with another loss and another metric."""
    x = np.random.default_rng(0).random((960, 32), "float32")
    y = x @ np.linspace(-1, 1, 32, dtype="float32")[:, None]
    for base in (keras.Model, OwnStep):
        keras.utils.set_random_seed(0)
        inputs = keras.Input(shape=(32,))
        model = base(inputs, layers.Dense(1)(inputs))
        model.compile(optimizer="adam", loss="mse", metrics=["mae"])
        show(base, model.fit(x, y, epochs=options.epochs, verbose=0).history)


def show(base, history):
    print(f"{base.__name__}:")
    for name, values in history.items():
        print(f"  {name} by epoch:", *(f"{value:.4f}" for value in values))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    digits.add_data_option(parser)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, default=960, help="train on so many (960)")
    options = parser.parse_args()
    print("Which digit?")
    classify(options)
    print("How large?")
    regress(options)


if __name__ == "__main__":
    main()
