"""minitape and TensorFlow with Keras: one program, for that is the point of minitape."""

import sys
from importlib import import_module, metadata
from pathlib import Path

from ..workload import BATCH, CHAIN_LENGTH, chain_inputs

EXAMPLES = Path(__file__).parents[2] / "examples"


class GradientTapeEngine:
    """An engine with TensorFlow's names.

    Args:
        tf: The module with GradientTape and the ops.
        keras: The module with models and layers.
        packages: The installed packages to name in `version`.
    """

    def __init__(self, tf, keras, packages):
        self.tf = tf
        self.keras = keras
        self.version = ", ".join(f"{name} {_version(name)}" for name in packages)

    def chain_forward(self):
        x, a, b = (self.tf.constant(row) for row in chain_inputs())
        return lambda: self._chain(x, a, b)

    def chain_backward(self):
        x, a, b = (self.tf.constant(row) for row in chain_inputs())

        def run():
            with self.tf.GradientTape() as tape:
                tape.watch(x)
                y = self._chain(x, a, b)
            return tape.gradient(y, x)

        return run

    def _chain(self, x, a, b):
        sin, tanh = self.tf.sin, self.tf.tanh
        for _ in range(CHAIN_LENGTH // 4):
            x = tanh(sin(x * a + b))
        return x

    def training(self, model):
        if model.optimizer is None:
            return self._training_of_example(model)
        network = self._network(model)
        network.compile(optimizer=model.optimizer, loss="sparse_categorical_crossentropy")
        x, y = model.data()
        return lambda: network.fit(x, y, batch_size=BATCH, verbose=0)

    def _training_of_example(self, model):
        """For a process of its own, where `import tensorflow` means this engine."""
        sys.path.insert(0, str(EXAMPLES))
        example, adam = import_module(model.name), self.keras.optimizers.Adam
        if model.name == "gan":
            network = example.GAN(example.make_discriminator(32), example.make_generator(32))
            loss = self.keras.losses.BinaryCrossentropy(from_logits=True)
            network.compile(d_optimizer=adam(2e-4), g_optimizer=adam(2e-4), loss_fn=loss)
        else:
            network = example.VAE(example.make_encoder(32, 8), example.make_decoder(32, 8))
            network.compile(optimizer=adam())
        images, _ = model.data()
        dataset = self.tf.data.Dataset.from_tensor_slices(images).batch(BATCH)
        return lambda: network.fit(dataset, verbose=0)

    def _network(self, model):
        layers = self.keras.layers
        hidden = {
            "mlp": [layers.Dense(512, activation="relu"), layers.Dropout(0.5)],
            "cnn": [
                layers.Conv2D(32, 3, activation="relu"),
                layers.Conv2D(64, 3, activation="relu"),
                layers.Flatten(),
                layers.Dense(128, activation="relu"),
            ],
            "cifar": [
                layers.Conv2D(16, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Conv2D(32, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Flatten(),
                layers.Dense(256, activation="relu"),
            ],
        }[model.name]
        return self.keras.Sequential(
            [
                self.keras.Input(model.input_shape),
                *hidden,
                layers.Dense(model.classes, activation="softmax"),
            ]
        )


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "of this checkout"
