"""The command `minitape`, and what its demo shows and learns."""

import re
import sys

import pytest

from minitape import cli


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert re.match(r"minitape (\d+\.\d+\.\d+|\(not installed)", capsys.readouterr().out)


def test_without_a_command(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert ended.value.code == 2
    assert "command" in capsys.readouterr().err


def test_demo_shows_a_tape_and_learns_to_read_digits(capsys, tmp_path):
    picture = tmp_path / "curve.png"
    assert cli.main(["demo", "--picture", str(picture)]) == 0
    printed = capsys.readouterr().out
    assert printed.index("multiply(x, x)") < printed.index("Epoch 1/20")
    assert "d(w) = 9" in printed
    assert "val_accuracy" in printed
    accuracy = float(re.search(r"Test accuracy: (\S+),", printed)[1])
    assert accuracy >= 0.97
    if "matplotlib is missing" not in printed:
        assert picture.read_bytes().startswith(b"\x89PNG")


def test_demo_without_matplotlib_says_how_to_get_the_curve(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    picture = tmp_path / "curve.png"
    assert cli.main(["demo", "--epochs", "1", "--picture", str(picture)]) == 0
    assert "pip install 'minitape[plot]'" in capsys.readouterr().out
    assert not picture.exists()
