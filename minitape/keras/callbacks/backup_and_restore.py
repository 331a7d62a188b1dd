"""BackupAndRestore: an interrupted training goes on where it stood."""

import json
import os
import warnings
from pathlib import Path
from typing import Any

from ..layers import Layer
from ..optimizers import Optimizer
from ..random_state import random_state, set_random_state
from ..saving.backup import read_backup, write_backup
from ..saving.files import replacing
from ..saving.hdf5 import h5py
from ..saving.weights import parts
from .callback import Callback
from .save_frequency import SaveFrequency


class BackupAndRestore(Callback):
    """Saves the state of a training again and again, and has an interrupted one go on from there.

    Run the same program again, with the same data: `fit` begins with the epoch and the batch that
    follow the last backup, and gives the same weights, to the last bit, as if it had never been
    interrupted. That holds for the weights, the optimizers, the layers' random numbers, those of
    Python's, NumPy's and minitape's shared generators, the order of shuffled arrays, and the
    metrics of an epoch that was interrupted. Batches that are done are read and passed over. What
    objects of one's own keep, other callbacks among them, begins anew.

    Let it be the last in the list of callbacks, so that a backup holds what the others did.

    Args:
        backup_dir: a folder for the backup alone; made if it isn't there.
        save_freq: "epoch", or a number of batches.
        double_checkpoint: whether to keep the backup before the last one as well, and go on from
            that if the last one cannot be read.
        delete_checkpoint: whether to delete the backup when the training has come to its end.

    Raises:
        ImportError: h5py is not installed.
        ValueError: no `backup_dir`, a `save_freq` that is neither; when training begins: a model
            that is not built, or a backup that is damaged or of another model.
    """

    def __init__(
        self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True
    ):
        h5py()  # here it is known that it will be needed
        if not backup_dir:
            raise ValueError(
                "Empty `backup_dir` argument passed: the name of a folder is expected."
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self._frequency = SaveFrequency(save_freq)
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        folder = Path(self.backup_dir)
        # Keras' names. The second file tells Keras, and a reader, what the first holds as well.
        self._path = folder / "latest.weights.h5"
        self._metadata_path = folder / "training_metadata.json"
        self._copies = {
            path: path.with_name(f"{path.name}.bkp") for path in (self._path, self._metadata_path)
        }
        self._epoch = 0

    # -- going on --------------------------------------------------------------------------------

    def on_train_begin(self, logs=None):
        """Goes to where an interrupted training stood, if there is a backup."""
        self._frequency.begin()
        if getattr(self.model, "_fit_run", None) is None:
            raise ValueError(
                "BackupAndRestore takes part in `fit` alone, and no `fit` runs. In a loop of your "
                "own, use tf.train.Checkpoint."
            )
        self._check_built()
        if not self._path.exists():
            return
        optimizer = self.model.optimizer
        if isinstance(optimizer, Optimizer) and not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        try:
            self._go_on_from(self._path, self._metadata_path)
        except (OSError, ValueError) as error:
            copy = self._copies[self._path]
            if not copy.exists():
                raise ValueError(
                    f"Training cannot go on from the backup in {self.backup_dir}: {error} To "
                    "begin anew, delete that folder."
                ) from error
            warnings.warn(f"The backup before the last one is used, as: {error}", stacklevel=2)
            self._go_on_from(copy, self._copies[self._metadata_path])

    def _check_built(self) -> None:
        layers = [part for _, part in parts(self.model) if isinstance(part, Layer)][1:]
        unbuilt = [layer.name for layer in layers if not layer.built]
        # A model of models, such as a GAN, may have no `call`, and is never built itself.
        if not self.model.built and (unbuilt or not layers):
            raise ValueError(
                "To use the BackupAndRestore callback, your model must be built before you call "
                f"`fit()`. Model {self.model.name!r} is unbuilt"
                f"{f', and so are its layers {unbuilt}' if unbuilt else ''}. Give it an Input, or "
                "call it on a batch of data beforehand."
            )

    def _go_on_from(self, path: Path, metadata_path: Path) -> None:
        run = self.model._fit_run
        arrays, settings = read_backup(self.model, path)
        if settings is None:  # Keras' own: it begins the epoch again
            run.epoch = json.loads(metadata_path.read_bytes())["epoch"]
            return
        run.epoch, run.batch, run.logs = (settings[key] for key in ("epoch", "batch", "logs"))

        def restore() -> None:
            run.data.go_to(settings["data"], run.batch)
            self.model._restore_beside_weights(arrays)
            set_random_state(settings["random"])

        run.restore = restore

    # -- saving ----------------------------------------------------------------------------------

    def on_epoch_begin(self, epoch, logs=None):
        """Notes the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Saves after each `save_freq` batches."""
        if self._frequency.after_batch():
            self._save(self._epoch, batch + 1, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        """Saves after the epoch."""
        if self._frequency.is_epoch:
            self._save(epoch + 1, 0, {})

    def _save(self, epoch: int, batch: int, logs: dict[str, Any]) -> None:
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint:
            for path, copy in self._copies.items():
                if path.exists():
                    _replace(copy, path.read_bytes())
        settings = {
            "epoch": epoch,
            "batch": batch,
            "logs": logs,
            "data": self.model._fit_run.data.position(),
            "random": random_state(),
        }
        write_backup(self.model, self._path, self.model._state_beside_weights(), settings)
        _replace(self._metadata_path, json.dumps({"epoch": epoch, "batch": batch}).encode())

    def on_train_end(self, logs=None):
        """Deletes the backup."""
        if not self.delete_checkpoint:
            return
        folder = Path(self.backup_dir)
        for path in (*self._copies.values(), *self._copies):
            path.unlink(missing_ok=True)
            for partial in folder.glob(f".{path.name}.*.tmp"):  # where a process was killed
                partial.unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _replace(path: Path, data: bytes) -> None:
    with replacing(path) as file:
        file.write(data)
