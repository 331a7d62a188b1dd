"""Every op has a case in compat/cases, and each case runs the primitives it says it tests."""

import types

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitape
from compat import harness
from compat.cases import CASES
from minitape import ops
from minitape.engine import PRIMITIVES, Primitive, Recorder

from .test_cases import FEW

# At least so many that each type is among them, where one doesn't do.
SOME = max(10, FEW.max_examples)

# What is tested elsewhere, each with the place.
ELSEWHERE = {
    "copied_to": "tests/arrays/test_devices.py",
    "ascending_order": "tests/compat/test_random.py, through keras.random.shuffle",
    "seed_in_31_bits": "tests/compat/test_random.py, through keras.random.uniform",
    "orthonormal_columns": "tests/compat/test_initializers.py, through Orthogonal",
    **dict.fromkeys(("normalized", "normalized_grad"), "tests/arrays/cuda/test_normalization.py"),
    **dict.fromkeys(
        (
            "adadelta_update",
            "adafactor_update",
            "adagrad_update",
            "adam_update",
            "adamax_update",
            "ftrl_update",
            "gradient_descent",
            "lamb_update",
            "lion_update",
            "momentum_descent",
            "nadam_update",
            "rmsprop_update",
        ),
        "tests/compat/test_optimizers.py",
    ),
}
# Public functions that run other functions or only make a tensor of a value.
NO_OPS = {
    "convert_to_tensor": "tests/engine",
    **dict.fromkeys(
        (
            "case",
            "cond",
            "executing_eagerly",
            "foldl",
            "foldr",
            "grad_pass_through",
            "group",
            "map_fn",
            "no_gradient",
            "no_op",
            "numpy_function",
            "py_function",
            "scan",
            "switch_case",
            "vectorized_map",
            "while_loop",
        ),
        "tests/compat/test_control.py",
    ),
    "gradients": "tests/compat/test_rows.py",
    "hessians": "tests/compat/test_rows.py",
    "print": "tests/compat/test_debugging.py",
    "recompute_grad": "tests/compat/test_rows.py",
}


def test_every_primitive_has_a_case():
    assert minitape.keras  # the whole of it is loaded, and with it its primitives
    covered = {name for case in CASES for name in (case.op, *case.covers)}
    # Tests may have made primitives of their own by now.
    ours = {name for name, op in PRIMITIVES.items() if op.__module__.startswith("minitape.")}
    missing = ours - covered - ELSEWHERE.keys()
    assert not missing, f"primitives without a case in compat/cases: {sorted(missing)}"


def test_every_public_op_has_a_case():
    covered = {case.op for case in CASES}
    public = {
        name
        for name, value in vars(ops).items()
        if isinstance(value, (types.FunctionType, Primitive)) and not name.startswith("_")
    }
    missing = public - covered - NO_OPS.keys()
    assert not missing, f"ops without a case in compat/cases: {sorted(missing)}"


def test_what_is_excused_exists():
    assert minitape.keras
    assert ELSEWHERE.keys() <= PRIMITIVES.keys()
    assert NO_OPS.keys() <= vars(ops).keys()
    for case in CASES:
        assert set(case.covers) <= PRIMITIVES.keys(), case.name
        comparisons = (*harness.COMPARISONS, *harness.EXTREMES)
        assert set(case.unlike) <= {check.__name__ for check in comparisons}, case.name


class Names(Recorder):
    """The names of the ops that were run."""

    def __init__(self):
        self.seen = set()

    def record(self, op, inputs, output, params):
        self.seen.add(op and op.name)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_runs_the_primitives_it_names(case):
    names = Names()
    named = {name for name in (case.op, *case.covers) if name in PRIMITIVES}

    def run(data):
        example = data.draw(case.float_examples if case.differentiable else case.examples)
        harness.run_under(names, case, example)

    for examples in (1, SOME):
        settings(max_examples=examples)(given(data=st.data())(run))()
        if named <= names.seen:
            return
    assert named <= names.seen
