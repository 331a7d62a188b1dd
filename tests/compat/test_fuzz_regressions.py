"""What random programs found, as small as it was when it was found."""

import numpy as np
import pytest
import tensorflow as tf

from compat import fuzz
from compat.fuzz import Leaf, Program, Ref, Step, Verdict


def step(op, *arrays, mode="gradient", results=1, **params):
    """The program of one call."""
    leaves = {f"x{i}": Leaf(np.asarray(a)) for i, a in enumerate(arrays)}
    names = tuple(f"y{i}" for i in range(results))
    return Program(leaves, (Step(names, op, tuple(map(Ref, leaves)), params),), names[:1], mode)


PROGRAMS = {
    "cross entropy of no classes": step(
        "nn.softmax_cross_entropy_with_logits", np.zeros((2, 0)), np.zeros((2, 0))
    ),
    "tensordot over nothing": step("tensordot", np.zeros((2, 0)), np.zeros((2, 0)), axes=2),
    "argmax passes over nan": step("argmax", np.array([[1, -0.0], [-0.0, np.nan]])),
    "argmin passes over nan": step("argmin", np.array([np.nan, -2.0])),
    "gradient of rows picked by one number": step(
        "math.unsorted_segment_sum", np.float32(1), np.int32(1), num_segments=3
    ),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_both_engines_agree(program):
    finding = fuzz.compare(tf, program)
    assert finding.verdict is Verdict.AGREE, f"{finding.what}\n{program.script()}"
