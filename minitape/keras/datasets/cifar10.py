"""CIFAR-10: 60,000 photographs of 32 × 32 pixels in 10 classes."""

import numpy as np

from .cache import cached
from .cifar import read_batch

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
FOLDER = "cifar-10-batches-py-target/cifar-10-batches-py"


def load_data():
    """Returns `(x_train, y_train), (x_test, y_test)`: 50,000 and 10,000 photographs.

    The images of `x` have shape (images, 32, 32, 3) and dtype uint8; the labels `y` have shape
    (images, 1) and dtype uint8: 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog,
    7 horse, 8 ship, 9 truck.

    They are read from Keras' cache (`$KERAS_HOME`, or `~/.keras`), as Keras leaves them there.

    Raises:
        FileNotFoundError: They are not there. The message names the URL and where to put them.
        ValueError: A file is not CIFAR-10's.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009; as
    `tf.keras.datasets.cifar10.load_data`, without its download.
    """
    folder = cached(FOLDER, URL, "unpack it so that its files stand in {path}")
    batches = [read_batch(folder / f"data_batch_{i}", "labels", 10) for i in range(1, 6)]
    x_train, y_train = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return (x_train, y_train), read_batch(folder / "test_batch", "labels", 10)
