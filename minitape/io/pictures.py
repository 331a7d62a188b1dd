"""Pictures in the bytes of files, through Pillow, which is loaded when one is."""

import io
from typing import Any

import numpy

from .. import ops
from ..arrays import as_dtype
from ..errors import InvalidArgumentError
from .files import bytes_of

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
# A picture is decoded at once: a small file may not ask for more than this.
MOST_PIXELS = 1 << 27


def pillow_image() -> Any:
    """The module PIL.Image."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "Could not import PIL.Image: images are read and written by Pillow. Install it with "
            "pip install pillow, or pip install 'minitape[images]'."
        ) from error
    return Image


def _opened(contents, formats: list[str]) -> Any:
    """The picture in the bytes, not decoded yet."""
    data = bytes_of(contents)
    try:
        picture = pillow_image().open(io.BytesIO(data), formats=formats)
    except OSError as error:
        raise InvalidArgumentError(
            f"Expected the bytes of an image ({', '.join(formats)}). Received: {len(data)} bytes "
            f"that begin with {data[:8]!r}."
        ) from error
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise InvalidArgumentError(
            f"The image declares {width} x {height} pixels, allowed are {MOST_PIXELS} in all."
        )
    return picture


def _pixels(picture, channels, allowed: tuple) -> numpy.ndarray:
    """The pixels, with so many channels; 0 or None for as many as there are."""
    channels = channels or 0
    if channels not in (0, *allowed):
        raise InvalidArgumentError(f"channels must be one of 0, {allowed}. Received: {channels}")
    if not channels:
        channels = len(picture.getbands())
        if picture.mode == "P":  # a palette
            channels = 4 if "transparency" in picture.info else 3
        channels = channels if channels in allowed else 3
    pixels = numpy.asarray(picture.convert(_MODES[channels]))
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def _decoded(contents, channels, dtype, kind: str, allowed: tuple) -> Any:
    dtype = as_dtype(dtype)
    if dtype.name != "uint8":
        raise InvalidArgumentError(
            f"Pixels are decoded as uint8 here. Received: dtype={dtype.name}. Use "
            "tf.image.convert_image_dtype for another type."
        )
    return ops.constant(_pixels(_opened(contents, [kind]), channels, allowed))


def decode_png(contents, channels=0, dtype="uint8", name=None) -> Any:
    """The pixels of a PNG file: (height, width, channels).

    Args:
        contents: the bytes of the file.
        channels: 1, 2, 3 or 4; as many as the file has for 0.
        dtype: uint8.
        name: not used.

    Raises:
        InvalidArgumentError: no such file, or another type.
    """
    return _decoded(contents, channels, dtype, "PNG", (1, 2, 3, 4))


def decode_jpeg(
    contents,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
) -> Any:
    """The pixels of a JPEG file: (height, width, channels), 1 or 3 of them.

    The pixels are TensorFlow's with dct_method="INTEGER_ACCURATE"; what it does by default is
    faster, and some pixels are a few steps off. Besides `channels`, arguments about decoding are
    accepted for its scripts.

    Raises:
        InvalidArgumentError: no such file.
        ValueError: a ratio other than 1.
    """
    if ratio != 1:
        raise ValueError(f"decode_jpeg takes ratio=1 alone: use resize. Received: ratio={ratio}")
    return _decoded(contents, channels, "uint8", "JPEG", (1, 3))


def decode_bmp(contents, channels=0, name=None) -> Any:
    """The pixels of a BMP file: (height, width, channels)."""
    return _decoded(contents, channels, "uint8", "BMP", (1, 3, 4))


def decode_gif(contents, name=None) -> Any:
    """The pixels of all pictures of a GIF file: (pictures, height, width, 3)."""
    picture = _opened(contents, ["GIF"])
    frames = []
    for number in range(picture.n_frames):
        picture.seek(number)
        frames.append(_pixels(picture, 3, (3,)))
    return ops.constant(numpy.stack(frames))


def decode_image(contents, channels=None, dtype="uint8", name=None, expand_animations=True) -> Any:
    """The pixels of a PNG, JPEG, BMP or GIF file.

    Args:
        contents: the bytes of the file.
        channels: 1, 3 or 4; as many as the file has unless given.
        dtype: uint8, or another type to convert to, as `convert_image_dtype` does.
        name: not used.
        expand_animations: whether a GIF gives all its pictures, in an axis more.

    Raises:
        InvalidArgumentError: no such file.
    """
    if _opened(contents, ["PNG", "JPEG", "BMP", "GIF"]).format == "GIF":
        pixels = decode_gif(contents)
        pixels = pixels if expand_animations else pixels[0]
    else:
        picture = _opened(contents, ["PNG", "JPEG", "BMP"])
        pixels = ops.constant(_pixels(picture, channels, (1, 2, 3, 4)))
    dtype = as_dtype(dtype)
    if dtype.is_floating:
        return ops.cast(pixels, dtype) * (1.0 / 255)
    return ops.cast(pixels, dtype) * ((dtype.max + 1) // 256)


def is_jpeg(contents, name=None) -> Any:
    """Whether bytes begin as a JPEG file does."""
    return ops.constant(bytes_of(contents).startswith(b"\xff\xd8\xff"))


def _encoded(image, allowed: tuple, kind: str, **settings) -> Any:
    pixels = ops.convert_to_tensor(image).numpy()
    if pixels.ndim != 3 or pixels.shape[-1] not in allowed or pixels.dtype != "uint8":
        raise InvalidArgumentError(
            f"Expected uint8 pixels of shape (height, width, channels) with {allowed} channels. "
            f"Received: {pixels.dtype.name} of shape {pixels.shape}."
        )
    mode = _MODES[pixels.shape[-1]]
    picture = pillow_image().frombytes(mode, pixels.shape[1::-1], pixels.tobytes())
    file = io.BytesIO()
    picture.save(file, kind, **settings)
    return ops.constant(file.getvalue())


def encode_png(image, compression=-1, name=None) -> Any:
    """The bytes of a PNG file with these pixels, uint8 of shape (height, width, 1 to 4).

    Args:
        image: the pixels.
        compression: how hard it tries to make the file small, 0 to 9.
        name: not used.
    """
    level = {} if compression < 0 else {"compress_level": compression}
    return _encoded(image, (1, 2, 3, 4), "PNG", **level)


def encode_jpeg(
    image,
    format="",
    quality=95,
    progressive=False,
    optimize_size=False,
    chroma_downsampling=True,
    density_unit="in",
    x_density=300,
    y_density=300,
    xmp_metadata="",
    name=None,
) -> Any:
    """The bytes of a JPEG file with these pixels, uint8 of shape (height, width, 1 or 3).

    `quality` goes from 0 to 100; other arguments but `progressive`, `optimize_size` and
    `chroma_downsampling` are accepted for TensorFlow's scripts.
    """
    return _encoded(
        image,
        (1, 3),
        "JPEG",
        quality=quality,
        progressive=progressive,
        optimize=optimize_size,
        subsampling="4:2:0" if chroma_downsampling else "4:4:4",
    )
