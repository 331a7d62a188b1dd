"""`keras.ops` where Keras on TensorFlow is no measure: beside NumPy."""

import numpy as np
import pytest

from minitape.keras import Input, ops

X = np.array([[1, -2, 3], [4, 0, -6]], "int32")
ENDS = np.array([1.0, np.inf, -np.inf, np.nan])


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (ops.vstack([[1, 2], [3, 4]]), np.vstack([[1, 2], [3, 4]])),
        (ops.isclose(ENDS, ENDS), np.isclose(ENDS, ENDS)),
        (ops.isclose(ENDS, ENDS, equal_nan=True), np.isclose(ENDS, ENDS, equal_nan=True)),
        (ops.isclose([1.0, np.inf], [np.inf, 1.0]), [False, False]),
        (ops.clip(X, -0.5, 2.5), np.clip(X, -0.5, 2.5)),
        (ops.pad(X, 1), np.pad(X, 1)),
        (ops.sigmoid(X), 1 / (1 + np.exp(-X))),
        (ops.where([True, False, True])[0], np.nonzero([True, False, True])[0]),
    ],
)
def test_as_in_numpy(ours, expected):
    np.testing.assert_allclose(ours, expected, rtol=1e-6)


def test_the_type_of_a_product():
    assert ops.dtype(ops.prod(X, dtype="int64")) == "int64"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.conv(X, X, data_format="channels_first"), "channels_last"),
        (lambda: ops.one_hot([1], 2, sparse=True), "sparse"),
        (lambda: ops.multi_hot([1]), "num_classes"),
        (lambda: ops.lstsq(X, X, rcond=0.1), "rcond"),
        (lambda: ops.qr(X, "r"), "mode"),
        (lambda: ops.cross(X, X, axis=0), "moveaxis"),
        (lambda: ops.scatter_update(X, [[0]], X[:1], "mul"), "reduction"),
        (lambda: ops.convert_to_numpy(Input((3,))), "symbolic"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_shape_of_a_symbolic_tensor():
    assert ops.shape(Input((3,))) == (None, 3)
    assert ops.ndim(Input((3,))) == 2
