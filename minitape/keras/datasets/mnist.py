"""MNIST: 70,000 handwritten digits of 28 × 28 pixels, downloaded once."""

from pathlib import Path

from ..utils.file import get_file
from .arrays import read_arrays

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load_data(path="mnist.npz"):
    """Returns `(x_train, y_train), (x_test, y_test)`: 60,000 and 10,000 handwritten digits.

    The images of `x` have shape (images, 28, 28) and dtype uint8, 0 (paper) to 255 (ink). The
    labels `y` have shape (images,) and dtype uint8, 0 to 9.

    Args:
        path: A bare file name is looked for in the folder `datasets` of Keras' cache
            (`$KERAS_HOME`, or `~/.keras`). If it is not there, or not the genuine file, it is
            downloaded to there (11 MB). A path with a folder in it is the file to read, whatever
            its origin; nothing is downloaded then.

    Raises:
        ConnectionError: If the download fails. The message names the URL and where to put the file.
        FileNotFoundError: If `path` has a folder in it and there is no such file.
        ValueError: If the file is not MNIST.

    Source: Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST Database, CC BY-SA 3.0; as
    `tf.keras.datasets.mnist.load_data`.
    """
    file = Path(path).expanduser()
    if file.name == str(path):
        file = Path(get_file(file.name, URL, file_hash=SHA256))
    elif not file.is_file():
        raise FileNotFoundError(
            f"There is no file {file}. Give the path of an mnist.npz, or call load_data() to read "
            f"the one in the Keras cache, which is downloaded from {URL} when it is missing."
        )
    data = read_arrays(file, ["x_train", "y_train", "x_test", "y_test"])
    for name, array in data.items():
        shape = (28, 28) if name.startswith("x") else ()
        if array.dtype != "uint8" or array.shape[1:] != shape or array.ndim == 0:
            raise ValueError(
                f"{file} is not MNIST: expected {name} to be uint8 of shape {('images', *shape)}, "
                f"received {array.dtype} of shape {array.shape}."
            )
    return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
