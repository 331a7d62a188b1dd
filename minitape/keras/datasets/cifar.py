"""The files of CIFAR-10 and CIFAR-100."""

from pathlib import Path

import numpy as np

from .pickled import read_pickled


def read_batch(path: Path, labels: str, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """The images and the labels of one file.

    Args:
        path: the file.
        labels: the name of the labels in it.
        classes: how many classes there are.

    Returns:
        uint8 images of shape (images, 32, 32, 3), and uint8 labels of shape (images, 1).

    Raises:
        ValueError: it is not such a file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}, though its folder is there: unpack it again.")
    found = read_pickled(path, ["data", labels])
    pixels, numbers = found["data"], found[labels]
    if not isinstance(pixels, np.ndarray) or pixels.shape[1:] != (3 * 32 * 32,):
        received = getattr(pixels, "shape", type(pixels).__name__)
        raise ValueError(f"{path}: expected data of shape (images, 3072), received {received}")
    right = isinstance(numbers, list) and all(type(n) is int and 0 <= n < classes for n in numbers)
    if not right or len(numbers) != len(pixels):
        raise ValueError(
            f"{path}: expected {labels} to be {len(pixels)} integers from 0 to {classes - 1}"
        )
    images = pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), np.array(numbers, np.uint8)[:, None]
