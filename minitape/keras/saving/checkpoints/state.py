"""The text file `checkpoint` beside checkpoints, in TensorFlow's form: which there are."""

import json
import os
import re
from pathlib import Path
from typing import Any

from ..files import replacing
from .bundle import exists


def latest_checkpoint(checkpoint_dir, latest_filename=None) -> str | None:
    """The path of the newest checkpoint in a folder, for `Checkpoint.restore`; None for none.

    Args:
        checkpoint_dir: the folder.
        latest_filename: the name of the text file that names it, "checkpoint" unless given.
    """
    paths, _ = read_state(checkpoint_dir, latest_filename or "checkpoint")
    return paths[-1] if paths and exists(paths[-1]) else None


def write_state(latest: str, paths: list[str], times: list[float]) -> None:
    """Says which checkpoints there are, when each was made, and which of them is the latest."""
    folder = os.path.dirname(latest)
    names = [json.dumps(os.path.relpath(path, folder or ".")) for path in paths]
    lines = [f"model_checkpoint_path: {names[-1]}"]
    lines += [f"all_model_checkpoint_paths: {name}" for name in names]
    lines += [f"all_model_checkpoint_timestamps: {when!r}" for when in times]
    with replacing(os.path.join(folder, "checkpoint")) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())


def read_state(folder: Any, name: str = "checkpoint") -> tuple[list[str], list[float]]:
    """The paths of the checkpoints that a folder's text file names, the newest last; their times.

    Only files of the folder itself count: what is named here may later be deleted.
    """
    try:
        text = Path(folder, name).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return [], []
    found = re.findall(r'^all_model_checkpoint_paths: "([^"/\\]+)"$', text, re.M)
    latest = re.findall(r'^model_checkpoint_path: "([^"/\\]+)"$', text, re.M)
    times = re.findall(r"^all_model_checkpoint_timestamps: ([0-9.]+)$", text, re.M)
    names = [one for one in found if one not in latest] + latest[:1]
    if len(times) != len(names):
        times = ["0"] * len(names)
    return [os.path.join(os.fspath(folder), one) for one in names], [float(t) for t in times]
