"""What ops ask of the simulated card's library, CuPy has: the names, and their arguments."""

import functools
import inspect
import types

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from compat import harness
from compat.cases import CASES
from minitape.arrays.cuda.simulator import array

cupy = pytest.importorskip("cupy", reason="CuPy is not installed; it needs no GPU for this")


@pytest.fixture(scope="module")
def calls():
    """{path of a function: {(number of arguments, names of keywords)}}, of all cases."""
    found = {}

    def getattr_(self, name):
        value = getattr(self._module, name)
        if isinstance(value, types.ModuleType):
            return array.Library(value)
        if isinstance(value, (type, np.ufunc)) or not callable(value):
            return value
        path = f"{self._module.__name__}.{name}"

        @functools.wraps(value)
        def call(*args, **kwargs):
            found.setdefault(path, set()).add((len(args), tuple(sorted(kwargs))))
            return array.on_card(value(*array._plain(args), **array._plain(kwargs)))

        return call

    def ufunc(self, ufunc, method, *inputs, **kwargs):
        found.setdefault(f"numpy.{ufunc.__name__}", set())
        return plain(self, ufunc, method, *inputs, **kwargs)

    plain = array.SimulatedArray.__array_ufunc__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array.Library, "__getattr__", getattr_)
        patch.setattr(array.SimulatedArray, "__array_ufunc__", ufunc)
        for case in CASES:
            _run(case)
    return found


def _run(case):
    @settings(
        max_examples=3,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data):
        examples = case.float_examples if case.differentiable else case.examples
        harness.a_card_computes_the_same(case, data.draw(examples))

    run()


def test_cupy_has_them_and_takes_the_same_arguments(calls):
    assert len(calls) > 100
    for path, ways in calls.items():
        function = cupy
        for name in path.split(".")[1:]:
            function = getattr(function, name)
        for count, keywords in ways:
            inspect.signature(function).bind(*[0] * count, **dict.fromkeys(keywords))
