"""Floor 3: `tf.summary`, numbers, histograms, images and texts for TensorBoard."""

from . import experimental
from .summaries import histogram, image, scalar, text
from .writer import (
    SummaryWriter,
    create_file_writer,
    flush,
    record_if,
    should_record_summaries,
    write,
)

__all__ = [
    "SummaryWriter",
    "create_file_writer",
    "experimental",
    "flush",
    "histogram",
    "image",
    "record_if",
    "scalar",
    "should_record_summaries",
    "text",
    "write",
]
