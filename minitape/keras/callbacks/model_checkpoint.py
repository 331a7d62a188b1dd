"""ModelCheckpoint: saves the model while it is trained."""

import os
import warnings

import numpy

from ..messages import say
from .monitor import MonitorCallback
from .save_frequency import SaveFrequency


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after epochs or after some number of batches.

    Args:
        filepath: the file, ending in ".keras" or ".h5", or in ".weights.h5" for weights alone.
            `{epoch}`, `{batch}` and the names in the logs are filled in, with a format if wanted:
            "{epoch:02d}-{val_loss:.2f}.keras". Epochs and batches are counted from 1.
        monitor: the name in the logs of the number that says which model is best.
        verbose: 1 to print each decision.
        save_best_only: whether to save only what is better than all before.
        save_weights_only: whether to save the weights alone.
        mode: "min", "max", or "auto" to decide by the name.
        save_freq: "epoch", or a number of batches.
        initial_value_threshold: a value that the first model to be saved must be better than.

    Raises:
        ValueError: a `save_freq` that is neither, or another ending of the file's name.
        KeyError: when it saves: the name asks for something that the logs don't have.
        OSError: when it saves: the file is a folder.
    """

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._frequency = SaveFrequency(save_freq)
        self._current_epoch = 0
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ValueError(
                f"Expected a `filepath` that ends in {' or '.join(endings)} with "
                f"save_weights_only={save_weights_only}. Received: filepath={self.filepath}."
            )

    def on_epoch_begin(self, epoch, logs=None):
        """Notes the epoch, for the names of files."""
        self._current_epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Saves after each `save_freq` batches."""
        if self._frequency.after_batch():
            self._save({"epoch": self._current_epoch + 1, "batch": batch + 1}, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        """Saves after the epoch."""
        self._set_monitor_op()
        if self._frequency.is_epoch:
            self._save({"epoch": epoch + 1}, logs or {})

    def _save(self, counts: dict, logs: dict) -> None:
        try:
            path = self.filepath.format(**(counts | logs))
        except KeyError as error:
            raise KeyError(
                f"The file name {self.filepath!r} of ModelCheckpoint asks for {error}, and there "
                f"is: {', '.join(counts | logs)}."
            ) from error
        if self.save_best_only and not self._is_best(counts["epoch"], logs, path):
            return
        if not self.save_best_only:
            self._say(counts["epoch"], f"saving model to {path}")
        if os.path.isdir(path):
            raise OSError(f"ModelCheckpoint needs the name of a file. Received a folder: {path}.")
        if os.path.dirname(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path, overwrite=True)
        self._say(counts["epoch"], f"finished saving model to {path}")

    def _is_best(self, epoch: int, logs: dict, path: str) -> bool:
        """Whether the model is the best so far, or nothing says that it isn't."""
        current = logs.get(self.monitor)
        if current is None or numpy.ndim(current):
            warnings.warn(
                f"ModelCheckpoint saves every model, as {self.monitor!r} is no number in the logs. "
                f"Received: {', '.join(logs)}.",
                stacklevel=2,
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(current, self.best):
            self._say(epoch, f"{self.monitor} did not improve from {best}")
            return False
        self._say(
            epoch, f"{self.monitor} improved from {best} to {current:.5f}, saving model to {path}"
        )
        self.best = current
        return True

    def _say(self, epoch: int, text: str) -> None:
        if self.verbose:
            say(f"\nEpoch {epoch}: {text}")
