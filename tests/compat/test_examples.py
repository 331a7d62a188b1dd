"""The programs in examples/ print the same on TensorFlow and by `minitape run`.

Weights, masks of Dropout, the order of the examples and everything else that is random follow from
the seeds, and so each number that is printed can be compared. They have 3 or 4 decimals; a
difference of 2 in the last one is rounding, of float32 and of what is printed. Runs are short, for
after some hundred steps that rounding decides on which side of 0 a ReLU's argument is.
"""

import os
import re
import runpy
import sys
from pathlib import Path

import keras
import pytest
import tensorflow as tf

from tests.conftest import CHECKOUT
from tests.test_cli import minitape
from tests.test_examples import EXAMPLES, mistakes

WORDS = {  # with which words
    "checkpoints": "--images 96 --epochs 2",
    "convnets": "--images 32",
    "fit": "--images 400 --epochs 2",
    "models": "",
    "own_loop": "--images 400",
    "tape_basics": "",
    "train_step": "--images 160 --epochs 2",
}
NUMBER = re.compile(r"-?\d+\.\d+")
# Times, where the data is from, and a picture that needs graphviz with Keras.
APART = re.compile(
    r" - \d+m?s - \d+m?s/step|.* images to train on, .*\n|There is no .*\n|No picture: .*\n"
)


@pytest.fixture
def data(tmp_path):
    """The folder of full-size data; else one without any, where the examples take small digits."""
    folder = Path(os.environ.get("MINITAPE_DATA", CHECKOUT.parent / "shared" / "data"))
    return folder if folder.is_dir() else tmp_path


def on_tensorflow(name, words, folder, monkeypatch, capsys):
    """What an example prints on TensorFlow, run in a folder and in this process."""
    assert "minitape" not in tf.__file__
    keras.backend.clear_session()  # layers are numbered from the beginning again
    path = str(EXAMPLES / f"{name}.py")
    folder.mkdir()
    with monkeypatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", [path, *words])
        patch.syspath_prepend(EXAMPLES)
        capsys.readouterr()
        try:
            runpy.run_path(path, run_name="__main__")
        finally:
            for shared in ("images", "cifar"):
                sys.modules.pop(shared, None)
    return capsys.readouterr().out


def on_minitape(name, words, folder):
    folder.mkdir()
    result = minitape(folder, "run", str(EXAMPLES / f"{name}.py"), *words)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("name", WORDS)
def test_an_example_prints_the_same(name, data, tmp_path, monkeypatch, capsys):
    words = WORDS[name].split()
    if "images" in (EXAMPLES / f"{name}.py").read_text():
        words += ["--data", str(data)]
    theirs = on_tensorflow(name, words, tmp_path / "theirs", monkeypatch, capsys)
    ours = on_minitape(name, words, tmp_path / "ours")
    ours, theirs = (APART.sub("", output) for output in (ours, theirs))
    assert NUMBER.sub("#", ours) == NUMBER.sub("#", theirs)
    for our, their in zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=True):
        last_place = 10.0 ** -len(their.partition(".")[2])
        assert float(our) == pytest.approx(float(their), abs=2.01 * last_place), (our, their)


MISTAKES = {  # what TensorFlow says, where it is not minitape's words
    "a number for a shape": "ValueError: Cannot convert '784' to a shape.",
    "pythons input": "ValueError: Only input tensors may be passed as positional arguments",
    "a misspelt loss": "AttributeError: .* no attribute 'SparesCategoricalCrossentropy'",
    "a method that tapes lack": "AttributeError: 'GradientTape' .* no attribute 'gradients'",
    "swapped pairs": "AttributeError: .* object has no attribute '_unique_id'",
    "fit before compile": r"ValueError: You must call `compile\(\)` before using the model.",
    "fewer outputs than classes": (
        r"InvalidArgumentError: Received a label value of 99 .* valid range of \[0, 10\)"
    ),
    "an old step": r"warning: `model.compiled_loss\(\)` is deprecated",
}


def test_mistakes(tmp_path, monkeypatch, capsys, graphs):  # eagerly, TensorFlow warns of that
    theirs = mistakes(on_tensorflow("mistakes", [], tmp_path / "theirs", monkeypatch, capsys))
    ours = mistakes(on_minitape("mistakes", [], tmp_path / "ours"))
    assert list(ours) == list(theirs)
    assert MISTAKES.keys() < theirs.keys()
    for title, (wrong, right) in theirs.items():
        assert ours[title][1] == right
        if title in MISTAKES:
            assert re.match(MISTAKES[title], wrong[0]), wrong
        else:
            assert ours[title][0] == wrong
    # The mean of all predictions, of ten classes, passes for the loss.
    assert theirs["an old step"][0][-1] == "loss 0.1000"
