"""`python -m tests.arrays.cuda.record_answers` writes TensorFlow's answers down: see answers.py."""

import json
from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf
from hypothesis import HealthCheck, Phase, given, settings

from compat.case import Case, Example
from compat.cases import CASES
from tests.arrays.cuda import answers
from tests.arrays.cuda import test_training as training

DRAWN = 40  # examples of each case, of which the largest is kept
LARGEST = 500  # numbers
NETWORKS = (training.perceptron, training.convolutional)
OPTIMIZERS = ("adam", "rmsprop", "sgd")


def main() -> None:
    found, left_out = {}, {}
    for case in CASES:
        try:
            found[str(case)] = recorded(case)
        except Exception as error:
            left_out[str(case)] = f"{type(error).__name__}: {error}".splitlines()[0]
    losses = {
        f"{network.__name__} {optimizer}": losses_of(network, optimizer)
        for network in NETWORKS
        for optimizer in OPTIMIZERS
    }
    answers.save(answers.Answers(found, left_out, losses))
    for name, reason in left_out.items():
        print(f"{name}: {reason}")
    print(
        f"{len(found)} answers, {len(left_out)} cases left out, {answers.PATH.stat().st_size} bytes"
    )


def recorded(case: Case) -> answers.Answer:
    """TensorFlow's answer to a call of its own.

    Raises:
        TypeError: what the file can't hold.
    """
    example = drawn(case)
    # As it will be read: tuples are lists.
    example = replace(example, params=json.loads(json.dumps(dict(example.params))))
    return recomputed(case, example)


def recomputed(case: Case, example: Example) -> answers.Answer:
    """TensorFlow's answer to this call.

    Raises:
        TypeError: texts are among its inputs or results.
    """
    one = answers.answer(
        tf,
        case,
        example,
        with_gradient=case.differentiable
        and "gradient_is_tensorflows" not in case.unlike
        and any(array.dtype.kind in "fc" for array in example.arrays),
    )
    for array in map(np.asarray, (*example.arrays, *one.values)):
        if array.dtype.kind not in "biufc":
            raise TypeError(f"no numbers, but {array.dtype}")
    return one


def drawn(case: Case) -> Example:
    """The largest of some examples, of float32 if there is one; the same each time."""
    found: list[Example] = []

    @settings(
        max_examples=DRAWN,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case.float_examples if case.differentiable else case.examples)
    def note(example):
        found.append(example)

    note()
    sizes = [sum(array.size for array in example.arrays) for example in found]
    best = max(
        range(len(found)),
        key=lambda i: (sizes[i] <= LARGEST, found[i].dtype == "float32", sizes[i]),
    )
    return found[best]


def losses_of(network, optimizer: str) -> list:
    """The losses as Keras computes them."""
    losses, _, _ = training.trained(network, optimizer, "/CPU:0", True, keras, dropout=0.0)
    return [float(loss) for loss in losses]


if __name__ == "__main__":
    main()
