"""Fashion-MNIST: 70,000 pictures of clothes, of 28 × 28 pixels."""

import gzip
import struct
import zlib

import numpy as np

from .arrays import MAX_BYTES
from .cache import cached

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
IMAGES, LABELS = 0x00000803, 0x00000801  # how a file of bytes with three axes, or one, begins


def load_data():
    """Returns `(x_train, y_train), (x_test, y_test)`: 60,000 and 10,000 pictures.

    The images of `x` have shape (images, 28, 28) and dtype uint8; the labels `y` have shape
    (images,) and dtype uint8: 0 T-shirt, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal,
    6 shirt, 7 sneaker, 8 bag, 9 ankle boot.

    They are read from the folder `datasets/fashion-mnist` of Keras' cache (`$KERAS_HOME`, or
    `~/.keras`), as Keras leaves them there.

    Raises:
        FileNotFoundError: A file is not there. The message names its URL and where to put it.
        ValueError: A file is not Fashion-MNIST's.

    Source: H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, 2017, MIT licence; as
    `tf.keras.datasets.fashion_mnist.load_data`, without its download.
    """
    parts = []
    for name in ("train", "t10k"):
        x = _read(f"{name}-images-idx3-ubyte.gz", IMAGES)
        y = _read(f"{name}-labels-idx1-ubyte.gz", LABELS)
        if x.shape[1:] != (28, 28) or len(x) != len(y):
            raise ValueError(
                f"The files {name}-* are not Fashion-MNIST: expected images of shape (28, 28) and "
                f"as many labels, received the shapes {x.shape} and {y.shape}."
            )
        parts.append((x, y))
    training, test = parts
    return training, test


def _read(name: str, magic: int) -> np.ndarray:
    """The array of an idx file: a magic number, the length of each axis, and the bytes."""
    path = cached(f"fashion-mnist/{name}", URL + name, "put it at {path}")
    try:
        with gzip.open(path) as file:
            axes = magic & 0xFF
            header = file.read(4 + 4 * axes)
            found, *shape = struct.unpack(f">{1 + axes}I", header)
            if found != magic:
                raise ValueError(f"it begins with {found:#010x}, expected {magic:#010x}")
            size = int(np.prod(shape, dtype=object))
            if size > MAX_BYTES:
                raise ValueError(f"it declares {size} bytes, allowed are {MAX_BYTES}")
            stored = file.read(size + 1)
            if len(stored) != size:
                raise ValueError(f"it declares the shape {shape}, and doesn't hold {size} bytes")
    except (ValueError, struct.error, EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path} is not the file that was expected: {error}") from error
    return np.frombuffer(stored, np.uint8).reshape(shape).copy()
