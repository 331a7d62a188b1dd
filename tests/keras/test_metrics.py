"""Metrics by hand: accumulation, weights, accuracies, names, metrics of one's own."""

import numpy as np
import pytest

import minitape as mt
from minitape.keras import metrics
from minitape.keras.variables import Variable


def test_mean_and_sum():
    mean, total = metrics.Mean(), metrics.Sum()
    for metric in (mean, total):
        metric.update_state([1.0, 2.0, 3.0])
        metric.update_state(6.0)
    assert float(mean.result()) == 3
    assert float(total.result()) == 12
    mean.reset_state()
    assert float(mean.result()) == 0  # the mean of nothing
    assert [v.name for v in mean.variables] == ["total", "count"]


def test_weights():
    mean = metrics.Mean()
    mean.update_state([1.0, 5.0], sample_weight=[3.0, 1.0])
    assert float(mean.result()) == 2
    mean = metrics.Mean()
    mean.update_state([[1.0, 3.0], [5.0, 7.0]], sample_weight=[1.0, 0.0])  # one weight per row
    assert float(mean.result()) == 2
    mean = metrics.Mean()
    mean.update_state([[1.0, 3.0], [5.0, 7.0]], sample_weight=[[1.0, 0.0], [1.0, 0.0]])
    assert float(mean.result()) == 3
    mean = metrics.Mean()
    mean.update_state([2.0, 4.0], sample_weight=0.5)
    assert float(mean.result()) == 3
    total = metrics.Sum()
    total.update_state([1.0, 5.0], sample_weight=[3.0, 1.0])
    assert float(total.result()) == 8


def test_a_mean_of_batches_weighs_each_batch_alike():
    # A tracker fed with batch losses 3 and 6 says 4.5, whatever the batch sizes were.
    tracker = metrics.Mean()
    tracker.update_state(3.0)
    tracker.update_state(6.0)
    assert float(tracker.result()) == 4.5


@pytest.mark.parametrize(
    ("metric", "y_true", "y_pred", "expected"),
    [
        (metrics.Accuracy(), [1, 2, 3, 4], [1, 2, 0, 4], 0.75),
        (metrics.BinaryAccuracy(), [[1], [0], [1], [0]], [[0.9], [0.2], [0.5], [0.6]], 0.5),
        (metrics.BinaryAccuracy(threshold=0.7), [1, 0, 1, 0], [0.9, 0.2, 0.5, 0.6], 0.75),
        (metrics.CategoricalAccuracy(), [[0, 1], [1, 0]], [[0.1, 0.9], [0.4, 0.6]], 0.5),
        (metrics.SparseCategoricalAccuracy(), [1, 0], [[0.1, 0.9], [0.4, 0.6]], 0.5),
        (metrics.SparseCategoricalAccuracy(), [[1], [0]], [[0.1, 0.9], [0.4, 0.6]], 0.5),
        (metrics.TopKCategoricalAccuracy(k=2), [[0, 0, 1], [1, 0, 0]], [[3, 1, 2], [1, 2, 3]], 0.5),
        (metrics.SparseTopKCategoricalAccuracy(k=2), [2, 0], [[3, 1, 2], [1, 2, 3]], 0.5),
        (
            metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True),
            [2, 0],
            [[0, 2, 1], [2, 1, 0]],
            0.5,
        ),
        (metrics.MeanSquaredError(), [[0, 1], [2, 3]], [[0.5, 1], [2, 5]], 1.0625),
        (metrics.MeanAbsoluteError(), [[0, 1], [2, 3]], [[0.5, 1], [2, 5]], 0.625),
        (metrics.MeanAbsolutePercentageError(), [[2, 4]], [[1, 4]], 25),
        (metrics.RootMeanSquaredError(), [[0, 1], [2, 3]], [[0.5, 1], [2, 5]], 1.0625**0.5),
        (metrics.SparseCategoricalCrossentropy(), [0], [[0.25, 0.75]], np.log(4)),
        (metrics.CategoricalCrossentropy(), [[1, 0]], [[0.25, 0.75]], np.log(4)),
        (metrics.BinaryCrossentropy(), [[1]], [[0.25]], np.log(4)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_values(metric, y_true, y_pred, expected):
    y_pred = np.asarray(y_pred, "float32")
    metric.reset_state()
    assert float(metric(np.asarray(y_true), y_pred)) == pytest.approx(expected, rel=1e-5)
    assert float(metric(np.asarray(y_true), y_pred)) == pytest.approx(expected, rel=1e-5)


def test_ties_at_the_kth_place_count():
    top = metrics.SparseTopKCategoricalAccuracy(k=1)
    assert float(top([2], mt.constant([[5.0, 5.0, 5.0]]))) == 1
    top.reset_state()
    assert float(top([7, 0], mt.constant([[1.0, 2.0], [np.nan, 0.0]]))) == 0  # no class; no score


def test_sample_weights_of_wrapped_functions():
    accuracy = metrics.SparseCategoricalAccuracy()
    accuracy.update_state([1, 0], mt.constant([[0.1, 0.9], [0.4, 0.6]]), sample_weight=[3, 1])
    assert float(accuracy.result()) == 0.75


def test_dtype_and_config():
    mean = metrics.Mean(dtype="float64")
    mean.update_state(mt.constant([1.0, 2.0]))
    assert mean.result().dtype == "float64"
    assert mean.get_config() == {"name": "mean", "dtype": "float64"}
    for metric in (metrics.BinaryAccuracy(threshold=0.25), metrics.TopKCategoricalAccuracy(k=3)):
        again = metrics.deserialize(metrics.serialize(metric))
        assert type(again) is type(metric)
        assert again.get_config() == metric.get_config()
    wrapper = metrics.MeanMetricWrapper(metrics.binary_accuracy, name="hits")
    again = metrics.MeanMetricWrapper.from_config(wrapper.get_config())
    assert again.get_config() == wrapper.get_config()


# -- metrics of one's own ------------------------------------------------------------------------


class RootMeanSquaredErrorOfLabels(metrics.Metric):
    """The metric of the guide: one-hot labels against probabilities, Keras 2's spellings."""

    def __init__(self, name="rmse", **kwargs):
        super().__init__(name=name, **kwargs)
        self.mse_sum = self.add_weight(name="mse_sum", initializer="zeros")
        self.total_samples = self.add_weight(
            name="total_samples", initializer="zeros", dtype="int32"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = mt.one_hot(y_true, depth=mt.shape(y_pred)[1])
        self.mse_sum.assign_add(mt.reduce_sum(mt.square(y_true - y_pred)))
        self.total_samples.assign_add(mt.shape(y_pred)[0])

    def result(self):
        return mt.sqrt(self.mse_sum / mt.cast(self.total_samples, mt.float32))

    def reset_state(self):
        self.mse_sum.assign(0.0)
        self.total_samples.assign(0)


def test_a_metric_of_ones_own():
    metric = RootMeanSquaredErrorOfLabels()
    metric.update_state(mt.constant([0, 1]), mt.constant([[1.0, 0.0], [2.0, 1.0]]))
    assert float(metric.result()) == pytest.approx(2**0.5)
    assert len(metric.variables) == 2
    metric.reset_state()
    assert int(metric.total_samples) == 0


def test_inner_metrics_and_variables_are_found():
    class Both(metrics.Metric):
        def __init__(self):
            super().__init__()
            self.mean = metrics.Mean()
            self.seen = Variable(3.0, name="seen")

        def update_state(self, values):
            self.mean.update_state(values)

        def result(self):
            return self.mean.result()

    both = Both()
    assert float(both([1.0, 3.0])) == 2
    assert [v.name for v in both.variables] == ["seen", "total", "count"]
    both.reset_state()  # every variable found becomes 0
    assert float(both.seen) == float(both.result()) == 0


def test_a_forgotten_super_init():
    class Early(metrics.Metric):
        def __init__(self):
            self.total = self.add_weight(name="total")

    class Late(metrics.Metric):
        def __init__(self):
            pass

    with pytest.raises(RuntimeError, match=r"Early.__init__\(\) did not call super"):
        Early()
    with pytest.raises(RuntimeError, match=r"Late.__init__\(\) did not call super"):
        Late()([1.0])


def test_a_broadcast_is_warned_of():
    with pytest.warns(UserWarning, match=r"\(4, 1, 3\) and y_pred of shape \(4, 3\) differ"):
        metrics.RootMeanSquaredError().update_state(np.zeros((4, 1, 3)), np.zeros((4, 3)))


# -- names -----------------------------------------------------------------------------------------


def test_get():
    assert isinstance(metrics.get("mse"), metrics.MeanSquaredError)
    assert isinstance(metrics.get("MAE"), metrics.MeanAbsoluteError)
    assert isinstance(metrics.get("root_mean_squared_error"), metrics.RootMeanSquaredError)
    assert isinstance(metrics.get("SparseCategoricalAccuracy"), metrics.SparseCategoricalAccuracy)
    assert metrics.get(None) is None
    with pytest.raises(ValueError, match="metric identifier: 'acuracy'. Did you mean 'accuracy'"):
        metrics.get("acuracy")


@pytest.mark.parametrize(
    ("labels", "predictions", "kind"),
    [
        ((8, 1), (8, 1), "Binary"),
        ((8,), (8, 10), "SparseCategorical"),
        ((8, 1), (8, 10), "SparseCategorical"),
        ((8, 10), (8, 10), "Categorical"),
    ],
)
def test_resolve_by_shapes(labels, predictions, kind):
    y_true, y_pred = mt.zeros(labels), mt.zeros(predictions)
    for name in ("accuracy", "acc"):
        metric = metrics.resolve(name, y_true, y_pred)
        assert (type(metric).__name__, metric.name) == (f"{kind}Accuracy", name)
    for name in ("crossentropy", "ce"):
        metric = metrics.resolve(name, y_true, y_pred)
        assert (type(metric).__name__, metric.name) == (f"{kind}Crossentropy", name)


def test_resolve_the_rest():
    def distance(y_true, y_pred):
        return mt.abs(y_true - y_pred)

    wrapped = metrics.resolve(distance, None, None)
    assert wrapped.name == "distance"
    assert float(wrapped(mt.constant([1.0]), mt.constant([3.0]))) == 2
    assert metrics.resolve("mse", None, None).name == "mse"
    mean = metrics.Mean(name="mine")
    assert metrics.resolve(mean, None, None) is mean
    with pytest.raises(ValueError, match="received None"):
        metrics.resolve(None, None, None)


# -- the confusion matrix ------------------------------------------------------------------------

TRUTH, SCORES = [0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9]


def test_precision_and_recall():
    for metric, expected in [
        (metrics.TruePositives(), 1),
        (metrics.FalsePositives(), 1),
        (metrics.TrueNegatives(), 1),
        (metrics.FalseNegatives(), 1),
        (metrics.Precision(), 1 / 2),
        (metrics.Recall(), 1 / 2),
        (metrics.Recall(thresholds=0.3), 1),
        (metrics.Precision(thresholds=0.3), 2 / 3),
        (metrics.F1Score(average="micro", threshold=0.3), 2 * 2 / 3 / (5 / 3)),
    ]:
        column = isinstance(metric, metrics.F1Score)
        shape = (4, 1) if column else (4,)
        metric.update_state(np.reshape(TRUTH, shape), np.reshape(SCORES, shape))
        assert float(metric.result()) == pytest.approx(expected, rel=1e-5)


def test_the_area_under_the_roc_is_the_share_of_pairs_in_order():
    metric = metrics.AUC(num_thresholds=1001)
    metric.update_state(TRUTH, SCORES)
    assert float(metric.result()) == pytest.approx(3 / 4, rel=1e-5)  # 0.6 stands above 0.4
    metric.reset_state()
    metric.update_state([0, 1], [0.2, 0.7])
    assert float(metric.result()) == 1


def test_even_thresholds_count_as_others_do():
    # The same thresholds, told apart by rounding and (with one more) by comparison.
    rng = np.random.default_rng(0)
    truth, scores = rng.integers(0, 2, 50), rng.uniform(size=50)
    even = [i / 10 for i in range(11)]
    fast, slow = metrics.TruePositives(even), metrics.TruePositives([*even, 0.123])
    for metric in (fast, slow):
        metric.update_state(truth, scores)
    np.testing.assert_array_equal(fast.result().numpy(), slow.result().numpy()[:-1])


def test_settings_that_are_refused():
    for make, match in [
        (lambda: metrics.Precision(thresholds=[0.5, 1.5]), r"in \[0, 1\]. Received: \[1.5\]"),
        (lambda: metrics.AUC(num_thresholds=1), "num_thresholds > 1"),
        (lambda: metrics.AUC(curve="roc2"), "curve to be one of .* Received: 'ROC2'"),
        (lambda: metrics.AUC(num_labels=2), "needs multi_label=True"),
        (lambda: metrics.PrecisionAtRecall(1.5), r"Expected recall in \[0, 1\]"),
        (lambda: metrics.RecallAtPrecision(0.5, num_thresholds=0), "num_thresholds > 0"),
        (lambda: metrics.FBetaScore(average="mean"), "average to be one of"),
        (lambda: metrics.FBetaScore(beta=2), "beta to be a float"),
        (lambda: metrics.F1Score(threshold=0.0), "threshold to be None or a float"),
        (lambda: metrics.R2Score(class_aggregation="mean"), "class_aggregation to be one of"),
        (lambda: metrics.R2Score(num_regressors=-1), "num_regressors >= 0"),
        (lambda: metrics.IoU(2, [2]), "below num_classes=2"),
        (lambda: metrics.F1Score()([1], [1]), r"of shape \(samples, outputs\)"),
        (lambda: metrics.AUC(multi_label=True)([1], [1]), r"of shape \(samples, labels\)"),
        (lambda: metrics.Recall(class_id=1)([1], [1]), "a column for each class"),
    ]:
        with pytest.raises(ValueError, match=match):
            make()


# -- scores and regions --------------------------------------------------------------------------


def test_r2():
    metric = metrics.R2Score()
    metric.update_state([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]])  # 1 of a variation of 2
    assert float(metric.result()) == pytest.approx(0.5)
    adjusted = metrics.R2Score(num_regressors=1)
    adjusted.update_state([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]])
    assert float(adjusted.result()) == pytest.approx(1 - 0.5 * 2 / 1)
    few = metrics.R2Score(num_regressors=2)
    few.update_state([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]])
    with pytest.warns(UserWarning, match="num_regressors=2 after 3 values"):
        assert float(few.result()) == pytest.approx(0.5)


def test_iou():
    metric = metrics.MeanIoU(3)
    metric.update_state([0, 0, 1, 1, 7], [0, 1, 1, 1, 0])  # 7 is no class, and class 2 never occurs
    assert float(metric.result()) == pytest.approx((1 / 2 + 2 / 3) / 2, rel=1e-5)
    with pytest.warns(UserWarning, match="counts in int64"):
        metric.update_state([0], [0], sample_weight=[0.5])


def test_correlations():
    line, other = [[1.0, 2.0, 3.0]], [[3.0, 5.0, 7.0]]
    assert float(metrics.PearsonCorrelation()(line, other)) == pytest.approx(1)
    assert float(metrics.ConcordanceCorrelation()(line, line)) == pytest.approx(1)
    # cov 4/3, variances 2/3 and 8/3, means 2 and 5
    expected = 2 * (4 / 3) / (2 / 3 + 8 / 3 + 9)
    assert float(metrics.ConcordanceCorrelation()(line, other)) == pytest.approx(expected)
    assert float(metrics.CosineSimilarity()([[3.0, 4.0]], [[6.0, 8.0]])) == pytest.approx(1)


def test_the_axis_of_the_classes():
    labels, predictions = np.eye(3)[[[0, 1], [2, 2]]], np.eye(3)[[[0, 1], [2, 1]]]
    last, middle = metrics.OneHotMeanIoU(3), metrics.OneHotMeanIoU(3, axis=1)
    last.update_state(labels, predictions)
    middle.update_state(labels.transpose(0, 2, 1), predictions.transpose(0, 2, 1))
    assert float(last.result()) == float(middle.result()) == pytest.approx(2 / 3)
