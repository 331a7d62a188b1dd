"""Convolutional networks, each written in three ways: digits, and CIFAR-100's photographs.

    minitape run examples/convnets.py        or, on TensorFlow:        python examples/convnets.py

From the same seed the three begin with the same weights, see the same batches and end with the same
numbers: how a model is written makes no difference to what it learns. Nor does who writes the loop:
at the end, a loop of one's own does what fit does. For the whole of it: --images 60000 --epochs 5
"""

import argparse
from functools import partial

import cifar
import images as digits
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def digits_sequential():
    """A row of layers. The weights are made when the first batch shows its shape."""
    return keras.Sequential(
        [
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def digits_functional():
    """Each layer is called with what it follows; the model is what lies between two ends."""
    inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs)


class Digits(keras.Model):
    """Layers as attributes, and how they follow each other as Python."""

    def __init__(self):
        super().__init__()
        self.conv_1 = layers.Conv2D(32, 3, activation="relu")
        self.conv_2 = layers.Conv2D(64, 3, activation="relu")
        self.flatten = layers.Flatten()
        self.hidden = layers.Dense(128, activation="relu")
        self.classes = layers.Dense(10, activation="softmax")

    def call(self, x):
        x = self.flatten(self.conv_2(self.conv_1(x)))
        return self.classes(self.hidden(x))


def photographs_sequential(classes):
    return keras.Sequential(
        [
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPool2D((2, 2)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPool2D((2, 2)),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def photographs_functional(classes):
    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.Conv2D(16, 3, activation="relu")(inputs)
    x = layers.MaxPool2D((2, 2))(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPool2D((2, 2))(x)
    x = layers.Flatten()(x)
    x = layers.Dense(256, activation="relu")(x)
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model(inputs, outputs)


class Photographs(keras.Model):
    """One pooling layer, used twice: it has no weights."""

    def __init__(self, classes):
        super().__init__()
        self.conv_1 = layers.Conv2D(16, 3, activation="relu")
        self.conv_2 = layers.Conv2D(32, 3, activation="relu")
        self.pool = layers.MaxPool2D((2, 2))
        self.flatten = layers.Flatten()
        self.hidden = layers.Dense(256, activation="relu")
        # As many outputs as there are classes: mistakes.py shows what happens with fewer.
        self.classes = layers.Dense(classes, activation="softmax")

    def call(self, x):
        x = self.pool(self.conv_1(x))
        x = self.pool(self.conv_2(x))
        return self.classes(self.hidden(self.flatten(x)))


def train_in_three_ways(makers, training, test, epochs):
    for make in makers:
        keras.utils.set_random_seed(0)
        model = make()
        model.compile(
            optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        history = model.fit(*training, epochs=epochs, verbose=0).history
        losses = " ".join(f"{loss:.4f}" for loss in history["loss"])
        loss, accuracy = model.evaluate(*test, verbose=0)
        print(f"  {model.count_params()} parameters, loss by epoch {losses},", end=" ")
        print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")


def train_by_hand(model, x, y, epochs, batch_size=32):
    """What fit does with shuffle=False; the mean loss of each epoch."""
    loss_fn = keras.losses.SparseCategoricalCrossentropy()
    optimizer = keras.optimizers.Adam()
    means = []
    for _ in range(epochs):
        losses = []
        for start in range(0, len(x), batch_size):  # the last batch may be smaller
            images, labels = x[start : start + batch_size], y[start : start + batch_size]
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(images, training=True))
            # Not inside the `with`: there the tape would record this too.
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            losses.append(float(loss))
        means.append(np.mean(losses))
    return means


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    digits.add_data_option(parser)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--images", type=int, default=256, help="train on so many (256)")
    options = parser.parse_args()

    def some(data, count=options.images):
        return tuple(array[:count] for array in data)

    print("Digits, Sequential, functional and a subclass:")
    training, test = digits.load(options.data)
    makers = [digits_sequential, digits_functional, Digits]
    train_in_three_ways(makers, some(training), some(test), options.epochs)

    print("Photographs, likewise:")
    training, test = (some(data) for data in cifar.load(options.data, "cifar100"))
    makers = [photographs_sequential, photographs_functional, Photographs]
    makers = [partial(make, classes=100) for make in makers]
    train_in_three_ways(makers, training, test, options.epochs)

    print("Photographs, by fit and by hand, without shuffling:")
    keras.utils.set_random_seed(0)
    model = photographs_functional(classes=100)
    by_hand = photographs_functional(classes=100)
    by_hand.set_weights(model.get_weights())
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    losses = model.fit(*training, epochs=options.epochs, shuffle=False, verbose=0).history["loss"]
    print("  loss by epoch:", np.round(losses, 4))
    print("  loss by epoch:", np.round(train_by_hand(by_hand, *training, options.epochs), 4))
    x, y = training
    predicted = np.argmax(by_hand.predict(x, batch_size=len(x), verbose=0), axis=1)
    print("  accuracy in the training images:", np.mean(predicted == np.squeeze(y)).round(4))


if __name__ == "__main__":
    main()
