"""The programs in examples/ run by `minitape run`, on the small digits, and end as they should.

That they do the same on TensorFlow is in tests/compat/test_examples.py.
"""

import re

import pytest

from tests.conftest import CHECKOUT
from tests.test_cli import minitape

EXAMPLES = CHECKOUT / "examples"
# The generative ones and the sweep have tests of their own; two are no programs.
ELSEWHERE = {"gan", "vae", "sweep", "images", "cifar"}
HERE = {
    "checkpoints",
    "convnets",
    "fit",
    "mistakes",
    "models",
    "own_loop",
    "tape_basics",
    "train_step",
}


def run(folder, name, *words):
    """What an example prints: in a folder without data, with warnings as errors."""
    if name not in ("mistakes", "models", "tape_basics"):
        words = (*words, "--data", str(folder))
    result = minitape(folder, "run", str(EXAMPLES / f"{name}.py"), *words)
    assert result.returncode == 0, result.stderr
    return result.stdout


def numbers(pattern, text):
    """The numbers in what a pattern's one group matches, for each match."""
    return [
        [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", found)]
        for found in re.findall(pattern, text)
    ]


def test_every_example_is_tested():
    assert {path.stem for path in EXAMPLES.glob("*.py")} - ELSEWHERE == HERE


def test_tape_basics(tmp_path):
    assert run(tmp_path, "tape_basics").splitlines() == [
        "d(x²)/dx at 3: 6.0",
        "shapes of w and d(loss)/dw: (3, 2) (3, 2)",
        # loss = mean(y²), so d(loss)/db = y = [1, 2, 3] @ w
        "d(loss)/db: [22. 28.]",
        "the same by name: [22. 28.]",
        "of copies that were made later: None",
        "d(x³)/dx and d²(x³)/dx² at 2: 12.0 12.0",
        "d(log(1 + e^x))/dx at 100: 1.0",
    ]


def test_models(tmp_path):
    output = run(tmp_path, "models")
    assert "weights before build: 0" in output
    assert "and after: [(3, 64), (64,), (64, 10), (10,)]" in output
    assert f"Total params: {3 * 64 + 64 + 64 * 10 + 10} " in output

    parameters = 2020 * 64 + 64 + (64 + 1) + 4 * (64 + 1)
    assert numbers("parameters: (.*)", output) == [
        [parameters, parameters + 3 * (64 + 1)],
        [parameters],
    ]
    ((loss, priority, department, accuracy, distance),) = numbers(r"evaluate: \[(.*)\]", output)
    assert loss == pytest.approx(priority + department, abs=2e-3)
    assert 0.25 < accuracy <= 1, "better than chance"
    assert priority < distance < 1, "of numbers below 1, squares are smaller"
    by_name = re.search(r"evaluate: \{(.*)\}", output)[1]
    assert re.findall(r"'(\w+)'", by_name) == [
        "department_accuracy",
        "department_loss",
        "loss",
        "priority_loss",
        "priority_mean_absolute_error",
    ]
    ((later_accuracy, _, later_loss, *_),) = numbers(r"evaluate: \{(.*)\}", output)
    assert later_loss < loss
    assert later_accuracy > accuracy

    names = "'title', 'text', 'tags', 'together', 'features', 'priority', 'department'"
    assert f"layers: [{names}]" in output
    assert "what `together` gives: (None, 2020)" in output
    assert "the features are the same layer, trained already: True" in output
    assert "(None, 2020)" in (tmp_path / "tickets.svg").read_text()
    assert "called: (640, 1) (640, 4)" in output
    assert "departments sum up to 1: True" in output


def test_fit(tmp_path):
    pytest.importorskip("matplotlib")
    output = run(tmp_path, "fit")
    validation = numbers("val_loss: (.*?) ", output)
    epochs = len(validation)
    assert f"It ended after {epochs} epochs of 25 batches." in output
    assert "The last batch's mean is the epoch's: True" in output
    ((lowest,),) = numbers("lowest val_loss: (.*)", output)
    assert [lowest] == min(validation)
    assert numbers("model in the file: (.*)", output) == [[lowest]]
    ((accuracy,),) = numbers("test accuracy (.*?),", output)
    assert accuracy > 0.9
    names = [path.name for path in sorted((tmp_path / "fit-results").iterdir())]
    assert names == ["best.keras", *(f"loss_{epoch:02}.png" for epoch in range(1, epochs + 1))]
    assert (tmp_path / "fit-results" / "loss_01.png").read_bytes().startswith(b"\x89PNG")


def test_fit_stops_early(tmp_path):
    pytest.importorskip("matplotlib")
    output = run(tmp_path, "fit", "--images", "160", "--epochs", "40")
    accuracies = [value for (value,) in numbers("val_accuracy: (.*?) ", output)]
    assert len(accuracies) < 40
    assert max(accuracies[:-2]) >= max(accuracies[-2:]), "two epochs without anything better"


def test_own_loop(tmp_path):
    output = run(tmp_path, "own_loop")
    losses = [loss for (loss,) in numbers("epoch .*loss (.*?),", output)]
    assert len(losses) == 3
    assert losses == sorted(losses, reverse=True)
    ((accuracy,),) = numbers("test: .*accuracy (.*)", output)
    assert accuracy > 0.9


def test_train_step(tmp_path):
    output = run(tmp_path, "train_step")
    classified, regressed = output.split("How large?\n")
    plain, own_step = re.findall(r"(?:Model|OwnStep):\n((?:  .*\n)*)", classified)
    assert own_step == plain
    assert "accuracy by epoch" in plain
    losses = numbers("loss by epoch: (.*)", classified)
    assert losses[0] == losses[1] == losses[2] == sorted(losses[0], reverse=True)
    (_, accuracy), _, (loss,) = numbers("test: (.*)", classified)
    assert accuracy > 0.85
    assert [loss, accuracy] == numbers("test: (.*)", classified)[0]
    for name in ("loss", "mae"):
        plain, own_step = numbers(f"{name} by epoch: (.*)", regressed)
        assert own_step == plain == sorted(plain, reverse=True)


def test_convnets(tmp_path):
    output = run(tmp_path, "convnets", "--images", "96")
    lines = re.findall(r"  (\d+) parameters, (.*)", output)
    digits = (9 * 32 + 32) + (9 * 32 * 64 + 64) + (24 * 24 * 64 * 128 + 128) + (128 * 10 + 10)
    photographs = (27 * 16 + 16) + (9 * 16 * 32 + 32) + (1152 * 256 + 256) + (256 * 100 + 100)
    assert [int(count) for count, _ in lines] == 3 * [digits] + 3 * [photographs]
    for three in (lines[:3], lines[3:]):
        assert len(set(three)) == 1, "however a model is written, it learns the same"
        ((first, second),) = numbers("loss by epoch ([^,]*)", three[0][1])
        assert second < first
    by_fit, by_hand = numbers(r"  loss by epoch: \[(.*)\]", output)
    assert by_hand == pytest.approx(by_fit, abs=2e-4)


def test_checkpoints(tmp_path):
    output = run(tmp_path, "checkpoints")
    assert "Total params: 87,120 " in output
    assert "Going on" not in output
    assert "saved: ['ckpt-2', 'ckpt-3']" in output
    assert "The networks in the file make the same images: True" in output

    interrupted = tmp_path / "interrupted"
    interrupted.mkdir()
    first = run(interrupted, "checkpoints", "--epochs", "1")
    second = run(interrupted, "checkpoints")
    assert "Going on after epoch 1" in second
    epochs = re.findall("epoch .: .*", output)
    assert len(epochs) == 3
    assert re.findall("epoch .: .*", first + second) == epochs


MISTAKES = {  # what minitape says
    "a number for a shape": r"warning: Input\(shape=784\) .*minitape reads it as shape=\(784,\)",
    "pythons input": "ValueError: Only input tensors .* did you mean `inputs`?",
    "a misspelt loss": "AttributeError: .* `keras.losses.SparseCategoricalCrossentropy`",
    "a method that tapes lack": "AttributeError: .* 'gradients'. Did you mean: 'gradient'?",
    "swapped pairs": r"TypeError: .* write zip\(gradients, variables\)",
    "a column of labels": r"\d+\.\d+ for an image",
    "fit before compile": r"ValueError: You must call `compile\(\)`",
    "fewer outputs than classes": (
        r"InvalidArgumentError: Received a label value of 99 .* the valid range of \[0, 10\)\."
        ".* layer 'classes'"
    ),
    "an old step": r"warning: `model.compiled_loss\(\)` is deprecated",
}


def mistakes(output):
    """{title: (lines of the wrong way, lines of the right one)}, as they are printed."""
    found = {}
    for block in output.strip().split("\n\n"):
        title, *lines = block.splitlines()
        right = next(i for i, line in enumerate(lines) if line.startswith("right: "))
        found[title] = ([line.strip() for line in lines[:right]], lines[right:])
    return found


def test_mistakes(tmp_path):
    found = mistakes(run(tmp_path, "mistakes"))
    assert list(found) == list(MISTAKES)
    for title, (wrong, right) in found.items():
        assert re.match(MISTAKES[title], wrong[0]), wrong
        assert "Error" not in right[1]
        assert "warning" not in right[1]
    # What is out of the ordinary in minitape: these two are right all the same.
    assert found["a number for a shape"][0][-1] == found["a number for a shape"][1][-1].strip()
    assert found["an old step"][0][-1] == found["an old step"][1][-1].strip()
