"""Where all the generators of random numbers stand that a process shares."""

import random
from typing import Any

import numpy

from .. import ops
from ..settings import seeds
from . import random as keras_random


def random_state() -> dict[str, Any]:
    """The states of Python's, NumPy's and minitape's own generators, as values that JSON knows.

    A layer's generator is one of the layer's variables, and not among them.
    """
    numpys = numpy.random.get_state(legacy=False)
    values = {k: v.tolist() if hasattr(v, "tolist") else v for k, v in numpys["state"].items()}
    return {
        "python": random.getstate(),
        "numpy": {**numpys, "state": values},
        "seeds": seeds.state(),
        "keras": [g.state.numpy().tolist() for g in keras_random._global_generators],
    }


def set_random_state(state: dict[str, Any]) -> None:
    """Has all generators go on from a `random_state`."""
    keras_random.reset_global_seed_generator()
    for value in state["keras"]:  # one, or none if nobody used it so far
        generator = keras_random.global_seed_generator()
        generator.state.assign(ops.constant(value, dtype="int64"))
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers), gauss))
    numpy.random.set_state(state["numpy"])
    seeds.set_state(state["seeds"])
