"""The user's own line of code that something was run from."""

import linecache
import sys
from types import FrameType
from typing import NamedTuple

# What calls the user's code or is called by it on the way to minitape, as np.sin(tensor) is.
_BETWEEN = {"numpy", "contextlib", "functools"}


class Place(NamedTuple):
    """A line of a file, in a function of this name ("<module>" outside of all)."""

    file: str
    line: int
    function: str

    @property
    def code(self) -> str:
        """The line itself, or "" where the file can't be read."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def user_place() -> Place | None:
    """Where the innermost code stands that called this and isn't minitape's; None if all is."""
    frame = user_frame()
    return (
        None
        if frame is None
        else Place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
    )


def user_frame() -> FrameType | None:
    """The frame of that code."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (is_ours(frame) or _top(frame) in _BETWEEN):
        frame = frame.f_back
    return frame


def is_ours(frame: FrameType) -> bool:
    """Whether minitape's code runs in a frame."""
    return _top(frame) == "minitape"


def _top(frame: FrameType) -> str:
    return frame.f_globals.get("__name__", "").partition(".")[0]
