"""History: the logs of every epoch, which `fit` returns."""

from .callback import Callback


class History(Callback):
    """Keeps the logs of every epoch.

    Attributes:
        epoch: the numbers of the epochs.
        history: for each name in the logs, its value at each epoch.
    """

    def __init__(self):
        self.history: dict[str, list] = {}
        self.epoch: list[int] = []

    def set_model(self, model) -> None:
        """Becomes the model's `history`, so that an interrupted training leaves one as well."""
        super().set_model(model)
        model.history = self

    def on_train_begin(self, logs=None):
        """Counts the epochs anew; a History that is used again keeps the earlier values."""
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        """Keeps the epoch's logs."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
