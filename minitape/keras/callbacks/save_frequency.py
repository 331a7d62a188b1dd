"""SaveFrequency: whether a callback that saves is to save now."""


class SaveFrequency:
    """Counts batches from one saving to the next.

    Args:
        save_freq: "epoch", to save after each epoch, or a number of batches, to save after each so
            many of them, across epochs.

    Raises:
        ValueError: it is neither.
    """

    def __init__(self, save_freq):
        if save_freq != "epoch" and not (isinstance(save_freq, int) and save_freq > 0):
            raise ValueError(
                f"Invalid value for argument `save_freq`. Received: save_freq={save_freq}. "
                "Expected either 'epoch' or a number of batches."
            )
        self.is_epoch = save_freq == "epoch"
        self._every = save_freq
        self._batches = 0

    def begin(self) -> None:
        """Counts from here."""
        self._batches = 0

    def after_batch(self) -> bool:
        """Counts a batch, and says whether it is one to save after."""
        if self.is_epoch:
            return False
        self._batches += 1
        if self._batches < self._every:
            return False
        self._batches = 0
        return True
