"""The users' own program on the full MNIST, minitape beside Keras: `python -m compat.mnist`.

784, Dense 512 relu, Dropout 0.5, Dense 10 softmax; `fit` with an overridden `train_step`; RMSprop,
batches of 32. Prints each epoch's validation accuracy of both, and the seconds that fit took.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

VALIDATION = 10_000  # images, from the front of the training set
SEED = 0


def build(tf, keras):
    """The model with a training step of its own, written once for both libraries."""

    class CustomModel(keras.Model):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(y=y, y_pred=y_pred)
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

    inputs = keras.Input(shape=(28 * 28,))
    features = keras.layers.Dense(512, activation="relu")(inputs)
    features = keras.layers.Dropout(0.5)(features)
    outputs = keras.layers.Dense(10, activation="softmax")(features)
    model = CustomModel(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.RMSprop(),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    return model


def train(tf, keras, images, labels, epochs):
    """Trains from a fixed seed; returns the history and the seconds."""
    keras.utils.set_random_seed(SEED)
    model = build(tf, keras)
    start = time.perf_counter()
    history = model.fit(
        images[VALIDATION:],
        labels[VALIDATION:],
        epochs=epochs,
        batch_size=32,
        validation_data=(images[:VALIDATION], labels[:VALIDATION]),
        verbose=0,
    )
    return history.history, time.perf_counter() - start


def load(path):
    """The training images as rows of numbers from 0 to 1, and their labels."""
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["x_train"].reshape(-1, 784).astype("float32") / 255, arrays["y_train"]


def main():
    folder = Path(os.environ.get("MINITAPE_DATA", "../shared/data"))
    parser = argparse.ArgumentParser(prog="python -m compat.mnist", description=__doc__)
    parser.add_argument("--data", type=Path, default=folder / "mnist.npz", help="mnist.npz")
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()

    import keras
    import tensorflow as tf

    import minitape as mt

    images, labels = load(options.data)
    for name, library, wing in (("minitape", mt, mt.keras), ("Keras", tf, keras)):
        history, seconds = train(library, wing, images, labels, options.epochs)
        accuracies = "  ".join(f"{value:.4f}" for value in history["val_accuracy"])
        print(f"{name:10} validation accuracy by epoch: {accuracies}   ({seconds:.1f} s)")


if __name__ == "__main__":
    sys.exit(main())
