"""A training that draws random numbers wherever it can, to be interrupted: also a program.

    python -m tests.keras.interrupted FOLDER SAVE_FREQ [BATCH]

trains with a BackupAndRestore in FOLDER. At the start of that batch it kills itself; otherwise it
leaves the result in FOLDER.npz.
"""

import os
import random
import signal
import sys

import numpy as np

import minitape as mt
from minitape import keras
from minitape.keras import layers
from minitape.keras.callbacks import BackupAndRestore, Callback

EPOCHS, BATCHES = 4, 5
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 6)).astype("float32")
Y = RNG.integers(0, 3, 40)


class Interruption(Callback):
    """Does something at the start of a batch, counted from 1 over all epochs."""

    def __init__(self, batch, function):
        self.batch, self.function = batch, function

    def on_train_begin(self, logs=None):
        self.done = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.done += 1
        if self.done == self.batch:
            self.function()


class Draws(layers.Layer):
    """Multiplies by numbers from each of the generators that a process shares."""

    def call(self, x, training=False):
        if not training:
            return x
        factor = 1 + 0.01 * (random.random() + np.random.normal())
        noise = keras.random.normal(x.shape) + mt.random.normal(x.shape)
        return x * factor + 0.01 * (noise + mt.random.uniform(x.shape, seed=5))


def new_model(in_python=True):
    """The same at each call, all random numbers included.

    As a function its steps would draw Python's random numbers once: with `in_python=False` it draws
    none of those.
    """
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(8, "relu"),
            *([Draws()] if in_python else []),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.GaussianNoise(0.1, seed=3),
            layers.Dense(3, "softmax"),
        ]
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 3, 0.9)
    optimizer = keras.optimizers.Adam(rate, clipnorm=1.0, use_ema=True)
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=in_python)
    return model


def train(callbacks, x=X, y=Y, model=None, **settings):
    """Trains a new model; returns it."""
    model = new_model() if model is None else model
    settings = {"batch_size": 8, "validation_data": (X[:9], Y[:9]), **settings}
    model.fit(x, y, epochs=EPOCHS, verbose=0, callbacks=callbacks, **settings)
    return model


def state_of(model):
    """All that a training leaves: weights, optimizer, seeds, and the next random numbers."""
    arrays = [v.numpy() for v in model.variables + model.optimizer.variables]
    return [*arrays, np.array([random.random(), np.random.normal(), *keras.random.normal((2,))])]


def assert_same(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


def main(folder, save_freq, batch="0"):
    save_freq = save_freq if save_freq == "epoch" else int(save_freq)
    kill = Interruption(int(batch), lambda: os.kill(os.getpid(), signal.SIGKILL))
    model = train([kill, BackupAndRestore(folder, save_freq)])
    np.savez(f"{folder}.npz", *state_of(model))


if __name__ == "__main__":
    main(*sys.argv[1:])
