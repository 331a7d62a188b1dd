"""CIFAR-100: 60,000 photographs of 32 × 32 pixels in 100 classes."""

from .cache import cached
from .cifar import read_batch

URL = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
FOLDER = "cifar-100-python-target/cifar-100-python"
CLASSES = {"fine": 100, "coarse": 20}


def load_data(label_mode="fine"):
    """Returns `(x_train, y_train), (x_test, y_test)`: 50,000 and 10,000 photographs.

    The images of `x` have shape (images, 32, 32, 3) and dtype uint8; the labels `y` have shape
    (images, 1).

    They are read from Keras' cache (`$KERAS_HOME`, or `~/.keras`), as Keras leaves them there.

    Args:
        label_mode: "fine" for the 100 classes, "coarse" for 20 groups of them.

    Raises:
        FileNotFoundError: They are not there. The message names the URL and where to put them.
        ValueError: A file is not CIFAR-100's, or another label_mode.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009; as
    `tf.keras.datasets.cifar100.load_data`, without its download.
    """
    if label_mode not in CLASSES:
        raise ValueError(
            f'`label_mode` must be one of `"fine"`, `"coarse"`. Received: label_mode={label_mode}.'
        )
    folder = cached(FOLDER, URL, "unpack it so that its files stand in {path}")
    labels, classes = f"{label_mode}_labels", CLASSES[label_mode]
    training, test = (read_batch(folder / name, labels, classes) for name in ("train", "test"))
    return training, test
