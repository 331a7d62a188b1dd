"""A long training that may be interrupted: tf.train.Checkpoint and a loop of one's own.

    minitape run examples/checkpoints.py    or, on TensorFlow:    python examples/checkpoints.py

Two small networks play against each other over CIFAR-10's photographs, as in gan.py; after each
epoch they and their optimizers are saved. Started again, the program goes on where it was: give it
more --epochs, or end it half-way and see. To begin anew, delete the folder `checkpoints`. For the
files minitape needs h5py: pip install 'minitape[save]'.

First it prints another network that learns to make photographs: the encoder of an autoencoder.
"""

import argparse
from pathlib import Path

import cifar
import images as digits
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

NOISE = 32  # random numbers that an image is made of
BATCH = 64


def make_encoder(latent=64):
    """32 × 32 × 3 to a cloud of points: their mean, and the logarithm of their variance."""
    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(inputs)
    x = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(16, activation="relu")(x)
    outputs = [layers.Dense(latent, name="mean")(x), layers.Dense(latent, name="log_variance")(x)]
    return keras.Model(inputs, outputs, name="encoder")


def make_generator():
    return keras.Sequential(
        [
            keras.Input(shape=(NOISE,)),
            layers.Dense(8 * 8 * 16, activation="relu"),
            layers.Reshape((8, 8, 16)),
            layers.Conv2DTranspose(8, 4, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="sigmoid"),
        ],
        name="generator",
    )


def make_discriminator():
    return keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            layers.Conv2D(8, 4, strides=2, padding="same", activation="relu"),
            layers.Conv2D(16, 4, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(1),
        ],
        name="discriminator",
    )


class Training:
    """The networks, their optimizers and the number of the epoch: all that a checkpoint holds."""

    def __init__(self):
        keras.utils.set_random_seed(0)
        self.generator, self.discriminator = make_generator(), make_discriminator()
        self.g_optimizer = keras.optimizers.Adam(1e-3)
        self.d_optimizer = keras.optimizers.Adam(1e-3)
        # With their variables: a checkpoint can only fill what is there.
        self.g_optimizer.build(self.generator.trainable_variables)
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
        self.epoch = tf.Variable(0, name="epoch")
        self.checkpoint = tf.train.Checkpoint(
            generator=self.generator,
            discriminator=self.discriminator,
            g_optimizer=self.g_optimizer,
            d_optimizer=self.d_optimizer,
            epoch=self.epoch,
        )

    @tf.function
    def step(self, real, noise):
        """Both networks learn from the same images; returns losses, and how often it was right."""
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            made = self.generator(noise, training=True)
            of_real = self.discriminator(real, training=True)
            of_made = self.discriminator(made, training=True)
            g_loss = self.loss_fn(tf.ones_like(of_made), of_made)
            d_loss = self.loss_fn(tf.ones_like(of_real), of_real)
            d_loss += self.loss_fn(tf.zeros_like(of_made), of_made)
        weights = self.generator.trainable_variables
        self.g_optimizer.apply_gradients(
            zip(g_tape.gradient(g_loss, weights), weights, strict=True)
        )
        weights = self.discriminator.trainable_variables
        self.d_optimizer.apply_gradients(
            zip(d_tape.gradient(d_loss, weights), weights, strict=True)
        )
        right_about_real = tf.reduce_mean(tf.cast(of_real > 0, tf.float32))
        right_about_made = tf.reduce_mean(tf.cast(of_made < 0, tf.float32))
        return g_loss, d_loss, right_about_real, right_about_made

    def run(self, dataset, epochs, manager):
        """Trains up to an epoch, and saves after each."""
        names = ["generator loss", "discriminator loss", "real", "made"]
        while int(self.epoch) < epochs:
            self.epoch.assign_add(1)
            means = [keras.metrics.Mean(name) for name in names]
            for number, real in enumerate(dataset):
                # The noise depends on epoch and batch alone, and is the same after an interruption.
                seed = [int(self.epoch), number]
                noise = tf.random.stateless_normal([real.shape[0], NOISE], seed)
                for mean, value in zip(means, self.step(real, noise), strict=True):
                    mean.update_state(value)
            logs = ", ".join(f"{mean.name} {float(mean.result()):.4f}" for mean in means)
            print(f"epoch {int(self.epoch)}: {logs}")
            manager.save(checkpoint_number=int(self.epoch))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    digits.add_data_option(parser)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, default=256, help="train on so many (256)")
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"), metavar="FOLDER")
    options = parser.parse_args()

    make_encoder().summary()
    (x, _), _ = cifar.load(options.data, "cifar10")
    dataset = tf.data.Dataset.from_tensor_slices(x[: options.images]).batch(BATCH)

    training = Training()
    manager = tf.train.CheckpointManager(training.checkpoint, str(options.checkpoints), 2)
    if manager.latest_checkpoint:
        training.checkpoint.restore(manager.latest_checkpoint)
        print("Going on after epoch", int(training.epoch))
    training.run(dataset, options.epochs, manager)
    print("saved:", [Path(path).name for path in manager.checkpoints])

    again = Training()
    again.checkpoint.restore(manager.latest_checkpoint)
    noise = tf.random.stateless_normal([2, NOISE], [0, 0])
    difference = again.generator(noise) - training.generator(noise)
    print("The networks in the file make the same images:", not tf.reduce_any(difference != 0))


if __name__ == "__main__":
    main()
