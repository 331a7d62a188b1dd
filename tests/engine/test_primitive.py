"""Primitives: the call, the rules, and what they say to wrong inputs."""

import inspect

import numpy as np
import pytest

import minitape as mt
from minitape.engine import PRIMITIVES, Primitive, Recorder, alike
from minitape.errors import InvalidArgumentError


def make(forward, **properties):
    """A primitive that isn't among those that the op tests look through."""
    return Primitive(forward, registered=False, **properties)


def product(*, mixed=False, kinds=""):
    op = make(lambda x, y: x * y, mixed=mixed, kinds=kinds)
    op.defvjp(lambda g, z, x, y: g * y, lambda g, z, x, y: g * x)
    return op


# -- the registry ----------------------------------------------------------------------------------


def test_every_differentiable_primitive_has_rules():
    for op in PRIMITIVES.values():
        assert bool(any(op.vjps) or op.vjp_all) == op.differentiable, op


def test_primitives_are_registered_by_name_and_documented():
    for name, op in PRIMITIVES.items():
        assert op.name == name
        assert repr(op) == f"<primitive {name}>"
        assert not name.startswith("_")
        if not op.forward.__name__.startswith("_"):
            assert inspect.getdoc(op), f"{name} has no docstring"


def test_the_signature_is_that_of_the_forward():
    assert str(inspect.signature(PRIMITIVES["floordiv"])) == "(x, y)"


def test_a_rule_stands_for_each_input():
    for op in PRIMITIVES.values():
        kinds = [p.kind for p in inspect.signature(op).parameters.values()]
        together = op.vjp_all or inspect.Parameter.VAR_POSITIONAL in kinds
        if op.differentiable and not together:
            inputs = kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)
            assert len(op.vjps) == inputs, op
            assert len(op.jvps) in (0, inputs), op


# -- the call --------------------------------------------------------------------------------------


def test_inputs_are_converted_to_the_dtype_of_the_first_tensor():
    t = mt.constant([1.0, 2.0], "float64")
    for values in [(t, 3), (3, t), (t, [3, 3]), (t, np.float32(3)), (t, np.array([3, 3]))]:
        assert [x.dtype for x in alike(*values)] == ["float64", "float64"]
        assert product()(*values).numpy().tolist() == [3, 6]


def test_without_a_tensor_the_first_value_decides():
    assert [x.dtype for x in alike(1.5, 2)] == ["float32", "float32"]
    assert [x.dtype for x in alike(np.ones(2), 2)] == ["float64", "float64"]


def test_a_call_does_not_copy_tensors():
    x = mt.constant([1.0, 2.0])
    assert make(lambda x: x)(x).array is x.array


def test_mixed_inputs_keep_their_dtypes():
    assert make(lambda x, y: x * y, mixed=True)(1.5, 2).dtype == "float64"


def test_one_input_may_answer_for_all():
    class Symbol:
        def __symbolic__(self, op, inputs, params):
            return op, inputs, params

    op, symbol, x = product(), Symbol(), mt.constant(1.0)
    assert op(x, symbol) == (op, (x, symbol), {})
    assert mt.multiply(symbol, 2.0)[1] == (symbol, 2.0)
    assert mt.reshape(symbol, [2, 3])[2] == {"shape": (2, 3)}


# -- complaints ------------------------------------------------------------------------------------


def test_two_dtypes_are_refused():
    with pytest.raises(InvalidArgumentError) as caught:
        mt.constant([1.0]) * mt.constant([1.0], "float64")
    assert str(caught.value) == (
        "cannot compute multiply: input #1 was expected to be a float32 tensor like input #0, but "
        "is a float64 tensor. Tensors are never promoted: convert it with minitape.cast."
    )


def test_the_kind_of_the_first_input_is_checked():
    for op in (product(kinds="f"), product(kinds="f", mixed=True)):
        with pytest.raises(InvalidArgumentError, match="input #0 was expected to be floats, but"):
            op(mt.constant(1), mt.constant(1))


def test_what_numpy_complains_of_is_told_with_the_op_and_its_inputs():
    def fail(x, *, axis):
        return x.sum(axis=axis)

    with pytest.raises(InvalidArgumentError) as caught:
        make(fail)(mt.constant([1.0, 2.0]), axis=3)
    assert str(caught.value) == (
        "fail: axis 3 is out of bounds for array of dimension 1. Received: [2] float32, axis=3."
    )
    assert isinstance(caught.value.__cause__, np.exceptions.AxisError)


def test_type_errors_stay_type_errors():
    with pytest.raises(TypeError, match="'<' not supported.*Received: .*limit='a'"):
        make(lambda x, *, limit: float(x) < limit)(1.0, limit="a")


def test_an_error_of_an_op_is_passed_on_as_it_is():
    error = InvalidArgumentError("label 3")

    def fail(x):
        raise error

    with pytest.raises(InvalidArgumentError) as caught:
        make(fail)(1.0)
    assert caught.value is error


# -- the rules -------------------------------------------------------------------------------------


def test_only_wanted_cotangents_are_computed():
    x, y = mt.constant(2.0), mt.constant(3.0)
    calls = []
    op = make(lambda x, y: x * y)
    op.defvjp(lambda g, z, x, y: calls.append("x") or g * y, lambda g, z, x, y: g * x)
    ((only, d),) = op.vjp(mt.constant(1.0), op(x, y), (x, y), {}, {y.id})
    assert only is y
    assert d.numpy() == 2
    assert calls == []


def test_a_rule_for_all_inputs():
    total = make(lambda *xs: sum(xs))
    total.defvjp_all(lambda g, y, *xs: [g * float(i) for i in range(len(xs))])
    x, y, z = (mt.constant(1.0) for _ in range(3))
    with mt.GradientTape() as tape:
        tape.watch([x, z])
        w = total(x, y, z)
    assert tape.gradient(w, [x, y, z], unconnected_gradients="zero")[2].numpy() == 2
    assert tape.watched_variables() == ()


def test_an_op_with_several_outputs_in_both_modes():
    both = make(lambda x, y: (x + y, x * y))
    both.defvjp(lambda g, z, x, y: g[0] + g[1] * y, lambda g, z, x, y: g[0] + g[1] * x)
    x, y = mt.constant(3.0), mt.constant(4.0)
    with mt.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        total, prod = both(x, y)
    assert [float(d) for d in tape.gradient(total, [x, y])] == [1, 1]
    assert [float(d) for d in tape.gradient(prod, [x, y])] == [4, 3]
    assert [float(d) for d in tape.gradient([total, prod], [x, y])] == [5, 4]

    def tangents():
        with mt.autodiff.ForwardAccumulator([x, y], [mt.constant(10.0), mt.constant(1.0)]) as acc:
            results = both(x, y)
        return [float(t) for t in acc.jvp(list(results))]

    assert tangents() == [11, 43]  # by transposition
    both.defjvp(lambda t, z, x, y: (t, t * y), lambda t, z, x, y: (t, t * x))
    assert tangents() == [11, 43]


def test_the_jvp_of_a_linear_op_is_the_op():
    seen = []

    class Listener(Recorder):
        def record(self, op, inputs, output, params):
            seen.append(op)

    op = make(lambda x, y: x * y)
    op.linear(lambda g, z, x, y: g * y, lambda g, z, x, y: g * x)
    x, y = mt.constant(3.0), mt.constant(4.0)
    with Listener(), mt.autodiff.ForwardAccumulator(y, mt.constant(10.0)) as accumulator:
        z = op(x, y)
    assert float(accumulator.jvp(z)) == 30
    assert seen == [op, op]


def test_a_rule_is_differentiable_again():
    op = product()
    x = mt.Variable(3.0)
    with mt.GradientTape() as outer:
        with mt.GradientTape() as inner:
            y = op(op(x, x), x)
        first = inner.gradient(y, x)
    assert float(first) == 27
    assert float(outer.gradient(first, x)) == 18
