"""Regularizers: penalties by hand, and their gradients."""

import numpy as np
import pytest

import minitape as mt
from minitape.keras import regularizers

W = [[1.0, -2.0], [3.0, 0.5]]


@pytest.mark.parametrize(
    ("regularizer", "penalty", "gradient"),
    [
        (regularizers.L1(0.1), 0.65, [[0.1, -0.1], [0.1, 0.1]]),
        (regularizers.L2(0.1), 1.425, [[0.2, -0.4], [0.6, 0.1]]),
        (regularizers.L1L2(0.1, 0.2), 3.5, [[0.5, -0.9], [1.3, 0.3]]),
    ],
)
def test_penalty(regularizer, penalty, gradient):
    w = mt.Variable(W)
    with mt.GradientTape() as tape:
        y = regularizer(w)
    assert float(y) == pytest.approx(penalty)
    np.testing.assert_allclose(tape.gradient(y, w).numpy(), gradient, rtol=1e-6)


def test_no_factor_is_no_penalty():
    assert float(regularizers.L1L2()(mt.constant(W))) == 0


def test_orthogonal():
    assert float(regularizers.OrthogonalRegularizer()(mt.eye(3))) == 0
    # Two equal rows: the one pair has cosine 1.
    equal = mt.constant([[3.0, 4.0], [3.0, 4.0]])
    assert float(regularizers.OrthogonalRegularizer(0.5)(equal)) == pytest.approx(0.5)
    # Its columns (3, 3) and (4, 4) are parallel too.
    by_columns = regularizers.OrthogonalRegularizer(0.5, mode="columns")
    assert float(by_columns(equal)) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="expects a matrix"):
        by_columns(mt.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="'rows' or 'columns'"):
        regularizers.OrthogonalRegularizer(mode="diagonals")


def test_names_and_configs():
    assert isinstance(regularizers.get("l1_l2"), regularizers.L1L2)
    assert regularizers.get("l2").l2 == 0.01
    assert regularizers.get(None) is None
    for regularizer in (
        regularizers.L1(0.3),
        regularizers.L2(0.3),
        regularizers.L1L2(0.3, 0.1),
        regularizers.OrthogonalRegularizer(0.2, "columns"),
    ):
        again = regularizers.deserialize(regularizers.serialize(regularizer))
        assert type(again) is type(regularizer)
        assert again.get_config() == regularizer.get_config()


def test_bad_arguments():
    with pytest.raises(ValueError, match="regularizer identifier: 'l1l3'. Did you mean 'l1l2'"):
        regularizers.get("l1l3")
    with pytest.raises(ValueError, match="non-negative float for l2"):
        regularizers.L2(-1.0)
