"""A variational autoencoder on handwritten digits, with convolutions and a `train_step` of its own.

    minitape run examples/vae.py        or, on TensorFlow:        python examples/vae.py

The encoder turns an image into a small cloud of points, given by its mean and the logarithm of its
variance; the decoder turns a point back into an image. Trained together, the clouds of all images
fill a ball around 0, and any point in it becomes a digit. After each epoch a picture shows images
of the test set, what is left of them behind the bottleneck, and images made of random points.
"""

import argparse
from pathlib import Path

import images as digits
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def make_encoder(channels, latent):
    """28 × 28 × 1 to 2 * latent numbers: the mean, then the logarithm of the variance."""
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(channels, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(2 * channels, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(4 * channels, activation="relu"),
            layers.Dense(2 * latent),
        ],
        name="encoder",
    )


def make_decoder(channels, latent):
    """A point to 28 × 28 × 1 logits of ink."""
    return keras.Sequential(
        [
            keras.Input(shape=(latent,)),
            layers.Dense(7 * 7 * 2 * channels, activation="relu"),
            layers.Reshape((7, 7, 2 * channels)),
            layers.Conv2DTranspose(2 * channels, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(channels, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(1, 3, padding="same"),
        ],
        name="decoder",
    )


class VAE(keras.Model):
    """The two networks, and the loss that joins them."""

    def __init__(self, encoder, decoder, seed=0):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.seeds = keras.random.SeedGenerator(seed)
        self.trackers = [keras.metrics.Mean(name=name) for name in ("loss", "image_loss", "kl")]

    @property
    def metrics(self):
        return self.trackers

    def random_points(self, count):
        return keras.random.normal((count, self.decoder.input_shape[-1]), seed=self.seeds)

    def call(self, images, training=False):
        """The images as they come back from the middle of their clouds."""
        mean, _ = tf.split(self.encoder(images, training=training), 2, axis=1)
        return tf.sigmoid(self.decoder(mean, training=training))

    def losses_of(self, images, training):
        """(loss, image_loss, kl), each a mean over the images, in nats."""
        mean, log_variance = tf.split(self.encoder(images, training=training), 2, axis=1)
        # A point of the cloud, written so that gradients reach its mean and its variance.
        points = mean + tf.exp(0.5 * log_variance) * self.random_points(tf.shape(images)[0])
        logits = self.decoder(points, training=training)
        # How unlikely the pixels are, taken as chances of ink ...
        pixels = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
        image_loss = tf.reduce_mean(tf.reduce_sum(pixels, axis=(1, 2, 3)))
        # ... and how far the cloud is from the normal distribution around 0.
        divergence = tf.square(mean) + tf.exp(log_variance) - 1.0 - log_variance
        kl = tf.reduce_mean(tf.reduce_sum(0.5 * divergence, axis=1))
        return image_loss + kl, image_loss, kl

    def train_step(self, images):
        with tf.GradientTape() as tape:
            losses = self.losses_of(images, training=True)
        gradients = tape.gradient(losses[0], self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return self.track(losses)

    def test_step(self, images):
        return self.track(self.losses_of(images, training=False))

    def track(self, losses):
        for tracker, loss in zip(self.trackers, losses, strict=True):
            tracker.update_state(loss)
        return {tracker.name: tracker.result() for tracker in self.trackers}


class Gallery(keras.callbacks.Callback):
    """Saves after each epoch: images, the same as they come back, and images of random points."""

    def __init__(self, folder, images, latent):
        super().__init__()
        self.folder = folder
        self.images = images
        self.points = keras.random.normal((4 * len(images), latent), seed=1)

    def on_epoch_end(self, epoch, logs=None):
        back = self.model(self.images)
        made = tf.sigmoid(self.model.decoder(self.points))
        rows = tf.concat([self.images, back, made], axis=0)
        digits.save_grid(self.folder / f"epoch_{epoch + 1:02}.png", rows, columns=len(self.images))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    digits.add_data_option(parser)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--images", type=int, help="train on so many of them (all)")
    parser.add_argument("--channels", type=int, default=32, help="width of the networks (32)")
    parser.add_argument("--latent", type=int, default=8, help="numbers that an image becomes (8)")
    parser.add_argument("--pictures", type=Path, default=Path("vae-pictures"), metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    keras.utils.set_random_seed(options.seed)
    (images, _), (test_images, _) = digits.load(options.data)
    images = images[: options.images]
    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images)).batch(64).prefetch(2)
    validation = tf.data.Dataset.from_tensor_slices(test_images[:1000]).batch(100)

    vae = VAE(
        make_encoder(options.channels, options.latent),
        make_decoder(options.channels, options.latent),
        options.seed,
    )
    vae.compile(optimizer=keras.optimizers.Adam(1e-3))
    vae.fit(
        dataset,
        epochs=options.epochs,
        validation_data=validation,
        callbacks=[Gallery(options.pictures, test_images[:10], options.latent)],
        verbose=2,
    )
    print(f"Pictures: {options.pictures}")


if __name__ == "__main__":
    main()
