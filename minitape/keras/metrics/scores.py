"""Scores that are no mean over samples: the F-score and R²."""

import math
import warnings

from ... import ops
from ...arrays import as_dtype
from ...settings import epsilon
from ..losses.loss import as_tensor, squeeze_or_expand_to_same_rank
from .metric import Metric

__all__ = ["FBetaScore", "F1Score", "R2Score"]


def _need_columns(metric, y_true, y_pred) -> None:
    if y_true.ndim != 2 or y_pred.ndim != 2:
        raise ValueError(
            f"{type(metric).__name__} expects y_true and y_pred of shape (samples, outputs). "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
        )


class FBetaScore(Metric):
    """(1 + beta²) * precision * recall / (beta² * precision + recall), for each class.

    Args:
        average: None: one score for each class; "micro": of all classes' counts together;
            "macro": the mean of the classes' scores; "weighted": that weighted by how often
            a class is true.
        beta: how much more recall counts than precision.
        threshold: predictions above it are positive; None: the largest of each sample.
        name: name in logs.
        dtype: float type of the computation.
    """

    _direction = "up"

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        averages = (None, "micro", "macro", "weighted")
        if average not in averages:
            raise ValueError(f"Expected average to be one of {averages}. Received: {average!r}.")
        if not isinstance(beta, float) or beta <= 0:
            raise ValueError(f"Expected beta to be a float > 0. Received: {beta!r}.")
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold <= 1):
            raise ValueError(
                f"Expected threshold to be None or a float in (0, 1]. Received: {threshold!r}."
            )
        self.average = average
        self.beta = beta
        self.threshold = threshold

    def _build(self, classes: int) -> None:
        shape = () if self.average == "micro" else (classes,)
        names = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
        (
            self.true_positives,
            self.false_positives,
            self.false_negatives,
            self.intermediate_weights,
        ) = (self.add_variable(shape, "zeros", self.dtype, name=name) for name in names)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch: y_true of 0 and 1, y_pred of probabilities, both (samples, classes)."""
        dtype = as_dtype(self.dtype)
        y_true, y_pred = as_tensor(y_true, dtype), as_tensor(y_pred, dtype)
        _need_columns(self, y_true, y_pred)
        if not self.variables:
            self._build(y_pred.shape[1])
        if self.threshold is None:
            largest = ops.reduce_max(y_pred, axis=-1, keepdims=True)
            positive = ops.logical_and(
                ops.greater_equal(y_pred, largest), ops.greater(ops.abs(y_pred), 1e-9)
            )
        else:
            positive = ops.greater(y_pred, self.threshold)
        y_pred = ops.cast(positive, dtype)
        axis = None if self.average == "micro" else 0
        weights = 1.0
        if sample_weight is not None:
            weights = ops.expand_dims(as_tensor(sample_weight, dtype), 1)
        self.true_positives.assign_add(ops.reduce_sum(y_pred * y_true * weights, axis))
        self.false_positives.assign_add(ops.reduce_sum(y_pred * (1.0 - y_true) * weights, axis))
        self.false_negatives.assign_add(ops.reduce_sum((1.0 - y_pred) * y_true * weights, axis))
        self.intermediate_weights.assign_add(ops.reduce_sum(y_true * weights, axis))

    def result(self):
        tp = ops.convert_to_tensor(self.true_positives)
        precision = tp / (tp + self.false_positives + epsilon())
        recall = tp / (tp + self.false_negatives + epsilon())
        square = self.beta**2
        scores = precision * recall / (square * precision + recall + epsilon()) * (1 + square)
        if self.average == "weighted":
            weights = ops.convert_to_tensor(self.intermediate_weights)
            weights = weights / (ops.reduce_sum(weights) + epsilon())
            return ops.reduce_sum(scores * weights)
        return scores if self.average is None else ops.reduce_mean(scores)

    def get_config(self) -> dict:
        return super().get_config() | {
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
        }


class F1Score(FBetaScore):
    """2 * precision * recall / (precision + recall), for each class.

    Args:
        average: as for `FBetaScore`.
        threshold: predictions above it are positive; None: the largest of each sample.
        name: name in logs.
        dtype: float type of the computation.
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict:
        config = super().get_config()
        del config["beta"]
        return config


class R2Score(Metric):
    """1 - sum((y_true - y_pred)²) / sum((y_true - mean(y_true))²), the share that is explained.

    Args:
        class_aggregation: "uniform_average": the mean over the outputs;
            "variance_weighted_average": that weighted by each output's variance; None: one
            score for each output.
        num_regressors: how many inputs the model has, to correct the score for; 0 for no
            correction.
        name: name in logs.
        dtype: float type of the computation.
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation="uniform_average",
        num_regressors=0,
        name="r2_score",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        known = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in known:
            raise ValueError(
                f"Expected class_aggregation to be one of {known}. Received: {class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ValueError(f"Expected num_regressors >= 0. Received: {num_regressors}.")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", self.dtype, name="num_samples")
        self._built = False

    def _build(self, outputs: int) -> None:
        self.squared_sum = self.add_variable((outputs,), "zeros", self.dtype, name="squared_sum")
        self.sum = self.add_variable((outputs,), "zeros", self.dtype, name="sum")
        self.total_mse = self.add_variable((outputs,), "zeros", self.dtype, name="residual")
        self.count = self.add_variable((outputs,), "zeros", self.dtype, name="count")
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch of shape (samples, outputs)."""
        dtype = as_dtype(self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(
            as_tensor(y_true, dtype), as_tensor(y_pred, dtype)
        )
        _need_columns(self, y_true, y_pred)
        if not self._built:
            self._build(y_pred.shape[1])
        weights = as_tensor(1.0 if sample_weight is None else sample_weight, dtype)
        if weights.ndim == 1:
            weights = ops.expand_dims(weights, 1)
        weights = ops.broadcast_to(weights, y_true.shape)
        self.sum.assign_add(ops.reduce_sum(y_true * weights, axis=0))
        self.squared_sum.assign_add(ops.reduce_sum(y_true * y_true * weights, axis=0))
        residual = ops.square(y_true - y_pred) * weights
        self.total_mse.assign_add(ops.reduce_sum(residual, axis=0))
        self.count.assign_add(ops.reduce_sum(weights, axis=0))
        self.num_samples.assign_add(float(math.prod(y_true.shape)))

    def result(self):
        total = self.squared_sum - self.sum * (self.sum / self.count)
        scores = 1.0 - self.total_mse / total
        scores = ops.where(ops.is_inf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.reduce_mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.reduce_sum(total * scores) / ops.reduce_sum(total)
        if not self.num_regressors:
            return scores
        free = self.num_samples - self.num_regressors - 1.0
        if free <= 0:
            warnings.warn(
                f"R2Score can't correct for num_regressors={self.num_regressors} after "
                f"{int(self.num_samples)} values: the score is not adjusted.",
                stacklevel=2,
            )
            return scores
        return 1.0 - (1.0 - scores) * (self.num_samples - 1.0) / free

    def get_config(self) -> dict:
        return super().get_config() | {
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
