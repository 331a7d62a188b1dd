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
    "matrix norm of a complex number": step("norm", np.complex64([1 + 2j])),
    "abs of a complex number": step("abs", np.complex128(3 - 4j)),
    "floor of a rounded quotient": step(
        "//", np.float64([1.0, -1.0, 0.3]), np.float64([0.1, np.inf, 0.1])
    ),
    "abs of unsigned integers": step("abs", np.uint8([1])),
    "sigmoid of a large complex number": step("sigmoid", np.complex64([-1000 + 3j, 1000 + 2j])),
    "gelu far below 0 in float32": step("nn.gelu", np.float32([-4.0])),
    "gradient of selu at nan": step("nn.selu", np.float32([np.nan, -2.0])),
    "expm1 of nan": step("math.expm1", np.float32([np.nan])),
    "repeat of nothing": Program(
        {"x": Leaf(np.zeros(0))}, (Step(("y",), "repeat", (Ref("x"), [])),), ("y",)
    ),
    "nan stays with the largest element of a pool": Program(
        {"x": Leaf(np.ones((1, 2, 1, 1)))},
        (
            Step(("y",), "nn.max_pool2d", (Ref("x"), [2, 1], 1, "VALID")),
            Step(("z",), "math.reduce_std", (Ref("y"),)),
        ),
        ("z",),
    ),
    "nan stays with the largest row of a segment": Program(
        {"x": Leaf(np.float64([-1, -2])), "ids": Leaf(np.int32([0, 0]))},
        (
            Step(("y",), "math.segment_max", (Ref("x"), Ref("ids"))),
            Step(("z",), "math.rsqrt", (Ref("y"),)),
        ),
        ("z",),
    ),
    "gradient of the mean alone beside an infinite variance": step(
        "nn.moments", np.float64([np.inf, 1.0]), results=2, axes=[0]
    ),
    "tangent of the largest of nothing": step("reduce_max", np.zeros(0), mode="jvp"),
    "gradient of a square beside the largest number": step(
        "square", np.float64([np.finfo(float).max, 2**1023])
    ),
    "second derivative through sqrt at 0": Program(
        {"x": Leaf(np.float64(-0.0))},
        (Step(("y",), "sqrt", (Ref("x"),)), Step(("z",), "square", (Ref("y"),))),
        ("z",),
        "second",
    ),
    "a remainder's sign where nothing is left": Program(
        {"x": Leaf(np.float32([1, -1])), "y": Leaf(np.float32([-1, 1]))},
        (
            Step(("z",), "math.floormod", (Ref("x"), Ref("y"))),
            Step(("w",), "/", (Ref("x"), Ref("z"))),
        ),
        ("w",),
    ),
    "gradient of silu under an infinite cotangent": Program(
        {"x": Leaf(np.float32(0))},
        (Step(("y",), "nn.silu", (Ref("x"),)), Step(("z",), "math.log", (Ref("y"),))),
        ("z",),
    ),
    "a remainder of nothing by 0": step("math.floormod", np.zeros(0, "int32"), np.int32(0)),
    "igamma of 0 and 0": step("math.igamma", np.float64([0, -1, np.nan]), np.zeros(3)),
    "cross entropies of no rows of one number": Program(
        {"x": Leaf(np.float64(1)), "labels": Leaf(np.zeros((0, 3), "int64"))},
        (
            Step(("y",), "fill", ([0, 3, 3], Ref("x"))),
            Step(
                ("z",),
                "nn.sparse_softmax_cross_entropy_with_logits",
                (Ref("labels"), Ref("y")),
            ),
        ),
        ("z",),
    ),
    "second derivative of expm under a large cotangent": Program(
        {"x": Leaf(np.float64([[0.90625, -0.03125], [0.15625, 0.953125]]))},
        (
            Step(("y",), "linalg.expm", (Ref("x"),)),
            Step(("z",), "*", (Ref("y"), 2.0**20)),
            Step(("w",), "math.square", (Ref("z"),)),
        ),
        ("w",),
        "second",
    ),
    "zeta of infinity": step("math.zeta", np.full(3, np.inf), np.float64([0.5, 1.0, 2.0])),
    "gradient of rows picked by one number": step(
        "math.unsorted_segment_sum", np.float32(1), np.int32(1), num_segments=3
    ),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_both_engines_agree(program):
    finding = fuzz.compare(tf, program)
    assert finding.verdict is Verdict.AGREE, f"{finding.what}\n{program.script()}"
