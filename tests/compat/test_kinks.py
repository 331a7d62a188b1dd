"""The table of kinks in the guide is what the libraries that are installed give."""

from benchmarks.kinks import KINKS, columns
from tests.conftest import CHECKOUT


def test_the_table_is_measured():
    text = (CHECKOUT / "docs" / "guide" / "05-kinks.md").read_text(encoding="utf-8")
    start = text.index("|  | minitape")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text[start : text.index("\n\n", start)].splitlines()
    ]
    heads, _, *rows = rows
    assert [row[0] for row in rows] == list(KINKS)
    measured = columns()
    assert measured.keys() >= {"minitape", "TensorFlow"}
    for name, slopes in measured.items():
        assert [row[heads.index(name)] for row in rows] == slopes, name
