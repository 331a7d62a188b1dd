"""`tf.compat`: texts in either form, and what programs of TensorFlow 2 still call by `v1`."""

import os

from . import v1

__all__ = ["as_bytes", "as_str", "as_str_any", "as_text", "path_to_str", "v1"]


def as_bytes(bytes_or_text, encoding="utf-8") -> bytes:
    """A text, or what is bytes already, as bytes."""
    if isinstance(bytes_or_text, (bytearray, bytes)):
        return bytes(bytes_or_text)
    return as_text(bytes_or_text).encode(encoding)


def as_text(bytes_or_text, encoding="utf-8") -> str:
    """Bytes, or what is a text already, as a text.

    Raises:
        TypeError: something else.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


as_str = as_text


def as_str_any(value, encoding="utf-8") -> str:
    """Bytes as a text; anything else as `str` shows it."""
    return as_str(value, encoding) if isinstance(value, bytes) else str(value)


def path_to_str(path):
    """A path object as a text; anything else as it is."""
    return os.fspath(path) if hasattr(path, "__fspath__") else path
