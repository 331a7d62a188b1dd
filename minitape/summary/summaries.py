"""What TensorBoard shows: numbers, histograms, images and texts, each in TensorBoard's own form.

Each function writes to the default writer, and returns whether it did: False where there is none.
`step` is the default one unless given, and `description` is a text in Markdown.
"""

import io
from typing import Any

import numpy

from ..arrays import tell_look
from ..engine import convert_to_tensor
from .writer import should_record_summaries, write

_BUCKETS = 30


def scalar(name, data, step=None, description=None) -> bool:
    """Writes a number, as float32.

    Args:
        name: its tag; slashes make groups.
        data: the number.
        step: the step.
        description: what it is.

    Raises:
        ValueError: `data` is no single number, or there is no step.
    """

    def value():
        array = _array(data)
        if array.ndim:
            raise ValueError(f"Expected scalar shape, saw shape: {array.shape}.")
        return array.astype("float32")

    return _write("scalars", name, value, step, description)


def histogram(name, data, step=None, buckets=None, description=None) -> bool:
    """Writes how many of an array's elements lie in each of several equal ranges.

    The ranges lie between its smallest and its largest number; nan and infinities are left out.

    Args:
        name: its tag; slashes make groups.
        data: numbers of any shape.
        step: the step.
        buckets: how many ranges, 30 unless given.
        description: what it is.
    """
    count = _BUCKETS if buckets is None else int(buckets)
    return _write("histograms", name, lambda: bucketed(_array(data), count), step, description)


def bucketed(array: numpy.ndarray, count: int) -> numpy.ndarray:
    """The rows (lower end, upper end, how many elements) of `count` ranges of equal width.

    A range has its lower end and not its upper one, but the last has both. Equal numbers all lie
    in the last range, whose ends are equal then.
    """
    values = array.ravel().astype("float64")
    values = values[numpy.isfinite(values)]
    if not values.size or count < 1:
        return numpy.zeros((max(count, 0), 3))
    low, high = values.min(), values.max()
    edges = numpy.linspace(low, high, count + 1)
    positions = numpy.full(values.shape, count - 1)
    if high > low:
        found = ((values - low) / ((high - low) / count)).astype(int)
        positions = numpy.minimum(found, count - 1)
    counts = numpy.bincount(positions, minlength=count)
    return numpy.stack([edges[:-1], edges[1:], counts], axis=1)


def image(name, data, step=None, max_outputs=3, description=None) -> bool:
    """Writes images.

    Args:
        name: their tag; slashes make groups.
        data: shape (images, height, width, channels), with 1 (grey), 2 (grey and alpha), 3 (RGB)
            or 4 (RGBA) channels; floats from 0 to 1, or integers over the range of their type.
        step: the step.
        max_outputs: how many images to write; the others are left out.
        description: what they are.

    Raises:
        ValueError: another shape, or there is no step.
    """

    def value():
        array = _array(data)
        if array.ndim != 4 or array.shape[-1] not in (1, 2, 3, 4):
            raise ValueError(
                "Expected images of shape (images, height, width, channels) with 1 to 4 channels. "
                f"Received: shape {array.shape}."
            )
        if max_outputs < 0:
            raise ValueError(f"Expected max_outputs to be at least 0. Received: {max_outputs}.")
        _, height, width, _ = array.shape
        files = [_png(one) for one in _as_bytes(array[: int(max_outputs)])]
        return numpy.array([str(width).encode(), str(height).encode(), *files], dtype=object)

    return _write("images", name, value, step, description)


def text(name, data, step=None, description=None) -> bool:
    """Writes a text, which TensorBoard takes for Markdown; a vector or matrix becomes a table.

    Args:
        name: its tag; slashes make groups.
        data: a text, or an array of some.
        step: the step.
        description: what it is.

    Raises:
        ValueError: `data` is no text, or there is no step.
    """

    def value():
        tensor = convert_to_tensor(data)
        if tensor.dtype != "string":
            raise ValueError(f"Expected a text. Received: {data!r} of dtype {tensor.dtype.name}.")
        return tensor.array

    return _write("text", name, value, step, description)


def _write(plugin: str, name, value, step, description) -> bool:
    """Writes a tensor for one of TensorBoard's plugins, if it is to be written."""
    tell_look(None)  # Python's business at each call of a function
    if not should_record_summaries():
        return False
    return write(name, value, step, plugin_metadata(plugin, description=description))


def plugin_metadata(plugin: str, content: bytes = b"", description=None) -> Any:
    """A tensorboard SummaryMetadata: which plugin of TensorBoard's shows the tensor.

    Args:
        plugin: its name.
        content: a message to it; version 0 of all messages is empty.
        description: what the tensor is.
    """
    from tensorboard.compat.proto.summary_pb2 import SummaryMetadata

    data = SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    return SummaryMetadata(summary_description=description, plugin_data=data)


def _array(data: Any) -> numpy.ndarray:
    return numpy.asarray(convert_to_tensor(data))


# -- images ----------------------------------------------------------------------------------------


def _as_bytes(array: numpy.ndarray) -> numpy.ndarray:
    """Pixels from 0 to 255, as `tf.image.convert_image_dtype` makes them."""
    if array.dtype == numpy.uint8:
        return array
    if array.dtype.kind == "f":
        scaled = numpy.nan_to_num(array * array.dtype.type(255.5))
    else:
        largest = int(numpy.iinfo(array.dtype).max)
        scaled = array // (largest // 256 + 1) if largest > 255 else array.astype(int) * 2
    return numpy.clip(scaled, 0, 255).astype("uint8")


def _png(pixels: numpy.ndarray) -> bytes:
    """A PNG file of one image. Pillow comes with tensorboard."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(buffer, "png")
    return buffer.getvalue()
