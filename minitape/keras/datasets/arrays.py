"""Reading the arrays of an .npz file that somebody else made."""

import zipfile
import zlib

import numpy as np
from numpy.lib import format as npy

MAX_BYTES = 1 << 30  # more than any data set here; a zip file of 10 MB may unpack to 10 GB of zeros
HEADER_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_arrays(path, names):
    """Returns the arrays of an .npz file as a dictionary.

    Nothing is unpickled, and no array is allocated before its declared size has been compared with
    the bytes that are stored: a small file cannot ask for gigabytes.

    Args:
        path: The file.
        names: The names of the arrays that the file must hold, no fewer and no more.

    Raises:
        ValueError: If the file is not an .npz file, holds other names, an array of Python objects,
            an array whose declared size is not the stored one, or more than 1 GB in all.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(archive.namelist())
            if members != sorted(f"{name}.npy" for name in names):
                raise ValueError(f"expected the arrays {sorted(names)}, received {members}")
            total = sum(member.file_size for member in archive.infolist())
            if total > MAX_BYTES:
                raise ValueError(f"its arrays unpack to {total} bytes, allowed are {MAX_BYTES}")
            for member in archive.infolist():
                _check_size(archive, member)
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path} is not a whole .npz file: {error}. Fetch it again.") from error
    except ValueError as error:
        raise ValueError(f"{path} is not the file that was expected: {error}") from error


def _check_size(archive, member):
    with archive.open(member) as file:
        version = npy.read_magic(file)
        if version not in HEADER_READERS:
            raise ValueError(
                f"{member.filename} is of .npy version {version}, expected: {list(HEADER_READERS)}"
            )
        shape, _, dtype = HEADER_READERS[version](file)
        stored = member.file_size - file.tell()
    declared = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if dtype.hasobject or declared != stored:
        raise ValueError(
            f"{member.filename} must hold {declared} bytes, {shape} of {dtype}, and holds {stored}"
        )
