"""The tape's page: its values, the steps backward, and the names."""

import math
import re

import numpy as np
import pytest

import minitape as mt
from minitape.learn import tape_page


def record(persistent=False):
    """The tape of y = x² w + sin(x) at x = 3, w = 2, with a line that y does not depend on."""
    x = mt.constant(3.0)
    w = mt.Variable(2.0, name="w")
    with mt.GradientTape(persistent=persistent) as tape:
        tape.watch(x)
        y = x * x * w + mt.sin(x)
        mt.exp(x)
    return tape, x, y


def test_forward_values():
    tape, x, y = record()
    page = tape_page(tape, y, names={"x": x, "y": y})
    for line in (
        "1  v1 = multiply(x, x)    9",
        "2  v2 = read_variable(w)  2",
        "3  v3 = multiply(v1, v2)  18",
        f"4  v4 = sin(x)            {math.sin(3):.4g}",
        f"5  y = add(v3, v4)        {18 + math.sin(3):.5g}"[:-1],
        f"6  v5 = exp(x)            {math.exp(3):.4g}",
    ):
        assert line in page


def test_the_contributions_add_up_to_the_derivative():
    tape, x, y = record()
    page = tape_page(tape, y, names={"x": x, "y": y})
    contributions = [float(number) for number in re.findall(r"d\(x\) \+= (\S+)", page)]
    # From sin(x), and from each factor of x * x.
    assert contributions == pytest.approx([math.cos(3), 6, 6], rel=1e-3)
    gradient = page.split("gradient\n")[1].split("\n")
    assert gradient == [f"     d(x) = {12 + math.cos(3):.4g}", "     d(w) = 9"]


def test_leaves_out_what_the_target_does_not_depend_on():
    tape, _, y = record()
    backward = tape_page(tape, y).split("backward")[1]
    assert [int(n) for n in re.findall(r"^ +(\d+)  d", backward, re.MULTILINE)] == [5, 4, 3, 2, 1]


def test_a_tape_that_is_not_persistent_is_used_up():
    tape, x, y = record()
    tape_page(tape, y)
    with pytest.raises(RuntimeError, match="non-persistent"):
        tape.gradient(y, x)


def test_a_persistent_tape_gives_the_same_page_again():
    tape, x, y = record(persistent=True)
    assert tape_page(tape, y) == tape_page(tape, y)
    assert float(tape.gradient(y, x)) == pytest.approx(12 + math.cos(3))


def test_large_tensors_are_shown_by_their_shape_and_parameters_by_name():
    x = mt.Variable(np.ones((3, 4), "float32"), name="x")
    with mt.GradientTape() as tape:
        y = mt.reduce_sum(x, axis=0)
    page = tape_page(tape, y)
    assert "read_variable(x)" in page
    assert "<3×4>" in page
    assert "axis=" in page
    assert "[3, 3, 3, 3]" in page


def test_an_op_with_several_outputs():
    x = mt.constant([1.0, 2.0])
    with mt.GradientTape() as tape:
        tape.watch(x)
        a, b = mt.unstack(x)
        y = a * b
    page = tape_page(tape, y, names={"x": x, "a": a, "b": b, "y": y})
    assert "d(x) = [2, 1]" in page


def test_an_empty_tape():
    with mt.GradientTape() as tape:
        y = mt.constant(1.0) + 1.0
    assert tape_page(tape, y).splitlines() == [
        "forward: what the tape wrote down",
        "backward: from the last line to the first",
        "gradient",
    ]


def test_complex_derivatives_are_tensorflows_at_every_line():
    z = mt.constant(1 + 2j)
    with mt.GradientTape() as tape:
        tape.watch(z)
        y = z * z
    page = tape_page(tape, y, names={"z": z, "y": y})
    # The conjugate of the derivative 2z.
    assert "d(z) += 1.-2.j  d(z) += 1.-2.j" in page
    assert page.endswith("d(z) = 2.-4.j")


def test_an_unused_output_has_no_derivative_on_the_page():
    x = mt.Variable([1.0, 3.0])
    with mt.GradientTape() as tape:
        _, variance = mt.nn.moments(x, 0)
    page = tape_page(tape, variance)
    assert "d(Variable) = [-1, 1]" in page
