"""`minitape explain`: a page for each line that asks for gradients."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.conftest import CHECKOUT

PROGRAM = """
import sys
import tensorflow as tf

w = tf.Variable(2.0, name="weight")
for step in range(3):
    with tf.GradientTape() as tape:
        loss = w * w
    w.assign_sub(0.25 * tape.gradient(loss, w))
with tf.GradientTape() as tape:
    other = tf.sin(w)
tape.gradient(other, w)
model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1, name="only")])
model.compile("sgd", "mse")
model.fit(tf.ones((4, 2)), tf.ones((4, 1)), epochs=2, verbose=0)
print("loss", float(loss))
sys.exit(int(sys.argv[1]))
"""


def explain(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "minitape", "explain", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
    )


def data_of(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text)[1])


@pytest.fixture(scope="module")
def explained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    (folder / "program.py").write_text(PROGRAM)
    return folder, explain(folder, "program.py", "5")


def test_the_program_runs_as_it_does(explained):
    _, result = explained
    assert result.returncode == 5, result.stderr
    assert result.stdout.splitlines()[0] == "loss 0.25"  # 2, 1, 0.5: the last loss is 0.5²


def test_each_line_that_asks_has_a_page_of_its_last_time(explained):
    folder, result = explained
    places = re.findall(r"asked at (\S+)", result.stdout)
    assert places == ["program.py:9", "program.py:12", "program.py:15"]
    names = ["program.tape.html", "program.tape-2.html", "program.tape-3.html"]
    assert sorted(path.name for path in folder.glob("*.html")) == sorted(names)
    first, second, third = [data_of(folder / name) for name in names]
    value = first["values"][first["gradients"][0]["value"]]
    assert value["values"] == [1.0]  # 2 w at w = 0.5
    assert first["title"] == "The tape of loss"
    assert second["ops"][-1]["name"] == "sin"
    assert "only" in [group["name"] for group in third["groups"]]
    assert len(third["gradients"]) == 2


def test_without_a_gradient_there_is_no_page(tmp_path):
    (tmp_path / "program.py").write_text("print('nothing')\n")
    result = explain(tmp_path, "-o", "x.html", "program.py")
    assert result.returncode == 1
    assert "asked no tape for a gradient" in result.stdout
    assert not (tmp_path / "x.html").exists()


def test_of_a_file_that_is_not_there(tmp_path):
    result = explain(tmp_path, "lacking.py")
    assert result.returncode == 2
    assert "there is no file 'lacking.py'" in result.stderr


def test_a_program_that_fails_shows_its_error_and_its_pages(tmp_path):
    text = PROGRAM.replace("sys.exit", "1 / 0, sys.exit")
    (tmp_path / "program.py").write_text(text)
    result = explain(tmp_path, "-o", "x.svg", "program.py", "0")
    assert result.returncode == 1
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert (tmp_path / "x.svg").read_text().startswith("<svg ")
