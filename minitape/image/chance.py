"""Pictures changed at random: the draws are TensorFlow's, given its seed."""

from collections.abc import Callable
from functools import partial
from typing import Any

from .. import ops
from ..errors import InvalidArgumentError
from ..ops.random import stateless_uniform, uniform
from .colors import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from .shapes import as_images, flip_left_right, flip_up_down


def _flipped(image, flip: Callable, draw: Callable) -> Any:
    """The picture, or every other picture of a batch, mirrored."""
    image = as_images(image)
    if image.ndim == 3:
        return flip(image) if float(draw([])) < 0.5 else image
    flips = ops.cast(ops.round(ops.reshape(draw([image.shape[0]]), [-1, 1, 1, 1])), image.dtype)
    return flips * flip(image) + (1 - flips) * image


def random_flip_left_right(image, seed=None):
    """The picture, mirrored in half of all cases."""
    return _flipped(image, flip_left_right, partial(uniform, seed=seed))


def random_flip_up_down(image, seed=None):
    """The picture, upside down in half of all cases."""
    return _flipped(image, flip_up_down, partial(uniform, seed=seed))


def stateless_random_flip_left_right(image, seed):
    """The picture, mirrored in half of all cases."""
    return _flipped(image, flip_left_right, partial(stateless_uniform, seed=seed))


def stateless_random_flip_up_down(image, seed):
    """The picture, upside down in half of all cases."""
    return _flipped(image, flip_up_down, partial(stateless_uniform, seed=seed))


def _both_ways(largest, most=float("inf")) -> tuple[float, float]:
    if not 0 <= largest <= most:
        within = "non-negative" if most == float("inf") else f"within [0, {most}]"
        raise ValueError(f"max_delta must be {within}. Received: {largest}")
    return -largest, largest


def _factors(lower, upper) -> tuple[float, float]:
    if not 0 <= lower < upper:
        raise ValueError(
            f"upper must be > lower, and lower non-negative. Received: lower={lower}, upper={upper}"
        )
    return lower, upper


def random_brightness(image, max_delta, seed=None):
    """The picture brighter or darker by up to `max_delta`."""
    return adjust_brightness(image, uniform([], *_both_ways(max_delta), seed=seed))


def random_contrast(image, lower, upper, seed=None):
    """The picture with a contrast factor between the two."""
    return adjust_contrast(image, uniform([], *_factors(lower, upper), seed=seed))


def random_hue(image, max_delta, seed=None):
    """The picture with its hue turned by up to `max_delta`."""
    return adjust_hue(image, uniform([], *_both_ways(max_delta, 0.5), seed=seed))


def random_saturation(image, lower, upper, seed=None):
    """The picture with a saturation factor between the two."""
    return adjust_saturation(image, uniform([], *_factors(lower, upper), seed=seed))


def stateless_random_brightness(image, max_delta, seed):
    """The picture brighter or darker by up to `max_delta`."""
    return adjust_brightness(image, stateless_uniform([], seed, *_both_ways(max_delta)))


def stateless_random_contrast(image, lower, upper, seed):
    """The picture with a contrast factor between the two."""
    return adjust_contrast(image, stateless_uniform([], seed, *_factors(lower, upper)))


def stateless_random_hue(image, max_delta, seed):
    """The picture with its hue turned by up to `max_delta`."""
    return adjust_hue(image, stateless_uniform([], seed, *_both_ways(max_delta, 0.5)))


def stateless_random_saturation(image, lower, upper, seed=None):
    """The picture with a saturation factor between the two."""
    return adjust_saturation(image, stateless_uniform([], seed, *_factors(lower, upper)))


def _cut(value, size, draw: Callable) -> Any:
    value = ops.convert_to_tensor(value)
    size = [int(n) for n in size]
    if len(size) != value.ndim or any(n > m for n, m in zip(size, value.shape, strict=True)):
        raise InvalidArgumentError(f"Need value.shape >= size, got {value.shape} and {size}.")
    limit = [m - n + 1 for n, m in zip(size, value.shape, strict=True)]
    offset = draw([value.ndim], maxval=2**31 - 1, dtype="int32") % limit
    return ops.slice(value, offset, size)


def random_crop(value, size, seed=None, name=None):
    """A part of a tensor, of this shape, from anywhere in it.

    Raises:
        InvalidArgumentError: it is larger than the tensor.
    """
    return _cut(value, size, lambda shape, **range: uniform(shape, seed=seed, **range))


def stateless_random_crop(value, size, seed, name=None):
    """A part of a tensor, of this shape, from anywhere in it.

    Raises:
        InvalidArgumentError: it is larger than the tensor.
    """
    return _cut(value, size, lambda shape, **range: stateless_uniform(shape, seed, **range))
