"""Jacobians: rows 44 to 47."""

import warnings

import numpy as np

from ..programs import Programs, Raises, floats

ROWS = Programs()
row = ROWS.row

IDENTITY = floats([1, 0], [0, 1])


@row(44, np.multiply.outer([1, 10, 100], IDENTITY).transpose(1, 0, 2).astype("float32"))
def jacobian_of_a_matrix(tf):
    x = tf.Variable([2.0, 3.0])
    with tf.GradientTape() as tape:
        y = x[:, tf.newaxis] * tf.constant([1.0, 10.0, 100.0])
    return tape.jacobian(y, x)


@row(44, {"x": 3 * IDENTITY, "rest": [floats(1, 2), (floats([12, 0], [0, 12]),)]})
def jacobian_with_nested_sources(tf):
    x, w, z = tf.Variable([1.0, 2.0]), tf.Variable(3.0), tf.Variable([2.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * w + z * z * z
    return tape.jacobian(y, {"x": x, "rest": [w, (z,)]})


@row(44, floats(4, 6))
def jacobian_of_a_scalar(tf):
    x = tf.Variable([2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x * x)
    return tape.jacobian(y, x)


@row(44, [None, np.zeros((2, 3), "float32")])
def jacobian_for_an_unconnected_source(tf):
    x, z = tf.Variable([2.0, 3.0]), tf.Variable([1.0, 1.0, 1.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return [tape.jacobian(y, z), tape.jacobian(y, z, unconnected_gradients="zero")]


@row(
    44,
    Raises("TypeError", "one Tensor or Variable.*once for each target"),
    Raises("AttributeError"),
)
def jacobian_of_a_list(tf):
    x = tf.Variable([2.0, 3.0])
    with tf.GradientTape() as tape:
        y = [x * x, x]
    tape.jacobian(y, x)


@row(44, floats([12, 12], [12, 12]))
def hessian(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x[0] ** 4 + x[0] * x[1] ** 3
        g = inner.gradient(y, x)
    return outer.jacobian(g, x)


@row(45, Raises("RuntimeError", "persistent=True"))
def jacobian_by_a_loop_on_a_tape_that_is_not_persistent(tf):
    x = tf.Variable([2.0, 3.0])
    with tf.GradientTape() as tape:
        y = x * x
    tape.jacobian(y, x, experimental_use_pfor=False)


@row(45, floats([4, 0], [0, 6]))
def jacobian_by_a_loop(tf):
    x = tf.Variable([2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return tape.jacobian(y, x, experimental_use_pfor=False)


@row(46, floats([[2, 0], [0, 4]], [[6, 0], [0, 8]]))
def batch_jacobian(tf):
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.batch_jacobian(y, x)


@row(46, Raises("ValueError", "must have rank at least 2"))
def batch_jacobian_of_a_vector(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    tape.batch_jacobian(y, x)


@row(46, Raises("ValueError", "Need first dimension"))
def batch_jacobian_of_other_examples(tf):
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.reshape(x * x, (1, 4))
    tape.batch_jacobian(y, x)


@row(46, np.zeros((2, 2, 2), "float32"))
def batch_jacobian_for_an_unconnected_source(tf):
    x, z = tf.Variable([[1.0, 2.0], [3.0, 4.0]]), tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.batch_jacobian(y, z)


@row(47, [floats([[0.5]], [[0.5]]), 1], theirs=[floats([[0]], [[0]]), 0])
def batch_jacobian_of_examples_that_mix(tf):
    x = tf.Variable([[1.0], [2.0]])
    with tf.GradientTape() as tape:
        y = x - tf.reduce_mean(x, axis=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        found = tape.batch_jacobian(y, x)
    mixing = [w for w in caught if "depends on other examples" in str(w.message)]
    return [found, tf.constant(len(mixing))]
