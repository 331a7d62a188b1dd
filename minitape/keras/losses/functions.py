"""The loss functions: `(y_true, y_pred)` to one value per sample."""

import math
import warnings

from ... import ops
from ...engine.tensor import Tensor
from ...settings import epsilon
from .loss import aligned, as_tensor

__all__ = [
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
    "cosine_similarity",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "kl_divergence",
    "poisson",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "binary_crossentropy",
    "categorical_focal_crossentropy",
    "binary_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "dice",
    "tversky",
    "circle",
]

# -- regression --------------------------------------------------------------------------------


def mean_squared_error(y_true, y_pred):
    """mean((y_true - y_pred)²) over the last axis."""
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.reduce_mean(ops.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true, y_pred):
    """mean(|y_true - y_pred|) over the last axis."""
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.reduce_mean(ops.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true, y_pred):
    """100 * mean(|y_true - y_pred| / max(|y_true|, epsilon)) over the last axis, in percent."""
    y_true, y_pred = aligned(y_true, y_pred)
    relative = ops.abs((y_true - y_pred) / ops.maximum(ops.abs(y_true), epsilon()))
    return 100.0 * ops.reduce_mean(relative, axis=-1)


def mean_squared_logarithmic_error(y_true, y_pred):
    """mean((log(y_true + 1) - log(y_pred + 1))²) over the last axis; negatives count as epsilon."""
    y_true, y_pred = aligned(y_true, y_pred)
    log_true = ops.log(ops.maximum(y_true, epsilon()) + 1.0)
    log_pred = ops.log(ops.maximum(y_pred, epsilon()) + 1.0)
    return ops.reduce_mean(ops.square(log_pred - log_true), axis=-1)


def huber(y_true, y_pred, delta=1.0):
    """Squared error near 0, absolute error beyond `delta`: robust to outliers. Huber, 1964.

    mean over the last axis of: error² / 2                      where |error| <= delta
                                delta * |error| - delta² / 2    elsewhere
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = y_pred - y_true
    size = ops.abs(error)
    linear = delta * size - 0.5 * delta * delta
    near = ops.less_equal(size, delta)
    return ops.reduce_mean(ops.where(near, 0.5 * ops.square(error), linear), axis=-1)


def log_cosh(y_true, y_pred):
    """mean(log(cosh(y_pred - y_true))) over the last axis, without overflow."""
    y_true, y_pred = aligned(y_true, y_pred)
    error = y_pred - y_true
    return ops.reduce_mean(error + ops.softplus(error * -2.0) - math.log(2.0), axis=-1)


def cosine_similarity(y_true, y_pred, axis=-1):
    """-(the cosine of the angle between y_true and y_pred) along `axis`: -1 where they agree.

    0 where one of them is zero.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return -ops.reduce_sum(_normalized(y_true, axis) * _normalized(y_pred, axis), axis=axis)


def _normalized(x, axis):
    """`x` at length 1 along `axis`, by a factor of at most 1 / epsilon."""
    factor = ops.rsqrt(ops.reduce_sum(ops.square(x), axis=axis, keepdims=True))
    return x * ops.minimum(factor, 1.0 / epsilon())


# -- hinge -------------------------------------------------------------------------------------


def _margins(y_true, y_pred):
    """max(1 - y_true * y_pred, 0), labels 0 and 1 read as -1 and 1."""
    y_true, y_pred = aligned(y_true, y_pred)
    is_bit = ops.logical_or(ops.equal(y_true, 0.0), ops.equal(y_true, 1.0))
    y_true = ops.where(ops.reduce_all(is_bit), 2.0 * y_true - 1.0, y_true)
    return ops.maximum(1.0 - y_true * y_pred, 0.0)


def hinge(y_true, y_pred):
    """mean(max(1 - y_true * y_pred, 0)) over the last axis; labels are -1 and 1 (or 0 and 1)."""
    return ops.reduce_mean(_margins(y_true, y_pred), axis=-1)


def squared_hinge(y_true, y_pred):
    """mean(max(1 - y_true * y_pred, 0)²) over the last axis; labels as for `hinge`."""
    return ops.reduce_mean(ops.square(_margins(y_true, y_pred)), axis=-1)


def categorical_hinge(y_true, y_pred):
    """max(1 + the largest wrong score - the right score, 0); y_true is one-hot."""
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, y_pred.dtype)
    right = ops.reduce_sum(y_true * y_pred, axis=-1)
    wrong = ops.reduce_max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


# -- probabilities -----------------------------------------------------------------------------


def _same_shape(name: str, y_true, y_pred) -> tuple[Tensor, Tensor]:
    """Both as tensors of y_pred's dtype; raises where their shapes differ."""
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, y_pred.dtype)
    if y_true.shape != y_pred.shape:
        hint = " Use sparse_categorical_crossentropy for integer labels."
        raise ValueError(
            f"{name} expects y_true and y_pred of the same shape. Received: "
            f"y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
            + (hint if name == "categorical_crossentropy" else "")
        )
    return y_true, y_pred


def kl_divergence(y_true, y_pred):
    """sum(y_true * log(y_true / y_pred)) over the last axis, both kept within [epsilon, 1]."""
    y_pred = as_tensor(y_pred)
    y_true = ops.clip_by_value(as_tensor(y_true, y_pred.dtype), epsilon(), 1.0)
    y_pred = ops.clip_by_value(y_pred, epsilon(), 1.0)
    return ops.reduce_sum(y_true * ops.log(y_true / y_pred), axis=-1)


def poisson(y_true, y_pred):
    """mean(y_pred - y_true * log(y_pred + epsilon)) over the last axis."""
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, y_pred.dtype)
    return ops.reduce_mean(y_pred - y_true * ops.log(y_pred + epsilon()), axis=-1)


def _logits(y_pred, from_logits: bool, name: str):
    """(logits, True) where the logits are known, else (y_pred, False).

    What Keras' softmax and sigmoid activations made remembers its logits. Computing from those
    is exact, whereas a probability rounded to 0 or 1 has lost its gradient. As in Keras, which
    of the two activations it was is not asked.
    """
    logits = getattr(y_pred, "keras_logits", None)
    if logits is None:
        return y_pred, from_logits
    if from_logits:
        warnings.warn(
            f"{name} received from_logits=True, but y_pred was made by a softmax or sigmoid "
            "activation and so is not logits. The loss is computed from the logits that went "
            "into that activation. Drop one of the two.",
            stacklevel=3,
        )
    return logits, True


def _clipped(probabilities):
    return ops.clip_by_value(probabilities, epsilon(), 1.0 - epsilon())


def _smoothed(y_true, label_smoothing, classes):
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / classes


def _one_hot_labels(name: str, y_true, y_pred) -> tuple[Tensor, Tensor]:
    """As `_same_shape`; warns of a single class, whose probability would always be 1."""
    y_true, y_pred = _same_shape(name, y_true, y_pred)
    if y_pred.ndim and y_pred.shape[-1] == 1:
        binary = name.replace("categorical", "binary")
        warnings.warn(
            f"{name} expects y_pred of shape (batch, classes) with more than one class. Received: "
            f"y_pred.shape={y_pred.shape}. Use {binary} for two classes in one column.",
            SyntaxWarning,
            stacklevel=3,
        )
    return y_true, y_pred


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """-sum(y_true * log(y_pred)) along `axis`.

    Args:
        y_true: probabilities (one-hot labels), shaped as y_pred.
        y_pred: probabilities, or logits with `from_logits`.
        from_logits: True where y_pred has not gone through a softmax.
        label_smoothing: in [0, 1]; this share of the truth is spread evenly over all classes.
        axis: the axis of the classes.
    """
    y_true, y_pred = _one_hot_labels("categorical_crossentropy", y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, y_true.shape[-1])
    y_pred, from_logits = _logits(y_pred, from_logits, "categorical_crossentropy")
    if from_logits:
        return ops.softmax_cross_entropy_with_logits(labels=y_true, logits=y_pred, axis=axis)
    y_pred = y_pred / ops.reduce_sum(y_pred, axis=axis, keepdims=True)
    return -ops.reduce_sum(y_true * ops.log(_clipped(y_pred)), axis=axis)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """-log(y_pred[label]), one value per label.

    Args:
        y_true: integer labels (floats are cut to integers), shaped as y_pred without its last axis,
            or with a last axis of length 1.
        y_pred: probabilities, or logits with `from_logits`, of shape (..., classes).
        from_logits: True where y_pred has not gone through a softmax.
        ignore_class: a label whose loss is 0.
        axis: the axis of the classes; only the last is possible.

    Raises:
        ValueError: shapes that don't fit.
        InvalidArgumentError: a label that is no class of y_pred.
    """
    y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
    if axis not in (-1, y_pred.ndim - 1):
        raise ValueError(f"Expected the classes on the last axis, axis=-1. Received: axis={axis}.")
    if y_true.ndim == y_pred.ndim and y_true.ndim and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    if y_true.shape != y_pred.shape[:-1]:
        hint = " For one-hot labels use categorical_crossentropy."
        raise ValueError(
            "sparse_categorical_crossentropy expects integer labels of y_pred's shape without its "
            f"last axis. Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
            + (hint if y_true.shape == y_pred.shape else "")
        )
    if ignore_class is not None:
        valid = ops.not_equal(y_true, ignore_class)
        y_true = ops.where(valid, y_true, ops.zeros_like(y_true))
        y_pred = ops.where(ops.expand_dims(valid, -1), y_pred, 0.0)
    y_pred, from_logits = _logits(y_pred, from_logits, "sparse_categorical_crossentropy")
    values = ops.sparse_softmax_cross_entropy_with_logits(
        labels=ops.cast(y_true, "int64"),
        logits=y_pred if from_logits else ops.log(_clipped(y_pred)),
    )
    return values if ignore_class is None else ops.where(valid, values, 0.0)


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """mean(-y_true * log(y_pred) - (1 - y_true) * log(1 - y_pred)) along `axis`.

    Args:
        y_true: 0 or 1 (or a probability), shaped as y_pred.
        y_pred: probabilities, or logits with `from_logits`.
        from_logits: True where y_pred has not gone through a sigmoid.
        label_smoothing: in [0, 1]; labels are moved by this share towards 1/2.
        axis: the axis of the mean.
    """
    y_true, y_pred = _same_shape("binary_crossentropy", y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, 2.0)
    y_pred, from_logits = _logits(y_pred, from_logits, "binary_crossentropy")
    return ops.reduce_mean(_bits(y_true, y_pred, from_logits), axis=axis)


def _bits(y_true, y_pred, from_logits):
    """-y_true * log(y_pred) - (1 - y_true) * log(1 - y_pred), elementwise."""
    if from_logits:
        return ops.sigmoid_cross_entropy_with_logits(labels=y_true, logits=y_pred)
    y_pred = _clipped(y_pred)
    return -(y_true * ops.log(y_pred) + (1.0 - y_true) * ops.log(1.0 - y_pred))


# -- losses that weigh the easy examples down ----------------------------------------------------


def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """-sum(alpha * (1 - y_pred)^gamma * y_true * log(y_pred)) along `axis`. Lin et al., 2017.

    Args:
        y_true: probabilities (one-hot labels), shaped as y_pred.
        y_pred: probabilities, or logits with `from_logits`.
        alpha: a factor for all classes, or one for each.
        gamma: how much less a class counts that is predicted well; 0 for not at all.
        from_logits: True where y_pred has not gone through a softmax.
        label_smoothing: in [0, 1]; this share of the truth is spread evenly over all classes.
        axis: the axis of the classes.
    """
    y_true, y_pred = _one_hot_labels("categorical_focal_crossentropy", y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, y_true.shape[-1])
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    y_pred = _clipped(y_pred / ops.reduce_sum(y_pred, axis=axis, keepdims=True))
    focus = ops.pow(1.0 - y_pred, gamma) * alpha
    return ops.reduce_sum(focus * -y_true * ops.log(y_pred), axis=axis)


def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """mean((1 - p)^gamma * the binary crossentropy) along `axis`. Lin et al., 2017.

    p is the probability of what is true: y_pred for a label of 1, 1 - y_pred for one of 0.

    Args:
        y_true: 0 or 1 (or a probability), shaped as y_pred.
        y_pred: probabilities, or logits with `from_logits`.
        apply_class_balancing: whether labels of 1 get the factor alpha, labels of 0 1 - alpha.
        alpha: that factor.
        gamma: how much less an element counts that is predicted well; 0 for not at all.
        from_logits: True where y_pred has not gone through a sigmoid.
        label_smoothing: in [0, 1]; labels are moved by this share towards 1/2.
        axis: the axis of the mean.
    """
    name = "binary_focal_crossentropy"
    y_true, y_pred = _same_shape(name, y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, 2.0)
    if from_logits:
        logits, y_pred = y_pred, ops.sigmoid(y_pred)
    else:
        logits, from_logits = _logits(y_pred, False, name)
    p = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    values = ops.pow(1.0 - p, gamma) * _bits(y_true, logits, from_logits)
    if apply_class_balancing:
        values = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * values
    return ops.reduce_mean(values, axis=axis)


def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """(1 - p^q) / q, p the prediction for the integer label. Zhang and Sabuncu, 2018.

    Between the crossentropy (q near 0) and the absolute error (q near 1), so that wrong labels
    do less harm.
    """
    y_pred = as_tensor(y_pred)
    labels = ops.one_hot(ops.cast(y_true, "int64"), y_pred.shape[-1], dtype=y_pred.dtype)
    return (1.0 - ops.pow(ops.reduce_sum(y_pred * labels, axis=-1), q)) / q


# -- overlap -------------------------------------------------------------------------------------


def dice(y_true, y_pred, axis=None):
    """1 - 2 * sum(y_true * y_pred) / (sum(y_true) + sum(y_pred)) along `axis`. Dice, 1945.

    Args:
        y_true: masks of 0 and 1.
        y_pred: probabilities.
        axis: the axes of the sums; None for all, which gives a single number.
    """
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, y_pred.dtype)
    both = ops.reduce_sum(y_true * y_pred, axis=axis)
    sizes = ops.reduce_sum(y_true, axis=axis) + ops.reduce_sum(y_pred, axis=axis)
    return 1.0 - 2.0 * both / (sizes + epsilon())


def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """1 - both / (both + alpha * missed + beta * invented) along `axis`. Salehi et al., 2017.

    both = sum(y_true * y_pred), missed = sum(y_true * (1 - y_pred)),
    invented = sum((1 - y_true) * y_pred). With alpha = beta = 1/2 it is `dice`.

    Args:
        y_true: masks of 0 and 1.
        y_pred: probabilities.
        alpha: what a missed element costs.
        beta: what an invented one costs.
        axis: the axes of the sums; None for all, which gives a single number.
    """
    y_pred = as_tensor(y_pred)
    y_true = as_tensor(y_true, y_pred.dtype)
    both = ops.reduce_sum(y_true * y_pred, axis=axis)
    missed = ops.reduce_sum(y_true * (1.0 - y_pred), axis=axis)
    invented = ops.reduce_sum((1.0 - y_true) * y_pred, axis=axis)
    return 1.0 - both / (both + missed * alpha + invented * beta + epsilon())


# -- similarity ----------------------------------------------------------------------------------


def circle(
    y_true,
    y_pred,
    ref_labels=None,
    ref_embeddings=None,
    remove_diagonal=True,
    gamma=80,
    margin=0.4,
):
    """Pulls embeddings of a class together and those of others apart. Sun et al., 2020.

    log(1 + sum(exp(gamma * a * (d - margin))) * sum(exp(gamma * b * (1 - margin - d)))), with
    d = max(1 - the cosine of a pair, 0), a = max(margin + d, 0), b = max(1 + margin - d, 0), where
    the first sum goes over the others of an embedding's class and the second over the rest.

    Args:
        y_true: integer labels of shape (batch,).
        y_pred: embeddings of length 1, of shape (batch, size).
        ref_labels: labels of what y_pred is compared with; y_true if not given.
        ref_embeddings: their embeddings; y_pred if not given.
        remove_diagonal: whether an embedding isn't compared with that of its own number.
        gamma: the scale of the differences.
        margin: the distance that is tolerated within a class.
    """
    y_pred = as_tensor(y_pred)
    labels = ops.cast(y_true, "int32")
    others = y_pred if ref_embeddings is None else as_tensor(ref_embeddings)
    other_labels = labels if ref_labels is None else ops.cast(ref_labels, "int32")
    distances = ops.maximum(1.0 - ops.matmul(y_pred, ops.transpose(others)), 0.0)
    alike = ops.equal(ops.reshape(labels, (-1, 1)), ops.reshape(other_labels, (1, -1)))
    different = ops.logical_not(alike)
    if remove_diagonal:
        diagonal = ops.eye(distances.shape[0], distances.shape[1], dtype="bool")
        alike = ops.logical_and(alike, ops.logical_not(diagonal))
    far = gamma * ops.maximum(margin + distances, 0.0) * (distances - margin)
    near = gamma * ops.maximum(1.0 + margin - distances, 0.0) * (1.0 - margin - distances)
    return ops.softplus(_log_sum_exp(far, alike) + _log_sum_exp(near, different))


def _log_sum_exp(x, where):
    return ops.reduce_logsumexp(ops.where(where, x, -math.inf), axis=1)
