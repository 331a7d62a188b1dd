"""Agreement of two vectors: `(y_true, y_pred)` to a value between -1 and 1 per sample."""

from ... import ops
from ...settings import epsilon
from ..losses import functions
from ..losses.loss import aligned

__all__ = ["pearson_correlation", "concordance_correlation"]


def cosine_similarity(y_true, y_pred, axis=-1):
    """The cosine of the angle between y_true and y_pred along `axis`."""
    return -functions.cosine_similarity(y_true, y_pred, axis)


def pearson_correlation(y_true, y_pred, axis=-1):
    """cov(y_true, y_pred) / (std(y_true) * std(y_pred)) along `axis`."""
    y_true, y_pred = (_standardized(y, axis) for y in aligned(y_true, y_pred))
    return ops.reduce_mean(y_true * y_pred, axis=axis)


def _standardized(x, axis):
    x = x - ops.reduce_mean(x, axis=axis, keepdims=True)
    return x / ops.reduce_std(x, axis=axis, keepdims=True)


def concordance_correlation(y_true, y_pred, axis=-1):
    """2 * cov / (var(y_true) + var(y_pred) + (their means' difference)²) along `axis`. Lin, 1989.

    1 only where both are equal, whereas the Pearson correlation is 1 on any rising line.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    mean_true = ops.reduce_mean(y_true, axis=axis, keepdims=True)
    mean_pred = ops.reduce_mean(y_pred, axis=axis, keepdims=True)
    spread = (
        ops.reduce_variance(y_true, axis=axis, keepdims=True)
        + ops.reduce_variance(y_pred, axis=axis, keepdims=True)
        + ops.square(mean_true - mean_pred)
    )
    product = (y_true - mean_true) * (y_pred - mean_pred)
    return ops.reduce_mean(2.0 * product / (spread + epsilon()), axis=axis)
