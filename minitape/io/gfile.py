"""`tf.io.gfile`: files and folders, under TensorFlow's names for Python's functions."""

import glob as _glob
import os as _os
import shutil as _shutil
from typing import IO, Any

from ..errors import AlreadyExistsError, NotFoundError
from .files import path_of as _path_of

__all__ = [
    "GFile",
    "copy",
    "exists",
    "glob",
    "isdir",
    "join",
    "listdir",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "rmtree",
    "stat",
    "walk",
]


def _there(path) -> str:
    """The path as a text.

    Raises:
        NotFoundError: there is nothing.
    """
    path = _path_of(path)
    if not _os.path.lexists(path):
        raise NotFoundError(f"{path}; No such file or directory. One that exists is expected.")
    return path


def GFile(name, mode="r") -> IO[Any]:
    """A file, opened as Python's `open` does.

    Raises:
        NotFoundError: there is none to read.
    """
    path = _there(name) if "r" in mode else _path_of(name)
    return open(path, mode, encoding=None if "b" in mode else "utf-8")


def exists(path) -> bool:
    """Whether there is a file or folder."""
    return _os.path.exists(_path_of(path))


def isdir(path) -> bool:
    """Whether there is a folder."""
    return _os.path.isdir(_path_of(path))


def listdir(path) -> list[str]:
    """The names in a folder.

    Raises:
        NotFoundError: there is none.
    """
    if not isdir(path):
        raise NotFoundError(
            f"Could not find directory {_path_of(path)}. One that exists is expected."
        )
    return _os.listdir(_path_of(path))


def glob(pattern) -> list[str]:
    """The paths that patterns such as "images/*.png" stand for, in order."""
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return [path for one in patterns for path in sorted(_glob.glob(_path_of(one)))]


def walk(top, topdown=True, onerror=None):
    """Yields (folder, folders in it, files in it), as `os.walk` does."""
    return _os.walk(_path_of(top), topdown, onerror)


def join(path, *paths) -> str:
    """The paths put together."""
    return _os.path.join(_path_of(path), *map(_path_of, paths))


def stat(path) -> _os.stat_result:
    """What the system knows of a file.

    Raises:
        NotFoundError: there is none.
    """
    return _os.stat(_there(path))


def mkdir(path) -> None:
    """Makes a folder, where there is none.

    Raises:
        NotFoundError: there is none above it.
    """
    path = _path_of(path)
    _there(_os.path.dirname(path) or ".")
    if not isdir(path):
        _os.mkdir(path)


def makedirs(path) -> None:
    """Makes a folder and those above it, as far as there are none."""
    _os.makedirs(_path_of(path), exist_ok=True)


def remove(path) -> None:
    """Deletes a file.

    Raises:
        NotFoundError: there is none.
    """
    _os.remove(_there(path))


def rmtree(path) -> None:
    """Deletes a folder with all that is in it.

    Raises:
        NotFoundError: there is none.
    """
    _shutil.rmtree(_there(path))


def _free(path, overwrite) -> str:
    path = _path_of(path)
    if _os.path.exists(path) and not overwrite:
        raise AlreadyExistsError(f"file already exists: {path}. Pass overwrite=True to replace it.")
    return path


def copy(src, dst, overwrite=False) -> None:
    """Copies a file.

    Raises:
        NotFoundError: there is none.
        AlreadyExistsError: there is one where it should go.
    """
    _shutil.copyfile(_there(src), _free(dst, overwrite))


def rename(src, dst, overwrite=False) -> None:
    """Gives a file or folder another name.

    Raises:
        NotFoundError: there is none.
        AlreadyExistsError: there is one of that name.
    """
    _os.replace(_there(src), _free(dst, overwrite))
