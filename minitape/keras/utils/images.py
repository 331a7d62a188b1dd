"""Images as arrays and as files, through Pillow, which is loaded when an image is."""

import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy

from ...io.pictures import MOST_PIXELS, pillow_image
from ...settings import floatx

MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}


def load_img(
    path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False
) -> Any:
    """The image of a file, as Pillow has it.

    Args:
        path: where it is, or a BytesIO.
        color_mode: "rgb", "rgba" or "grayscale".
        target_size: (height, width) to resize it to.
        interpolation: Pillow's way of resizing: "nearest", "bilinear", "bicubic", "lanczos", "box"
            or "hamming".
        keep_aspect_ratio: whether it is cropped to the target's proportions before.

    Raises:
        ImportError: Pillow is not installed.
        ValueError: another color_mode or interpolation, or an image too large to be one.
    """
    pillow = pillow_image()
    if not isinstance(path, (str, bytes, os.PathLike, io.BytesIO)):
        raise TypeError(f"path should be path-like or io.BytesIO, not {type(path)}")
    if color_mode not in MODES:
        raise ValueError(
            f'color_mode must be "grayscale", "rgb", or "rgba". Received: color_mode={color_mode!r}'
        )
    with pillow.open(path) as image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise ValueError(
                f"{path!r} declares {width} × {height} pixels, allowed are {MOST_PIXELS} in all."
            )
        is_gray = color_mode == "grayscale" and image.mode in ("L", "I;16", "I")
        image = image.copy() if is_gray else image.convert(MODES[color_mode])
    if target_size is None or image.size == (target_size[1], target_size[0]):
        return image
    methods = {method.name.lower(): method for method in pillow.Resampling}
    if interpolation not in methods:
        raise ValueError(
            f"Invalid interpolation method {interpolation} specified. Expected one of "
            f"{', '.join(sorted(methods))}"
        )
    box = _middle(width, height, target_size) if keep_aspect_ratio else None
    return image.resize((target_size[1], target_size[0]), methods[interpolation], box=box)


def _middle(width: int, height: int, target_size) -> tuple[int, int, int, int]:
    """The largest box of the target's proportions in the middle: left, upper, right, lower."""
    target_height, target_width = target_size
    box_height = min(height, width * target_height // target_width)
    box_width = min(width, height * target_width // target_height)
    left, upper = (width - box_width) // 2, (height - box_height) // 2
    return left, upper, left + box_width, upper + box_height


def img_to_array(img, data_format=None, dtype=None) -> numpy.ndarray:
    """The pixels of one of Pillow's images: (height, width, channels), 0 to 255.

    Args:
        img: the image.
        data_format: "channels_last", or "channels_first" for (channels, height, width).
        dtype: the type of the numbers, the default float type unless given.
    """
    pixels = numpy.asarray(img, dtype=dtype or floatx())
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3:
        raise ValueError(f"Unsupported image shape: {pixels.shape}. Expected 2 or 3 axes.")
    return pixels.transpose(2, 0, 1) if data_format == "channels_first" else pixels


def array_to_img(x, data_format=None, scale=True, dtype=None) -> Any:
    """One of Pillow's images, of an array.

    Args:
        x: pixels of shape (height, width, channels), with 1, 3 or 4 channels.
        data_format: "channels_last", or "channels_first" for (channels, height, width).
        scale: whether the smallest and largest values become 0 and 255.
        dtype: the type to compute in, the default float type unless given.
    """
    pillow = pillow_image()
    x = numpy.asarray(x, dtype=dtype or floatx())
    if x.ndim != 3:
        raise ValueError(
            f"Expected image array to have rank 3 (single image). Got array with shape: {x.shape}"
        )
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if scale:
        x = x - x.min()
        x = x / (x.max() or 1) * 255
    channels = x.shape[2]
    if channels not in (1, 3, 4):
        raise ValueError(
            f"Unsupported channel number: {channels}. Expected 1, 3 or 4. Received: shape "
            f"{x.shape}."
        )
    if channels == 1:
        return pillow.fromarray(x[:, :, 0].astype("int32" if x.max() > 255 else "uint8"))
    return pillow.fromarray(x.astype("uint8"))


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs) -> None:
    """Writes an array as an image file.

    Args:
        path: where to, or a file object.
        x: pixels of shape (height, width, channels).
        data_format: "channels_last", or "channels_first" for (channels, height, width).
        file_format: the kind of file, by the ending of its name unless given.
        scale: whether the smallest and largest values become 0 and 255.
        kwargs: settings of Pillow's for this kind of file.
    """
    if file_format is None and isinstance(path, (str, os.PathLike)):
        file_format = Path(path).suffix[1:].lower()
    if file_format and file_format.lower() == "jpg":
        file_format = "jpeg"
    image = array_to_img(x, data_format=data_format, scale=scale)
    if image.mode == "RGBA" and file_format == "jpeg":
        warnings.warn(
            "The JPEG format does not support RGBA images, converting to RGB.", stacklevel=2
        )
        image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)


def resized(pixels: numpy.ndarray, size, interpolation: str) -> numpy.ndarray:
    """Pixels in another size, as `tf.image.resize` computes them: without smoothing before.

    The middle of a pixel is half a pixel from its edge. Row i of the result shows the point
    (i + 1/2) · height / new height of the image: the row that it lies in ("nearest"), or what lies
    on the line between the middles of the two nearest rows ("bilinear").

    Args:
        pixels: an array of shape (height, width, channels).
        size: the new (height, width).
        interpolation: "bilinear", which gives float32, or "nearest", which keeps the dtype.
    """
    for axis, length in enumerate(size):
        old = pixels.shape[axis]
        points = (numpy.arange(length, dtype="float32") + numpy.float32(0.5)) * numpy.float32(
            old / length
        )
        if interpolation == "nearest":
            pixels = pixels.take(numpy.minimum(points.astype(int), old - 1), axis)
            continue
        points -= numpy.float32(0.5)
        floor = numpy.floor(points)
        share = (points - floor).reshape([-1 if i == axis else 1 for i in range(3)])
        lower = floor.astype(int)
        before = pixels.take(lower.clip(0, old - 1), axis).astype("float32")
        after = pixels.take((lower + 1).clip(0, old - 1), axis).astype("float32")
        pixels = before + (after - before) * share
    return pixels
