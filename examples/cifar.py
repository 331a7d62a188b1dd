"""What convnets.py and checkpoints.py share: small photographs to learn from."""

import images as digits
import numpy as np


def load(folder, name):
    """`(x_train, y_train), (x_test, y_test)`: photographs of "cifar10" or "cifar100".

    Images are float32 of shape (images, 32, 32, 3), from 0 to 1; labels have shape (images, 1), as
    in `keras.datasets`. Without such a file in the folder they are handwritten digits in that form.
    """
    path = folder / f"{name}_small.npz"
    if not path.is_file():
        print(f"There is no {path}: digits instead.")
        return [(_as_photographs(x), y[:, None]) for x, y in digits.load(folder)]
    with np.load(path, allow_pickle=False) as arrays:
        sets = [[arrays[f"{kind}_{part}"] for kind in "xy"] for part in ("train", "test")]
    print(f"{len(sets[0][0])} images to train on, from {path}")
    return [(x.astype("float32") / 255, y) for x, y in sets]


def _as_photographs(images):
    """28 × 28 grey pixels with a border, three times: red, green and blue."""
    return np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0))).repeat(3, axis=-1)
