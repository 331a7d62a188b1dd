"""Files that are written whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Any) -> Iterator[Any]:
    """A binary file to write, which takes the place of `path` once all of it is on the disk.

    Until then the old file stays as it is, whatever happens: an exception removes the new one, and
    a crash leaves it under another name, ".NAME.XXXXXXXX.tmp".
    """
    target = Path(os.path.realpath(path))
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(partial, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Has the folder's entries written: without it a crash might undo the renaming."""
    if os.name == "nt":  # Windows opens no folders, and needs none of this
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def may_write(path: Any, overwrite: bool) -> bool:
    """Whether to go on: a file that is there is replaced if `overwrite` says so, or the user does.

    Raises:
        FileExistsError: there is a file, and nobody to be asked.
    """
    if overwrite or not os.path.exists(path):
        return True
    answer = ""
    while answer not in ("y", "n"):
        try:
            answer = input(f"{path} already exists. Overwrite it? [y/n] ").strip().lower()
        except EOFError:
            raise FileExistsError(
                f"{path} already exists: save with overwrite=True, or under another name."
            ) from None
    return answer == "y"
