"""Constraints by hand, and in training."""

import numpy as np
import pytest

import minitape as mt
from minitape.keras import constraints, layers, models, optimizers

W = [[3.0, 0.1], [4.0, 0.0]]  # columns of length 5 and 0.1


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (constraints.MaxNorm(1.0), [[0.6, 0.1], [0.8, 0.0]]),
        (constraints.UnitNorm(), [[0.6, 1.0], [0.8, 0.0]]),
        (constraints.UnitNorm(axis=1), [[3 / 9.01**0.5, 0.1 / 9.01**0.5], [1.0, 0.0]]),
        (constraints.MinMaxNorm(0.2, 1.0), [[0.6, 0.2], [0.8, 0.0]]),
        (constraints.MinMaxNorm(0.2, 1.0, rate=0.5), [[1.8, 0.15], [2.4, 0.0]]),
        (constraints.NonNeg(), W),
        (constraints.Constraint(), W),
    ],
)
def test_values(constraint, expected):
    np.testing.assert_allclose(np.asarray(constraint(mt.constant(W))), expected, rtol=1e-5)


def test_no_negative_weights():
    np.testing.assert_array_equal(constraints.NonNeg()(mt.constant([-1.0, 2.0])).numpy(), [0, 2])


def test_a_layer_keeps_its_constraint_in_training_and_config():
    layer = layers.Dense(2, use_bias=False, kernel_constraint=constraints.MaxNorm(0.5))
    model = models.Sequential([layer])
    model.compile(optimizer=optimizers.SGD(1.0), loss="mse")
    model.fit(np.ones((4, 3)), 100 * np.ones((4, 2)), verbose=0)
    norms = np.linalg.norm(layer.kernel.numpy(), axis=0)
    np.testing.assert_allclose(norms, 0.5, rtol=1e-5)
    again = layers.Dense.from_config(layer.get_config())
    assert again.kernel_constraint.get_config() == {"max_value": 0.5, "axis": 0}


def test_names():
    assert isinstance(constraints.get("non_neg"), constraints.NonNeg)
    assert isinstance(constraints.get("MaxNorm"), constraints.MaxNorm)
    assert constraints.get(None) is constraints.serialize(None) is None
    function = abs
    assert constraints.get(function) is function
    with pytest.raises(ValueError, match="constraint identifier: 'nonneg'. Did you mean 'NonNeg'"):
        constraints.get("nonneg")
