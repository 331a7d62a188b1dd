"""Files of events, as TensorBoard reads them, and the writer that summaries go to.

The package tensorboard makes the records. Its EventFileWriter is left alone: for opening a file it
imports TensorFlow wherever that is installed.
"""

import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, BinaryIO

import numpy

_VERSION = "brain.Event:2"  # of the files' format
# How many events, and for how many seconds, wait before they are written to the disk.
_WAITING, _SECONDS = 10, 120.0


def require_tensorboard() -> None:
    """Raises ImportError, and says what to install, where the package tensorboard is missing."""
    try:
        import tensorboard  # noqa: F401
    except ImportError:
        raise ImportError(
            "TensorBoard's files are written by the package tensorboard, which is missing. Install "
            "it: pip install 'minitape[tensorboard]', or pip install tensorboard."
        ) from None


class _State(threading.local):
    """Where summaries go, for each thread."""

    writer: "SummaryWriter | None" = None
    step: int | None = None
    recording: bool | Callable = True


_state = _State()


class SummaryWriter:
    """Writes summaries into a new file: `create_file_writer` makes one.

    Args:
        logdir: the folder, which is made if it isn't there.
        max_queue: how many summaries may wait before they are written to the disk.
        flush_millis: how long they may wait, in milliseconds.
        filename_suffix: the end of the file's name.

    Raises:
        ImportError: the package tensorboard is not installed.
    """

    def __init__(self, logdir, max_queue=None, flush_millis=None, filename_suffix=None):
        require_tensorboard()
        from tensorboard.compat.proto.event_pb2 import Event, SourceMetadata
        from tensorboard.summary.writer.record_writer import RecordWriter

        self._event = Event
        self._most = _WAITING if max_queue is None else int(max_queue)
        self._seconds = _SECONDS if flush_millis is None else int(flush_millis) / 1000
        self._lock = threading.Lock()
        ending = ".v2" if filename_suffix is None else filename_suffix
        self._file = _new_file(os.fspath(logdir), ending)
        self._records = RecordWriter(self._file)
        self._waiting = 0
        self._flushed = time.monotonic()
        self._add(file_version=_VERSION, source_metadata=SourceMetadata(writer="minitape.summary"))
        self.flush()

    def _add(self, **fields) -> None:
        event = self._event(wall_time=time.time(), **fields)
        with self._lock:
            self._records.write(event.SerializeToString())
            self._waiting += 1
        if self._waiting > self._most or time.monotonic() - self._flushed > self._seconds:
            self.flush()

    def add_summary(self, summary, step: int) -> None:
        """Writes a tensorboard Summary."""
        self._check_open()
        self._add(summary=summary, step=step)

    def init(self) -> None:
        """Does nothing: the file is there already."""

    def flush(self) -> None:
        """Has all that was written stand in the file."""
        with self._lock:
            if not self._file.closed:
                self._records.flush()
            self._waiting, self._flushed = 0, time.monotonic()

    def close(self) -> None:
        """Flushes and closes the file."""
        with self._lock:
            self._file.close()

    def __del__(self):
        if "_file" in vars(self):
            self._file.close()

    def _check_open(self) -> None:
        if self._file.closed:
            raise RuntimeError(
                f"SummaryWriter is already closed: {self._file.name}. Make another with "
                "create_file_writer."
            )

    def set_as_default(self, step=None) -> None:
        """Has the summaries that follow in this thread go to this writer.

        Args:
            step: the step that they have if they aren't given one.
        """
        self._check_open()
        _state.writer = self
        if step is not None:
            set_step(step)

    @contextmanager
    def as_default(self, step=None) -> Iterator["SummaryWriter"]:
        """A context in which summaries go to this writer. At its end the file is up to date.

        Args:
            step: the step that they have if they aren't given one.
        """
        before = _state.writer, _state.step
        self.set_as_default(step)
        try:
            yield self
        finally:
            _state.writer = before[0]
            if step is not None:
                _state.step = before[1]
            self.flush()


def _new_file(folder: str, ending: str) -> BinaryIO:
    """A file of a new name, by which TensorBoard knows it for one of events."""
    os.makedirs(folder, exist_ok=True)
    start = f"events.out.tfevents.{int(time.time()):010d}.{platform.node()}.{os.getpid()}"
    for number in count():
        try:
            return open(os.path.join(folder, f"{start}.{number}{ending}"), "xb")
        except FileExistsError:  # two writers in one second
            continue
    raise AssertionError  # `count` has no end


def create_file_writer(
    logdir, max_queue=None, flush_millis=None, filename_suffix=None, name=None
) -> SummaryWriter:
    """A writer of a new file of events in a folder.

    Args:
        logdir: the folder, which is made if it isn't there.
        max_queue: how many summaries may wait before they are written to the disk, 10 unless given.
        flush_millis: how long they may wait, in milliseconds, two minutes unless given.
        filename_suffix: the end of the file's name, ".v2" unless given.
        name: not used.

    Raises:
        ImportError: the package tensorboard is not installed.
        ValueError: no folder is named.
    """
    if logdir is None:
        raise ValueError("Argument `logdir` cannot be None: the name of a folder is expected.")
    return SummaryWriter(logdir, max_queue, flush_millis, filename_suffix)


def write(tag, tensor, step=None, metadata=None, name=None) -> bool:
    """Writes a tensor with a description of what it means to TensorBoard.

    Args:
        tag: the summary's name.
        tensor: an array or a text, or a function that makes it, called only if it is written.
        step: the step; the default one unless given.
        metadata: a tensorboard SummaryMetadata.
        name: not used.

    Returns:
        Whether it was written: False without a default writer, and where `record_if` says no.

    Raises:
        ValueError: it is to be written, and there is no step.
    """
    writer = _state.writer
    if writer is None or not should_record_summaries():
        return False
    step = _state.step if step is None else step
    if step is None:
        raise ValueError(
            "No step set. Please specify one either through the `step` argument or through "
            "tf.summary.experimental.set_step()"
        )
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.util.tensor_util import make_tensor_proto

    array = numpy.asarray(tensor() if callable(tensor) else tensor)
    if array.dtype.kind in "US":
        array = array.astype(object)
    proto = make_tensor_proto(array, dtype=array.dtype)
    value = Summary.Value(tag=str(tag), tensor=proto, metadata=metadata)
    writer.add_summary(Summary(value=[value]), int(step))
    return True


def flush(writer=None, name=None) -> None:
    """Has all that was written stand in the file of a writer, the default one unless given."""
    writer = _state.writer if writer is None else writer
    if writer is not None:
        writer.flush()


@contextmanager
def record_if(condition) -> Iterator[None]:
    """A context in which summaries are written only if a condition is true.

    Args:
        condition: a boolean, or a function that gives one, asked for each summary.
    """
    before = _state.recording
    _state.recording = condition
    try:
        yield
    finally:
        _state.recording = before


def should_record_summaries() -> bool:
    """Whether there is a default writer, and the condition of `record_if` is true."""
    condition = _state.recording
    if _state.writer is None:
        return False
    return bool(condition() if callable(condition) else condition)


def get_step() -> Any:
    """The default step of this thread, None for none."""
    return _state.step


def set_step(step) -> None:
    """Sets the default step of this thread: an integer, a variable that counts, or None."""
    _state.step = step
