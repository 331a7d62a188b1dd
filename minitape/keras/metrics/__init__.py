"""Metrics: numbers accumulated over many batches, weighted by sample.

A Metric keeps Variables, `update_state` adds a batch to them, `result` reads the number off and
`reset_state` starts again. Argument names, defaults and numbers are Keras'.
"""

from ..losses import (
    KLD,
    MAE,
    MAPE,
    MSE,
    MSLE,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kind_of_classification,
    kl_divergence,
    kld,
    kullback_leibler_divergence,
    log_cosh,
    logcosh,
    mae,
    mape,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    mse,
    msle,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from ..naming import Registry, object_name, to_snake_case
from . import area, classes, confusion, overlap, scores
from .accuracies import *
from .agreement import *
from .area import *
from .classes import *
from .classes import MeanMetricWrapper
from .confusion import *
from .metric import Mean, Metric, Sum
from .overlap import *
from .scores import *

_CLASSES = {"Mean": Mean, "Sum": Sum} | {
    name: getattr(room, name)
    for room in (classes, confusion, area, overlap, scores)
    for name in room.__all__
}
_ALIASES = {
    "bce": classes.BinaryCrossentropy,
    "mse": classes.MeanSquaredError,
    "mae": classes.MeanAbsoluteError,
    "mape": classes.MeanAbsolutePercentageError,
    "msle": classes.MeanSquaredLogarithmicError,
}
_REGISTRY = Registry(
    "metric",
    "keras.metrics",
    _CLASSES
    | {to_snake_case(name): metric for name, metric in _CLASSES.items()}
    | _ALIASES
    | {alias.upper(): metric for alias, metric in _ALIASES.items()},
)
find = _REGISTRY.find
get = _REGISTRY.get
serialize = _REGISTRY.serialize
deserialize = _REGISTRY.deserialize


# Names that stand for a metric of the kind that the labels' shape suggests.
FAMILIES = {
    "accuracy": "accuracy",
    "acc": "accuracy",
    "crossentropy": "crossentropy",
    "ce": "crossentropy",
}


def resolve(identifier, y_true, y_pred) -> Metric:
    """The Metric that `compile(metrics=[identifier])` means for an output of these shapes.

    "accuracy" ("acc") and "crossentropy" ("ce") become those of the kind of labels; functions are
    wrapped. The metric's name is the string it was asked for by.
    """
    if isinstance(identifier, str) and identifier.lower() in FAMILIES:
        family = FAMILIES[identifier.lower()]
        metric = _REGISTRY.find(f"{kind_of_classification(y_true, y_pred)}_{family}")()
    else:
        metric = get(identifier)
    if metric is None:
        raise ValueError("Expected a metric, received None.")
    if not isinstance(metric, Metric):
        metric = MeanMetricWrapper(metric, name=object_name(metric))
    if isinstance(identifier, str):
        metric.name = identifier
    return metric
