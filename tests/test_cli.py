"""The command `minitape`: what its demo shows and learns, how it runs programs."""

import os
import re
import subprocess
import sys

import pytest

from minitape import cli
from tests.conftest import CHECKOUT


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert re.match(r"minitape (\d+\.\d+\.\d+|\(not installed)", capsys.readouterr().out)


def test_as_a_module():
    command = [sys.executable, "-m", "minitape", "--version"]
    printed = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert printed.stdout.startswith("minitape ")


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


def minitape(folder, *words):
    """Runs the command in a folder and a process of its own."""
    command = "import sys; from minitape.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", command, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
    )


PROGRAM = """
import sys
import tensorflow as tf
from tensorflow.keras.layers import Dense
import beside

def divide(x):
    return x / 0

if __name__ == "__main__":
    print(sys.argv, sys.path[0], __file__, sys.modules["__main__"].divide is divide)
    print(Dense.__module__.split(".")[0], float(tf.reduce_sum([1.0, 2.0])))
    if "exit" in sys.argv:
        sys.exit(7)
    if "raise" in sys.argv:
        divide(1)
    if "lack" in sys.argv:
        tf.keras.layers.Dens(1)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "script.py").write_text(PROGRAM)
    (tmp_path / "sub" / "beside.py").write_text("")
    return tmp_path


def test_run_is_like_python(folder):
    result = minitape(folder, "run", "sub/script.py", "a", "--epochs", "3", "-m", "-h")
    assert result.returncode == 0, result.stderr
    argv, served = result.stdout.splitlines()
    words = ["sub/script.py", "a", "--epochs", "3", "-m", "-h"]
    assert argv == f"{words} {folder.resolve() / 'sub'} sub/script.py True"
    assert served == "minitape 3.0"


def test_run_a_module(folder):
    result = minitape(folder / "sub", "run", "-m", "script", "-x", "--verbose", "exit")
    assert result.returncode == 7, result.stderr
    path = str(folder.resolve() / "sub" / "script.py")
    words = [path, "-x", "--verbose", "exit"]
    assert result.stdout.splitlines()[0] == f"{words} {folder.resolve() / 'sub'} {path} True"


def test_run_pytest(tmp_path):
    program = "import keras\n\ndef test_it():\n    assert keras.__name__ == 'minitape.keras'\n"
    (tmp_path / "test_it.py").write_text(program)
    result = minitape(tmp_path, "run", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert result.returncode == 0, result.stdout
    assert "1 passed" in result.stdout


def test_run_passes_the_exit_status_through(folder):
    assert minitape(folder, "run", "sub/script.py", "exit").returncode == 7


def test_run_shows_the_programs_own_traceback(folder):
    result = minitape(folder, "run", "sub/script.py", "raise")
    assert result.returncode == 1
    plain = re.findall('File "(.*?)", line \\d+, in (.*)', result.stderr)
    assert plain == [("sub/script.py", "<module>"), ("sub/script.py", "divide")]
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_run_says_what_is_lacking_once(folder):
    result = minitape(folder, "run", "sub/script.py", "lack")
    assert result.returncode == 1
    assert "The nearest that it has: `keras.layers.Dense`.\n" in result.stderr
    assert "Did you mean" not in result.stderr


def test_run_of_what_python_cannot_read(tmp_path):
    (tmp_path / "script.py").write_text("x = 1\ny = (2\n")
    result = minitape(tmp_path, "run", "script.py")
    assert result.returncode == 1
    assert result.stderr.startswith('  File "script.py", line 2\n')
    assert "SyntaxError: '(' was never closed" in result.stderr


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["nowhere.py"], 2, "there is no file 'nowhere.py'"),
        ([], 2, "expected a script, or -m and a module"),
        (["-m"], 2, "expected a script, or -m and a module"),
        (["-m", "nowhere"], 1, "No module named nowhere"),
    ],
)
def test_run_of_nothing(tmp_path, words, status, says):
    result = minitape(tmp_path, "run", *words)
    assert result.returncode == status
    assert says in result.stderr
