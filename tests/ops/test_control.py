"""Control flow as functions, and recompute_grad; the rows of the specification have the rest."""

import weakref

import numpy as np
import pytest

import minitape as mt


def test_recompute_grad_keeps_no_intermediate_result():
    kept = []

    @mt.recompute_grad
    def layer(x):
        hidden = mt.exp(x)
        kept.append(weakref.ref(hidden.array))
        return hidden * hidden

    x = mt.Variable(np.ones(3, "float32"))
    with mt.GradientTape() as tape:
        y = layer(x)
    assert kept[0]() is None
    assert [entry.op.name for entry in tape.entries] == ["read_variable", "layer"]
    np.testing.assert_allclose(tape.gradient(y, x), 2 * np.exp([2.0] * 3), rtol=1e-6)
    assert len(kept) == 2


def test_recompute_grad_with_keywords_structures_and_numbers():
    w = mt.Variable(2.0)

    @mt.recompute_grad
    def layer(pair, power, scale=1.0):
        return {"y": pair["a"] ** power * w * scale, "z": pair["b"]}

    pair = {"a": mt.Variable(3.0), "b": mt.Variable(5.0)}
    with mt.GradientTape() as tape:
        result = layer(pair, 2, scale=10.0)
    d = tape.gradient(result, [pair, w])
    assert (float(d[0]["a"]), float(d[0]["b"]), float(d[1])) == (120, 1, 90)


def test_recompute_grad_of_a_stack_of_layers():
    weights = [mt.Variable(np.full((3, 3), 0.1 * i, "float32")) for i in range(1, 4)]
    x = mt.constant(np.ones((2, 3), "float32"))

    def run(wrap):
        with mt.GradientTape() as tape:
            y = x
            for w in weights:
                y = wrap(lambda y, w=w: mt.tanh(y @ w))(y)
        return tape.gradient(y, weights)

    for ours, plain in zip(run(mt.recompute_grad), run(lambda f: f), strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-6)


def test_numpy_function_is_not_recorded():
    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = mt.numpy_function(lambda x: mt.exp(x), [x], "float32")
    assert tape.entries == []
    assert float(y) == pytest.approx(np.exp(3), rel=1e-6)


def test_while_loop_with_too_few_variables():
    with pytest.raises(ValueError, match=r"must return 2 loop variables.*Received: 1"):
        mt.while_loop(lambda i, y: i < 3, lambda i, y: i + 1, (0, 1.0))
