"""Accuracies: `(y_true, y_pred)` to 1 for a hit and 0 for a miss, per sample."""

from ... import ops
from ...settings import floatx
from ..losses.loss import aligned, as_tensor

__all__ = [
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "top_k_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
]


def _as_score(matches):
    return ops.cast(matches, floatx())


def accuracy(y_true, y_pred):
    """1 where y_true equals y_pred, else 0."""
    return _as_score(ops.equal(*aligned(y_true, y_pred)))


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """1 where (y_pred > threshold) is what the label y_true (0 or 1) says, else 0."""
    y_pred = as_tensor(y_pred)
    y_true, y_pred = aligned(y_true, y_pred)
    return _as_score(ops.equal(y_true, ops.cast(ops.greater(y_pred, threshold), y_true.dtype)))


def categorical_accuracy(y_true, y_pred):
    """1 where the largest of y_pred is at the largest of y_true (one-hot), else 0."""
    right = ops.argmax(as_tensor(y_true), axis=-1)
    return _as_score(ops.equal(right, ops.argmax(as_tensor(y_pred), axis=-1)))


def sparse_categorical_accuracy(y_true, y_pred):
    """1 where the largest of y_pred is at the integer label y_true, else 0."""
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, y_pred.dtype)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    return _as_score(ops.equal(y_true, ops.cast(ops.argmax(y_pred, axis=-1), y_true.dtype)))


def _in_top_k(labels, y_pred, k):
    """True where fewer than k classes score above the label; ties at the k-th place count.

    False for a label that is no class, and where a score is not finite (TensorFlow's in_top_k).
    """
    right = ops.cast(ops.one_hot(labels, y_pred.shape[-1]), "bool")
    score = ops.reduce_sum(ops.where(right, y_pred, ops.zeros_like(y_pred)), -1, keepdims=True)
    better = ops.reduce_sum(ops.cast(ops.greater(y_pred, score), "int32"), axis=-1)
    finite = ops.reduce_all(ops.is_finite(y_pred), axis=-1)
    known = ops.logical_and(ops.reduce_any(right, axis=-1), finite)
    return ops.logical_and(ops.less(better, k), known)


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the largest of y_true (one-hot) is among the k largest of y_pred, else 0."""
    return sparse_top_k_categorical_accuracy(ops.argmax(as_tensor(y_true), axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """1 where the integer label y_true is among the k largest of y_pred, else 0.

    With `from_sorted_ids`, y_pred holds class numbers, the most likely first, not scores.
    """
    y_pred = as_tensor(y_pred)
    if from_sorted_ids:
        labels = ops.expand_dims(as_tensor(y_true, y_pred.dtype), -1)
        return _as_score(ops.reduce_any(ops.equal(labels, y_pred[..., :k]), axis=-1))
    return _as_score(_in_top_k(ops.cast(y_true, "int32"), y_pred, k))
