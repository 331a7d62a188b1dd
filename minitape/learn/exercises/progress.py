"""How far a reader has come: a small file in the user's own folder of settings.

It is $MINITAPE_PROGRESS, or minitape/exercises.json in $XDG_CONFIG_HOME (~/.config).
"""

import json
import os
from pathlib import Path


def place() -> Path:
    """Where the file is."""
    if given := os.environ.get("MINITAPE_PROGRESS"):
        return Path(given)
    settings = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(settings) / "minitape" / "exercises.json"


class Progress:
    """The numbers of the exercises that are solved, and how many hints were given to each.

    A file that can't be read counts as none, and one that can't be written is left: the exercises
    go on without it.
    """

    def __init__(self):
        self.solved: set[int] = set()
        self.hints: dict[int, int] = {}
        try:
            known = json.loads(place().read_text())
            self.solved = {int(n) for n in known["solved"]}
            self.hints = {int(n): int(count) for n, count in known["hints"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            pass

    def keep(self) -> bool:
        """Writes the file; returns whether that was possible."""
        hints = {str(n): count for n, count in self.hints.items()}
        text = json.dumps({"solved": sorted(self.solved), "hints": hints})
        try:
            place().parent.mkdir(parents=True, exist_ok=True)
            place().write_text(text)
        except OSError:
            return False
        return True
