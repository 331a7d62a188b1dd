"""Reads TensorBoard's files with what TensorBoard itself reads them with."""

from typing import NamedTuple

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray


class Series(NamedTuple):
    """All that was written under one tag."""

    plugin: str
    content: bytes
    description: str
    steps: list
    values: list


def read(folder):
    """The Series of each tag in the files of one folder."""
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    found = {}
    for tag in events.Tags()["tensors"]:
        metadata = events.SummaryMetadata(tag)
        written = events.Tensors(tag)
        found[tag] = Series(
            metadata.plugin_data.plugin_name,
            metadata.plugin_data.content,
            metadata.summary_description,
            [event.step for event in written],
            [make_ndarray(event.tensor_proto) for event in written],
        )
    return found
