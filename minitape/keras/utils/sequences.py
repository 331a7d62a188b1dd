"""Sequences as arrays: of one length by padding, and windows cut from a long one."""

from typing import Any

import numpy

from ... import ops
from ...data import AUTOTUNE, Dataset


def pad_sequences(
    sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0
) -> numpy.ndarray:
    """Lists of different lengths as one array, a row for each.

    Args:
        sequences: a list of lists, or of arrays whose rows have one shape.
        maxlen: how long the rows are: as the longest list unless given.
        dtype: the type of the array.
        padding: where the shorter ones are filled up, "pre" or "post".
        truncating: where the longer ones are cut, "pre" or "post".
        value: what fills them up.

    Raises:
        ValueError: something else, or rows of different shapes.

    >>> pad_sequences([[1], [2, 3, 4]], maxlen=2).tolist()
    [[0, 1], [3, 4]]
    """
    if not hasattr(sequences, "__len__"):
        raise ValueError(f"`sequences` must be iterable. Received: {sequences!r}")
    for what, place in (("padding", padding), ("truncating", truncating)):
        if place not in ("pre", "post"):
            raise ValueError(f"Expected {what}='pre' or 'post'. Received: {what}={place!r}")
    if isinstance(value, str) and numpy.dtype(dtype).kind not in "OSU":
        raise ValueError(
            f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}. You should set "
            "`dtype=object` for variable length strings."
        )
    for sequence in sequences:
        if not hasattr(sequence, "__len__"):
            raise ValueError(
                f"`sequences` must be a list of iterables. Found non-iterable: {sequence!r}"
            )
    if maxlen is None:
        maxlen = max(map(len, sequences), default=0)
    row = next((numpy.asarray(x).shape[1:] for x in sequences if len(x)), ())
    padded = numpy.full((len(sequences), maxlen, *row), value, dtype)
    for i, sequence in enumerate(sequences):
        kept = sequence[max(len(sequence) - maxlen, 0) :] if truncating == "pre" else sequence
        kept = numpy.asarray(kept[:maxlen], dtype)
        if not len(kept):
            continue
        if kept.shape[1:] != row:
            raise ValueError(
                f"Shape of sample {kept.shape[1:]} of sequence at position {i} is different from "
                f"expected shape {row}"
            )
        begin = maxlen - len(kept) if padding == "pre" else 0
        padded[i, begin : begin + len(kept)] = kept
    return padded


def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
    format="tf",
) -> Dataset:
    """A dataset of windows that slide over a series.

    Args:
        data: an array with a row for each time.
        targets: what belongs to the window that begins at each time, or None.
        sequence_length: how many rows a window has.
        sequence_stride: how many rows lie between the beginnings of two windows.
        sampling_rate: how many rows lie between two rows of a window.
        batch_size: how many windows a batch has; None for single ones.
        shuffle: whether they come in a random order.
        seed: for the same order at each run.
        start_index: the first row that is used.
        end_index: the row behind the last that is used.
        format: "tf".

    Raises:
        ValueError: numbers that don't fit the data.
    """
    length = len(data)
    if format != "tf":
        raise ValueError(f"`format` must be 'tf': a tf.data.Dataset. Received: format={format!r}")
    if start_index and not 0 <= start_index < length:
        raise ValueError(
            f"`start_index` must be 0 or greater, and lower than the length of the data, {length}. "
            f"Received: start_index={start_index}"
        )
    if end_index and not (start_index or 0) < end_index < length:
        raise ValueError(
            "`end_index` must be higher than `start_index`, and lower than the length of the data, "
            f"{length}. Received: start_index={start_index}, end_index={end_index}"
        )
    for name, step in (("sampling_rate", sampling_rate), ("sequence_stride", sequence_stride)):
        if not 0 < step < length:
            raise ValueError(
                f"`{name}` must be higher than 0, and lower than the length of the data, {length}. "
                f"Received: {name}={step}"
            )
    first, last = start_index or 0, length if end_index is None else end_index
    windows = last - first - (sequence_length - 1) * sampling_rate
    if targets is not None:
        windows = min(windows, len(targets))
    begins = numpy.arange(0, windows, sequence_stride, dtype="int32")
    if shuffle:
        seed = numpy.random.randint(1_000_000) if seed is None else seed
        numpy.random.RandomState(seed).shuffle(begins)
    rows = ops.convert_to_tensor(data[first:last])
    within = numpy.arange(0, sequence_length * sampling_rate, sampling_rate, dtype="int32")
    if targets is None:

        def window(begin) -> Any:
            return ops.gather(rows, begin + within)
    else:
        answers = ops.convert_to_tensor(targets[first:last])

        def window(begin) -> Any:
            return ops.gather(rows, begin + within), ops.gather(answers, begin)

    dataset = Dataset.from_tensor_slices(begins).map(window, AUTOTUNE).prefetch(AUTOTUNE)
    if shuffle:
        dataset = dataset.shuffle(1024 if batch_size is None else 8 * batch_size, seed)
    return dataset if batch_size is None else dataset.batch(batch_size)
