"""Where Keras takes integers, and types other than float32, minitape gives the same numbers."""

import keras
import numpy as np
import pytest
from keras import ops as theirs

import minitape as mt

IMAGE = np.arange(8).reshape(1, 4, 2)
TRUE, PRED = np.array([[1, 2]]), np.array([[2, 4]])
CALLS = {
    "mean_squared_error": lambda k, _: k.metrics.mean_squared_error(TRUE, PRED),
    "mean_absolute_error": lambda k, _: k.metrics.mean_absolute_error(TRUE, PRED),
    "BinaryAccuracy": lambda k, _: k.metrics.BinaryAccuracy()(
        np.array([1, 0, 1]), np.array([1, 1, 0])
    ),
    "Mean of int32": lambda k, _: k.metrics.Mean(dtype="int32")([1, 2, 4]),
    "SparseTopKCategoricalAccuracy": lambda k, _: k.metrics.SparseTopKCategoricalAccuracy(k=1)(
        np.array([[1], [0]]), np.array([[0.1, 0.9], [0.2, 0.8]], "float32")
    ),
    "GlobalAveragePooling1D": lambda k, _: k.layers.GlobalAveragePooling1D()(IMAGE),
    "BatchNormalization": lambda k, _: k.layers.BatchNormalization()(IMAGE),
    "ActivityRegularization": lambda k, _: k.layers.ActivityRegularization(0.1, 0.1)(IMAGE),
    "tanh": lambda k, _: k.activations.tanh(np.arange(3)),
    "exponential": lambda k, _: k.activations.exponential(np.arange(3)),
    "sparse_sigmoid": lambda k, _: k.activations.sparse_sigmoid(np.array([0.1, 2, -3])),
    "Softmax": lambda k, _: k.layers.Softmax(axis=None)(np.arange(4.0).reshape(2, 2)),
    "take_along_axis": lambda _, ops: ops.take_along_axis(IMAGE, np.array([[[1, -1]]]), axis=2),
    "take_along_axis of rows": lambda _, ops: ops.take_along_axis(
        IMAGE[0], np.array([[1, 0]]), axis=0
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_same(name):
    call = CALLS[name]
    ours, expected = call(mt.keras, mt.keras.ops), call(keras, theirs)
    assert keras.backend.standardize_dtype(expected.dtype) == ours.dtype.name
    np.testing.assert_allclose(ours, expected, rtol=1e-6)


def test_layer_normalization_of_integers():
    """Keras cuts the normalized numbers to integers: zeros. So it does with penalties."""
    layer = mt.keras.layers.LayerNormalization()
    np.testing.assert_allclose(layer(IMAGE), layer(IMAGE.astype("float32")))
    penalty = mt.keras.regularizers.L1L2(0.1, 0.1)
    np.testing.assert_allclose(penalty(IMAGE), penalty(IMAGE.astype("float32")))


def test_r2_score_in_float64():
    score = mt.keras.metrics.R2Score(dtype="float64")
    assert float(score(np.array([[1.0], [2.0]]), np.array([[1.0], [2.5]]))) == 0.5


REFUSED = {
    "dtype": lambda k: k.layers.Dense(2, dtype="floot"),
    "trainable": lambda k: k.layers.Dense(2, trainable="yes"),
    "noise_shape": lambda k: k.layers.Dropout(0.5, noise_shape=2),
    "curve": lambda k: k.metrics.AUC(curve=None),
    "reduction": lambda k: k.losses.MeanSquaredError(reduction="bad"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    for library in (mt.keras, keras):
        with pytest.raises(ValueError, match=r"(?i)policy|trainable|noise_shape|curve|reduction"):
            REFUSED[name](library)
