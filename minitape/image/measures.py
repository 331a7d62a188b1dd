"""How much two pictures differ, and where one of them changes."""

import math
from typing import Any

import numpy

from .. import ops
from .colors import convert_image_dtype
from .shapes import as_images


def total_variation(images, name=None):
    """The sum of the differences between neighbouring pixels, of each picture."""
    images = as_images(images)
    axes = None if images.ndim == 3 else [1, 2, 3]
    down = ops.abs(images[..., 1:, :, :] - images[..., :-1, :, :])
    right = ops.abs(images[..., 1:, :] - images[..., :-1, :])
    return ops.reduce_sum(down, axes) + ops.reduce_sum(right, axes)


def image_gradients(image):
    """(dy, dx): by how much the pixel below each one is larger, and that on its right.

    Raises:
        ValueError: no batch of pictures.
    """
    image = ops.convert_to_tensor(image)
    if image.ndim != 4:
        raise ValueError(
            f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {image.shape}."
        )
    down = image[:, 1:] - image[:, :-1]
    right = image[:, :, 1:] - image[:, :, :-1]
    return (
        ops.pad(down, [[0, 0], [0, 1], [0, 0], [0, 0]]),
        ops.pad(right, [[0, 0], [0, 0], [0, 1], [0, 0]]),
    )


def sobel_edges(image):
    """The slopes of each channel, downwards and to the right: a new last axis of 2."""
    image = ops.convert_to_tensor(image)
    down = numpy.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    kernels = numpy.stack([down, down.T], -1)[:, :, None]
    kernels = ops.constant(numpy.tile(kernels, [1, 1, image.shape[-1], 1]), image.dtype)
    padded = ops.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    slopes = ops.depthwise_conv2d(padded, kernels, [1, 1, 1, 1], "VALID")
    return ops.reshape(slopes, [*image.shape, 2])


def _in_range(a, b, max_val) -> tuple:
    a, b = ops.convert_to_tensor(a), ops.convert_to_tensor(b)
    if a.shape[-3:] != b.shape[-3:] or a.ndim < 3:
        raise ValueError(
            f"Expected two images, or batches of images, of one shape. Received: {a.shape} and "
            f"{b.shape}."
        )
    largest = convert_image_dtype(ops.cast(max_val, a.dtype), "float32")
    return convert_image_dtype(a, "float32"), convert_image_dtype(b, "float32"), largest


def psnr(a, b, max_val, name=None):
    """The peak signal-to-noise ratio: 20 log10(max_val) - 10 log10(mean square difference)."""
    a, b, largest = _in_range(a, b, max_val)
    error = ops.reduce_mean(ops.squared_difference(a, b), [-3, -2, -1])
    return 20 * ops.log(largest) / math.log(10.0) - 10 / math.log(10) * ops.log(error)


def ssim(
    img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, return_index_map=False
):
    """The structural similarity of two pictures, 1 for equal ones.

    Means, variances and covariance are taken within a Gaussian window around each pixel (Wang,
    Bovik, Sheikh and Simoncelli 2004).

    Args:
        img1: a picture, or a batch.
        img2: another one.
        max_val: the largest value that a pixel can have.
        filter_size: of the window.
        filter_sigma: of the Gauss curve.
        k1: of the constant (k1 · max_val)² that keeps the comparison of means from dividing by 0.
        k2: of the same for the variances.
        return_index_map: whether each pixel's similarity is returned, not their mean.

    Raises:
        ValueError: pictures of different shapes.
        InvalidArgumentError: pictures smaller than the window.
    """
    a, b, largest = _in_range(img1, img2, max_val)
    places = numpy.arange(filter_size) - (filter_size - 1) / 2
    curve = numpy.exp(-(places**2) / (2 * filter_sigma**2))
    window = numpy.outer(curve, curve) / curve.sum() ** 2
    kernel = ops.constant(numpy.tile(window[:, :, None, None], [1, 1, a.shape[-1], 1]), "float32")

    def smooth(x) -> Any:
        y = ops.depthwise_conv2d(ops.reshape(x, [-1, *x.shape[-3:]]), kernel, [1] * 4, "VALID")
        return ops.reshape(y, [*x.shape[:-3], *y.shape[1:]])

    c1, c2 = (k1 * largest) ** 2, (k2 * largest) ** 2
    mean_a, mean_b = smooth(a), smooth(b)
    product, squares = 2.0 * mean_a * mean_b, ops.square(mean_a) + ops.square(mean_b)
    luminance = (product + c1) / (squares + c1)
    covariance = 2.0 * smooth(a * b) - product
    variances = smooth(ops.square(a) + ops.square(b)) - squares
    similarity = luminance * (covariance + c2) / (variances + c2)
    if not return_index_map:
        similarity = ops.reduce_mean(similarity, [-3, -2])
    return ops.reduce_mean(similarity, -1)
