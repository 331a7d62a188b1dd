"""Branches, loops and folds beside TensorFlow's: results, structures, gradients and errors."""

from typing import NamedTuple

import numpy as np
import pytest

import minitape as mt
from compat.outcome import assert_same_outcome

VECTOR = [1.0, 2.0, 3.0]


def differentiated(tf, f, x):
    """The result of f at x, and its gradient."""
    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = f(x)
    return [y, tape.gradient(y, x)]


class Pair(NamedTuple):
    i: object
    x: object


BRANCHES = [
    lambda tf: tf.cond(True, lambda: tf.constant(1.0), lambda: 2),
    lambda tf: tf.cond(True, lambda: 1.0, lambda: 2),
    lambda tf: tf.cond(False, lambda: 1.0, lambda: None),
    lambda tf: tf.cond(tf.constant([True]), lambda: 1.0, lambda: 2.0),
    lambda tf: tf.cond(tf.constant([True, False]), lambda: 1.0, lambda: 2.0),
    lambda tf: tf.cond(tf.constant(0.0), lambda: 1.0, lambda: 2.0),
    lambda tf: tf.cond(2.5, lambda: 1.0, lambda: 2.0),
    lambda tf: tf.cond("a", lambda: 1.0, lambda: 2.0),
    lambda tf: tf.cond(None, lambda: 1.0, lambda: 2.0),
    lambda tf: tf.cond(np.array(False), lambda: 1.0, lambda: 2.0),
    lambda tf: tf.cond(tf.Variable(True), lambda: tf.Variable(1.0), lambda: 2.0),
    lambda tf: tf.cond(True, 3.0, lambda: 2.0),
    lambda tf: tf.cond(True, lambda: 3.0, 2.0),
    lambda tf: tf.cond(True, lambda: 3.0),
    lambda tf: tf.cond(True, lambda: [1.0, (2, {"a": tf.constant(3.0)})], lambda: 2.0),
    lambda tf: tf.cond(True, lambda: [], lambda: 2.0),
    lambda tf: tf.case(
        [(tf.constant(False), lambda: 1), (tf.constant(True), lambda: tf.constant(2))],
        default=lambda: 3,
    ),
    lambda tf: tf.case([(False, lambda: 1), (True, lambda: 2)], default=lambda: 3),
    lambda tf: tf.case([(tf.constant(False), lambda: 1)], default=lambda: 3),
    lambda tf: tf.case([(tf.constant(False), lambda: tf.constant(1))]),
    lambda tf: tf.case([(tf.constant(True), lambda: 1), (tf.constant(True), lambda: 2)]),
    lambda tf: tf.case([]),
    lambda tf: tf.case({}),
    lambda tf: tf.case([(tf.constant(True), lambda: 1)], default=3),
    lambda tf: tf.case([(tf.constant(True),)]),
    lambda tf: tf.case([(tf.constant(True), lambda: [tf.constant(1.0), (2,)])]),
    lambda tf: tf.switch_case(tf.constant(1), [lambda: 1, lambda: tf.constant(2.0)]),
    lambda tf: tf.switch_case(tf.constant(1), {0: lambda: 1, 1: lambda: 2}),
    lambda tf: tf.switch_case(1, {0: lambda: 1, 1: lambda: 2}),
    lambda tf: tf.switch_case(tf.constant(7), {0: lambda: 1, 1: lambda: 2}),
    lambda tf: tf.switch_case(tf.constant(-1), {0: lambda: 1, 1: lambda: 2}),
    lambda tf: tf.switch_case(tf.constant(-1), [lambda: 1, lambda: 2], default=lambda: 9),
    lambda tf: tf.switch_case(tf.constant(1.0), [lambda: 1, lambda: 2]),
    lambda tf: tf.switch_case(tf.constant(1, "int64"), [lambda: 1, lambda: 2]),
    lambda tf: tf.switch_case(tf.constant([1]), [lambda: 1, lambda: 2]),
    lambda tf: tf.switch_case(tf.constant(1), {3: lambda: 1, 1: lambda: 2}),
    lambda tf: tf.switch_case(tf.constant(0), [(0, lambda: 5), (1, lambda: 6)]),
    lambda tf: tf.switch_case(tf.constant(0), []),
    lambda tf: tf.switch_case(tf.constant(0), [3, 4]),
    lambda tf: tf.switch_case(tf.constant(0), {"a": lambda: 1}),
    lambda tf: tf.switch_case(tf.constant(0), lambda: 1),
    lambda tf: differentiated(
        tf, lambda x: tf.switch_case(tf.constant(1), [lambda: x, lambda: x * x]), 3.0
    ),
]

LOOPS = [
    lambda tf: tf.while_loop(lambda i: i < 10, lambda i: [i + 1], [tf.constant(0)]),
    lambda tf: tf.while_loop(lambda i: i < 10, lambda i: (i + 1,), [tf.constant(0)]),
    lambda tf: tf.while_loop(lambda i: i < 10, lambda i: (i + 1,), (0,), maximum_iterations=3),
    lambda tf: tf.while_loop(
        lambda i, j: i < 9, lambda i, j: (i + 1, j), (0, 1.0), maximum_iterations=tf.constant(2)
    ),
    lambda tf: tf.while_loop(
        lambda i: i < 10, lambda i: i + 1, [tf.constant(0)], maximum_iterations=0
    ),
    lambda tf: tf.while_loop(
        lambda i: i < 10, lambda i: i + 1, [tf.constant(0)], maximum_iterations=-1
    ),
    lambda tf: tf.while_loop(lambda i: i < 10, lambda i: i + 1, tf.constant(0)),
    lambda tf: tf.while_loop(lambda i: i < 10, lambda i: i + 1, []),
    lambda tf: tf.while_loop(
        lambda i, j: i < 10, lambda i, j: [i + 1, (j[0] + 1.0, j[1])], (0, (1.0, 2.0))
    ),
    lambda tf: tf.while_loop(lambda i, j: i < 10, lambda i, j: [i + 1, j + 1, j], (0, 1.0)),
    lambda tf: tf.while_loop(
        lambda i, j: i < 10, lambda i, j: [i + 1, tf.cast(j, "int32")], (0, 1.0)
    ),
    lambda tf: tf.while_loop(
        lambda i, j: i < 3, lambda i, j: [i + 1, tf.concat([j, j], 0)], (0, tf.constant([1.0]))
    ),
    lambda tf: tf.while_loop(
        lambda i, j: i < 3,
        lambda i, j: [i + 1, tf.concat([j, j], 0)],
        (0, tf.constant([1.0])),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape([None])),
    ),
    lambda tf: tf.while_loop(3, lambda i: i + 1, [0]),
    lambda tf: tf.while_loop(lambda i: i < 3, 5, [0]),
    lambda tf: tf.while_loop(
        lambda i, d: i < 3, lambda i, d: (i + 1, {"a": d["a"] * 2}), [0, {"a": 1.0}]
    ),
    lambda tf: tf.while_loop(lambda i, d: i < 3, lambda i, d: (i + 1, [d]), [0, 1.0]),
    lambda tf: tf.while_loop(lambda i, d: i < 3, lambda i, d: (i + 1, None), [0, None]),
    lambda tf: list(tf.while_loop(lambda i, x: i < 3, lambda i, x: Pair(i + 1, x), Pair(0, 1.0))),
    lambda tf: tf.while_loop(lambda i, n: n > 0, lambda i, n: (i / 2, n - 1), (7, 2)),
    lambda tf: differentiated(
        tf,
        lambda x: tf.while_loop(
            lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, 1.0), back_prop=False
        )[1],
        2.0,
    ),
]

MAPS = [
    lambda tf: differentiated(tf, lambda x: tf.map_fn(lambda e: e * e, x), VECTOR),
    lambda tf: differentiated(
        tf, lambda x: tf.map_fn(lambda r: tf.map_fn(lambda e: e * e, r), x), [VECTOR, VECTOR]
    ),
    lambda tf: tf.map_fn(lambda x: x * x, VECTOR),
    lambda tf: tf.map_fn(lambda x: x * x, np.array([1.0, 2.0])),
    lambda tf: tf.map_fn(lambda x: tf.cast(x, "float32"), tf.constant([1, 2])),
    lambda tf: tf.map_fn(lambda x: tf.cast(x, "float32"), tf.constant([1, 2]), dtype=tf.float32),
    lambda tf: tf.map_fn(lambda x: 2.5, tf.constant([1, 2]), fn_output_signature=tf.float32),
    lambda tf: tf.map_fn(lambda x: 2, tf.constant([1.0, 2.0])),
    lambda tf: tf.map_fn(
        lambda x: (x, -x), tf.constant(VECTOR), fn_output_signature=(tf.float32, tf.float32)
    ),
    lambda tf: tf.map_fn(lambda x: (x, -x), tf.constant(VECTOR)),
    lambda tf: tf.map_fn(
        lambda x: x["a"] + x["b"],
        {"a": tf.constant(VECTOR), "b": tf.constant(VECTOR)},
        fn_output_signature="float32",
    ),
    lambda tf: tf.map_fn(lambda x: x, {"a": tf.constant(VECTOR), "b": tf.constant(VECTOR)}),
    lambda tf: tf.map_fn(lambda x: x[0] + x[1], (tf.constant(VECTOR), tf.constant(VECTOR))),
    lambda tf: tf.map_fn(
        lambda x: x[0], (tf.zeros((2,)), tf.zeros((3,))), fn_output_signature=tf.float32
    ),
    lambda tf: tf.map_fn(lambda x: x, tf.constant(1.0)),
    lambda tf: tf.map_fn(lambda x: x, []),
    lambda tf: tf.map_fn(lambda x: x, tf.zeros((0, 3))),
    lambda tf: tf.map_fn(
        lambda x: (x, 1), tf.zeros((0, 3)), fn_output_signature=(tf.float32, tf.int32)
    ),
    lambda tf: tf.map_fn(lambda x: tf.ones((x,)), tf.constant([1, 2]), dtype=tf.float32),
    lambda tf: tf.map_fn(lambda x: None, tf.constant(VECTOR)),
    lambda tf: differentiated(tf, lambda x: tf.vectorized_map(lambda e: e * e, x), VECTOR),
    lambda tf: tf.vectorized_map(lambda x: (x, -x), tf.constant(VECTOR)),
    lambda tf: tf.vectorized_map(
        lambda x: x[0] + x[1], (tf.constant([[1.0], [2.0]]), tf.constant([3.0]))
    ),
    lambda tf: tf.vectorized_map(lambda x: x[0] + x[1], (tf.zeros((2,)), tf.zeros((3,)))),
    lambda tf: tf.vectorized_map(lambda x: 2.0, tf.constant(VECTOR)),
    lambda tf: tf.vectorized_map(lambda x: x * x, tf.zeros((0, 2))),
    lambda tf: tf.vectorized_map(lambda x: tf.cast(x, "int32"), tf.constant(VECTOR)),
    lambda tf: tf.vectorized_map(lambda x: x, tf.constant(1.0)),
    lambda tf: tf.vectorized_map(lambda x: None, tf.constant(VECTOR)),
]

FOLDS = [
    lambda tf: differentiated(tf, lambda x: tf.scan(lambda a, e: a * e, x), VECTOR),
    lambda tf: differentiated(tf, lambda x: tf.scan(lambda a, e: a * e, x, 2.0), VECTOR),
    lambda tf: tf.scan(lambda a, x: a + x, VECTOR, initializer=0.0),
    lambda tf: tf.scan(lambda a, x: a + x, tf.constant(VECTOR), reverse=True),
    lambda tf: tf.scan(lambda a, x: a + x, tf.constant(VECTOR), tf.constant(9.0), reverse=True),
    lambda tf: tf.scan(
        lambda a, x: (a[0] + x, a[1] * x), tf.constant(VECTOR), initializer=(0.0, 1.0)
    ),
    lambda tf: tf.scan(
        lambda a, x: (a[0] + x[0], a[1] * x[1]), (tf.constant(VECTOR), tf.constant(VECTOR))
    ),
    lambda tf: tf.scan(lambda a, x: a + x, tf.zeros((0, 3)), initializer=tf.zeros((3,))),
    lambda tf: tf.scan(lambda a, x: a + x, tf.zeros((0,))),
    lambda tf: tf.scan(lambda a, x: a, tf.constant(1.0)),
    lambda tf: tf.scan(lambda a, x: tf.ones((2,)), tf.constant(VECTOR)),
    lambda tf: tf.scan(lambda a, x: [a[0] + x], tf.constant(VECTOR), initializer=(0.0,)),
    lambda tf: tf.scan(lambda a, x: (a, x), tf.constant(VECTOR), initializer=0.0),
    lambda tf: tf.scan(lambda a, x: 2, tf.constant(VECTOR)),
    lambda tf: tf.scan(lambda a, x: tf.cast(a, "float64"), tf.constant(VECTOR), 0.0),
    lambda tf: tf.scan(lambda a, x: a, (tf.zeros((2,)), tf.zeros((3,)))),
    lambda tf: differentiated(tf, lambda x: tf.foldl(lambda a, e: a / e, x), VECTOR),
    lambda tf: differentiated(tf, lambda x: tf.foldr(lambda a, e: a / e, x), VECTOR),
    lambda tf: tf.foldr(lambda a, x: a - x, tf.constant(VECTOR), initializer=0.0),
    lambda tf: tf.foldl(
        lambda a, x: a + x[0] * x[1], (tf.constant(VECTOR), tf.constant(VECTOR)), 0.0
    ),
    lambda tf: tf.foldl(lambda a, x: (a[0] + x, a[1] * x), tf.constant(VECTOR), (0.0, 1.0)),
    lambda tf: tf.foldl(lambda a, x: a + x, tf.zeros((0,)), initializer=5.0),
    lambda tf: tf.foldl(lambda a, x: a + x, tf.zeros((0,))),
    lambda tf: tf.foldr(lambda a, x: a + x, tf.zeros((0,))),
    lambda tf: tf.foldl(lambda a, x: 5, tf.constant(VECTOR)),
    lambda tf: tf.foldl(lambda a, x: a, 1.0),
    lambda tf: tf.foldl(lambda a, x: tf.concat([a, [x]], 0), tf.constant(VECTOR), tf.zeros((0,))),
]

FOREIGN = [
    lambda tf: tf.py_function(lambda x: x * x, [3.0], tf.float32),
    lambda tf: tf.py_function(lambda x: x * x, [3.0], [tf.float32]),
    lambda tf: tf.py_function(lambda x: (x, 2), [3.0], [tf.float32, tf.int32]),
    lambda tf: tf.py_function(lambda x: x, [3.0], [tf.float32, tf.float32]),
    lambda tf: tf.py_function(lambda x: None, [3.0], []),
    lambda tf: tf.py_function(lambda x: None, [3.0], tf.float32),
    lambda tf: tf.py_function(lambda x: 5, [3.0], tf.float32),
    lambda tf: tf.py_function(lambda x: x, [3.0], tf.float64),
    lambda tf: tf.py_function(lambda x: x.numpy(), [3.0], tf.float32),
    lambda tf: tf.py_function(lambda: 5.0, [], tf.float32),
    lambda tf: tf.py_function(3, [3.0], tf.float32),
    lambda tf: differentiated(tf, lambda x: tf.py_function(lambda x: x * x, [x], tf.float32), 3.0),
    lambda tf: tf.numpy_function(lambda x: x * x, [3.0], tf.float32),
    lambda tf: tf.numpy_function(lambda x: x * x, [tf.constant(3.0)], tf.float64),
    lambda tf: tf.numpy_function(lambda x: (x, x), [3.0], (tf.float32, tf.float32)),
    lambda tf: tf.numpy_function(lambda x: x, [3.0], [tf.float32]),
    lambda tf: tf.numpy_function(lambda x: None, [3.0], []),
    lambda tf: tf.numpy_function(lambda x: type(x).__name__, [[3.0]], tf.string),
    lambda tf: tf.numpy_function(lambda x: 5, [3.0], tf.int32),
    lambda tf: tf.numpy_function(lambda x: [1.0, 2.0], [3.0], tf.float32),
]

GRAPHS = [
    lambda tf: tf.group(tf.constant(1.0), [2.0], None, name="x"),
    lambda tf: tf.no_op(),
    lambda tf: tf.tuple([tf.constant(1.0), None]),
    lambda tf: tf.tuple((1.0,), control_inputs=[tf.constant(2.0)]),
    lambda tf: tf.identity_n([tf.constant(1.0), 2.0, 3]),
    lambda tf: tf.identity_n(tf.constant([1.0, 2.0])),
    lambda tf: tf.identity_n([]),
    lambda tf: tf.identity_n(3.0),
    lambda tf: tf.executing_eagerly(),
    lambda tf: [tf.AggregationMethod.ADD_N, tf.AggregationMethod.EXPERIMENTAL_TREE],
    lambda tf: tf.no_gradient(3),
    lambda tf: tf.no_gradient("an op that is not there"),
    lambda tf: tf.RegisterGradient(3),
    lambda tf: tf.stop_gradient([1.0, 2.0]),
]

STRAIGHT_THROUGH = [
    lambda tf: differentiated(tf, tf.grad_pass_through(tf.floor), 2.5),
    lambda tf: differentiated(tf, tf.grad_pass_through(lambda x: 3.0 * x), VECTOR),
    lambda tf: differentiated(
        tf, lambda x: tf.grad_pass_through(lambda x, k=2.0: x * k)(x, k=3.0), 2.5
    ),
    lambda tf: differentiated(tf, lambda x: tf.grad_pass_through(lambda x, y: x * y)(x, x), 2.5),
    lambda tf: differentiated(
        tf, lambda v: tf.grad_pass_through(lambda x: x * v)(tf.constant(2.0)), 2.5
    ),
]


@pytest.mark.parametrize(
    "run", [*BRANCHES, *LOOPS, *MAPS, *FOLDS, *FOREIGN, *GRAPHS, *STRAIGHT_THROUGH]
)
def test_same_outcome(run):
    assert_same_outcome(run)


def test_deviations():
    """What docs/deviations.md says of control flow."""
    true = mt.constant(True)
    with pytest.raises(mt.errors.InvalidArgumentError, match="2 conditions are true"):
        mt.case([(true, lambda: 1), (true, lambda: 2)], exclusive=True)
    (i,) = mt.while_loop(lambda i: i < 10, lambda i: i + 1, [mt.constant(0)])
    assert int(i) == 10
    with pytest.raises(
        mt.errors.InvalidArgumentError, match="the 1 values that Tout announces. Received: 2"
    ):
        mt.py_function(lambda x: (x, x), [3.0], mt.float32)
    with pytest.raises(KeyError, match="mine"):
        mt.py_function(lambda x: {}["mine"], [3.0], mt.float32)
    with pytest.raises(NotImplementedError, match="custom_gradient"):
        mt.RegisterGradient("MyOp")
    for loop in (mt.map_fn, mt.scan, mt.foldl):
        with pytest.raises(TypeError, match="'fn' must be callable. Received: 3"):
            loop(3, mt.zeros((2,)))
    w = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = mt.py_function(lambda x: x * w, [2.0], mt.float32)
    assert float(tape.gradient(y, w)) == 2
