"""Metrics beside Keras': the same numbers after the same updates."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from minitape.keras import metrics
from tests.compat.test_signatures import described

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
# Run on a few given batches of five classes: most of them are no means over samples.
STATE_CASES = [
    ("KLDivergence", {}, "distributions and probabilities"),
    ("Poisson", {}, "numbers and numbers"),
    ("LogCoshError", {}, "numbers and numbers"),
    ("Hinge", {}, "bits and numbers"),
    ("SquaredHinge", {}, "bits and numbers"),
    ("CategoricalHinge", {}, "one-hot and numbers"),
    ("CosineSimilarity", {}, "numbers and numbers"),
    ("CosineSimilarity", {"axis": 1}, "numbers and numbers"),
    ("PearsonCorrelation", {}, "numbers and numbers"),
    ("ConcordanceCorrelation", {}, "numbers and numbers"),
    ("R2Score", {}, "numbers and numbers"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "numbers and numbers"),
    ("R2Score", {"class_aggregation": None}, "numbers and numbers"),
    ("FBetaScore", {}, "one-hot and probabilities"),
    ("FBetaScore", {"average": "macro", "beta": 2.0}, "one-hot and probabilities"),
    ("FBetaScore", {"average": "micro", "threshold": 0.3}, "bits and probabilities"),
    ("F1Score", {"average": "weighted"}, "one-hot and probabilities"),
    ("TruePositives", {}, "bits and probabilities"),
    ("FalsePositives", {"thresholds": [0.7, 0.2]}, "bits and probabilities"),
    ("TrueNegatives", {"thresholds": [0.0, 0.5, 1.0]}, "bits and probabilities"),
    ("FalseNegatives", {"thresholds": 0.2}, "bits and probabilities"),
    ("Precision", {}, "bits and probabilities"),
    ("Precision", {"thresholds": [0.1, 0.4]}, "bits and probabilities"),
    ("Precision", {"top_k": 2}, "bits and probabilities"),
    ("Recall", {"top_k": 1, "class_id": 1}, "one-hot and probabilities"),
    ("Recall", {"class_id": 0, "thresholds": 0.3}, "one-hot and probabilities"),
    ("SensitivityAtSpecificity", {"specificity": 0.4}, "bits and probabilities"),
    (
        "SpecificityAtSensitivity",
        {"sensitivity": 0.4, "num_thresholds": 5},
        "bits and probabilities",
    ),
    ("PrecisionAtRecall", {"recall": 0.3, "num_thresholds": 1}, "bits and probabilities"),
    ("RecallAtPrecision", {"precision": 0.6, "class_id": 1}, "bits and probabilities"),
    ("AUC", {}, "bits and probabilities"),
    ("AUC", {"num_thresholds": 10, "summation_method": "minoring"}, "bits and probabilities"),
    ("AUC", {"thresholds": [0.9, 0.2, 0.3]}, "bits and probabilities"),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75], "from_logits": True}, "bits and probabilities"),
    ("AUC", {"curve": "PR"}, "bits and probabilities"),
    ("AUC", {"curve": "PR", "summation_method": "majoring"}, "bits and probabilities"),
    ("AUC", {"curve": "PRGAIN", "num_thresholds": 20}, "bits and probabilities"),
    ("AUC", {"multi_label": True, "num_thresholds": 7}, "bits and probabilities"),
    ("AUC", {"multi_label": True, "thresholds": [0.1]}, "bits and probabilities"),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 2]}, "three classes and three classes"),
    ("IoU", {"num_classes": 2, "target_class_ids": [1]}, "three classes and three classes"),
    ("BinaryIoU", {"threshold": 0.3}, "bits and probabilities"),
    ("BinaryIoU", {"target_class_ids": [1]}, "bits and probabilities"),
    ("MeanIoU", {"num_classes": 3, "ignore_class": 0}, "three classes and three classes"),
    (
        "MeanIoU",
        {"num_classes": 5, "sparse_y_pred": False},
        "labels and probabilities",
    ),
    ("OneHotIoU", {"num_classes": 5, "target_class_ids": [0, 1]}, "one-hot and probabilities"),
    ("OneHotMeanIoU", {"num_classes": 5}, "one-hot and probabilities"),
]


def name_of(case):
    name, settings, kind = case
    return f"{name}-{kind.split(' ')[0]}-{'-'.join(settings)}"


def draw_arrays(kind, shape, rng):
    labels = rng.integers(0, shape[-1], shape[:-1])
    draws = {
        "labels": lambda: labels,
        "column labels": lambda: labels[..., None],
        "bits": lambda: rng.integers(0, 2, shape),
        "one-hot": lambda: np.eye(shape[-1])[labels],
        "three classes": lambda: rng.integers(0, 3, shape[:-1]),
        "distributions": lambda: rng.dirichlet(np.ones(shape[-1]), shape[:-1]),
        "numbers": lambda: rng.uniform(0.1, 3, shape).astype("float32"),
        "probabilities": lambda: rng.dirichlet(np.ones(shape[-1]), shape[:-1]).astype("float32"),
    }
    y_true, y_pred = kind.split(" and ")
    predictions = rng.integers(0, 3, shape[:-1]) if y_pred == "labels" else draws[y_pred]()
    return draws[y_true](), predictions


def assert_same_state(ours, theirs):
    our_result, their_result = np.asarray(ours.result()), np.asarray(theirs.result())
    assert our_result.dtype == their_result.dtype
    np.testing.assert_allclose(our_result, their_result, rtol=2e-5, atol=1e-6)
    for our, their in zip(ours.variables, theirs.variables, strict=True):
        assert (our.name, our.dtype) == (their.name, their.dtype)
        np.testing.assert_allclose(our.numpy(), their.numpy(), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "settings", "kind"), CASES, ids=map(name_of, CASES))
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
        assert_same_state(ours, theirs)
    config = theirs.get_config()
    assert {key: ours.get_config()[key] for key in config} == config


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "settings", "kind"), STATE_CASES, ids=map(name_of, STATE_CASES))
def test_states(name, settings, kind, weighted):
    rng = np.random.default_rng(len(name))
    ours, theirs = getattr(metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
    for batch in (3, 4, 7):
        y_true, y_pred = draw_arrays(kind, (batch, 5), rng)
        # Multiples of 1/8: sums of them are exact in any order.
        sample_weight = rng.integers(0, 16, batch) / 8 if weighted else None
        if weighted and "IoU" in name:  # a weight for each label; they count in integers
            counts_labels = not name.startswith("OneHot")
            sample_weight = rng.integers(0, 3, y_true.shape if counts_labels else batch)
        ours.update_state(y_true, y_pred, sample_weight)
        theirs.update_state(y_true, y_pred, sample_weight)
        assert_same_state(ours, theirs)
    ours.reset_state()
    theirs.reset_state()
    ours.update_state(y_true, y_pred)
    theirs.update_state(y_true, y_pred)
    assert_same_state(ours, theirs)


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


ARGUMENTS = {
    "IoU": {"num_classes": 3, "target_class_ids": (0, 2)},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": (0, 2)},
    "OneHotMeanIoU": {"num_classes": 3},
    "SensitivityAtSpecificity": {"specificity": 0.4},
    "SpecificityAtSensitivity": {"sensitivity": 0.4},
    "PrecisionAtRecall": {"recall": 0.4},
    "RecallAtPrecision": {"precision": 0.4},
    "AUC": {"thresholds": [0.3, 0.1], "curve": "pr"},
}
BASES = {"Metric", "MeanMetricWrapper"}
CLASSES = sorted(
    name
    for name, thing in vars(keras.metrics).items()
    if inspect.isclass(thing) and name not in BASES
)


def test_every_metric_is_compared():
    public = {name for name in vars(keras.metrics) | vars(tf.keras.metrics) if name[0] != "_"}
    assert [name for name in sorted(public) if not hasattr(metrics, name)] == []
    compared = {name for name, _, _ in CASES + STATE_CASES}
    assert set(CLASSES) == compared | {"Mean", "Sum"}


@pytest.mark.parametrize("name", CLASSES)
def test_configs_names_and_paths(name):
    settings = ARGUMENTS.get(name, {}) | {"dtype": "float32", "name": "some/name"}
    ours, theirs = getattr(metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
    assert [v.path for v in ours.variables] == [v.path for v in theirs.variables]
    assert ours._direction == getattr(theirs, "_direction", None)
    # Keras leaves the axis of CosineSimilarity out, but takes it.
    config, serialized = theirs.get_config(), keras.metrics.serialize(theirs)
    assert {key: ours.get_config()[key] for key in config} == config
    assert getattr(keras.metrics, name)(**ours.get_config()).name == "some/name"
    again = metrics.deserialize(serialized)
    assert type(again) is type(ours)
    assert again.get_config() == ours.get_config()
    assert metrics.serialize(again) | {"config": config} == serialized


@pytest.mark.parametrize("name", CLASSES)
def test_default_names_dtypes_and_signatures(name):
    ours, theirs = getattr(metrics, name), getattr(keras.metrics, name)
    assert described(ours) == described(theirs)
    ours, theirs = (one(**ARGUMENTS.get(name, {})) for one in (ours, theirs))
    assert ours.dtype == theirs.dtype
    plain = [one.name.rstrip("0123456789").rstrip("_") for one in (ours, theirs)]  # auc_3
    assert plain[0] == plain[1]


def test_strings():
    theirs = dict(keras.src.metrics.ALL_OBJECTS_DICT)
    del theirs["Metric"], theirs["metric"]  # the base class, which can do nothing
    assert {name: metrics.find(name).__name__ for name in theirs} == {
        name: found.__name__ for name, found in theirs.items()
    }


def test_weights_by_label_and_columns_of_one():
    rng = np.random.default_rng(0)
    bits, scores = rng.integers(0, 2, (6, 3)), rng.integers(0, 17, size=(6, 3)) / 16
    for name, settings, y_true, y_pred, weights in [
        ("Precision", {}, bits, scores, scores[:, ::-1]),
        ("Precision", {}, bits, scores, 0.5),
        ("Recall", {}, bits[:, 0], scores[:, 0], scores[:, 0]),
        ("Recall", {}, bits[:, :1], scores[:, 0], scores[:, :1]),
        ("AUC", {"label_weights": [1.0, 2.0, 0.5]}, bits, scores, scores[:, 0]),
        (
            "AUC",
            {"label_weights": [1.0, 2.0, 0.5], "multi_label": True, "num_labels": 3},
            bits,
            scores,
            scores[:, 0],
        ),
        ("R2Score", {"num_regressors": 2}, scores, scores[::-1], scores[:, ::-1]),
        ("MeanIoU", {"num_classes": 2, "dtype": "float32"}, bits, bits[::-1], scores),
    ]:
        ours, theirs = getattr(metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
        ours.update_state(y_true, y_pred, weights)
        theirs.update_state(y_true, y_pred, weights)
        assert_same_state(ours, theirs)


def test_predictions_on_a_threshold():
    scores = (np.arange(41) / 40).astype("float32")  # all of the even thresholds among them
    bits = np.arange(41) % 3 == 0
    for thresholds in ([i / 10 for i in range(11)], [i / 8 for i in range(9)], [0.25, 0.5]):
        ours = metrics.FalsePositives(thresholds=thresholds)
        theirs = keras.metrics.FalsePositives(thresholds=thresholds)
        ours.update_state(bits, scores)
        theirs.update_state(bits, scores)
        assert_same_state(ours, theirs)
