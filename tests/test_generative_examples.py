"""The GAN and the VAE of examples/ run on the small digits, and what they share does what it says.

That they do what they do on Keras is in tests/compat/test_generative.py.
"""

import re

import numpy as np
import pytest

import minitape as mt
from compat.examples import EXAMPLES, load_example
from minitape.keras.utils import img_to_array, load_img
from tests.test_cli import minitape

pytest.importorskip("PIL")


@pytest.fixture(scope="module")
def shared():
    """The module examples/images.py."""
    return load_example("images", mt)


@pytest.mark.parametrize(
    ("name", "logged", "rows", "columns"),
    [("gan", ["d_loss", "g_loss"], 8, 8), ("vae", ["loss", "image_loss", "kl", "val_loss"], 6, 10)],
    ids=["gan", "vae"],
)
def test_an_example_runs_and_saves_a_picture_after_each_epoch(
    name, logged, rows, columns, tmp_path
):
    words = f"--epochs 2 --images 192 --channels 4 --pictures p --data {tmp_path}"
    result = minitape(tmp_path, "run", EXAMPLES / f"{name}.py", *words.split())
    assert result.returncode == 0, result.stderr
    for key in logged:
        assert len(re.findall(rf"\b{key}: [0-9.]+", result.stdout)) == 2, key
    pictures = sorted((tmp_path / "p").iterdir())
    assert [path.name for path in pictures] == ["epoch_01.png", "epoch_02.png"]
    first, second = (img_to_array(load_img(path, color_mode="grayscale")) for path in pictures)
    assert first.shape == second.shape == (60 * rows, 60 * columns, 1)
    assert np.abs(first - second).max() > 0, "trained in between"


def test_the_small_digits_stand_in_for_mnist(shared, tmp_path, capsys):
    (x_train, y_train), (x_test, y_test) = shared.load(tmp_path)
    assert "1497 images to train on" in capsys.readouterr().out
    (digits, labels), _ = mt.keras.datasets.digits.load_data()
    assert (x_train.shape, x_test.shape) == ((1497, 28, 28, 1), (300, 28, 28, 1))
    assert x_train.dtype == "float32"
    assert (x_train.min(), x_train.max()) == (0, 1)
    np.testing.assert_array_equal(x_train[:, 3:26:3, 3:26:3, 0], digits / 16)
    np.testing.assert_array_equal(y_train, labels)
    assert len(y_test) == 300


def test_mnist_where_it_is(shared, tmp_path, capsys):
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype="uint8")
    images[0, 0, 0] = 255
    arrays = dict(x_train=images, y_train=np.arange(5), x_test=images, y_test=np.arange(5))
    np.savez(tmp_path / "mnist.npz", **arrays)
    (x_train, _), _ = shared.load(tmp_path)
    assert f"5 images to train on, from {tmp_path / 'mnist.npz'}" in capsys.readouterr().out
    np.testing.assert_allclose(x_train[..., 0], images / 255, rtol=1e-6)


def test_a_grid_of_images(shared, tmp_path):
    """Row by row, each with a border of one pixel, each pixel a square of 2 × 2."""
    images = np.zeros((6, 28, 28, 1))
    images[4, 2, 3] = 1.0  # second row, second of three columns
    shared.save_grid(tmp_path / "new" / "grid.png", images, columns=3)
    saved = img_to_array(load_img(tmp_path / "new" / "grid.png", color_mode="grayscale"))
    expected = np.zeros((120, 180, 1))
    expected[60 + 6 : 60 + 8, 60 + 8 : 60 + 10] = 255
    np.testing.assert_array_equal(saved, expected)
