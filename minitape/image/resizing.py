"""Pictures in another size: each row and column of the new one is a weighted mean of the old ones'.

The middle of a pixel is half a pixel from its edge, so that row i of the new picture shows the
point (i + 1/2) · height / new height of the old one.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy

from .. import ops
from .shapes import as_images, pad_to_bounding_box


class ResizeMethod:
    """The names of the ways to resize."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


def resize(
    images,
    size,
    method=ResizeMethod.BILINEAR,
    preserve_aspect_ratio=False,
    antialias=False,
    name=None,
):
    """Pictures in another size, as float32; "nearest" keeps the type.

    Args:
        images: pictures.
        size: the new height and width.
        method: how: one of `ResizeMethod`.
        preserve_aspect_ratio: whether `size` is the largest that it may be, in the old proportions.
        antialias: whether a picture that becomes smaller is blurred as much as needed.
        name: not used.

    Raises:
        ValueError: no picture, no size, or an unknown method.
    """
    images = as_images(images)
    if images.ndim == 3:
        return resize(images[None], size, method, preserve_aspect_ratio, antialias)[0]
    given = numpy.asarray(size)
    if given.shape != (2,) or given.dtype.kind not in "iu":
        raise ValueError(
            "'size' must be a 1-D int32 Tensor of 2 elements: new_height, new_width. "
            f"Received: {size!r}"
        )
    old, new = images.shape[-3:-1], [int(n) for n in given]
    if preserve_aspect_ratio:
        scale = numpy.float32(min(n / m for n, m in zip(new, old, strict=True)))
        new = [int(numpy.rint(scale * numpy.float32(m))) for m in old]
    if method == ResizeMethod.NEAREST_NEIGHBOR:
        for axis, m, n in zip((1, 2), old, new, strict=True):
            points = (numpy.arange(n, dtype="float32") + 0.5) * numpy.float32(m / n)
            images = ops.gather(images, numpy.minimum(points.astype("int32"), m - 1), axis=axis)
        return images
    if method not in (ResizeMethod.AREA, *_KERNELS):
        known = sorted({ResizeMethod.AREA, ResizeMethod.NEAREST_NEIGHBOR, *_KERNELS})
        raise ValueError(f"Resize method {method!r} is not implemented. Expected one of {known}.")
    rows, columns = (_weights(m, n, method, antialias) for m, n in zip(old, new, strict=True))
    images = ops.cast(images, "float32")
    images = ops.einsum("ij,bjkc->bikc", rows, images)
    return ops.einsum("ij,bkjc->bkic", columns, images)


def resize_with_pad(
    image, target_height, target_width, method=ResizeMethod.BILINEAR, antialias=False
):
    """The picture in the largest size of its proportions that fits, in the middle of zeros."""
    image = as_images(image)
    height, width = image.shape[-3:-1]
    ratio = max(width / target_width, height / target_height)
    new_height, new_width = (math.floor(n / ratio) for n in (height, width))
    top = max(0, math.floor((target_height - height / ratio) / 2))
    left = max(0, math.floor((target_width - width / ratio) / 2))
    resized = resize(image, (new_height, new_width), method, antialias=antialias)
    return pad_to_bounding_box(resized, top, left, target_height, target_width)


# -- the weights ----------------------------------------------------------------------------------
#
# By the distance of an old pixel from the new one, which is 0 beyond a radius.


def _cubic(x: Any) -> Any:
    """Keys' cubic convolution with a = -1/2."""
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return numpy.where(x <= 1, near, numpy.where(x <= 2, far, 0))


def _mitchell(x: Any) -> Any:
    """Mitchell and Netravali's cubic with B = C = 1/3."""
    near = (7 / 6 * x - 2) * x * x + 8 / 9
    far = ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9
    return numpy.where(x < 1, near, numpy.where(x < 2, far, 0))


def _lanczos(radius: int) -> Callable:
    """A sinc within a wider one."""
    return lambda x: numpy.where(x <= radius, numpy.sinc(x) * numpy.sinc(x / radius), 0)


_KERNELS: dict[str, Callable] = {
    ResizeMethod.BILINEAR: lambda x: numpy.maximum(0, 1 - x),
    ResizeMethod.BICUBIC: _cubic,
    ResizeMethod.LANCZOS3: _lanczos(3),
    ResizeMethod.LANCZOS5: _lanczos(5),
    ResizeMethod.GAUSSIAN: lambda x: numpy.where(x < 1.5, numpy.exp(-2 * x * x), 0),
    ResizeMethod.MITCHELLCUBIC: _mitchell,
}


def _weights(old: int, new: int, method: str, antialias: bool) -> Any:
    """A matrix that takes `old` pixels in a row to `new` ones."""
    scale = old / new
    pixels, points = numpy.arange(old), numpy.arange(new)[:, None]
    if method == ResizeMethod.AREA:  # how much of each old pixel a new one covers
        end = numpy.minimum((points + 1) * scale, pixels + 1)
        weights = numpy.maximum(end - numpy.maximum(points * scale, pixels), 0)
    else:
        distance = numpy.abs(pixels + 0.5 - (points + 0.5) * scale)
        if antialias:
            distance = distance / max(scale, 1)
        elif method == ResizeMethod.BICUBIC:  # TensorFlow looks it up in a table
            distance = numpy.rint(distance * 1024) / 1024
        weights = _KERNELS[method](distance)
    return (weights / weights.sum(1, keepdims=True)).astype("float32")
