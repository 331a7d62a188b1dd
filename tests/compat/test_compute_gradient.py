"""tf.test.compute_gradient beside TensorFlow's: the same Jacobians, by the tape and numerically."""

import numpy as np
import pytest
import tensorflow as tf

import minitape as mt

CALLS = [
    (lambda tf, x: x * x, [[1.0, 2.0]], {}),
    (lambda tf, x, y: x @ y, [np.ones((2, 3)), np.ones((3, 1))], {}),
    (lambda tf, x: x * x, [np.array([1 + 2j])], {}),
    (lambda tf, x: tf.abs(x), [np.array([3 + 4j])], {}),
    (lambda tf, x: tf.cast(x, "complex128") * np.array(2 + 1j), [np.array([1.0])], {}),
    (lambda tf, x: tf.floor(x), [np.array([1.0])], {}),
    (lambda tf, x: tf.gather(x, [0, 0]), [np.array([[1.0, 2.0], [3.0, 4.0]])], {}),
    (lambda tf, x: x * x, [3.0], {"delta": 0.125}),
    (lambda tf, x: x * x, [np.zeros((0, 3))], {}),
    (lambda tf, x: x * x, [np.float16([1.0, 0.5])], {}),
    (lambda tf, x, y: tf.cast(x, "float64") * y, (np.float32(2.0), np.float64(3.0)), {}),
]


@pytest.mark.parametrize(("f", "x", "settings"), CALLS)
def test_jacobians(f, x, settings):
    ours = mt.test.compute_gradient(lambda *xs: f(mt, *xs), x, **settings)
    theirs = tf.test.compute_gradient(lambda *xs: f(tf, *xs), x, **settings)
    for our_list, their_list in zip(ours, theirs, strict=True):
        for our, their in zip(our_list, their_list, strict=True):
            assert our.dtype == their.dtype
            assert our.shape == their.shape
            tolerance = 1e-3 if our.dtype == "float16" else 1e-5
            np.testing.assert_allclose(our, their, rtol=tolerance, atol=tolerance)


def test_refusals():
    for tf_ in (mt, tf):
        with pytest.raises(ValueError, match="must be a list or tuple"):
            tf_.test.compute_gradient(lambda x: x, 3.0)
    with pytest.raises(TypeError, match="unsupported type of argument 0"):
        mt.test.compute_gradient(lambda x: x, [3])
    with pytest.raises(TypeError, match="unsupported type of y"):
        mt.test.compute_gradient(lambda x: mt.cast(x, "int32"), [3.0])
