"""Colours and brightness of pictures: floats from 0 to 1, or integers up to the type's largest."""

from collections.abc import Callable
from typing import Any

from .. import ops
from ..arrays import as_dtype
from .shapes import as_images


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """A picture of another type: floats go from 0 to 1, integers to the largest of their type.

    Args:
        image: numbers of any shape.
        dtype: floats or integers.
        saturate: whether numbers beyond the range of the type become its ends.
        name: not used.

    Raises:
        AttributeError: another type.
    """
    image, dtype = ops.convert_to_tensor(image), as_dtype(dtype)
    for kind in (dtype, image.dtype):
        if not (kind.is_floating or kind.is_integer):
            raise AttributeError(
                f"dtype must be either floating point or integer. Received: {kind.name}"
            )
    if dtype == image.dtype:
        return ops.identity(image)
    cast = ops.saturate_cast if saturate else ops.cast
    if image.dtype.is_integer and dtype.is_integer:
        if image.dtype.max > dtype.max:
            return cast(image // ((image.dtype.max + 1) // (dtype.max + 1)), dtype)
        return cast(image, dtype) * ((dtype.max + 1) // (image.dtype.max + 1))
    if image.dtype.is_floating and dtype.is_floating:
        return ops.cast(image, dtype)
    if image.dtype.is_integer:
        return ops.cast(image, dtype) * (1.0 / image.dtype.max)
    return cast(image * (dtype.max + 0.5), dtype)  # a half, so that 1.0 is not rounded down


def _in_floats(image, change: Callable, saturate: bool) -> Any:
    """A change of colours that is computed in floats, in the picture's own type."""
    image = ops.convert_to_tensor(image)
    narrow = image.dtype.name in ("float16", "float32")
    floats = image if narrow else convert_image_dtype(image, "float32")
    return convert_image_dtype(change(floats), image.dtype, saturate)


def rgb_to_grayscale(images, name=None):
    """The brightness of each pixel, as the only channel."""
    weights = [0.2989, 0.5870, 0.1140]  # of red, green and blue, for the eye

    def gray(x) -> Any:
        return ops.reduce_sum(x * ops.constant(weights, x.dtype), -1, keepdims=True)

    images = ops.convert_to_tensor(images)
    return convert_image_dtype(gray(convert_image_dtype(images, "float32")), images.dtype)


def grayscale_to_rgb(images, name=None):
    """The one channel three times.

    Raises:
        ValueError: there are more.
    """
    images = ops.convert_to_tensor(images)
    if images.shape[-1:] != (1,):
        raise ValueError(
            f"Last dimension of a grayscale image should be size 1. Received: shape {images.shape}."
        )
    return ops.concat([images] * 3, -1)


def rgb_to_hsv(images, name=None):
    """Hue, saturation and value of each pixel: floats from 0 to 1, as red, green and blue are."""
    red, green, blue = ops.unstack(ops.convert_to_tensor(images), axis=-1)
    value = ops.maximum(red, ops.maximum(green, blue))
    spread = value - ops.minimum(red, ops.minimum(green, blue))
    gray = ops.equal(spread, 0.0)
    sixth = 1.0 / (6.0 * ops.where(gray, ops.ones_like(spread), spread))
    hue = ops.where(
        ops.equal(red, value),
        sixth * (green - blue),
        ops.where(
            ops.equal(green, value),
            sixth * (blue - red) + 2.0 / 6.0,
            sixth * (red - green) + 4.0 / 6.0,
        ),
    )
    hue = ops.where(gray, ops.zeros_like(hue), ops.where(hue < 0.0, hue + 1.0, hue))
    return ops.stack([hue, ops.divide_no_nan(spread, value), value], -1)


def hsv_to_rgb(images, name=None):
    """Red, green and blue of each pixel, from hue, saturation and value."""
    hue, saturation, value = ops.unstack(ops.convert_to_tensor(images), axis=-1)
    sixths = 6.0 * hue
    colors = [ops.abs(sixths - 3.0) - 1.0, 2.0 - ops.abs(sixths - 2.0), 2.0 - ops.abs(sixths - 4.0)]
    return ops.stack(
        [
            ((1.0 - saturation) + saturation * ops.clip_by_value(c, 0.0, 1.0)) * value
            for c in colors
        ],
        -1,
    )


def adjust_brightness(image, delta):
    """All channels brighter by `delta`, in floats from 0 to 1."""
    return _in_floats(image, lambda x: x + ops.cast(delta, x.dtype), saturate=True)


def adjust_contrast(images, contrast_factor):
    """Each channel's distances from its mean times a factor."""

    def change(x) -> Any:
        mean = ops.reduce_mean(x, [-3, -2], keepdims=True)
        return (x - mean) * ops.cast(contrast_factor, x.dtype) + mean

    return _in_floats(images, change, saturate=True)


def adjust_gamma(image, gamma=1, gain=1):
    """gain · image ** gamma, in floats from 0 to 1.

    Raises:
        ValueError: a negative gamma.
    """
    if float(gamma) < 0:
        raise ValueError(f"Gamma should be a non-negative real number. Received: {gamma}")
    return _in_floats(image, lambda x: gain * x**gamma, saturate=True)


def adjust_hue(image, delta, name=None):
    """The hue turned by a share of the circle, from -1 to 1.

    Raises:
        ValueError: a share beyond that.
    """
    if not -1 <= float(delta) <= 1:
        raise ValueError(f"delta must be in the interval [-1, 1]. Received: {delta}")

    def change(x) -> Any:
        hue, saturation, value = ops.unstack(rgb_to_hsv(x), axis=-1)
        turned = ops.floormod(hue + ops.cast(delta, x.dtype), 1.0)
        return hsv_to_rgb(ops.stack([turned, saturation, value], -1))

    return _in_floats(image, change, saturate=False)


def adjust_saturation(image, saturation_factor, name=None):
    """The saturation times a factor, at most 1."""

    def change(x) -> Any:
        hue, saturation, value = ops.unstack(rgb_to_hsv(x), axis=-1)
        stronger = saturation * ops.cast(saturation_factor, x.dtype)
        return hsv_to_rgb(ops.stack([hue, ops.clip_by_value(stronger, 0.0, 1.0), value], -1))

    return _in_floats(image, change, saturate=False)


def per_image_standardization(image):
    """Each picture, as float32, with mean 0 and variance 1, unless it is of one colour."""
    image = ops.cast(as_images(image), "float32")
    count = image.shape[-3:].num_elements()
    mean = ops.reduce_mean(image, [-1, -2, -3], keepdims=True)
    deviation = ops.reduce_std(image, [-1, -2, -3], keepdims=True)
    return (image - mean) / ops.maximum(deviation, count**-0.5)
