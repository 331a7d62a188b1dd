"""`tf.io`: files as tensors of bytes, and pictures decoded from these."""

from . import gfile
from .files import decode_raw, matching_files, read_file, write_file
from .pictures import (
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    encode_png,
    is_jpeg,
)

__all__ = [
    "decode_bmp",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "decode_raw",
    "encode_jpeg",
    "encode_png",
    "gfile",
    "is_jpeg",
    "matching_files",
    "read_file",
    "write_file",
]
