"""Why a gradient is None: the cause, the op, the name and the user's line."""

import gc
import os
import subprocess
import sys
import weakref
from contextlib import nullcontext

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.engine import active
from minitape.learn import Explanation, explain, history
from tests.conftest import CHECKOUT
from tests.learn import unconnected
from tests.learn.unconnected import PROGRAMS, Program


def here(function):
    """The line of a function that ends in "# here"."""
    return Program(function, "", None, "").line


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_answer_has_cause_op_name_and_line(name):
    program = PROGRAMS[name]
    with history():
        tape, y, x = program.run(mt)
    said = tape.explain(y, x)
    found = (said.cause, said.op, said.name)
    assert found == (program.cause, program.op, program.name), str(said)
    if program.line is None:
        assert said.file in (None, unconnected.__file__)
    else:
        assert (said.file, said.line) == (unconnected.__file__, program.line), str(said)
        assert f"{unconnected.__file__}:{program.line}: " in str(said)
    assert str(said).startswith("The gradient of ")
    gradient = tape.gradient(y, x)
    assert (gradient is None) == (program.cause not in ("flows", "zero"))
    if program.cause == "zero":
        assert not np.any(gradient)
    elif program.cause == "flows":
        assert np.all(gradient)


@pytest.mark.parametrize("name", [n for n, p in PROGRAMS.items() if p.cause != "zero"])
def test_a_tape_that_is_used_up(name):
    """The history knows what the tape has forgotten."""
    program = PROGRAMS[name]
    with history():
        tape, y, x = program.run(mt)
        tape.gradient(y, x)
    said = explain(tape, y, x)
    assert (said.cause, said.op) == (program.cause, program.op), str(said)
    assert said.line == program.line


@pytest.mark.parametrize("name", PROGRAMS)
def test_without_a_history_nothing_wrong_is_said(name):
    program = PROGRAMS[name]
    tape, y, x = program.run(mt)
    said = tape.explain(y, x)
    assert said.line is None
    # What the tape doesn't know it says, and how to know more.
    known = {"not watched", "not trainable", "integer", "cast", "zero", "flows"}
    expected = {program.cause} if program.cause in known else {"unknown", "not read", "not watched"}
    assert said.cause in expected, str(said)
    if said.cause in ("unknown", "not read"):
        assert "minitape.learn.history()" in str(said)


def test_the_last_op_that_the_tape_knows():
    x = mt.Variable(2.0, name="x")
    with mt.GradientTape() as tape:
        y = mt.constant(mt.exp(mt.square(x)).numpy())
    assert (tape.explain(y, x).op, tape.explain(y, x).cause) == ("exp", "unknown")


def test_a_used_up_tape_without_a_history():
    x = mt.Variable(2.0, name="x")
    with mt.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    said = tape.explain(y, x)
    assert said.cause == "unknown"
    assert "persistent=True" in said.cure


def test_explain_takes_nothing_from_the_tape():
    x = mt.Variable(2.0)
    with mt.GradientTape() as tape:
        y = x * x
    assert tape.explain(y, x).cause == "flows"
    assert float(tape.gradient(y, x)) == 4


def test_the_way_is_told():
    x = mt.Variable(2.0, name="x")
    with history(), mt.GradientTape() as tape:
        y = mt.exp(mt.square(x))  # here
    said = tape.explain(y, x)
    assert f"square ({__file__}:{here(test_the_way_is_told)}), exp (" in said.why


def test_a_rule_that_is_none_for_one_input():
    from minitape.engine import Primitive

    def scaled(value, scale):
        return value * scale

    op = Primitive(scaled, registered=False)
    op.defvjp(lambda g, y, value, scale: g * scale, None)
    x, s = mt.Variable(2.0, name="x"), mt.Variable(3.0, name="s")
    with history(), mt.GradientTape(persistent=True) as tape:
        y = op(x, s)  # here
    said = tape.explain(y, s)
    assert (said.cause, said.op, said.name) == ("not differentiable", "scaled", "s")
    assert "'scale'" in said.why
    assert said.line == here(test_a_rule_that_is_none_for_one_input)
    assert tape.explain(y, x).cause == "flows"


def test_a_custom_gradient_that_gives_none():
    @mt.custom_gradient
    def halted(x):
        return x * 2.0, lambda g: None

    x = mt.Variable(2.0, name="x")
    with history(), mt.GradientTape() as tape:
        y = halted(mt.square(x))  # here
    said = tape.explain(y, x)
    assert (said.cause, said.op) == ("not differentiable", "halted")
    assert said.line == here(test_a_custom_gradient_that_gives_none)
    assert tape.gradient(y, x) is None


def test_nested_tapes():
    x = mt.Variable(2.0, name="x")
    with history():
        with mt.GradientTape(persistent=True) as outer:
            with mt.GradientTape(persistent=True) as inner:
                y = x * x * x
            inside = inner.gradient(y, x)
        outside = inner.gradient(y, x)  # here
    assert outer.explain(inside, x).cause == inner.explain(y, x).cause == "flows"
    said = outer.explain(outside, x)
    assert said.cause == "after"
    assert said.line == here(test_nested_tapes)
    assert outer.gradient(outside, x) is None


def test_inside_a_function():
    x = mt.Variable(2.0, name="x")

    @mt.function
    def f(v):
        return mt.round(v) * 2.0  # here

    with history():
        for times in range(2):
            with mt.GradientTape() as tape:
                y = f(x * 1.5)
            said = tape.explain(y, x)
            assert (said.cause, said.op) == ("not differentiable", "round")
            if times == 0:  # later the program runs, and no Python inside
                assert said.line == here(test_inside_a_function)
            else:
                assert said.place.code == "y = f(x * 1.5)"


def test_a_loss_in_a_function_that_trains():
    x = mt.Variable(2.0, name="x")

    @mt.function
    def step():
        with mt.GradientTape() as tape:
            y = mt.round(x) * 2.0  # here
        keras.optimizers.SGD().apply_gradients([(tape.gradient(y, x), x)])

    with history(), pytest.raises(ValueError, match="x:0 .*round has no gradient") as raised:
        step()
    assert f"{__file__}:{here(test_a_loss_in_a_function_that_trains)})" in str(raised.value)


def test_python_looks_that_cut_nothing():
    """A value that was only printed is not what is told."""
    x = mt.Variable(2.0, name="x")
    with history(), mt.GradientTape() as tape:
        h = mt.square(x)
        print(h, float(h), h.numpy())
        y = mt.round(h) * 2.0  # here
    said = tape.explain(y, x)
    assert (said.op, said.line) == ("round", here(test_python_looks_that_cut_nothing))


def test_a_value_from_before_the_history():
    x = mt.Variable(2.0, name="x")
    with mt.GradientTape() as tape:
        y = mt.constant(float(x))
    with history():
        mt.square(x)
        assert tape.explain(y, x).cause == "unknown"


def test_what_is_no_tensor():
    x = mt.Variable(2.0)
    with mt.GradientTape() as tape:
        y = x * x
    with pytest.raises(TypeError, match="not a Tensor or Variable, as a target"):
        tape.explain(np.float32(1), x)
    with pytest.raises(TypeError, match="one tensor as a source"):
        tape.explain(y, [x])


# -- the errors of optimizers ----------------------------------------------------------------------


def test_the_error_of_a_loop_under_a_history():
    w, b = mt.Variable(1.0, name="w"), mt.Variable(1.0, name="b")
    with history():
        with mt.GradientTape() as tape:
            loss = mt.stop_gradient(w) + mt.constant(float(b))  # here
        pairs = zip(tape.gradient(loss, [w, b]), [w, b], strict=True)
        with pytest.raises(ValueError, match="No gradients provided for any var") as raised:
            keras.optimizers.SGD().apply_gradients(pairs)
    place = f"{__file__}:{here(test_the_error_of_a_loop_under_a_history)}"
    assert f"w:0 (stop_gradient makes a constant of what it is given: {place})" in str(raised.value)
    assert "float() took the value of b" in str(raised.value)
    assert str(raised.value).count(place) == 2


def test_the_warning_has_it_too():
    w, b = mt.Variable(1.0, name="w"), mt.Variable(1.0, name="b")
    with history():
        with mt.GradientTape() as tape:
            loss = w + mt.stop_gradient(b)
        pairs = zip(tape.gradient(loss, [w, b]), [w, b], strict=True)
        with pytest.warns(UserWarning, match=r"b:0 \(stop_gradient makes"):
            keras.optimizers.SGD().apply_gradients(pairs)


def test_variables_with_the_same_reason_are_named_together():
    weights = [mt.Variable(1.0, name=name) for name in "ab"]
    with mt.GradientTape() as tape:
        loss = mt.constant(1.0)
    pairs = zip(tape.gradient(loss, weights), weights, strict=True)
    with pytest.raises(ValueError, match=r"a:0, b:0 \(it was not read while the tape") as raised:
        keras.optimizers.SGD().apply_gradients(pairs)
    assert "minitape.learn.history()" in str(raised.value)


class Rounded(keras.Sequential):
    """A model whose loss has no gradient."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return mt.reduce_mean(mt.square(mt.round(y_pred) - y))  # here


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize("method", ["fit", "train_on_batch"])
def test_the_first_error_of_a_training_has_the_line(method, run_eagerly):
    layers = [keras.layers.Dense(1, name="line"), keras.layers.BatchNormalization()]
    model = Rounded([keras.Input((1,)), *layers, keras.layers.Dropout(0.5, seed=1)])
    model.compile("adam", run_eagerly=run_eagerly)
    with pytest.raises(ValueError, match="line/kernel.*round has no gradient") as raised:
        getattr(model, method)(np.ones((4, 1)), np.ones((4, 1)))
    line = here(Rounded.compute_loss)
    assert f"{__file__}:{line})" in str(raised.value)
    assert raised.value.__context__ is None, "it is one error, not two"
    assert not active.recorders


def test_the_second_run_leaves_no_trace():
    """All that the step counts is as after the first run."""
    states = []
    for in_vain in (False, True):
        keras.utils.set_random_seed(3)
        layers = [keras.layers.Dense(1), keras.layers.BatchNormalization()]
        model = Rounded([keras.Input((1,)), *layers, keras.layers.Dropout(0.5, seed=1)])
        model.compile("adam")
        x = np.arange(4.0, dtype="float32")[:, None]
        # Where a history listens, a second run would tell no more: so there is none.
        with history() if in_vain else nullcontext(), pytest.raises(ValueError, match="No gradi"):
            model.fit(x, x, verbose=0)
        variables = (*model.variables, *model.optimizer.variables)
        loss = [v.numpy() for metric in model.metrics for v in metric.variables]
        states.append([*(v.numpy() for v in variables), *loss, float(mt.random.uniform(()))])
        assert any(v.any() for v in states[-1][:-1])
    for once, twice in zip(*states, strict=True):
        np.testing.assert_array_equal(once, twice)
    mt.random.set_seed(None)


# -- the history -----------------------------------------------------------------------------------


def test_nothing_stays_when_it_ends():
    methods = dict(vars(mt.GradientTape))
    with history():
        assert vars(mt.GradientTape) != methods
        with history() as inner, history() as innermost:
            assert inner is innermost
        assert active.recorders
    assert dict(vars(mt.GradientTape)) == methods
    assert active.recorders == ()
    with pytest.raises(ZeroDivisionError), history():
        1 / 0  # noqa: B018
    assert active.recorders == ()
    assert dict(vars(mt.GradientTape)) == methods


def test_it_keeps_no_values_and_not_more_notes_than_it_is_told():
    with history(limit=5) as seen:
        x = mt.square(np.ones(100, "float32"))
        array = weakref.ref(x.array)
        del x
        gc.collect()
        assert array() is None
        for _ in range(10):
            mt.square(2.0)
    assert len(seen.notes) == 5


def test_what_a_tape_records_is_the_same():
    def entries():
        x = mt.Variable([1.0, 2.0])
        with mt.GradientTape(persistent=True) as tape:
            y = mt.reduce_sum(x * mt.exp(x))
        return [e.op.name for e in tape.entries], tape.gradient(y, x).numpy().tolist()

    without = entries()
    with history():
        assert entries() == without


def test_the_environment_variable():
    code = """
import minitape as mt
x = mt.Variable(2.0, name="x")
with mt.GradientTape() as tape:
    y = mt.round(x)
tape.gradient(y, x)
print(tape.explain(y, x).op, tape.explain(y, x).line)
"""
    environment = {**os.environ, "MINITAPE_HISTORY": "1"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True)
    assert done.stdout == "round 5\n", done.stderr


def test_an_explanation_is_text_to_read():
    said = Explanation("cause", "because", "Do this.", head="It is None")
    assert str(said) == "It is None: because.\nDo this."
    assert (said.file, said.line) == (None, None)


def test_what_the_history_does_not_know():
    x = mt.Variable(2.0, name="x")
    h = x * x
    with history(), mt.GradientTape() as tape:
        y = h * 2.0
    assert "before the history began" in tape.explain(y, x).why
    with history(limit=10), mt.GradientTape() as tape:
        y = mt.square(mt.constant(2.0))
        for _ in range(10):
            mt.square(x)
        y = mt.square(y)
    assert "keeps 10 notes" in tape.explain(y, x).why


def test_a_step_with_several_optimizers_is_put_back():
    """The first half of the step has its effect once, though it runs again with the second."""

    class Halves(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = (keras.layers.Dense(1, name=n) for n in ("one", "two"))
            self.ours, self.theirs = keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.1)

        def train_step(self, data):
            with mt.GradientTape(persistent=True) as tape:
                one = mt.reduce_sum(self.first(data))
                two = mt.reduce_sum(mt.floor(self.second(data)))  # here
            for loss, layer, optimizer in (
                (one, self.first, self.ours),
                (two, self.second, self.theirs),
            ):
                weights = layer.trainable_weights
                gradients = tape.gradient(loss, weights)
                optimizer.apply_gradients(zip(gradients, weights, strict=True))
            return {}

    model = Halves()
    model.compile()
    with pytest.raises(ValueError, match="two/kernel.*floor has no gradient") as raised:
        model.fit(np.ones((2, 3), "float32"), verbose=0)
    assert f"{__file__}:{here(Halves.train_step)})" in str(raised.value)
    assert int(model.ours.iterations) == 1
    np.testing.assert_allclose(model.first.bias, [-0.1], rtol=1e-5)  # Adam's first step


def test_a_tensor_read_from_a_variable_is_not_the_variable():
    x = mt.Variable(2.0, name="x")
    with history(), mt.GradientTape() as tape:
        y = x * x
        value = x.read_value()  # here
    said = tape.explain(y, value)
    assert (said.cause, said.name) == ("overwritten", "value")
    assert "read from x" in said.why
    assert said.line == here(test_a_tensor_read_from_a_variable_is_not_the_variable)


def test_what_has_no_name_is_the_source():
    constants = [mt.constant(2.0)]
    with history(), mt.GradientTape() as tape:
        y = constants[0] * 2.0
    assert "respect to the source is None" in str(tape.explain(y, constants[0]))


def test_a_step_with_another_error_is_not_run_again():
    """Errors of other kinds leave as they are."""
    calls = []

    class Failing(Rounded):
        def compute_loss(self, *args, **kwargs):
            calls.append(1)
            raise ValueError("another error")

    model = Failing([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd")
    with pytest.raises(ValueError, match="another error"):
        model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
    assert len(calls) == 1


def test_a_loss_that_was_printed_before_is_not_the_reason():
    w = mt.Variable(1.0, name="w")
    with history():
        for _ in range(3):
            with mt.GradientTape() as tape:
                loss = w * 2.0
            w.assign_sub(0.1 * tape.gradient(loss, w))
            print(float(loss))
        with mt.GradientTape() as tape:
            y = mt.square(mt.constant(2.0))  # here
    said = tape.explain(y, w)
    assert (said.cause, said.op) == ("independent", "square"), str(said)
