"""custom_gradient, beyond the rows of the specification."""

import numpy as np
import pytest

import minitape as mt
from minitape.engine import PRIMITIVES


@mt.custom_gradient
def tenfold(x):
    """x, with ten times its gradient."""
    return x + 0.0, lambda g: g * 10.0


def test_the_function_keeps_its_name_and_docstring():
    assert tenfold.__name__ == "tenfold"
    assert tenfold.__doc__ == "x, with ten times its gradient."


def test_it_is_no_op_of_the_library():
    before = dict(PRIMITIVES)
    tenfold(mt.constant(1.0))
    assert before == PRIMITIVES


def test_an_entry_stands_for_it_on_the_tape():
    x = mt.constant(1.0)
    with mt.GradientTape() as tape:
        tape.watch(x)
        y = tenfold(x)
    entry = tape.entries[-1]
    assert entry.op.name == "tenfold"
    assert entry.inputs == (x,)
    assert entry.output is y


def test_without_a_tape_it_is_the_function():
    assert float(tenfold(2.0)) == 2


def test_numbers_and_arrays_are_passed_as_they_are():
    seen = []

    @mt.custom_gradient
    def scaled(x, factor, name, weights):
        seen.extend([factor, name, weights])
        return x * factor, lambda g: (g * 1.0, None, None, None)

    weights = np.ones(2)
    x = mt.Variable([1.0, 2.0])
    with mt.GradientTape() as tape:
        y = scaled(x, 2, "name", weights)
    assert tape.gradient(y, x).numpy().tolist() == [1, 1]
    assert seen[:2] == [2, "name"]
    assert seen[2] is weights


def test_a_variable_is_passed_as_its_value_then():
    @mt.custom_gradient
    def square(x):
        return x * x, lambda g: g * 2.0 * x

    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = square(x)
    x.assign(100.0)
    assert float(tape.gradient(y, x)) == 6


def test_dictionaries_as_argument_result_and_gradient():
    @mt.custom_gradient
    def swap(pair):
        def gradient(g_u, g_v):  # one cotangent per result, in the order of the keys
            return {"b": g_u * 10.0, "a": g_v * 100.0}

        return {"v": pair["a"] + 0.0, "u": pair["b"] + 0.0}, gradient

    pair = {"a": mt.constant(1.0), "b": mt.constant(2.0)}
    with mt.GradientTape() as tape:
        tape.watch(pair)
        result = swap(pair)
    assert {key: float(y) for key, y in result.items()} == {"u": 2, "v": 1}
    assert {k: float(d) for k, d in tape.gradient(result, pair).items()} == {"a": 100, "b": 10}


def test_the_gradient_of_an_integer_argument_is_dropped():
    @mt.custom_gradient
    def pick(x, i):
        return x * mt.cast(i, "float32"), lambda g: (g * 1.0, g * 1.0)

    x, i = mt.Variable(3.0), mt.constant(2)
    with mt.GradientTape() as tape:
        y = pick(x, i)
    d_x, d_i = tape.gradient(y, [x, i])
    assert float(d_x) == 1
    assert d_i is None


def test_a_gradient_of_another_dtype_is_refused():
    same = mt.custom_gradient(lambda x: (x * 1.0, lambda g: mt.cast(g, "float64")))
    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = same(x)
    with pytest.raises(ValueError, match="requested dtype float32 for Tensor with dtype float64"):
        tape.gradient(y, x)


def test_frozen_and_integer_variables_are_not_asked_for():
    frozen, count = mt.Variable(2.0, trainable=False), mt.Variable(3)

    @mt.custom_gradient
    def layer(x):
        return x * frozen * mt.cast(count, "float32"), lambda g: g * 1.0

    x = mt.Variable(1.0)
    with mt.GradientTape() as tape:
        y = layer(x)
    assert float(tape.gradient(y, x)) == 1


def test_variables_come_in_the_order_of_their_creation():
    a, b = mt.Variable(2.0), mt.Variable(3.0)
    given = []

    @mt.custom_gradient
    def layer(x):
        def gradient(g, variables):
            given.extend(variables)
            return g, [g * 10.0, g * 20.0]

        return x * b * a, gradient

    with mt.GradientTape() as tape:
        y = layer(mt.constant(1.0))
    assert [float(d) for d in tape.gradient(y, [a, b])] == [10, 20]
    assert given == [a, b]


def test_a_gradient_function_with_any_keywords_takes_variables():
    w = mt.Variable(2.0)
    layer = mt.custom_gradient(lambda x: (x * w, lambda g, **kw: (g, [g * 5.0])))
    with mt.GradientTape() as tape:
        y = layer(mt.constant(1.0))
    assert float(tape.gradient(y, w)) == 5


def test_too_few_gradients_of_variables():
    a, b = mt.Variable(2.0), mt.Variable(3.0)
    layer = mt.custom_gradient(lambda x: (x * a * b, lambda g, variables: (g, [g])))
    with mt.GradientTape() as tape:
        y = layer(mt.constant(1.0))
    with pytest.raises(ValueError, match="expected to return 3 gradients, but returned 2 instead"):
        tape.gradient(y, a)


def test_it_may_be_applied_twice():
    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = tenfold(tenfold(x) * x)
    assert float(tape.gradient(y, x)) == 10 * (10 * 3 + 3)


def test_what_is_no_tensor_gets_no_gradient():
    class Layer:
        @mt.custom_gradient
        def scaled(self, x, factor, mode):
            return x * factor, lambda g: (g * 7.0, None, None)

    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = Layer().scaled(x, 2.0, "a text could be a tensor")
    assert (float(y), float(tape.gradient(y, x))) == (6, 7)


def test_a_variable_that_is_a_keyword_is_not_among_the_variables():
    @mt.custom_gradient
    def scaled(x, factor=None):
        return x * factor, lambda g: g * 7.0

    x, factor = mt.Variable(3.0), mt.Variable(2.0)
    with mt.GradientTape() as tape:
        y = scaled(x, factor=factor)
    assert [d if d is None else float(d) for d in tape.gradient(y, [x, factor])] == [7, None]


def test_slices_stay_slices():
    @mt.custom_gradient
    def same(x):
        rows = mt.IndexedSlices(mt.constant([5.0]), mt.constant([1]), mt.constant([3]))
        return x * 1.0, lambda g: rows

    x = mt.Variable([1.0, 2.0, 3.0])
    with mt.GradientTape() as tape:
        y = same(x)
    g = tape.gradient(y, x)
    assert g.indices.numpy().tolist() == [1]
    assert g.numpy().tolist() == [0, 5, 0]
