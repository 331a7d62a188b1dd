"""What gan.py, vae.py and sweep.py share: handwritten digits to learn from, and their pictures."""

import os
from pathlib import Path

import numpy as np
from tensorflow import keras

CHECKOUT = Path(__file__).resolve().parents[1]
BUNDLED = CHECKOUT / "minitape" / "keras" / "datasets" / "data" / "digits.npz"


def add_data_option(parser):
    """Adds `--data` to an argparse parser: the folder that `load` looks into."""
    folder = os.environ.get("MINITAPE_DATA", CHECKOUT.parent / "shared" / "data")
    parser.add_argument(
        "--data",
        type=Path,
        default=folder,
        metavar="FOLDER",
        help="with mnist.npz in it ($MINITAPE_DATA, or ../shared/data beside the checkout); "
        "without that file, the small digits that come with minitape",
    )


def load(folder):
    """`(x_train, y_train), (x_test, y_test)`: MNIST, or else the 1,797 small digits.

    Either way the images of `x` are float32 of shape (images, 28, 28, 1), 0 (paper) to 1 (ink).
    """
    path = folder / "mnist.npz"
    path = path if path.is_file() else BUNDLED
    with np.load(path, allow_pickle=False) as arrays:
        sets = [[arrays[f"{kind}_{part}"] for kind in "xy"] for part in ("train", "test")]
    print(f"{len(sets[0][0])} images to train on, from {path}")
    return [(_as_mnist(x), y) for x, y in sets]


def _as_mnist(images):
    """Numbers from 0 to 1; pixels of 8 × 8 images become squares of 3 × 3, with a border."""
    images = images.astype("float32") / images.max()
    if images.shape[1] == 8:
        images = np.kron(images, np.ones((1, 3, 3), "float32"))
        images = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    return images[..., None]


def save_grid(path, images, columns):
    """Writes images of shape (rows * columns, 28, 28, 1), row by row, as one picture.

    Each pixel becomes a square of 2 × 2.
    """
    images = np.pad(np.asarray(images), ((0, 0), (1, 1), (1, 1), (0, 0)))
    count, height, width, _ = images.shape
    grid = images.reshape(count // columns, columns, height, width).swapaxes(1, 2)
    grid = grid.reshape(count // columns * height, columns * width)
    path.parent.mkdir(parents=True, exist_ok=True)
    keras.utils.save_img(path, 255 * np.kron(grid, np.ones((2, 2)))[..., None], scale=False)
