"""What layers over images share: their layout, their arguments and the shape of their output.

Images have one, two or three axes besides the batch and the channels.
"""

import operator

from ...ops.window import window_of
from ...settings import image_data_format


def numbers(argument: str, value, count: int, zero: bool = False) -> tuple[int, ...]:
    """A number, or one for each axis, as a tuple of positive integers.

    Args:
        argument: its name, for messages.
        value: what was given.
        count: how many numbers there must be.
        zero: whether they may be 0.
    """
    try:
        several = [value] * count if isinstance(value, int) else list(value)
        found = tuple(operator.index(n) for n in several)
    except TypeError:
        found = ()
    if len(found) != count or min(found) < (0 if zero else 1):
        raise ValueError(
            f"The `{argument}` argument must be {'an' if zero else 'a positive'} integer or a "
            f"tuple of {count} {'integers that are not negative' if zero else 'positive integers'}."
            f" Received {argument}={value}."
        )
    return found


def pairs(argument: str, value, count: int) -> tuple[tuple[int, int], ...]:
    """What is added to or cut off an image: (before, after) for each of `count` axes.

    Args:
        argument: its name, for messages.
        value: a number for all, one for each axis, or a pair for each.
        count: how many axes there are.
    """
    sides = [value] * count if isinstance(value, int) else value
    if not isinstance(sides, (list, tuple)) or len(sides) != count:
        raise ValueError(
            f"`{argument}` should be an integer, {count} integers, or {count} pairs (before, "
            f"after). Received: {argument}={value}."
        )
    return tuple((a, b) for a, b in (numbers(argument, side, 2, zero=True) for side in sides))


def check_padding(padding, causal: bool = False) -> str:
    """The padding in lower case: "valid", "same" or, if allowed, "causal"; else ValueError."""
    known = ("valid", "same", "causal") if causal else ("valid", "same")
    if str(padding).lower() not in known:
        raise ValueError(f"The `padding` argument must be one of {known}. Received: {padding}")
    return padding.lower()


def check_data_format(data_format) -> str:
    """The layout in lower case, `keras.config.image_data_format()` for None; else ValueError."""
    found = image_data_format() if data_format is None else str(data_format).lower()
    if found not in ("channels_last", "channels_first"):
        raise ValueError(
            "The `data_format` argument must be one of ('channels_first', 'channels_last'). "
            f"Received: data_format={data_format}"
        )
    return found


class OfImages:
    """A layer over images with `_rank` axes, with their channels last or first.

    Attributes:
        data_format: "channels_last", (batch, *lengths, channels), or "channels_first".
    """

    _rank: int
    data_format: str
    name: str

    @property
    def _layout(self) -> str:
        """TensorFlow's word for it: "NHWC", "NCHW" and so on."""
        axes = "DHW"[-self._rank :]
        return f"N{axes}C" if self.data_format == "channels_last" else f"NC{axes}"

    @property
    def _image_axes(self) -> tuple[int, ...]:
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self._rank))

    @property
    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def _lengths_of(self, shape) -> tuple:
        return tuple(shape[axis] for axis in self._image_axes)

    def _shape_of(self, batch, lengths, channels) -> tuple:
        if self.data_format == "channels_last":
            return (batch, *lengths, channels)
        return (batch, channels, *lengths)

    def _steps(self, input_shape, size, strides, padding: str, dilation=1) -> tuple:
        """A window's positions along each axis; None where the image's length is not known.

        Raises:
            ValueError: the window doesn't fit into the image, or the input is none.
        """
        if len(input_shape) != self._rank + 2:
            raise ValueError(
                f"Layer '{self.name}' takes inputs with {self._rank + 2} axes. Received: shape "
                f"{tuple(input_shape)}"
            )
        window = window_of(self.name, size, strides, padding, dilation, self._rank)
        steps = tuple(
            None if length is None else window.steps(axis, length)
            for axis, length in enumerate(self._lengths_of(input_shape))
        )
        if 0 in steps:
            raise ValueError(
                f"Computed output size would be zero or negative in layer '{self.name}': a window "
                f"of {size} (dilation {dilation}) doesn't fit into inputs of shape "
                f"{tuple(input_shape)}. Use padding='same' or a smaller window."
            )
        return steps
