"""Images without Pillow, and images that are none."""

import struct
import sys
import zlib

import numpy as np
import pytest

from minitape.keras import utils
from minitape.keras.utils.images import resized


def test_without_pillow_the_error_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "PIL", None)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "0.png").write_bytes(b"")
    dataset = utils.image_dataset_from_directory(tmp_path, verbose=False)
    for use in (
        lambda: utils.load_img("a.png"),
        lambda: utils.array_to_img(np.zeros((2, 2, 3))),
        lambda: next(iter(dataset)),
    ):
        with pytest.raises(ImportError, match=r"pip install pillow.*minitape\[images\]"):
            use()


def test_an_image_that_declares_too_many_pixels_is_not_decoded(tmp_path):
    header = struct.pack(">2I5B", 13000, 13000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    png += struct.pack(">I", zlib.crc32(chunk)) + struct.pack(">I", 0) + b"IDAT"
    (tmp_path / "large.png").write_bytes(png)
    with (
        pytest.warns(Warning, match="decompression bomb"),
        pytest.raises(ValueError, match="13000"),
    ):
        utils.load_img(tmp_path / "large.png")


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda: utils.load_img(3), TypeError, "path-like"),
        (lambda: utils.load_img("x", color_mode="cmyk"), ValueError, "cmyk"),
        (lambda: utils.array_to_img(np.zeros(3)), ValueError, "rank 3"),
        (lambda: utils.array_to_img(np.zeros((2, 2, 2))), ValueError, "channel number: 2"),
        (lambda: utils.img_to_array(np.zeros(3)), ValueError, r"shape: \(3,\)"),
    ],
)
def test_what_is_no_image(use, error, message):
    with pytest.raises(error, match=message):
        use()


def test_channels_first():
    x = np.arange(24.0).reshape(2, 3, 4)[:, :, :3]
    image = utils.array_to_img(x, scale=False)
    first = utils.img_to_array(image, data_format="channels_first")
    np.testing.assert_array_equal(first, x.transpose(2, 0, 1))
    again = utils.array_to_img(first, data_format="channels_first", scale=False)
    np.testing.assert_array_equal(np.asarray(again), x)


def test_resizing_a_plane_gives_the_plane():
    # Bilinear interpolation is exact on a plane, but for the half pixels at the edges.
    plane = 3.0 * np.arange(8)[:, None, None] + 5.0 * np.arange(6)[None, :, None]
    larger = resized(plane, (24, 18), "bilinear")
    middles = (np.arange(24) + 0.5) / 3 - 0.5, (np.arange(18) + 0.5) / 3 - 0.5
    expected = 3 * middles[0][:, None] + 5 * middles[1]
    inner = slice(2, -2)
    np.testing.assert_allclose(larger[inner, inner, 0], expected[inner, inner], atol=1e-4)
    np.testing.assert_array_equal(resized(plane, (8, 6), "nearest"), plane)
