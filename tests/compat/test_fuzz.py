"""The fuzzer: its programs are data, always the same; it notices wrong ops, and finds none."""

import contextlib
import io

import numpy as np
import pytest
import tensorflow as tf

import minitape
from compat import fuzz
from compat.cases import CASES
from compat.fuzz import Leaf, Program, Ref, Step, Verdict
from compat.fuzz.running import function_of
from compat.fuzz.shrinking import shrunk
from compat.fuzz.vocabulary import VOCABULARY
from compat.names import by_object, op_name, shared
from minitape.ops.rules import elementwise


def test_a_few_dozen_programs_agree():
    report = fuzz.examine(0, range(60))
    texts = [f"{label}: {what}\n{p.script()}" for _, label, what, p in report.failures]
    assert not texts, "\n\n".join(texts)
    assert report.verdicts["unstable"] <= 2


def test_a_seed_gives_one_program():
    for i in range(20):
        assert repr(fuzz.random_program(f"7/{i}")) == repr(fuzz.random_program(f"7/{i}"))


def test_programs_are_graphs_of_many_ops():
    programs = [fuzz.random_program(f"3/{i}") for i in range(600)]
    used = [name for p in programs for s in p.steps for name in set(fuzz.program.used(s))]
    assert len(used) > len(set(used)) * 1.2  # parts are shared
    ops = {s.op for p in programs for s in p.steps}
    assert len(ops) > 0.95 * len(VOCABULARY), VOCABULARY.keys() - ops
    assert {p.mode for p in programs} == set(fuzz.program.MODES)
    dtypes = {leaf.array.dtype.name for p in programs for leaf in p.leaves.values()}
    assert dtypes >= {"float32", "float64", "complex64", "complex128", "int32", "bool"}


def test_most_functions_are_in_the_vocabulary():
    ops = {case.op for case in CASES if case.differentiable}
    public = {names[0]: value for value, names in by_object(shared(tf)) if op_name(value) in ops}
    used = {function_of(minitape, op) for op in VOCABULARY}
    missing = sorted(name for name, value in public.items() if value not in used)
    assert len(missing) < len(public) / 5, missing


def test_a_program_is_data():
    program = fuzz.random_program("5/1")
    names = {"Leaf": Leaf, "Program": Program, "Ref": Ref, "Step": Step, "np": np}
    again = eval(repr(program), names)
    assert repr(again) == repr(program)
    assert fuzz.compare(tf, again).verdict is Verdict.AGREE


@pytest.mark.parametrize("mode", fuzz.program.MODES)
def test_a_program_is_a_script(mode):
    program = Program(
        {"x": Leaf(np.float64([1, 2])), "v": Leaf(np.float64(3), "variable")},
        (Step(("y", "z"), "split", (Ref("x"), 2)), Step(("t",), "*", (Ref("y"), Ref("v")))),
        targets=("t",),
        mode=mode,
    )
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program.script(), {})
    _, theirs, ours = printed.getvalue().replace("tf.Tensor", "").split("-- ")
    assert theirs.count("\n") == ours.count("\n") > 4
    assert "t = ([3.], shape=(1,), dtype=float64)" in ours
    assert theirs.partition("\n")[2].replace("<tf.", "<") == ours.partition("\n")[2].replace(
        "<tf.", "<"
    )


def planted(rule, forward=np.tanh):
    """A tanh with another rule or forward."""
    return elementwise(rule, registered=False)(lambda x: forward(x))


def test_a_wrong_gradient_is_noticed(monkeypatch):
    monkeypatch.setattr(minitape, "tanh", planted(lambda g, y, x: g * (1 - y * y) * 1.001))
    report = fuzz.examine(0, range(12), vocabulary=ABOUT_TANH)
    assert report.failures
    for _, label, what, program in report.failures:
        assert label.startswith(("gradient", "second", "jvp", "forward"))
        assert "numbers" in what
        assert [s.op for s in program.steps] == ["tanh"]
        assert sum(leaf.array.size for leaf in program.leaves.values()) == 1


ABOUT_TANH = {op: VOCABULARY[op] for op in ("tanh", "*", "+", "reduce_sum", "sin")}


def test_a_wrong_second_derivative_is_noticed(monkeypatch):
    slope = planted(lambda g, y, x: g * minitape.stop_gradient(1 - y * y))
    monkeypatch.setattr(minitape, "tanh", slope)
    report = fuzz.examine(1, range(30), vocabulary=ABOUT_TANH)
    labels = {label.rpartition(" ")[0] for _, label, _, _ in report.failures}
    assert "second" in labels
    assert labels <= {"second", "forward over reverse"}


def test_a_wrong_value_is_noticed(monkeypatch):
    right = lambda g, y, x: g * (1 - y * y)  # noqa: E731
    monkeypatch.setattr(minitape, "tanh", planted(right, lambda x: np.tanh(x) * 1.0001))
    report = fuzz.examine(0, range(12), vocabulary=ABOUT_TANH)
    assert any(" " not in label for _, label, _, _ in report.failures)


def one_step(op, *arrays, **params):
    leaves = {f"x{i}": Leaf(np.asarray(a)) for i, a in enumerate(arrays)}
    return Program(leaves, (Step(("y",), op, tuple(map(Ref, leaves)), params),), ("y",))


def test_errors_are_compared(monkeypatch):
    program = one_step("matmul", np.ones((2, 3)), np.ones((2, 3)))
    assert fuzz.compare(tf, program).verdict is Verdict.AGREE

    def refuse(a, b):
        raise TypeError("no")

    monkeypatch.setattr(minitape, "matmul", refuse)
    finding = fuzz.compare(tf, program)
    assert finding.verdict is Verdict.DIFFER
    assert "raised TypeError, expected raised InvalidArgumentError" in finding.what


def test_none_and_zero_differ(monkeypatch):
    program = one_step("floor", np.array([1.5]))
    assert fuzz.compare(tf, program).verdict is Verdict.AGREE
    zero = elementwise(lambda g, y, x: minitape.zeros_like(g), registered=False)(np.floor)
    monkeypatch.setattr(minitape, "floor", lambda x: zero(x))
    assert fuzz.compare(tf, program).verdict is Verdict.DIFFER


def test_a_dtype_is_compared(monkeypatch):
    monkeypatch.setattr(minitape, "exp", lambda x: minitape.cast(x, "float64"))
    assert fuzz.compare(tf, one_step("exp", np.float32([0.5]))).what.startswith("dtype")


def test_what_rounding_decides_is_no_difference(monkeypatch):
    # Whether 0.1 + 0.2 - 0.3 is above 0 depends on the order; whether 0.1 + 0.2 - 0.2 is, does not.
    steps = (Step(("s",), "reduce_sum", (Ref("x"),)), Step(("y",), ">", (Ref("s"), 0.0)))
    unstable, stable = (
        Program({"x": Leaf(np.float64([0.1, 0.2, last]))}, steps, ("s",)) for last in (-0.3, -0.2)
    )
    assert fuzz.compare(tf, unstable).verdict is Verdict.AGREE
    monkeypatch.setattr(minitape, "reduce_sum", lambda x: x[0] + x[1] + x[2] - 1e-16)
    assert fuzz.compare(tf, stable).verdict is Verdict.AGREE
    assert fuzz.compare(tf, unstable).verdict is Verdict.UNSTABLE
    monkeypatch.setattr(minitape, "reduce_sum", lambda x: x[0] * 0 - 1e-6)
    assert fuzz.compare(tf, unstable).verdict is Verdict.DIFFER
    assert fuzz.compare(tf, stable).verdict is Verdict.DIFFER


def test_shrinking_keeps_what_fails():
    program = fuzz.random_program("11/3")
    op = program.steps[-1].op
    small = shrunk(
        program, lambda p: any(s.op == op for s in p.steps), lambda p: fuzz.run(minitape, p)
    )
    assert [s.op for s in small.steps] == [op]
