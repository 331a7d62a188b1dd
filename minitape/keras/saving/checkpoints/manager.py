"""`tf.train.CheckpointManager`: the last few checkpoints of a folder."""

import os
import time
from collections.abc import Callable

from .bundle import delete_bundle, exists
from .state import read_state, write_state


class CheckpointManager:
    """Keeps the last few checkpoints in a folder, and deletes those before them.

    Args:
        checkpoint: the Checkpoint.
        directory: the folder; made if it isn't there.
        max_to_keep: how many files to keep; None for all.
        keep_checkpoint_every_n_hours: must be None.
        checkpoint_name: the first part of the files' names.
        step_counter: a variable that counts steps, for `checkpoint_interval`.
        checkpoint_interval: `save` does nothing until so many steps after the last one.
        init_fn: a function that `restore_or_initialize` calls where there is no checkpoint.
        last_checkpoint_step: the step of the last checkpoint, where that is known.
    """

    def __init__(
        self,
        checkpoint,
        directory,
        max_to_keep,
        keep_checkpoint_every_n_hours=None,
        checkpoint_name="ckpt",
        step_counter=None,
        checkpoint_interval=None,
        init_fn=None,
        last_checkpoint_step=None,
    ):
        if max_to_keep is not None and max_to_keep < 1:
            raise ValueError(
                f"Expected max_to_keep to be positive or None. Received: {max_to_keep}"
            )
        if keep_checkpoint_every_n_hours is not None:
            raise ValueError(
                "minitape keeps the last checkpoints: give max_to_keep alone. Received: "
                f"keep_checkpoint_every_n_hours={keep_checkpoint_every_n_hours}."
            )
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError(
                f"`step_counter` must be given with checkpoint_interval={checkpoint_interval}. "
                "Received: None."
            )
        self.checkpoint = checkpoint
        self.directory = os.fspath(directory)
        self._max_to_keep = max_to_keep
        self._prefix = os.path.join(self.directory, checkpoint_name)
        self._step_counter = step_counter
        self._interval = checkpoint_interval
        self._init_fn: Callable | None = init_fn
        self._last_step = last_checkpoint_step
        os.makedirs(self.directory, exist_ok=True)
        paths, times = read_state(self.directory)
        self._kept = {p: t for p, t in zip(paths, times, strict=True) if exists(p)}

    @property
    def checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept, the oldest first."""
        return list(self._kept)

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the newest checkpoint, None where there is none."""
        return self.checkpoints[-1] if self._kept else None

    def save(self, checkpoint_number=None, check_interval=True, options=None) -> str | None:
        """Writes the next checkpoint, and deletes the oldest where there are too many.

        Args:
            checkpoint_number: its number, the next one unless given.
            check_interval: whether `checkpoint_interval` counts.
            options: accepted for TensorFlow's scripts.

        Returns:
            Its path without the ending; None where it isn't time yet.
        """
        step = None if self._step_counter is None else int(self._step_counter)
        if check_interval and not self._is_due(step):
            return None
        self._last_step = step
        self.checkpoint.save_counter.assign_add(1)
        number = self.checkpoint.save_counter if checkpoint_number is None else checkpoint_number
        path = self.checkpoint.write(f"{self._prefix}-{int(number)}")
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        # The list forgets a file before it goes: a crash in between leaves a file too many.
        keep = len(self._kept) if self._max_to_keep is None else self._max_to_keep
        gone = self.checkpoints[:-keep]
        for one in gone:
            del self._kept[one]
        write_state(path, self.checkpoints, list(self._kept.values()))
        for one in gone:
            delete_bundle(one)
        return path

    def _is_due(self, step: int | None) -> bool:
        if step is None or self._interval is None or self._last_step is None:
            return True
        return step >= self._last_step + self._interval

    def restore_or_initialize(self) -> str | None:
        """Restores the newest checkpoint and returns its path; or calls `init_fn`."""
        path = self.latest_checkpoint
        if path is not None:
            self.checkpoint.restore(path)
        elif self._init_fn is not None:
            self._init_fn()
        return path
