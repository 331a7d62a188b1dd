"""What is measured: the chain of small ops, and the training of some models."""

from dataclasses import dataclass

import numpy as np

CHAIN_LENGTH = 1000  # ops, four of which make one turn: multiply, add, sin, tanh
CHAIN_WIDTH = 10
BATCH = 32


@dataclass(frozen=True)
class Model:
    """A model to train: its layers stand in `engines`, once for Keras and once for PyTorch.

    Those without an optimizer are programs of examples/, with optimizers of their own.
    """

    name: str
    description: str
    input_shape: tuple
    classes: int
    optimizer: str | None
    steps: int  # of one round, so many that the start of `fit` weighs little

    def data(self):
        """Inputs and labels of one round, the same for every engine."""
        random = np.random.default_rng(0)
        x = random.normal(size=(self.steps * BATCH, *self.input_shape)).astype("float32")
        return x, random.integers(0, self.classes, self.steps * BATCH)


MODELS = {
    model.name: model
    for model in [
        Model(
            "mlp",
            "784, Dense 512 relu, Dropout 0.5, Dense 10 softmax; RMSprop",
            input_shape=(784,),
            classes=10,
            optimizer="rmsprop",
            steps=200,
        ),
        Model(
            "cnn",
            "28×28×1, Conv 32, Conv 64, Flatten, Dense 128, Dense 10 softmax; Adam",
            input_shape=(28, 28, 1),
            classes=10,
            optimizer="adam",
            steps=20,
        ),
        Model(
            "cifar",
            "32×32×3, Conv 16, Pool, Conv 32, Pool, Flatten, Dense 256, Dense 100 softmax; Adam",
            input_shape=(32, 32, 3),
            classes=100,
            optimizer="adam",
            steps=80,
        ),
        Model(
            "gan",
            "examples/gan.py: transposed convolutions, BatchNormalization, two Adams",
            input_shape=(28, 28, 1),
            classes=10,
            optimizer=None,
            steps=20,
        ),
        Model(
            "vae",
            "examples/vae.py: convolutions, transposed convolutions, Adam",
            input_shape=(28, 28, 1),
            classes=10,
            optimizer=None,
            steps=20,
        ),
    ]
}


def chain_inputs():
    """The vector x that goes through the chain, and a and b of each turn tanh(sin(x * a + b)).

    They are chosen so that neither the values nor the gradient vanish along the chain: arithmetic
    on numbers too small to be normal is many times slower, and would be measured instead.
    """
    random = np.random.default_rng(0)
    rows = [
        random.normal(size=CHAIN_WIDTH),
        random.uniform(0.9, 1.05, CHAIN_WIDTH),
        random.uniform(-0.01, 0.01, CHAIN_WIDTH),
    ]
    return np.array(rows, dtype="float32")
