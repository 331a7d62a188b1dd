"""Where Keras keeps data sets, and what to do where one isn't there."""

import os
from pathlib import Path


def cached(name: str, origin: str, how: str) -> Path:
    """The path of a file or folder in the folder `datasets` of Keras' cache.

    Args:
        name: its path in there.
        origin: where it can be downloaded from.
        how: what to do with the download, for the error.

    Raises:
        FileNotFoundError: it is not there.
    """
    cache = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"
    path = cache / name
    if not path.exists():
        raise FileNotFoundError(
            f"There is no {path}. minitape reads this data set from Keras' cache, and doesn't "
            f"download it: fetch {origin}, and {how.format(path=path)}. (Keras' own load_data() "
            "leaves it there too; the environment variable KERAS_HOME names another cache.)"
        )
    return path
