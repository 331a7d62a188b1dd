"""CSVLogger: the logs of every epoch as a table in a file."""

import csv
import os
from typing import Any, TextIO

import numpy

from .callback import Callback


class CSVLogger(Callback):
    """Writes a line for every epoch, which a spreadsheet or pandas reads.

    The columns are those of the first epoch in alphabetical order; without a validation there,
    columns for a later one as well. What an epoch lacks is "NA".

    Args:
        filename: the file.
        separator: what stands between two values.
        append: whether to go on with a file that is there, as after an interrupted training.
    """

    def __init__(self, filename, separator=",", append=False):
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.csv_file: TextIO | None = None
        self.keys: list[str] | None = None

    def on_train_begin(self, logs=None):
        """Opens the file."""
        self._close()
        self.csv_file = open(self.filename, "a" if self.append else "w", newline="")  # noqa: SIM115
        self.append_header = not self.append or os.path.getsize(self.filename) == 0
        self.keys = None

    def on_epoch_end(self, epoch, logs=None):
        """Writes the epoch's line, at once."""
        logs = logs or {}
        assert self.csv_file is not None
        table = csv.writer(self.csv_file, delimiter=self.sep)
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
            if self.append_header:
                table.writerow(["epoch", *self.keys])
        table.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)])
        self.csv_file.flush()

    def on_train_end(self, logs=None):
        """Closes the file."""
        self._close()

    def _close(self) -> None:
        if self.csv_file is not None:
            self.csv_file.close()


def _cell(value: Any) -> Any:
    """A value as it is written: arrays as Keras writes them, in brackets and quotes."""
    if numpy.ndim(value):
        return f'"[{", ".join(map(str, value))}]"'
    return value
