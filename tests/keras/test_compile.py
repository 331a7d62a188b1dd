"""compile: losses and metrics by name, object, list and dict, and names that nobody knows."""

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.keras import layers
from minitape.keras.training.compiled import CompiledLoss, CompiledMetrics
from minitape.keras.training.outputs import Outputs

ONES, ZEROS = mt.ones((2, 1)), mt.zeros((2, 1))


def single():
    return keras.Sequential([keras.Input((1,)), layers.Dense(1, name="line")])


def double():
    inputs = keras.Input((1,))
    outputs = [layers.Dense(1, name=name)(inputs) for name in ("size", "kind")]
    return keras.Model(inputs, outputs)


# -- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "rmsprob"}, "optimizer identifier: 'rmsprob'. Did you mean 'rmsprop'"),
        ({"loss": "mean_square_error"}, "loss identifier.*Did you mean 'mean_squared_error'"),
        ({"loss": {"a": "mse", "b": "msee"}}, "'msee'. Did you mean 'mse'"),
        ({"metrics": ["acuracy"]}, "metric identifier: 'acuracy'"),
        ({"metrics": [["mae"], ["binary_acuracy"]]}, "Did you mean 'binary_accuracy'"),
        ({"weighted_metrics": ["maee"]}, "Did you mean 'mae'"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(settings, message):
    model = single()
    model.compile("sgd", "mse")
    known = model.optimizer
    with pytest.raises(ValueError, match=message):
        model.compile(**{"optimizer": "adam", "loss": "mae"} | settings)
    assert model.optimizer is known  # what was compiled before stays
    assert model.loss == "mse"


def test_metrics_of_a_model():
    model = single()
    assert model.metrics == []
    model.compile("sgd", "mse", metrics=["mae"])
    assert model.metrics_names == ["loss", "compile_metrics"]
    assert len(model.variables) == 2  # the trackers' state is none of the model's weights
    model.compile("sgd", "mse")
    assert model.metrics_names == ["loss"]


def test_metrics_held_by_layers_and_by_models_inside():
    class Counting(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seen = keras.metrics.Sum(name="seen")

        def call(self, x):
            self.seen.update_state(mt.ones_like(x))
            return x

    inside = single()
    inside.compile("sgd", "mse", metrics=["mae"])
    model = keras.Sequential([keras.Input((1,)), Counting(), inside])
    model.compile("sgd", "mse")
    assert model.metrics_names == ["loss", "seen"]  # a model inside keeps its own training
    history = model.fit(np.ones((3, 1)), np.ones((3, 1)), epochs=2, verbose=0).history
    assert history["seen"] == [3, 3]


# -- beside the outputs --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, [None, None]),
        ([1, 2], [1, 2]),
        ((1, 2), [1, 2]),
        ({"b": 2, "a": 1}, [1, 2]),
        ({"b": 2}, [None, 2]),
        (3, [3, 3]),
    ],
    ids=str,
)
def test_one_for_each_output(given, expected):
    for y_pred, names in ([ONES, ZEROS], ["a", "b"]), ({"b": ZEROS, "a": ONES}, None):
        assert Outputs(y_pred, names).each(given, "loss", shared=True) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            [1],
            "`y` must have one entry for each of the model's 2 outputs \\['a', 'b'\\].*a list of 1",
        ),
        (1, "`y` must have one entry.*Received: a single int"),
        ({"a": 1, "c": 2}, "`y` has the key 'c', which names no output.*\\['a', 'b'\\]"),
    ],
    ids=str,
)
def test_not_one_for_each_output(given, message):
    with pytest.raises(ValueError, match=message):
        Outputs([ONES, ZEROS], ["a", "b"]).each(given, "y")


def test_outputs_without_names_take_no_dict():
    with pytest.raises(ValueError, match="2 outputs, in a list or dict. .* dict with the keys"):
        Outputs([ONES, ZEROS]).each({"a": 1, "b": 2}, "loss")


def test_outputs_of_any_structure_take_the_same_structure():
    outputs = Outputs({"a": [ONES, ZEROS], "b": ZEROS})
    assert outputs.names == [None] * 3
    assert outputs.each({"a": (1, 2), "b": 3}, "loss") == [1, 2, 3]
    assert outputs.each([1, 2, 3], "loss") == [1, 2, 3]


def test_one_output():
    outputs = Outputs(ONES, ["line"])
    assert outputs.each(1, "y") == outputs.each([1], "y") == outputs.each({"line": 1}, "y") == [1]
    with pytest.raises(ValueError, match="'lane', which names no output.*\\['line'\\]"):
        outputs.each({"lane": 1}, "loss")


def test_the_total_is_weighted_and_the_trackers_are_not():
    loss = CompiledLoss(["mse", "mae"], [10.0, 1.0], lambda: ["a", "b"])
    total = loss([ZEROS, ZEROS], [ONES * 3, ONES * 5])
    assert float(total) == 10 * 9 + 5
    loss([ZEROS, ZEROS], [ONES * 3, ONES * 7])
    assert {m.name: float(m.result()) for m in loss.metrics} == {"a_loss": 9, "b_loss": 6}


def test_losses_of_outputs_without_names_are_named_after_themselves():
    loss = CompiledLoss("mse")
    loss([ZEROS, ZEROS], [ONES, ONES])
    assert [m.name for m in loss.metrics] == ["mse_loss", "mse_loss_1"]


def test_an_output_may_have_no_loss():
    loss = CompiledLoss({"b": "mse"}, output_names=lambda: ["a", "b"])
    assert float(loss({"b": ZEROS}, [ONES, ONES * 2])) == 4
    assert loss.metrics == []  # the total says it all
    assert CompiledLoss([None, None])([ZEROS, ZEROS], [ONES, ONES]) is None


def test_labels_that_are_missing():
    with pytest.raises(ValueError, match="a loss for output 'b', but there are no labels"):
        CompiledLoss("mse", output_names=lambda: ["a", "b"])({"a": ZEROS}, [ONES, ONES])
    with pytest.raises(ValueError, match="a loss for output 1, but there are no labels"):
        CompiledLoss("mse")([ZEROS, None], [ONES, ONES])
    with pytest.raises(ValueError, match="a metric for the model, but there are no labels"):
        CompiledMetrics(["mae"]).update_state(None, ONES)


def test_a_failed_first_call_can_be_repeated():
    loss = CompiledLoss(["mse", "mae"])
    metrics = CompiledMetrics([["mae"], ["accuracy"]])
    for _ in range(2):
        with pytest.raises(ValueError, match="no labels"):
            loss([ZEROS, None], [ONES, ONES])
        with pytest.raises(ValueError, match="no labels"):
            metrics.update_state([ZEROS, None], [ONES, ONES])
    assert float(loss([ZEROS, ZEROS], [ONES, ONES])) == 2
    metrics.update_state([ZEROS, ZEROS], [ONES, ONES])
    assert {k: float(v) for k, v in metrics.result().items()} == {"mae": 1, "accuracy": 0}


def test_metrics_names_in_logs():
    def keys(metrics, weighted=None, names=("a", "b")):
        compiled = CompiledMetrics(metrics, weighted, lambda: names)
        compiled.update_state([ZEROS] * len(names), [ONES] * len(names))
        return list(compiled.result())

    assert keys(["mae", "mse"], names=["a"]) == ["mae", "mse"]
    assert keys("mae", names=["a"]) == ["mae"]
    assert keys([["mae"], ["mse"]]) == ["a_mae", "b_mse"]
    assert keys(["mae", "mse"]) == ["a_mae", "b_mse"]
    assert keys({"b": "mae"}) == ["b_mae"]
    assert keys([["mae", "mae"], []]) == ["a_mae", "a_mae_1"]
    assert keys([["mae"], []], [["mae", "mae"], []]) == [
        "a_mae",
        "a_weighted_mae",
        "a_weighted_mae_1",
    ]


def test_weighted_metrics_alone_get_the_weights():
    metrics = CompiledMetrics(["mae"], ["mae"])
    metrics.update_state(ZEROS, mt.constant([[1.0], [5.0]]), mt.constant([3.0, 1.0]))
    assert {k: float(v) for k, v in metrics.result().items()} == {"mae": 3, "weighted_mae": 2}
    metrics.reset_state()
    assert [float(v) for v in metrics.result().values()] == [0, 0]
    assert len(metrics.variables) == 4


def test_a_metric_with_several_results():
    class Range(keras.metrics.Metric):
        def update_state(self, y_true, y_pred, sample_weight=None):
            self.ends = {"low": mt.reduce_min(y_pred), "high": mt.reduce_max(y_pred)}

        def result(self):
            return self.ends

    metrics = CompiledMetrics([Range()])
    metrics.update_state(ZEROS, mt.constant([[1.0], [5.0]]))
    assert {k: float(v) for k, v in metrics.result().items()} == {"low": 1, "high": 5}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": {"size": "mse", "sort": "mse"}}, "`loss` has the key 'sort'"),
        ({"loss": "mse", "metrics": {"sort": "mae"}}, "`metrics` has the key 'sort'"),
        (
            {"loss": "mse", "metrics": ["mae"]},
            "`metrics` must have one entry for each of .* 2 outputs",
        ),
        ({"loss": ["mse"]}, "`loss` must have one entry"),
        ({"loss": "mse", "loss_weights": [1.0]}, "`loss_weights` must have one entry"),
        ({"loss": "mse", "loss_weights": {"sort": 1.0}}, "`loss_weights` has the key 'sort'"),
    ],
    ids=str,
)
def test_what_does_not_fit_two_outputs(settings, message):
    model = double()
    model.compile("sgd", **settings)
    x = np.ones((2, 1))
    with pytest.raises(ValueError, match=message):
        model.fit(x, [x, x], verbose=0)


def test_labels_that_do_not_fit_two_outputs():
    model = double()
    model.compile("sgd", "mse")
    x = np.ones((2, 1))
    with pytest.raises(ValueError, match="`y` has the key 'sort'.*\\['size', 'kind'\\]"):
        model.fit(x, {"size": x, "sort": x}, verbose=0)
    with pytest.raises(ValueError, match="`y` must have one entry"):
        model.fit(x, x, verbose=0)


def test_names_of_a_model_that_is_built_later():
    model = keras.Sequential([layers.Dense(1, name="line")])
    model.compile("sgd", {"line": "mse"}, metrics={"line": ["mae"]})
    x = np.ones((2, 1))
    assert list(model.fit(x, x, verbose=0).history) == ["loss", "mae"]
