"""Whole files as tensors of bytes."""

import glob
import os
from pathlib import Path
from typing import Any

import numpy

from .. import ops
from ..arrays import as_dtype
from ..errors import InvalidArgumentError, NotFoundError


def path_of(name) -> str:
    """A path as a text: of a text, bytes, a path object or a tensor.

    Raises:
        TypeError: something else.
    """
    if hasattr(name, "__tensor__"):
        name = name.numpy()
    return os.fsdecode(name)


def bytes_of(contents) -> bytes:
    """The bytes of a tensor, or of bytes as they are.

    Raises:
        TypeError: something else, such as several texts.
    """
    value = contents.numpy() if hasattr(contents, "__tensor__") else contents
    if not isinstance(value, bytes):
        raise TypeError(
            f"Expected the bytes of one file, as tf.io.read_file gives them. Received: {contents!r}"
        )
    return value


def read_file(filename, name=None) -> Any:
    """The bytes of a file, as a tensor.

    Raises:
        NotFoundError: there is none.
    """
    path = path_of(filename)
    try:
        return ops.constant(Path(path).read_bytes())
    except FileNotFoundError:
        raise NotFoundError(
            f"{path}; No such file or directory. One that exists is expected, looked for from "
            f"{os.getcwd()}."
        ) from None


def write_file(filename, contents, name=None) -> None:
    """Writes bytes, or a text, into a file, and makes the folders above it."""
    path = Path(path_of(filename))
    data = contents.encode() if isinstance(contents, str) else bytes_of(contents)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def matching_files(pattern, name=None) -> Any:
    """The paths that patterns such as "images/*.png" stand for, in order, as a tensor."""
    patterns = numpy.ravel(pattern.numpy() if hasattr(pattern, "__tensor__") else pattern)
    found = {path for one in patterns for path in glob.glob(path_of(one))}
    return ops.constant(sorted(found), "string") if found else ops.zeros([0], "string")


def decode_raw(input_bytes, out_type, little_endian=True, fixed_length=None, name=None) -> Any:
    """The numbers that bytes stand for, as a vector.

    Raises:
        InvalidArgumentError: the bytes are no whole number of them.
        ValueError: `fixed_length` is given, which is not supported.
    """
    if fixed_length is not None:
        raise ValueError(
            f"decode_raw takes no fixed_length in minitape. Received: {fixed_length}. Cut the "
            "result instead."
        )
    data, dtype = bytes_of(input_bytes), as_dtype(out_type).numpy_dtype
    if len(data) % dtype.itemsize:
        raise InvalidArgumentError(
            f"Input to DecodeRaw has length {len(data)} that is not a multiple of "
            f"{dtype.itemsize}, the size of {dtype.name}"
        )
    order = dtype.newbyteorder("<" if little_endian else ">")
    return ops.constant(numpy.frombuffer(data, order).astype(dtype))
