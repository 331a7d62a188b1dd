"""What is measured: the chain of small ops, and some models with their data and first weights."""

from dataclasses import dataclass, replace

import numpy as np

CHAIN_LENGTH = 1000  # ops, four of which make one turn: multiply, add, sin, tanh
CHAIN_WIDTH = 10
BATCH = 32
LAUNCHES = 20  # of a kernel, between two waits for the card
LEARNING_RATE = 1e-3
# What keeps an optimizer from dividing by zero stands elsewhere in PyTorch's formulas than in
# Keras'. It is so small here that it counts for no gradient that counts, and all do the same.
EPSILON = 1e-14


@dataclass(frozen=True)
class Model:
    """A model to train.

    Attributes:
        layers: What stands before the last Dense, for each engine to build of its own layers:
            ("dense", units) and ("conv", filters), 3 × 3, each with a relu; ("dropout",),
            ("pool",), ("flatten",). None for a program of examples/, with layers and optimizers of
            its own.
        own_train_step: Whether `fit` calls a `train_step` that the user has written.
        steps: How many a round has: so many that the start of `fit` weighs little.
    """

    name: str
    description: str
    input_shape: tuple
    classes: int
    layers: tuple | None
    optimizer: str | None
    steps: int
    own_train_step: bool = False

    def data(self, count):
        """Inputs and labels, the same for every engine."""
        random = np.random.default_rng(0)
        x = random.normal(size=(count, *self.input_shape)).astype("float32")
        return x, random.integers(0, self.classes, count)

    def weights(self):
        """The first weights in Keras' order and layout: kernel and bias of each layer."""
        random = np.random.default_rng(1)
        arrays = []
        for shape in self._kernels():
            limit = np.sqrt(6 / (np.prod(shape[:-1]) + np.prod(shape[:-2]) * shape[-1]))
            arrays.append(random.uniform(-limit, limit, shape).astype("float32"))
            arrays.append(np.zeros(shape[-1], "float32"))
        return arrays

    def _kernels(self):
        """The shapes of the kernels, found by walking through the layers."""
        shape = self.input_shape
        for kind, *arguments in (*self.layers, ("dense", self.classes)):
            if kind == "dense":
                yield (shape[-1], arguments[0])
                shape = (arguments[0],)
            elif kind == "conv":
                yield (3, 3, shape[-1], arguments[0])
                shape = (shape[0] - 2, shape[1] - 2, arguments[0])
            elif kind == "pool":
                shape = (shape[0] // 2, shape[1] // 2, shape[2])
            elif kind == "flatten":
                shape = (int(np.prod(shape)),)


MODELS = {
    model.name: model
    for model in [
        Model(
            "mlp",
            "784, Dense 512 relu, Dropout 0.5, Dense 10 softmax; RMSprop; an own train_step",
            input_shape=(784,),
            classes=10,
            layers=(("dense", 512), ("dropout",)),
            optimizer="rmsprop",
            steps=200,
            own_train_step=True,
        ),
        Model(
            "cnn",
            "28×28×1, Conv 32, Conv 64, Flatten, Dense 128, Dense 10 softmax; Adam",
            input_shape=(28, 28, 1),
            classes=10,
            layers=(("conv", 32), ("conv", 64), ("flatten",), ("dense", 128)),
            optimizer="adam",
            steps=20,
        ),
        Model(
            "cifar",
            "32×32×3, Conv 16, Pool, Conv 32, Pool, Flatten, Dense 256, Dense 100 softmax; Adam",
            input_shape=(32, 32, 3),
            classes=100,
            layers=(("conv", 16), ("pool",), ("conv", 32), ("pool",), ("flatten",), ("dense", 256)),
            optimizer="adam",
            steps=80,
        ),
        Model(
            "gan",
            "examples/gan.py: transposed convolutions, BatchNormalization, two Adams",
            input_shape=(28, 28, 1),
            classes=10,
            layers=None,
            optimizer=None,
            steps=20,
        ),
        Model(
            "vae",
            "examples/vae.py: convolutions, transposed convolutions, Adam",
            input_shape=(28, 28, 1),
            classes=10,
            layers=None,
            optimizer=None,
            steps=20,
        ),
    ]
}


def small(model):
    """The same layers with a few units each, for images of a few pixels."""
    layers = tuple((kind, *(min(n, 8) for n in units)) for kind, *units in model.layers)
    *lengths, channels = model.input_shape
    shape = (*(min(n, 12) for n in lengths), min(channels, 12))
    return replace(model, input_shape=shape, layers=layers)


def deep(layers):
    """A model of so many equal layers, to see how a step grows with them."""
    return Model(
        f"deep{layers}",
        f"256, {layers} × Dense 256 relu, Dense 10 softmax; Adam",
        input_shape=(256,),
        classes=10,
        layers=(("dense", 256),) * layers,
        optimizer="adam",
        steps=60,
    )


def chain(sin, tanh, x, a, b):
    """Runs the chain's CHAIN_LENGTH ops on the arrays of an engine, with its two functions."""
    for _ in range(CHAIN_LENGTH // 4):
        x = tanh(sin(x * a + b))
    return x


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


def derivative_inputs():
    """For derivatives of the MLP, without dropout: its weights, a vector like them, a batch."""
    model = MODELS["mlp"]
    random = np.random.default_rng(2)
    weights = model.weights()
    vector = [random.normal(size=w.shape).astype("float32") for w in weights]
    return weights, vector, *model.data(BATCH)


def uniform(*shapes):
    """Arrays of these shapes, of numbers around 0, in float32."""
    random = np.random.default_rng(3)
    return [random.random(shape, "float32") - np.float32(0.5) for shape in shapes]


def conv_inputs(batch, side, channels, filters):
    """Images, filters of 3 × 3, and a cotangent of what they make of each other."""
    image, kernel = (batch, side, side, channels), (3, 3, channels, filters)
    return uniform(image, kernel, (batch, side - 2, side - 2, filters))
