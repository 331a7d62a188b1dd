"""Every op's case beside TensorFlow: values, dtypes, derivatives, exact points, refusals."""

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from compat import harness
from compat.cases import CASES
from tests.conftest import DEEP
from tests.ops.test_cases import FEW, POINTS, REFUSALS

# TensorFlow compiles a function for each op and shape of which it is asked a tangent, and extremes
# are several comparisons each: two of both will do, unless one looks deeper.
FEWER = FEW if DEEP else settings(max_examples=2)

COMPARISONS = [
    pytest.param(case, check, id=f"{case}-{check.__name__}")
    for case in CASES
    for check in harness.COMPARISONS
    if case.differentiable
    and check.__name__ not in case.unlike
    and check is not harness.jvp_is_tensorflows
]
TANGENTS = [
    case for case in CASES if case.differentiable and "jvp_is_tensorflows" not in case.unlike
]


@pytest.mark.parametrize("case", CASES, ids=str)
@FEW
@given(data=st.data())
def test_values(case, data):
    harness.value_is_tensorflows(case, data.draw(case.examples), tf)


@pytest.mark.parametrize("case", CASES, ids=str)
@FEWER
@given(data=st.data())
def test_extremes(case, data):
    example = data.draw(case.examples)
    for check in harness.EXTREMES:
        if check.__name__ not in case.unlike:
            check(case, example, tf)


@pytest.mark.parametrize(("case", "check"), COMPARISONS)
@FEW
@given(data=st.data())
def test_derivatives(case, check, data):
    check(case, data.draw(case.float_examples), tf)


@pytest.mark.parametrize("case", TANGENTS, ids=str)
@FEWER
@given(data=st.data())
def test_tangents(case, data):
    harness.jvp_is_tensorflows(case, data.draw(case.float_examples), tf)


@pytest.mark.parametrize(("case", "at"), POINTS)
def test_known_points(case, at):
    harness.known_point(case, at, tf)


@pytest.mark.parametrize(("case", "bad"), REFUSALS)
def test_refusals(case, bad):
    harness.refusal(case, bad, tf)
