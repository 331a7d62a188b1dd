"""enable_check_numerics beside TensorFlow's: where it raises, and where it doesn't."""

import re
import threading

import numpy as np
import pytest
import tensorflow

import minitape

NAN, INF = np.float32(np.nan), np.float32(np.inf)


def gradient(tf, f, *values):
    xs = [tf.constant(value) for value in values]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    return tape.gradient(y, xs)


def traced(tf, f, *values):
    return tf.function(f)(*map(tf.constant, values))


# The name of a program says what is in it; the op is TensorFlow's, in the error's text.
PROGRAMS = {
    "nothing wrong": (lambda tf: tf.exp([1.0, 2.0]) * 3.0, None),
    "log(0)": (lambda tf: tf.math.log([1.0, 0.0]), "Log"),
    "log(-1)": (lambda tf: tf.math.log([-1.0]), "Log"),
    "0 / 0": (lambda tf: tf.constant([0.0]) / [0.0], "RealDiv"),
    "1 / 0": (lambda tf: tf.constant([1.0]) / [0.0], "RealDiv"),
    "divide_no_nan": (lambda tf: tf.math.divide_no_nan([1.0], [0.0]), None),
    "exp": (lambda tf: tf.exp([100.0]), "Exp"),
    "exp(-100)": (lambda tf: tf.exp([-100.0]), None),
    "sqrt(-1)": (lambda tf: tf.sqrt([-1.0]), "Sqrt"),
    "rsqrt(0)": (lambda tf: tf.math.rsqrt([0.0]), "Rsqrt"),
    "0 ** -1": (lambda tf: tf.pow([0.0], [-1.0]), "Pow"),
    "float64": (lambda tf: tf.math.log(tf.constant([0.0], tf.float64)), "Log"),
    "float16": (lambda tf: tf.constant([300.0], tf.float16) * 300.0, "Mul"),
    "cast to float16": (lambda tf: tf.cast([1e6], tf.float16), "Cast"),
    "complex": (lambda tf: tf.constant([0j]) / [0j], None),
    "mean of nothing": (lambda tf: tf.reduce_mean(tf.zeros([0])), "Mean"),
    "sum of nothing": (lambda tf: tf.reduce_sum(tf.zeros([0])), None),
    "maximum of nothing": (lambda tf: tf.reduce_max(tf.zeros([0])), "Max"),
    "matmul": (lambda tf: tf.matmul([[3e38, 3e38]], [[2.0], [2.0]]), "MatMul"),
    "softmax of inf": (lambda tf: tf.nn.softmax([INF, 1.0]), "Softmax"),
    "softmax of -inf": (lambda tf: tf.nn.softmax(tf.constant([-INF, 1.0])), None),
    "a constant": (lambda tf: tf.constant([NAN]), None),
    "a constant, used": (lambda tf: tf.constant([NAN]) + 1.0, "AddV2"),
    "a constant, negated": (lambda tf: -tf.constant([INF]), "Neg"),
    "inf - inf": (lambda tf: tf.constant([INF]) - [INF], "Sub"),
    "identity": (lambda tf: tf.identity(tf.constant([NAN])), None),
    "reshape": (lambda tf: tf.reshape(tf.constant([NAN]), [1, 1]), None),
    "transpose": (lambda tf: tf.transpose(tf.constant([[NAN]])), None),
    "concat": (lambda tf: tf.concat([tf.constant([NAN]), [1.0]], 0), None),
    "stack": (lambda tf: tf.stack([tf.constant(NAN), 1.0]), "Pack"),
    "unstack": (lambda tf: tf.unstack(tf.constant([NAN, 1.0])), None),
    "expand_dims": (lambda tf: tf.expand_dims(tf.constant([NAN]), 0), None),
    "squeeze": (lambda tf: tf.squeeze(tf.constant([NAN])), None),
    "slice": (lambda tf: tf.constant([NAN, 1.0])[:1], None),
    "gather": (lambda tf: tf.gather(tf.constant([NAN, 1.0]), [0]), "GatherV2"),
    "gather what is finite": (lambda tf: tf.gather(tf.constant([NAN, 1.0]), [1]), None),
    "tile": (lambda tf: tf.tile(tf.constant([NAN]), [2]), "Tile"),
    "pad": (lambda tf: tf.pad(tf.constant([1.0]), [[1, 0]], constant_values=NAN), "PadV2"),
    "maximum": (lambda tf: tf.maximum(tf.constant([INF]), 1.0), None),
    "minimum": (lambda tf: tf.minimum(tf.constant([INF]), 1.0), None),
    "where, chosen": (lambda tf: tf.where([True], tf.constant([INF]), 1.0), "SelectV2"),
    "where, not chosen": (lambda tf: tf.where([False], tf.constant([INF]), 1.0), None),
    "is_nan": (lambda tf: tf.math.is_nan(tf.constant([NAN])), None),
    "compare": (lambda tf: tf.constant([NAN]) < 1.0, None),
    "cast to int": (lambda tf: tf.cast(tf.constant([1.5]), tf.int32), None),
    "stop_gradient": (lambda tf: tf.stop_gradient(tf.constant([NAN])), "StopGradient"),
    "fill": (lambda tf: tf.fill([2], NAN), None),
    "a variable": (lambda tf: tf.Variable([NAN]), None),
    "a variable, read": (lambda tf: tf.Variable([NAN]).read_value(), "ReadVariableOp"),
    "a variable, used": (lambda tf: tf.Variable([NAN]) + 1.0, "ReadVariableOp"),
    "a variable, assigned": (lambda tf: tf.Variable([1.0]).assign([INF]), None),
    "gradient of sqrt": (lambda tf: gradient(tf, tf.sqrt, [0.0]), "SqrtGrad"),
    "gradient of log": (lambda tf: gradient(tf, tf.math.log1p, [1.0]), None),
    "gradient of x ** 0.5": (lambda tf: gradient(tf, lambda x: x**0.5, [0.0]), "Pow"),
    "gradient of norm": (lambda tf: gradient(tf, tf.norm, [0.0, 0.0]), "SqrtGrad"),
    "gradient of reduce_euclidean_norm": (
        lambda tf: gradient(tf, tf.math.reduce_euclidean_norm, [0.0, 0.0]),
        "RealDiv",
    ),
    "gradient of acos": (lambda tf: gradient(tf, tf.acos, [1.0]), "Reciprocal"),
    "gradient of asin": (lambda tf: gradient(tf, tf.asin, [1.0]), "Reciprocal"),
    "gradient of std": (lambda tf: gradient(tf, tf.math.reduce_std, [1.0, 1.0]), "SqrtGrad"),
    "gradient of atan2": (lambda tf: gradient(tf, tf.atan2, [0.0], [0.0]), "RealDiv"),
    "gradient behind where": (
        lambda tf: gradient(tf, lambda x: tf.where(x > 0, x**0.5, 0.0), [0.0]),
        "Pow",
    ),
    "gradient with two wheres": (
        lambda tf: gradient(
            tf, lambda x: tf.where(x > 0, tf.where(x > 0, x, 1.0) ** 0.5, 0.0), [0.0]
        ),
        None,
    ),
    "gradient of sqrt behind where": (
        lambda tf: gradient(tf, lambda x: tf.where(x > 0, tf.sqrt(x), 0.0), [0.0]),
        None,
    ),
    "gradient of reduce_prod": (lambda tf: gradient(tf, tf.reduce_prod, [0.0, 0.0]), None),
    "a function": (lambda tf: traced(tf, tf.math.log, [0.0]), "Log"),
    "a function, nothing wrong": (lambda tf: traced(tf, tf.math.log, [1.0]), None),
    "cross entropy": (
        lambda tf: tf.nn.softmax_cross_entropy_with_logits([[0.0, 1.0]], [[1000.0, -1000.0]]),
        None,
    ),
    "batch normalization": (
        lambda tf: tf.nn.batch_normalization(tf.zeros([2, 1]), 0.0, 0.0, None, None, 1e-3),
        None,
    ),
}
# TensorFlow's ops and minitape's, where the names differ by more than their spelling.
NAMES = {
    "addv2": "add",
    "mul": "multiply",
    "neg": "negative",
    "sub": "subtract",
    "mean": "reduce_mean",
    "max": "reduce_max",
    "gatherv2": "gather",
    "selectv2": "where",
    "readvariableop": "read_variable",
    "sqrtgrad": "sqrt_grad",
    "padv2": "pad",
    "stopgradient": "stop_gradient",
}


def outcome(tf, program):
    """What check_numerics says: the op, or None where it says nothing."""
    tf.debugging.enable_check_numerics()
    try:
        program(tf)
    except tf.errors.InvalidArgumentError as error:
        text = str(error)
        assert "Detected Infinity or NaN in output 0 of" in text
        return re.search(r"op \"(?:b')?(\w+)", text)[1]
    finally:
        tf.debugging.disable_check_numerics()
    return None


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_raises_where_tensorflow_does(name):
    program, op = PROGRAMS[name]
    expected, found = outcome(tensorflow, program), outcome(minitape, program)
    assert expected == op
    assert found == (op and NAMES.get(op.lower(), op.lower()))


def test_broadcast_to_is_left_alone():
    """minitape's fill is one, which TensorFlow doesn't check; what uses the result is checked."""

    def program(tf):
        return tf.broadcast_to(tf.constant([NAN]), [2, 1])

    assert (outcome(tensorflow, program), outcome(minitape, program)) == ("BroadcastTo", None)
    assert outcome(minitape, lambda tf: program(tf) + 1.0) == "add"


def test_it_is_of_one_thread_as_in_tensorflow():
    for tf in (tensorflow, minitape):
        results = []
        tf.debugging.enable_check_numerics()
        try:
            thread = threading.Thread(
                target=lambda tf=tf, results=results: results.append(float(tf.math.log(0.0)))
            )
            thread.start()
            thread.join()
        finally:
            tf.debugging.disable_check_numerics()
        assert results == [-np.inf]
