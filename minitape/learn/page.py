"""The tape page: one HTML file, which needs nothing else, to step through a tape and back."""

import html
import json
import os
import tempfile
import webbrowser
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from ..engine import GradientTape
from ..settings import functions_run_eagerly, run_functions_eagerly
from .notes import Notes, names_nearby
from .page_data import Snapshot, page_data
from .page_svg import svg_of
from .places import Place, user_place
from .show import tape_page

_ASSETS = Path(__file__).parent / "assets"
_LIBRARIES = ("dagre.min.js", "d3-zoom.min.js")


class TapePage:
    """A page of a tape. A notebook shows it by itself.

    Attributes:
        path: the file that it was written to last, or None.
    """

    def __init__(self, snapshot: Snapshot, title: str):
        self._snapshot, self._title = snapshot, title
        self.path: Path | None = None

    @cached_property
    def data(self) -> dict[str, Any]:
        """What the page shows: numbers, texts, lists and dicts; see `page_data`."""
        return {"title": self._title, **page_data(self._snapshot)}

    @property
    def html(self) -> str:
        """The whole page."""
        parts = {
            "title": html.escape(self._title),
            "css": _asset("page.css"),
            "libraries": "\n".join(map(_asset, _LIBRARIES)),
            "data": _embedded(self.data),
            "script": _asset("page.js"),
        }
        # Split first: what is put in is never looked through for places of others.
        first, *rest = _asset("page.html").split("{{")
        for piece in rest:
            name, text = piece.split("}}", 1)
            first += parts[name] + text
        return first

    def svg(self) -> str:
        """The program as a picture, folded as the page is when it opens."""
        return svg_of(self.data)

    def write(self, path) -> Path:
        """Writes the page, or where the file's name ends in .svg the picture; returns the path."""
        self.path = Path(path)
        text = self.svg() if self.path.suffix.lower() == ".svg" else self.html
        self.path.write_text(text, encoding="utf-8")
        return self.path

    def open(self) -> Path:
        """Opens the page in the browser, from a temporary file if it wasn't written before."""
        path = self.path
        if path is None or path.suffix.lower() == ".svg":
            handle, name = tempfile.mkstemp(".html", "tape-")
            os.close(handle)
            path = self.write(name)
        webbrowser.open(path.resolve().as_uri())
        return path

    def _repr_html_(self) -> str:
        """What a notebook shows: the page in a frame, so that neither's style reaches the other."""
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" title="{html.escape(self._title)}" '
            'style="width: 100%; height: 720px; border: 1px solid #8884; border-radius: 8px">'
            "</iframe>"
        )

    def __repr__(self) -> str:
        where = "" if self.path is None else f", written to {self.path}"
        return f"<{self._title}: {len(self._snapshot.entries)} ops{where}>"


def show(self, target=None, sources=None, names=None, path=None) -> TapePage:
    """A page to step through the tape: first what was recorded, then the walk backward.

    The tape stays as it is: `tape.gradient` may be called afterwards. A tape of `watched_tape`
    shows the lines of your program too, and folds by layer.

    >>> import minitape as mt
    >>> x = mt.Variable(3.0, name="x")
    >>> with mt.GradientTape() as tape:
    ...     y = x * x
    >>> tape.show(y, names={"y": y})
    <The tape of y: 3 ops>

    Args:
        target: the tensor to differentiate, or several; what was computed last if None.
        sources: with respect to what; all variables and tensors that the tape watches, if None.
        names: from names to the tensors that are called so; those of your function's variables if
            None.
        path: a file to write, "tape.html" or "tape.svg".

    Returns:
        The page, which notebooks show. `page.write(path)` writes it, `page.open()` shows it in a
        browser, `page.svg()` is the program as a picture.

    Raises:
        RuntimeError: the tape is used up.
    """
    names = names_nearby() if names is None else names
    page = _page(Snapshot(self, target, sources, None, names), "The tape")
    if path is not None:
        page.write(path)
    return page


def print_(self, target=None, names=None) -> None:
    """Prints the tape as text: each op, and each step of the walk backward; see `tape_page`.

    The tape stays as it is.

    >>> import minitape as mt
    >>> x = mt.Variable(3.0, name="x")
    >>> with mt.GradientTape() as tape:
    ...     y = x * x
    >>> tape.print(y, names={"y": y})
    forward: what the tape wrote down
      1  v1 = read_variable(x)  3
      2  v2 = read_variable(x)  3
      3  y = multiply(v1, v2)   9
    backward: from the last line to the first
      3  d(y) = 1   d(v1) += 3  d(v2) += 3
      2  d(v2) = 3  d(x) += 3
      1  d(v1) = 3  d(x) += 3
    gradient
         d(x) = 6

    Args:
        target: the tensor to differentiate; what was computed last if None.
        names: as of `show`.
    """
    names = names_nearby() if names is None else names
    snapshot = Snapshot(self, target)
    print(tape_page(snapshot.with_entries(snapshot.entries), snapshot.targets, names))


@contextmanager
def explained():
    """Makes a page for each line that asks a tape for gradients, of the last time it did.

    In this context all ops are noted with their lines, and functions run in Python, so that every
    step of a training is seen.

    Returns:
        A dict from places (None where all is minitape's own) to pages, which is filled meanwhile.
    """
    pages: dict[Place | None, TapePage] = {}
    original = GradientTape.gradient

    def gradient(self, target, sources, output_gradients=None, *args, **kwargs):
        place = user_place()
        if self._started:
            snapshot = Snapshot(self, target, sources, output_gradients, names_nearby())
            pages.pop(place, None)  # the order is that of the last calls
            pages[place] = _page(snapshot, "The tape")
        return original(self, target, sources, output_gradients, *args, **kwargs)

    eagerly = functions_run_eagerly()
    GradientTape.gradient = gradient  # type: ignore[method-assign]
    run_functions_eagerly(True)
    try:
        with Notes():
            yield pages
    finally:
        GradientTape.gradient = original  # type: ignore[method-assign]
        run_functions_eagerly(eagerly)


def _page(snapshot: Snapshot, title: str) -> TapePage:
    """The page of a snapshot, whose title names the targets if they have names."""
    names = [snapshot.names.get(y.id) for y in snapshot.targets]
    known = ", ".join(filter(None, names))
    return TapePage(snapshot, f"{title} of {known}" if known else title)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _embedded(data: Any) -> str:
    """JSON that may stand in a <script>: no `</script>` in it can end that."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
