"""1,797 handwritten digits of 8 × 8 pixels, which come with the library."""

from pathlib import Path

from .arrays import read_arrays

PATH = Path(__file__).parent / "data" / "digits.npz"


def load_data():
    """Returns `(x_train, y_train), (x_test, y_test)`: 1,497 and 300 handwritten digits.

    The images of `x` have shape (images, 8, 8) and dtype uint8; a pixel counts the dark dots of a
    4 × 4 square of the scan, 0 to 16. The labels `y` have shape (images,) and dtype uint8, 0 to 9.

    The split is fixed, and random (the file `digits.LICENSE` beside the data has the three lines
    that made it). In the original order the images of one writer stand together, so its last 300
    would ask how a model reads two or three hands that it never saw; a network as in `minitape
    demo` then scores 0.92 instead of 0.98. That is another, harder question than a first model's.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape, x_train.max()
    ((1497, 8, 8), (300, 8, 8), np.uint8(16))
    """
    data = read_arrays(PATH, ["x_train", "y_train", "x_test", "y_test"])
    return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
