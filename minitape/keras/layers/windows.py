"""What convolution and pooling layers share: their arguments and the shape of their output."""

from ...ops.window import window_of


def pair(argument: str, value) -> tuple[int, int]:
    """A number, or a pair for height and width, as a pair of positive integers."""
    numbers = (value, value) if isinstance(value, int) else tuple(value)
    if len(numbers) != 2 or not all(isinstance(n, int) and n > 0 for n in numbers):
        raise ValueError(
            f"The `{argument}` argument must be a positive integer or a tuple of 2 positive "
            f"integers. Received {argument}={value}."
        )
    return numbers


def check_padding(padding) -> str:
    """The padding in lower case: "valid" or "same"; ValueError for another."""
    if str(padding).lower() not in ("valid", "same"):
        raise ValueError(
            f"The `padding` argument must be one of {{'valid', 'same'}}. Received: {padding}"
        )
    return padding.lower()


def check_channels_last(data_format) -> str:
    """The one layout there is, "channels_last"; ValueError for another."""
    if data_format not in (None, "channels_last"):
        raise ValueError(
            "minitape computes on images of shape (batch, height, width, channels): "
            f"data_format must be 'channels_last'. Received: {data_format!r}."
        )
    return "channels_last"


def window_shape(layer, input_shape, size, strides, dilation=1) -> tuple:
    """Rows and columns of a window's positions; None where the image's length is not known.

    Raises:
        ValueError: the window doesn't fit into the image.
    """
    window = window_of(layer.name, size, strides, layer.padding, dilation)
    steps = tuple(
        None if length is None else window.steps(axis, length)
        for axis, length in enumerate(input_shape[1:3])
    )
    if 0 in steps:
        raise ValueError(
            f"Computed output size would be zero or negative in layer '{layer.name}': a window of "
            f"{size} (dilation {dilation}) doesn't fit into inputs of shape {tuple(input_shape)}. "
            "Use padding='same' or a smaller window."
        )
    return steps
