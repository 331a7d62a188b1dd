"""The geometry of sliding windows, which convolution and pooling share.

Images are (batch, height, width, channels). A window has a `size`, moves by a `stride` and may be
spread by a `dilation`, each a pair for height and width.
"""

from typing import Any, NamedTuple

from ..arrays import array_module
from ..errors import InvalidArgumentError


class Window(NamedTuple):
    """A window sliding over an image: hashable, so that it can be an op's parameter."""

    size: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: str  # "VALID": windows lie inside the image; "SAME": ceil(length / stride) of them

    def steps(self, axis: int, length: int) -> int:
        """How many positions the window takes along an axis (0 height, 1 width)."""
        if self.padding == "SAME":
            return -(-length // self.stride[axis])
        return max(0, -(-(length - self._reach(axis) + 1) // self.stride[axis]))

    def border(self, axis: int, length: int) -> tuple[int, int]:
        """How many pixels are added (before, after) an axis: the odd one comes after."""
        if self.padding == "VALID":
            return 0, 0
        covered = (self.steps(axis, length) - 1) * self.stride[axis] + self._reach(axis)
        added = max(covered - length, 0)
        return added // 2, added - added // 2

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        """The window's positions along both axes."""
        return self.steps(0, height), self.steps(1, width)

    def padded(self, x, value=0.0):
        """The image with its border of `value`; the image itself where there is none."""
        (top, bottom), (left, right) = self.border(0, x.shape[1]), self.border(1, x.shape[2])
        if not (top or bottom or left or right):
            return x
        n, height, width, channels = x.shape
        shape = (n, height + top + bottom, width + left + right, channels)
        image = array_module(x).full(shape, value, x.dtype)
        image[:, top : top + height, left : left + width] = x
        return image

    def unpadded(self, image, height: int, width: int):
        """A padded image without its border."""
        top, left = self.border(0, height)[0], self.border(1, width)[0]
        return image[:, top : top + height, left : left + width]

    def taps(self, image, steps: tuple[int, int]):
        """For each place in the window: (row, column, what all windows see there), views."""
        (rows, columns), (down, right) = steps, self.stride
        for i in range(self.size[0]):
            for j in range(self.size[1]):
                top, left = i * self.dilation[0], j * self.dilation[1]
                yield (
                    i,
                    j,
                    image[
                        :,
                        top : top + (rows - 1) * down + 1 : down,
                        left : left + (columns - 1) * right + 1 : right,
                    ],
                )

    def patches(self, image, steps: tuple[int, int]):
        """What each window sees, as rows: (batch * rows * columns, size * channels). A copy.

        This is im2col: it turns a convolution into one matrix product.
        """
        n, _, _, channels = image.shape
        by_image, by_row, by_column, by_channel = image.strides
        (rows, columns), (height, width) = steps, self.size
        outer = (n, rows, columns, height)
        outer_strides = (
            by_image,
            by_row * self.stride[0],
            by_column * self.stride[1],
            by_row * self.dilation[0],
        )
        if self.dilation[1] == 1 and image.flags.c_contiguous:
            # A window's row lies in one piece: copied as such, it is three times as fast.
            row: tuple = (width * channels,)
            row_strides: tuple = (by_channel,)
        else:
            row = (width, channels)
            row_strides = (by_column * self.dilation[1], by_channel)
        windows = array_module(image).lib.stride_tricks.as_strided(
            image, outer + row, outer_strides + row_strides
        )
        return windows.reshape(n * rows * columns, height * width * channels)

    def _reach(self, axis: int) -> int:
        return (self.size[axis] - 1) * self.dilation[axis] + 1


def window_of(op: str, size, strides, padding, dilations=1) -> Window:
    """A Window from TensorFlow's arguments.

    Raises:
        InvalidArgumentError: a padding other than "SAME" and "VALID".
        ValueError: lengths that make no pair.
    """
    if not isinstance(padding, str) or padding.upper() not in ("SAME", "VALID"):
        raise InvalidArgumentError(
            f"{op}: padding must be 'SAME' or 'VALID'. Received: {padding!r}."
        )
    return Window(_pair(op, size), _pair(op, strides), _pair(op, dilations), padding.upper())


def _pair(op: str, value: Any) -> tuple[int, int]:
    """Height and width from one number, two, or four with the batch and the channels around."""
    numbers = (value,) if isinstance(value, int) else tuple(int(n) for n in value)
    if len(numbers) == 4 and numbers[0] == numbers[3] == 1:
        numbers = numbers[1:3]
    pair = numbers * 2 if len(numbers) == 1 else numbers
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(
            f"{op}: expected one positive number, or one for height and one for width. "
            f"Received: {value!r}."
        )
    return pair


def check_image(op: str, x) -> None:
    """Raises InvalidArgumentError unless x is (batch, height, width, channels)."""
    if x.ndim != 4:
        raise InvalidArgumentError(
            f"{op}: expected an image batch of shape (batch, height, width, channels). "
            f"Received: shape {x.shape}."
        )
