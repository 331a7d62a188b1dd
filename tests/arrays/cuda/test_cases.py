"""Every op's case on the simulated card beside the CPU, in both orders of the threads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compat import harness
from compat.cases import CASES
from minitape.arrays.cuda.simulator import compiler
from tests.ops.test_cases import FEWER


@pytest.mark.parametrize("case", CASES, ids=str)
@FEWER
@given(data=st.data())
def test_a_card_computes_the_same(case, data):
    examples = case.float_examples if case.differentiable else case.examples
    example = data.draw(examples)
    harness.a_card_computes_the_same(case, example)
    with compiler.backwards():
        harness.a_card_computes_the_same(case, example)
