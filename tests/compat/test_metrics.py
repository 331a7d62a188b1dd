"""Metrics beside Keras': the same numbers after the same updates."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitape.keras import metrics

BITS, NUMBERS, SCORES = "bits", "numbers", "scores"
CASES = [
    ("Accuracy", {}, "labels and labels"),
    ("BinaryAccuracy", {}, "bits and probabilities"),
    ("BinaryAccuracy", {"threshold": 0.3}, "bits and probabilities"),
    ("CategoricalAccuracy", {}, "one-hot and probabilities"),
    ("SparseCategoricalAccuracy", {}, "labels and probabilities"),
    ("SparseCategoricalAccuracy", {}, "column labels and probabilities"),
    ("TopKCategoricalAccuracy", {"k": 2}, "one-hot and probabilities"),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, "labels and probabilities"),
    ("MeanSquaredError", {}, "numbers and numbers"),
    ("MeanAbsoluteError", {}, "numbers and numbers"),
    ("MeanAbsolutePercentageError", {}, "numbers and numbers"),
    ("MeanSquaredLogarithmicError", {}, "numbers and numbers"),
    ("RootMeanSquaredError", {}, "numbers and numbers"),
    ("CategoricalCrossentropy", {}, "one-hot and probabilities"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "one-hot and probabilities"),
    ("SparseCategoricalCrossentropy", {}, "labels and probabilities"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "labels and probabilities"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0}, "labels and probabilities"),
    ("BinaryCrossentropy", {}, "bits and probabilities"),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "bits and probabilities"),
]
IDS = [f"{name}-{kind.split(' ')[0]}-{'-'.join(settings)}" for name, settings, kind in CASES]


def draw_arrays(kind, shape, rng):
    labels = rng.integers(0, shape[-1], shape[:-1])
    draws = {
        "labels": lambda: labels,
        "column labels": lambda: labels[..., None],
        "bits": lambda: rng.integers(0, 2, shape),
        "one-hot": lambda: np.eye(shape[-1])[labels],
        "numbers": lambda: rng.uniform(0.1, 3, shape).astype("float32"),
        "probabilities": lambda: rng.dirichlet(np.ones(shape[-1]), shape[:-1]).astype("float32"),
    }
    y_true, y_pred = kind.split(" and ")
    predictions = rng.integers(0, 3, shape[:-1]) if y_pred == "labels" else draws[y_pred]()
    return draws[y_true](), predictions


@pytest.mark.parametrize(("name", "settings", "kind"), CASES, ids=IDS)
@given(
    rows=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    classes=st.integers(2, 5),
    weighted=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_updates(name, settings, kind, rows, classes, weighted, seed):
    rng = np.random.default_rng(seed)
    ours, theirs = getattr(metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
    for batch in rows:
        y_true, y_pred = draw_arrays(kind, (batch, classes), rng)
        sample_weight = rng.uniform(0, 2, batch) if weighted else None
        ours.update_state(y_true, y_pred, sample_weight)
        theirs.update_state(y_true, y_pred, sample_weight)
        assert ours.result().dtype.name == theirs.result().dtype.name
        np.testing.assert_allclose(
            ours.result().numpy(), theirs.result().numpy(), rtol=2e-5, atol=1e-6
        )
    for our, their in zip(ours.variables, theirs.variables, strict=True):
        assert our.name == their.name
        np.testing.assert_allclose(our.numpy(), their.numpy(), rtol=2e-5, atol=1e-6)
    config = theirs.get_config()
    assert {key: ours.get_config()[key] for key in config} == config


@st.composite
def values_and_weights(draw):
    """Values of up to three axes with weights of no more axes, or none."""
    shape = tuple(draw(st.lists(st.integers(1, 4), max_size=3)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rank = draw(st.none() | st.integers(0, len(shape)))
    weights = None if rank is None else rng.uniform(0, 2, shape[:rank])
    return rng.uniform(-2, 2, shape), weights


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@given(batches=st.lists(values_and_weights(), min_size=1, max_size=3))
def test_weights_of_fewer_axes(name, batches):
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    for values, weights in batches:
        ours.update_state(values, weights)
        theirs.update_state(values, weights)
    np.testing.assert_allclose(ours.result().numpy(), theirs.result().numpy(), rtol=2e-5, atol=1e-5)


@given(
    seed=st.integers(0, 2**32 - 1),
    k=st.integers(1, 5),
    special=st.sampled_from([0.0, np.nan, np.inf, -np.inf]),
)
def test_ties_and_what_is_not_finite_in_top_k(seed, k, special):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 3, (6, 4)).astype("float32")
    scores[rng.integers(0, 6), rng.integers(0, 4)] = special
    labels = rng.integers(0, 4, 6)
    np.testing.assert_array_equal(
        metrics.sparse_top_k_categorical_accuracy(labels, scores, k=k).numpy(),
        keras.metrics.sparse_top_k_categorical_accuracy(labels, scores, k=k).numpy(),
    )
