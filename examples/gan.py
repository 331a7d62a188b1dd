"""A generative adversarial network on handwritten digits: `compile` and `train_step` of its own.

    minitape run examples/gan.py        or, on TensorFlow:        python examples/gan.py

Two networks play against each other. The generator makes images out of random numbers; the
discriminator learns to tell them from real ones, and what it goes by is what the generator learns.
After each epoch a picture shows what the generator makes of the same 64 points.
"""

import argparse
from pathlib import Path

import images as digits
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

LATENT = 64  # random numbers that one image is made of


def make_discriminator(channels):
    """28 × 28 × 1 to a logit: above 0 for an image that it takes for real."""
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(channels, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(2 * channels, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Flatten(),
            layers.Dense(1),
        ],
        name="discriminator",
    )


def make_generator(channels):
    """Random numbers to 28 × 28 × 1, through 7 × 7 and 14 × 14."""
    return keras.Sequential(
        [
            keras.Input(shape=(LATENT,)),
            layers.Dense(7 * 7 * 2 * channels, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Reshape((7, 7, 2 * channels)),
            layers.Conv2DTranspose(channels, 4, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
        ],
        name="generator",
    )


class GAN(keras.Model):
    """The two networks, each with an optimizer of its own."""

    def __init__(self, discriminator, generator, seed=0):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.seeds = keras.random.SeedGenerator(seed)
        self.d_tracker = keras.metrics.Mean(name="d_loss")
        self.g_tracker = keras.metrics.Mean(name="g_loss")

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    @property
    def metrics(self):
        return [self.d_tracker, self.g_tracker]  # fit resets them at the start of an epoch

    def random_points(self, count):
        return keras.random.normal((count, LATENT), seed=self.seeds)

    def train_step(self, real):
        count = tf.shape(real)[0]

        # The discriminator: 1 for real, 0 for made. Real ones count as 0.9, which keeps it from
        # being so sure that nothing is left for the generator to learn from.
        made = self.generator(self.random_points(count), training=True)
        labels = tf.concat([0.9 * tf.ones((count, 1)), tf.zeros((count, 1))], axis=0)
        with tf.GradientTape() as tape:
            logits = self.discriminator(tf.concat([real, made], axis=0), training=True)
            d_loss = self.loss_fn(labels, logits)
        weights = self.discriminator.trainable_weights
        gradients = tape.gradient(d_loss, weights)
        self.d_optimizer.apply_gradients(zip(gradients, weights, strict=True))

        # The generator: its images should be taken for real. Only its own weights move.
        points = self.random_points(count)
        with tf.GradientTape() as tape:
            logits = self.discriminator(self.generator(points, training=True), training=True)
            g_loss = self.loss_fn(tf.ones((count, 1)), logits)
        weights = self.generator.trainable_weights
        gradients = tape.gradient(g_loss, weights)
        self.g_optimizer.apply_gradients(zip(gradients, weights, strict=True))

        self.d_tracker.update_state(d_loss)
        self.g_tracker.update_state(g_loss)
        return {"d_loss": self.d_tracker.result(), "g_loss": self.g_tracker.result()}


class Gallery(keras.callbacks.Callback):
    """Saves what the generator makes of the same points after each epoch."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        self.points = keras.random.normal((64, LATENT), seed=1)

    def on_epoch_end(self, epoch, logs=None):
        images = self.model.generator(self.points, training=False)
        digits.save_grid(self.folder / f"epoch_{epoch + 1:02}.png", images, columns=8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    digits.add_data_option(parser)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--images", type=int, help="train on so many of them (all)")
    parser.add_argument("--channels", type=int, default=32, help="width of the networks (32)")
    parser.add_argument("--pictures", type=Path, default=Path("gan-pictures"), metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    keras.utils.set_random_seed(options.seed)
    (images, _), _ = digits.load(options.data)
    images = images[: options.images]
    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images))
    dataset = dataset.batch(64, drop_remainder=True).prefetch(2)

    gan = GAN(make_discriminator(options.channels), make_generator(options.channels), options.seed)
    gan.compile(
        d_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.5),
        loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    gan.fit(dataset, epochs=options.epochs, callbacks=[Gallery(options.pictures)], verbose=2)
    print(f"Pictures: {options.pictures}")


if __name__ == "__main__":
    main()
