"""The guide's programs: `python -m tests.guide` runs them and writes down what they print.

A chapter's blocks run one after the other, as in a notebook. A block without a language that
follows one is what it prints.
"""

import contextlib
import io
import re
from collections.abc import Iterator

from tests.conftest import CHECKOUT

FOLDER = CHECKOUT / "docs" / "guide"
CHAPTERS = sorted(FOLDER.glob("*.md"))
_BLOCK = re.compile(r"```python\n(?P<program>.*?)```\n(?:\n```\n(?P<printed>.*?)```\n)?", re.DOTALL)


def runs(text: str) -> Iterator[tuple[str, str, str]]:
    """Runs a chapter; gives for each block (program, what the chapter says, what it prints)."""
    scope = {"__name__": "__main__"}
    for block in _BLOCK.finditer(text):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block["program"], "<the chapter>", "exec"), scope)
        yield block["program"], block["printed"] or "", printed.getvalue()


def main() -> None:
    for path in CHAPTERS:
        text = path.read_text()
        printed = iter([found for _, _, found in runs(text)])

        def filled(block, printed=printed) -> str:
            output = next(printed)
            return f"```python\n{block['program']}```\n" + (
                f"\n```\n{output}```\n" if output else ""
            )

        path.write_text(_BLOCK.sub(filled, text))


if __name__ == "__main__":
    main()
