"""minitape and TensorFlow with Keras: one program, for that is the point of minitape."""

import sys
from importlib import import_module
from pathlib import Path

from ..workload import chain, chain_inputs
from . import keras_network
from .versions import versions

EXAMPLES = Path(__file__).parents[2] / "examples"


def start(name, device):
    if name == "tensorflow":
        import keras
        import tensorflow

        return GradientTapeEngine(tensorflow, keras, versions("tensorflow", "keras"))
    if name == "minitape-numpy":
        sys.modules["numba"] = None  # as if it were not installed
    from .minitape import MinitapeEngine

    return MinitapeEngine.of(name, device)


class GradientTapeEngine:
    """An engine with TensorFlow's names.

    Args:
        tf: The module with GradientTape and the ops.
        keras: The module with models and layers.
        version: What runs here.
        eagerly: Whether a training step is not compiled.
    """

    def __init__(self, tf, keras, version, eagerly=False):
        self.tf = tf
        self.keras = keras
        self.version = version
        self._eagerly = eagerly

    def chain_forward(self):
        x, a, b = (self.tf.constant(row) for row in chain_inputs())
        return lambda: self._finished(self._chain(x, a, b))

    def chain_backward(self):
        x, a, b = (self.tf.constant(row) for row in chain_inputs())

        def run():
            with self.tf.GradientTape() as tape:
                tape.watch(x)
                y = self._chain(x, a, b)
            return self._finished(tape.gradient(y, x))

        return run

    def _chain(self, x, a, b):
        return chain(self.tf.sin, self.tf.tanh, x, a, b)

    def data(self, x, y):
        return x, y

    def training(self, model, batch, dropout):
        if model.layers is None:
            return self._training_of_example(model, batch)
        network = keras_network.network(self.tf, self.keras, model, dropout)
        network.compile(
            optimizer=keras_network.optimizer(self.keras, model),
            loss="sparse_categorical_crossentropy",
            run_eagerly=self._eagerly,
        )

        def train(x, y):
            history = network.fit(x, y, batch_size=batch, shuffle=False, verbose=0)
            return self._finished(history.history["loss"][0])

        return train

    def _finished(self, result):
        """The result, when it is there."""
        return result

    def _training_of_example(self, model, batch):
        """For a process of its own, where `import tensorflow` means this engine."""
        sys.path.insert(0, str(EXAMPLES))
        example, adam = import_module(model.name), self.keras.optimizers.Adam
        self.keras.utils.set_random_seed(0)  # minitape draws TensorFlow's random numbers
        if model.name == "gan":
            network = example.GAN(example.make_discriminator(32), example.make_generator(32))
            loss = self.keras.losses.BinaryCrossentropy(from_logits=True)
            network.compile(d_optimizer=adam(2e-4), g_optimizer=adam(2e-4), loss_fn=loss)
        else:
            network = example.VAE(example.make_encoder(32, 8), example.make_decoder(32, 8))
            network.compile(optimizer=adam())

        def train(images, _):
            dataset = self.tf.data.Dataset.from_tensor_slices(images).batch(batch)
            history = network.fit(dataset, verbose=0).history
            return [losses[0] for losses in history.values()]

        return train
