"""PyDataset: batches by their number, written by a user."""

from typing import Any


class PyDataset:
    """A base class for data that a user's code makes batch by batch: `keras.utils.Sequence` too.

    A subclass has `__getitem__(index)`, which returns a batch `x`, `(x, y)` or
    `(x, y, sample_weight)`, and `__len__`, which returns how many there are; or, instead of that,
    a property `num_batches`, which may be None for batches without an end.

    Args:
        workers: accepted for Keras' scripts, as are the others; batches are made one by one.
        use_multiprocessing: not used.
        max_queue_size: not used.
    """

    # For subclasses that don't call super().__init__().
    workers = 1
    use_multiprocessing = False
    max_queue_size = 10

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index) -> Any:
        """The batch of this number, from 0."""
        raise NotImplementedError(f"{type(self).__name__} must implement __getitem__(index).")

    @property
    def num_batches(self) -> int | None:
        """How many batches there are; None for no end."""
        if not hasattr(self, "__len__"):
            raise NotImplementedError(
                f"{type(self).__name__} must implement __len__, or the property num_batches."
            )
        return len(self)

    def on_epoch_begin(self) -> None:
        """Called before each pass."""

    def on_epoch_end(self) -> None:
        """Called after each pass."""
