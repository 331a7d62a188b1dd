"""Every op's case, on minitape alone: derivatives, exact points, refusals. See compat/."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compat import harness
from compat.cases import CASES
from tests.conftest import DEEP

# A few examples of each property of each op: HYPOTHESIS_PROFILE=intense draws many more.
FEW = settings(max_examples=settings.default.max_examples // 5 if DEEP else 4)
FEWER = FEW if DEEP else settings(max_examples=3)
DIFFERENTIABLE = [case for case in CASES if case.differentiable]
POINTS = [
    pytest.param(case, at, id=f"{case}-{i}") for case in CASES for i, at in enumerate(case.at)
]
REFUSALS = [
    pytest.param(case, bad, id=f"{case}-{i}") for case in CASES for i, bad in enumerate(case.raises)
]


@pytest.mark.parametrize("check", harness.PROPERTIES, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", DIFFERENTIABLE, ids=str)
@FEW
@given(data=st.data())
def test_derivatives(case, check, data):
    check(case, data.draw(case.float_examples))


@pytest.mark.parametrize("case", CASES, ids=str)
@FEW
@given(data=st.data())
def test_nothing_is_written_into(case, data):
    harness.nothing_is_written_into(case, data.draw(case.examples))


@pytest.mark.parametrize("case", CASES, ids=str)
@FEW
@given(data=st.data())
def test_any_layout_and_variables(case, data):
    example = data.draw(case.examples)
    for check in harness.INPUTS:
        check(case, example)


@pytest.mark.parametrize("case", CASES, ids=str)
@FEWER
@given(data=st.data())
def test_a_function_replays_it(case, data):
    harness.replay_is_what_python_does(case, data.draw(case.examples))


@pytest.mark.parametrize(("case", "at"), POINTS)
def test_known_points(case, at):
    harness.known_point(case, at)


@pytest.mark.parametrize(("case", "bad"), REFUSALS)
def test_refusals(case, bad):
    harness.refusal(case, bad)
