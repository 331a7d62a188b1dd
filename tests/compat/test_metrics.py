"""Metrics beside Keras': the same numbers after the same updates."""

import inspect

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compat.metrics import CASES, FUNCTIONS, OF_VALUES, STATE_CASES, draw_arrays
from minitape.keras import metrics
from tests.compat.test_signatures import described


def name_of(case):
    name, settings, kind = case
    return f"{name}-{kind.split(' ')[0]}-{'-'.join(settings)}"


def assert_same_state(ours, theirs):
    our_result, their_result = np.asarray(ours.result()), np.asarray(theirs.result())
    assert our_result.dtype == their_result.dtype
    np.testing.assert_allclose(our_result, their_result, rtol=2e-5, atol=1e-6)
    for our, their in zip(ours.variables, theirs.variables, strict=True):
        assert (our.name, our.dtype) == (their.name, their.dtype)
        np.testing.assert_allclose(our.numpy(), their.numpy(), rtol=2e-5, atol=1e-6)


def assert_same_config(ours, theirs):
    """Key by key, and each library makes its own from the other's; names are numbered apart."""
    ours, theirs = (one.from_config(one.get_config() | {"name": "m"}) for one in (ours, theirs))
    config = theirs.get_config()
    if type(ours) is metrics.CosineSimilarity:  # Keras leaves the axis out, but takes it
        config["axis"] = ours.get_config()["axis"]
    if config.get("label_weights") is not None:  # a tensor in Keras, which no file can hold
        config["label_weights"] = np.asarray(config["label_weights"]).tolist()
    assert ours.get_config() == config
    assert type(ours).from_config(theirs.get_config() | config).get_config() == config
    again = type(theirs).from_config(ours.get_config()).get_config()
    assert again.keys() == theirs.get_config().keys()
    assert all(np.array_equal(again[key], config[key]) for key in again)


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
    assert_same_config(ours, theirs)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "settings", "kind"), STATE_CASES, ids=map(name_of, STATE_CASES))
def test_states(name, settings, kind, weighted):
    rng = np.random.default_rng(len(name))
    ours, theirs = getattr(metrics, name)(**settings), getattr(keras.metrics, name)(**settings)
    for batch in (3, 4, 7):
        y_true, y_pred = draw_arrays(kind, (batch, 5), rng)
        # Multiples of 1/8: sums of them are exact in any order.
        sample_weight = rng.integers(0, 16, batch) / 8 if weighted else None
        if weighted and settings.get("axis") == 0:  # what is left are the classes
            sample_weight = rng.integers(0, 16, 5) / 8
        if weighted and "IoU" in name:  # a weight for each label; they count in integers
            counts_labels = not (name.startswith("OneHot") or "sparse_y_true" in settings)
            sample_weight = rng.integers(0, 3, y_true.shape if counts_labels else batch)
        ours.update_state(y_true, y_pred, sample_weight)
        theirs.update_state(y_true, y_pred, sample_weight)
        assert_same_state(ours, theirs)
    assert_same_config(ours, theirs)
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


@pytest.mark.parametrize("name", [name for name, _ in OF_VALUES])
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


@pytest.mark.parametrize(("name", "kind"), FUNCTIONS.items())
def test_functions(name, kind):
    rng = np.random.default_rng(len(name))
    for shape in [(7, 4), (1, 2), (3, 2, 5)]:
        arrays = draw_arrays(kind, shape, rng)
        k = {"k": 2} if "top_k" in name else {}
        ours, theirs = (getattr(one, name)(*arrays, **k) for one in (metrics, keras.metrics))
        assert tuple(ours.shape) == tuple(theirs.shape)
        assert ours.dtype.name == theirs.dtype.name
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-5)


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
