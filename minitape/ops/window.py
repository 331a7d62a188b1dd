"""The geometry of sliding windows, which convolution and pooling share, in 1, 2 or 3 dimensions.

Images are (batch, *lengths, channels). A window has a `size`, moves by a `stride` and may be spread
by a `dilation`: a tuple each, with a number for each of the image's axes.
"""

from itertools import product
from typing import Any, NamedTuple

import numpy

from ..arrays import array_module
from ..arrays.cpu import in_parts
from ..errors import InvalidArgumentError, UnimplementedError
from .array import transpose


class Window(NamedTuple):
    """A window sliding over an image: hashable, so that it can be an op's parameter."""

    size: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    # "VALID": windows lie inside the image; "SAME": ceil(length / stride) of them along each axis;
    # or how many pixels are added to each axis: a pair (before, after) for each.
    padding: Any

    def steps(self, axis: int, length: int) -> int:
        """How many positions the window takes along an axis of the image (0 is the first)."""
        if self.padding == "SAME":
            return -(-length // self.stride[axis])
        length += sum(self.border(axis, length))
        return max(0, -(-(length - self._reach(axis) + 1) // self.stride[axis]))

    def border(self, axis: int, length: int) -> tuple[int, int]:
        """How many pixels are added (before, after) an axis: the odd one of "SAME" comes after."""
        if self.padding == "VALID":
            return 0, 0
        if self.padding != "SAME":
            return self.padding[axis]
        covered = (self.steps(axis, length) - 1) * self.stride[axis] + self._reach(axis)
        added = max(covered - length, 0)
        return added // 2, added - added // 2

    def output_size(self, lengths) -> tuple[int, ...]:
        """The window's positions along each axis of an image."""
        return tuple(self.steps(axis, length) for axis, length in enumerate(lengths))

    def are_pairs(self, shape) -> bool:
        """Whether these are the usual windows of pooling: two by two, side by side, no border."""
        return self.size == self.stride == (2, 2) and self.padded_shape(shape) == shape

    def padded_shape(self, shape) -> tuple[int, ...]:
        """The shape of an image with its border."""
        borders = (sum(self.border(axis, length)) for axis, length in enumerate(shape[1:-1]))
        lengths = (n + added for n, added in zip(shape[1:-1], borders, strict=True))
        return (shape[0], *lengths, shape[-1])

    def padded(self, x, value: float = 0):
        """The image with its border of `value`; the image itself where there is none."""
        shape = self.padded_shape(x.shape)
        if shape == x.shape:
            return x
        image = array_module(x).full(shape, value, x.dtype)
        self.unpadded(image, x.shape[1:-1])[...] = x
        return image

    def unpadded(self, image, lengths):
        """A padded image without its border: a view."""
        inside = [slice(None)]
        for axis, length in enumerate(lengths):
            before = self.border(axis, length)[0]
            inside.append(slice(before, before + length))
        return image[tuple(inside)]

    def taps(self, image, steps: tuple[int, ...]):
        """For each place in the window: (its index, what all windows see there), the latter a view.

        The places come row by row; the index is a tuple.
        """
        for place in product(*map(range, self.size)):
            seen = [slice(None)]
            for i, n, stride, dilation in zip(
                place, steps, self.stride, self.dilation, strict=True
            ):
                start = i * dilation
                seen.append(slice(start, start + (n - 1) * stride + 1, stride))
            yield place, image[tuple(seen)]

    def patches(self, image, steps: tuple[int, ...]):
        """What each window sees, as rows: (batch * positions, places * channels). A copy.

        This is im2col: it turns a convolution into one matrix product.
        """
        by_image, *by_axis, by_channel = image.strides
        step = [by * n for by, n in zip(by_axis, self.stride, strict=True)]
        spread = [by * n for by, n in zip(by_axis, self.dilation, strict=True)]
        lengths: tuple = (*self.size, image.shape[-1])
        strides: tuple = (*spread, by_channel)
        if self.dilation[-1] == 1 and image.flags.c_contiguous:
            # A window's row lies in one piece: copied as such, it is three times as fast. (The
            # stride of an axis of one channel may be anything.)
            lengths = (*self.size[:-1], self.size[-1] * image.shape[-1])
            strides = (*spread[:-1], image.itemsize)
        windows = array_module(image).lib.stride_tricks.as_strided(
            image, (image.shape[0], *steps, *lengths), (by_image, *step, *strides)
        )
        if type(windows) is numpy.ndarray and not windows.flags.c_contiguous:
            patches = numpy.empty(windows.shape, windows.dtype)

            def some_images(part: slice) -> None:
                patches[part] = windows[part]

            in_parts(some_images, len(patches), patches.size)
            windows = patches
        positions = windows.shape[: len(steps) + 1]
        return windows.reshape(numpy.prod(positions, dtype=int), numpy.prod(lengths, dtype=int))

    def way_back(self, lengths) -> "Window | None":
        """The window that leads from this one's positions back to an image of these lengths.

        There is none with steps above 1, nor where the border is wider than the window.
        """
        borders = []
        for axis, length in enumerate(lengths):
            before, after = self.border(axis, length)
            borders.append((self._reach(axis) - 1 - before, self._reach(axis) - 1 - after))
        if max(self.stride) > 1 or min(map(min, borders)) < 0:
            return None
        return self._replace(padding=tuple(borders))

    def _reach(self, axis: int) -> int:
        return (self.size[axis] - 1) * self.dilation[axis] + 1


def window_of(
    op: str, size, strides, padding, dilations=None, rank=2, channels_first=False, explicit=False
) -> Window:
    """A Window from TensorFlow's arguments.

    Args:
        op: its name, for messages.
        size: of the window, as the strides.
        strides: one number, one for each of the image's axes, or those with 1 for the batch and
            1 for the channels.
        padding: "VALID", "SAME" or, where it is `explicit`, a pair for each of all axes.
        dilations: as the strides; 1 unless given.
        rank: how many axes an image has.
        channels_first: whether the channels come before the image's axes in what is given.
        explicit: whether the op takes pairs as padding.

    Raises:
        InvalidArgumentError: a padding that is none, or a number below 1.
        ValueError: too many or too few numbers.
        UnimplementedError: a window that takes in several examples or channels.
    """
    dilations = 1 if dilations is None else dilations
    several = {"size": size, "strides": strides, "dilations": dilations}
    size, strides, dilations = (
        _lengths(op, name, value, rank, channels_first) for name, value in several.items()
    )
    padding = _padding(op, padding, rank, channels_first, explicit)
    return Window(size, strides, dilations, padding)


def _lengths(op: str, name: str, value: Any, rank: int, channels_first: bool) -> tuple[int, ...]:
    """One number for each of the image's axes."""
    numbers = tuple(int(n) for n in numpy.ravel(value))
    if len(numbers) == rank + 2:
        channels = 1 if channels_first else -1
        if numbers[0] != 1 or numbers[channels] != 1:
            raise UnimplementedError(
                f"{op}: {name} of the batch and of the channels must be 1. Received: {value!r}."
            )
        numbers = numbers[2:] if channels_first else numbers[1:-1]
    if len(numbers) == 1:
        numbers *= rank
    if len(numbers) != rank:
        counts = sorted({1, rank, rank + 2})
        raise ValueError(
            f"{op}: {name} should be of length {', '.join(map(str, counts[:-1]))} or {counts[-1]}. "
            f"Received: {value!r} of length {len(numbers)}."
        )
    if min(numbers) < 1:
        raise InvalidArgumentError(f"{op}: {name} must be positive. Received: {value!r}.")
    return numbers


def _padding(op: str, padding: Any, rank: int, channels_first: bool, explicit: bool) -> Any:
    """The padding as a Window keeps it."""
    if isinstance(padding, str):
        if padding.upper() not in ("SAME", "VALID"):
            raise InvalidArgumentError(
                f"{op}: padding must be 'SAME' or 'VALID'. Received: {padding!r}."
            )
        return padding.upper()
    if not explicit:
        raise TypeError(f"{op}: padding must be 'SAME' or 'VALID'. Received: {padding!r}.")
    pairs = numpy.asarray(padding).tolist()
    if len(pairs) != rank + 2 or any(len(pair) != 2 for pair in pairs):
        raise ValueError(
            f"{op}: a padding that is a list must hold a pair (before, after) for each of the "
            f"{rank + 2} axes. Received: {padding!r}."
        )
    image = slice(2, None) if channels_first else slice(1, -1)
    inside = tuple((int(before), int(after)) for before, after in pairs[image])
    if min(map(min, inside)) < 0 or sum(map(sum, pairs)) != sum(map(sum, inside)):
        raise InvalidArgumentError(
            f"{op}: no padding may be negative, and that of the batch and of the channels must be "
            f"(0, 0). Received: {padding!r}."
        )
    return inside


# -- layouts --------------------------------------------------------------------------------------

# By the image's axes: channels last, which is computed on, and channels first.
_LAYOUTS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


def is_channels_first(op: str, data_format, rank: int) -> bool:
    """Whether the channels come before the image's axes; they come last where it is None."""
    last, first = _LAYOUTS[rank]
    if data_format not in (None, last, first):
        error = ValueError if rank == 1 else InvalidArgumentError  # as in TensorFlow
        raise error(f"{op}: data_format must be {last!r} or {first!r}. Received: {data_format!r}.")
    return data_format == first


def channels_last(x, channels_first: bool):
    """(batch, channels, *lengths) as (batch, *lengths, channels)."""
    return transpose(x, (0, *range(2, x.ndim), 1)) if channels_first else x


def channels_back(y, channels_first: bool):
    """The inverse of `channels_last`."""
    return transpose(y, (0, y.ndim - 1, *range(1, y.ndim - 1))) if channels_first else y


def checked_rank(op: str, rank: int) -> int:
    """How many axes the images have: ValueError unless they are 1, 2 or 3."""
    if rank not in _LAYOUTS:
        raise ValueError(f"{op}: images must have 1, 2 or 3 axes. Received: {rank}.")
    return rank


def check_image(op: str, x, rank: int) -> None:
    """Raises InvalidArgumentError unless x is a batch of images with `rank` axes and channels."""
    if x.ndim != rank + 2:
        lengths = {1: "length", 2: "height, width", 3: "depth, height, width"}[rank]
        raise InvalidArgumentError(
            f"{op}: expected images of shape (batch, {lengths}, channels). "
            f"Received: shape {x.shape}."
        )


def check_fits(op: str, window: Window, lengths) -> None:
    """Raises InvalidArgumentError where the window is larger than the image."""
    if 0 in window.output_size(lengths) and 0 not in lengths:
        raise InvalidArgumentError(
            f"{op}: the window {window.size} with dilation {window.dilation} is larger than the "
            f"image {tuple(lengths)}. Use padding='SAME' or a smaller window."
        )


def check_spread(op: str, strides, dilations) -> bool:
    """Whether the windows are spread; ValueError where they also move by more than one step."""
    spread = dilations is not None and int(numpy.max(dilations)) > 1
    if spread and int(numpy.max(strides)) > 1:
        raise ValueError(
            f"{op}: `strides > 1` not supported in conjunction with `dilations > 1`: one of them "
            f"must be 1. Received: strides={strides} and dilations={dilations}."
        )
    return spread
