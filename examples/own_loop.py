"""A training loop written out: what `fit` and `evaluate` do, on handwritten digits.

minitape run examples/own_loop.py    or, on TensorFlow:    python examples/own_loop.py
"""

import argparse

import images as digits
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def make_model():
    inputs = keras.Input(shape=(28 * 28,))
    features = layers.Dense(256, activation="relu")(inputs)
    features = layers.Dropout(0.5)(features)
    outputs = layers.Dense(10, activation="softmax")(features)
    return keras.Model(inputs, outputs)


class Loop:
    """A model, and what it is trained and measured with."""

    def __init__(self, model):
        self.model = model
        self.loss_fn = keras.losses.SparseCategoricalCrossentropy()
        self.optimizer = keras.optimizers.RMSprop()
        self.loss = keras.metrics.Mean(name="loss")
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    @tf.function  # TensorFlow makes a graph of it at the first call; without it, this is slower
    def train_step(self, x, y):
        with tf.GradientTape() as tape:
            predictions = self.model(x, training=True)  # training: Dropout drops
            loss = self.loss_fn(y, predictions)
        weights = self.model.trainable_weights
        gradients = tape.gradient(loss, weights)
        self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        self.loss.update_state(loss)
        self.accuracy.update_state(y, predictions)

    @tf.function
    def test_step(self, x, y):
        predictions = self.model(x, training=False)
        self.loss.update_state(self.loss_fn(y, predictions))
        self.accuracy.update_state(y, predictions)

    def run(self, step, dataset):
        """One pass over the data; returns a line that says how it went."""
        for metric in (self.loss, self.accuracy):
            metric.reset_state()
        for x, y in dataset:
            step(x, y)
        return f"loss {self.loss.result():.4f}, accuracy {self.accuracy.result():.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    digits.add_data_option(parser)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, default=1200, help="train on so many (1200)")
    options = parser.parse_args()

    keras.utils.set_random_seed(0)
    training, test = (
        tf.data.Dataset.from_tensor_slices((x.reshape(-1, 28 * 28), y))
        for x, y in digits.load(options.data)
    )
    training = training.take(options.images).shuffle(options.images, seed=1).batch(32)
    test = test.batch(100)

    loop = Loop(make_model())
    for epoch in range(1, options.epochs + 1):
        print(f"epoch {epoch}:", loop.run(loop.train_step, training))
    print("test:", loop.run(loop.test_step, test))


if __name__ == "__main__":
    main()
