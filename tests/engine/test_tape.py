"""GradientTape, beyond the rows of the specification: what it keeps, says and lets go of."""

import gc
import logging
import traceback
import tracemalloc
import weakref

import numpy as np
import pytest

import minitape as mt
from minitape.engine import Entry


def names(tape):
    return [entry.op.name for entry in tape.entries]


# -- what it writes down ---------------------------------------------------------------------------


def test_an_entry_holds_the_op_its_inputs_output_and_parameters():
    x = mt.constant([1.0, 2.0])
    with mt.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = mt.reduce_sum(y, axis=0)
    product, total = tape.entries
    assert isinstance(total, Entry)
    assert product.op.name == "multiply"
    assert all(a is x for a in product.inputs)
    assert total.inputs[0] is y
    assert total.output is z
    assert total.params == {"axis": (0,), "keepdims": False}


def test_each_read_of_a_variable_is_an_entry():
    v = mt.Variable(2.0)
    with mt.GradientTape() as tape:
        v * v
    assert names(tape) == ["read_variable", "read_variable", "multiply"]
    assert tape.entries[0].inputs == (v,)


def test_what_depends_on_nothing_watched_is_not_kept():
    x, constant = mt.constant(1.0), mt.constant(2.0)
    with mt.GradientTape() as tape:
        tape.watch(x)
        constant * constant
        x > 0.0  # noqa: B015 - not differentiable
        mt.stop_gradient(x) * constant
        mt.exp(x)
    assert names(tape) == ["exp"]


def test_a_used_tape_keeps_nothing_but_the_variables_it_watched():
    v = mt.Variable(2.0)
    with mt.GradientTape() as tape:
        y = v * v
    tape.gradient(y, v)
    assert tape.entries == []
    assert tape.watched_variables() == (v,)


def test_a_tape_that_was_refused_something_is_not_used():
    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = x * x
    for target, source in [(y, np.ones(1)), (3.0, x), (y, None)]:
        with pytest.raises(TypeError):
            tape.gradient(target, source)
    assert float(tape.gradient(y, x)) == 6


def test_the_gradient_of_a_persistent_tape_is_the_same_again():
    x = mt.Variable([1.0, 2.0])
    with mt.GradientTape(persistent=True) as tape:
        y = mt.exp(x) * x
    first, second = tape.gradient(y, x), tape.gradient(y, x)
    np.testing.assert_array_equal(first, second)
    assert len(tape.entries) == 4


def test_a_tensor_made_before_the_tape_and_watched_within():
    x = mt.constant(3.0)
    y = x * x
    with mt.GradientTape() as tape:
        tape.watch(y)
        z = y * y
    assert float(tape.gradient(z, y)) == 18


# -- what it says ----------------------------------------------------------------------------------


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.WARNING, "minitape")
    return caplog


def test_watching_an_integer_is_warned_of(log):
    with mt.GradientTape() as tape:
        tape.watch(mt.constant(1))
    assert "dtype of the watched tensor must be floating (e.g. float32), got int32" in log.text


def test_an_integer_target_is_warned_of(log):
    x = mt.Variable(1.0)
    with mt.GradientTape() as tape:
        y = mt.cast(x, "int32")
    assert tape.gradient(y, x) is None
    assert "dtype of the target tensor must be floating (e.g. float32), got int32" in log.text


def test_a_gradient_inside_a_persistent_tape_is_warned_of(log):
    x = mt.Variable(3.0)
    with mt.GradientTape(persistent=True) as tape:
        y = x * x
        with tape.stop_recording():
            tape.gradient(y, x)
        assert not log.records
        tape.gradient(y, x)
    assert "a persistent tape records its gradient's ops" in log.text


def test_the_ops_of_a_gradient_are_recorded_only_while_recording():
    x = mt.Variable(3.0)
    with mt.GradientTape(persistent=True) as tape:
        y = x * x
        before = len(tape.entries)
        with tape.stop_recording():
            tape.gradient(y, x)
        assert len(tape.entries) == before
        tape.gradient(y, x)
        assert len(tape.entries) > before


def test_a_variable_without_a_gradient_is_told_why():
    used, read, unread = mt.Variable(1.0), mt.Variable(1.0), mt.Variable(1.0)
    frozen, integer = mt.Variable(1.0, trainable=False), mt.Variable(1)
    sources = [used, read, unread, frozen, integer]
    with mt.GradientTape() as tape:
        read * 1.0
        y = used * frozen * mt.cast(integer, "float32")
    gradients = tape.gradient(y, sources)
    assert [g is None for g in gradients] == [False, True, True, True, True]
    assert [v.no_gradient_reason for v in sources] == [
        None,
        "it was read, but the target was not computed from it",
        "it was not read while the tape was recording",
        "it was not watched, being not trainable or not floating",
        "it was not watched, being not trainable or not floating",
    ]


def test_a_variable_that_the_tape_was_not_to_watch_by_itself():
    x = mt.Variable(1.0)
    with mt.GradientTape(watch_accessed_variables=False) as tape:
        y = x * x
    assert tape.gradient(y, x) is None
    assert x.no_gradient_reason == "it was not watched while the tape was recording"


def test_tape_gradients_leads_to_gradient():
    with pytest.raises(AttributeError, match=r"no attribute 'gradients'. Did") as caught:
        mt.GradientTape().gradients(1, 2)
    shown = "".join(traceback.format_exception(caught.value))
    assert shown.count("Did you mean: 'gradient'") == 1, "Python adds none of its own"


# -- what it lets go of ----------------------------------------------------------------------------


def test_intermediate_results_are_freed_with_the_gradient():
    x = mt.Variable(np.ones(100))
    with mt.GradientTape() as tape:
        y = mt.exp(x)
        kept = weakref.ref(y.array)
        y = mt.reduce_sum(y * y)
    assert kept() is not None
    tape.gradient(y, x)
    assert kept() is None


def test_intermediate_results_are_freed_with_the_tape():
    x = mt.Variable(np.ones(100))
    with mt.GradientTape(persistent=True) as tape:
        y = mt.exp(x)
        kept = weakref.ref(y.array)
        y = mt.reduce_sum(y * y)
    tape.gradient(y, x)
    assert kept() is not None
    gc.disable()  # no cycle keeps them: the last reference is enough
    try:
        del tape
        assert kept() is None
    finally:
        gc.enable()


def test_memory_is_flat_over_a_thousand_steps():
    w = mt.Variable(np.ones((8, 8), "float32"))
    x = mt.constant(np.ones((4, 8), "float32"))

    def steps(count):
        for _ in range(count):
            with mt.GradientTape() as tape:
                loss = mt.reduce_mean(mt.tanh(x @ w))
            w.assign_sub(0.01 * tape.gradient(loss, w))

    tracemalloc.start()
    try:
        steps(2000)  # Python and NumPy fill the lists in which they keep freed blocks
        objects, (before, _) = len(gc.get_objects()), tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        steps(1000)
        after, peak = tracemalloc.get_traced_memory()
        assert len(gc.get_objects()) - objects < 50
        assert after - before < 5_000
        assert peak - before < 20_000
    finally:
        tracemalloc.stop()


def test_a_diamond_is_walked_once_per_entry():
    calls = []

    def rule(g, y, x):
        calls.append(1)
        return g

    double = mt.engine.Primitive(lambda x: x + 0, registered=False)
    double.defvjp(rule)
    x = mt.constant(1.0)
    with mt.GradientTape() as tape:
        tape.watch(x)
        y = x
        for _ in range(60):
            y = double(y) + y
    assert float(tape.gradient(y, x)) == 2.0**60
    assert len(calls) == 60
