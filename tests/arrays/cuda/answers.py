"""TensorFlow's answers in a file, answers.npz, for machines that have a GPU and no TensorFlow.

`python -m tests.arrays.cuda.record_answers` writes it: for each Case one call with what TensorFlow
computes, values and gradients, and the losses of small networks that Keras has trained.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import minitape
from compat import harness
from compat.case import Case, Example
from compat.cases import CASES
from compat.derivatives import call_of, floats, gradient

PATH = Path(__file__).parent / "answers.npz"
BY_NAME = {str(case): case for case in CASES}


class Answer(NamedTuple):
    """What TensorFlow computes in a call.

    Attributes:
        example: the call; lists stand for tuples among its parameters.
        values: the results, as arrays.
        cotangents: of the float results; none where no gradient was asked for.
        gradients: of the float inputs; None where there is none.
    """

    example: Example
    values: list
    cotangents: list
    gradients: list


class Answers(NamedTuple):
    """All that is in the file.

    Attributes:
        cases: by the cases' names.
        left_out: the reason for each of the other cases, by name.
        losses: of each training step, by "network optimizer".
    """

    cases: Mapping[str, Answer]
    left_out: Mapping[str, str]
    losses: Mapping[str, list]


def answer(tf, case: Case, example: Example, with_gradient: bool) -> Answer:
    """What a library computes, TensorFlow or minitape."""
    f, xs = call_of(tf, case, example)
    values = tf.nest.flatten(f(*xs))
    cotangents, gradients = [], []
    if with_gradient:
        rng = np.random.default_rng(example.seed)
        cotangents = harness.random_like(rng, floats(values))
        gradients = gradient(tf, f, xs, *harness.constants(tf, cotangents))
    return Answer(example, values, cotangents, gradients)


def check(name: str, expected: Answer, device: str) -> None:
    """Raises AssertionError unless minitape computes the same on a device, and it lies there."""
    case, example = BY_NAME[name], expected.example
    with minitape.device(device):
        f, xs = call_of(minitape, case, example)
        values = minitape.nest.flatten(f(*xs))
        w = harness.constants(minitape, expected.cotangents)
        gradients = gradient(minitape, f, xs, *w) if expected.cotangents else []
    harness.assert_on(device, [values, gradients])
    harness.assert_same(case, values, expected.values, "value")
    harness.assert_same(case, gradients, expected.gradients, "gradient")


def save(answers: Answers) -> None:
    """Writes the file: a text that says what there is, and the numbers, one type after another."""
    parts: dict[str, list] = {}

    def noted(arrays) -> list:
        found: list = []
        for array in arrays:
            if array is None:
                found.append(None)
                continue
            array = np.asarray(array)
            parts.setdefault(array.dtype.name, []).append(array.ravel())
            found.append([array.dtype.name, array.shape])
        return found

    cases = {
        name: {
            "params": dict(one.example.params),
            "dtype": one.example.dtype,
            "seed": one.example.seed,
            "arrays": noted(one.example.arrays),
            "values": noted(one.values),
            "cotangents": noted(one.cotangents),
            "gradients": noted(one.gradients),
        }
        for name, one in answers.cases.items()
    }
    text = json.dumps([cases, dict(answers.left_out), dict(answers.losses)])
    numbers: dict[str, Any] = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    np.savez_compressed(PATH, text=np.frombuffer(text.encode(), np.uint8), **numbers)


def load() -> Answers:
    """Reads the file."""
    with np.load(PATH, allow_pickle=False) as file:
        numbers = dict(file)
    cases, left_out, losses = json.loads(numbers.pop("text").tobytes())
    taken = dict.fromkeys(numbers, 0)

    def arrays(noted: list) -> list:
        found: list = []
        for one in noted:
            if one is None:
                found.append(None)
                continue
            dtype, shape = one
            start, count = taken[dtype], int(np.prod(shape))
            taken[dtype] += count
            found.append(numbers[dtype][start : start + count].reshape(shape))
        return found

    answers = {}
    for name, one in cases.items():
        given = tuple(arrays(one["arrays"]))
        example = Example(given, one["params"], one["dtype"], one["seed"])
        answers[name] = Answer(
            example, *(arrays(one[what]) for what in ("values", "cotangents", "gradients"))
        )
    return Answers(answers, left_out, losses)
