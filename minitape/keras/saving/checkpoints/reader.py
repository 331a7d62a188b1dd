"""`tf.train.load_checkpoint`: what is in a checkpoint, without the objects that wrote it."""

import os
from typing import Any

from ....arrays import DType, as_dtype
from ....errors import NotFoundError
from .bundle import BundleReader, exists
from .state import latest_checkpoint


class CheckpointReader:
    """The arrays of a checkpoint by name.

    Args:
        prefix: the path of its files without their endings.
    """

    def __init__(self, prefix: str):
        self._reader = BundleReader(prefix)

    def has_tensor(self, tensor_str) -> bool:
        """Whether there is an array of this name."""
        return tensor_str in self._reader.entries

    def get_tensor(self, tensor_str) -> Any:
        """An array; a text as bytes.

        Raises:
            NotFoundError: there is none of this name.
        """
        if tensor_str not in self._reader.entries:
            raise NotFoundError(
                f"Key {tensor_str} not found in checkpoint {self._reader.prefix}. Expected one of: "
                f"{sorted(self._reader.entries)}"
            )
        return self._reader.read(tensor_str)

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """The shapes by name."""
        return {name: list(entry.shape) for name, entry in self._reader.entries.items()}

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        """The types by name."""
        return {name: as_dtype(entry.dtype) for name, entry in self._reader.entries.items()}


def load_checkpoint(ckpt_dir_or_file) -> CheckpointReader:
    """A reader of a checkpoint, or of the latest one in a folder.

    Raises:
        ValueError: a folder without a checkpoint.
        NotFoundError: there are no such files.
    """
    path: str | None = os.fspath(ckpt_dir_or_file)
    if os.path.isdir(ckpt_dir_or_file):
        path = latest_checkpoint(ckpt_dir_or_file)
        if path is None:
            raise ValueError(
                f"Couldn't find a checkpoint in the folder {ckpt_dir_or_file}: a file named "
                "`checkpoint` is expected there."
            )
    if not exists(str(path)):
        raise NotFoundError(f"There is no checkpoint {path}: a file {path}.index is expected.")
    return CheckpointReader(str(path))


def load_variable(ckpt_dir_or_file, name) -> Any:
    """One array of a checkpoint."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file) -> list[tuple[str, list[int]]]:
    """(name, shape) of all arrays of a checkpoint, by name."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())
