"""TensorFlow's recorded answers, on the CPU and on the simulated card: see answers.py."""

import numpy as np
import pytest

from compat.cases import CASES
from tests.arrays.cuda import answers
from tests.arrays.cuda import test_training as training

ANSWERS = answers.load()
DEVICES = ("/CPU:0", "/SIM:0")


def test_all_cases_are_there_but_few():
    """Of a new case, or one by another name: `python -m tests.arrays.cuda.record_answers`."""
    names = {str(case) for case in CASES}
    assert set(ANSWERS.cases) | set(ANSWERS.left_out) == names
    assert len(ANSWERS.left_out) < 10
    assert all("no numbers" in why or "JSON" in why for why in ANSWERS.left_out.values())
    assert answers.PATH.stat().st_size < 1 << 20


def test_they_say_something():
    """Most calls are on several numbers, and have a gradient."""
    sizes = [sum(a.size for a in one.example.arrays) for one in ANSWERS.cases.values()]
    assert np.median(sizes) > 5
    assert sum(bool(one.gradients) for one in ANSWERS.cases.values()) > 300


def test_another_number_is_found():
    name = "matmul"
    answer = ANSWERS.cases[name]
    for what in "values", "gradients":
        wrong = [array * (1 + 1e-3) for array in getattr(answer, what)]
        with pytest.raises(AssertionError):
            answers.check(name, answer._replace(**{what: wrong}), "/CPU:0")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ANSWERS.cases)
def test_tensorflows_answers(name, device):
    answers.check(name, ANSWERS.cases[name], device)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ANSWERS.losses)
def test_losses_as_in_keras(name, device):
    network, optimizer = name.split()
    losses, _, _ = training.trained(getattr(training, network), optimizer, device, dropout=0.0)
    np.testing.assert_allclose(losses, ANSWERS.losses[name], rtol=1e-5)
