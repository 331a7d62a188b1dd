"""Losses: how far predictions are from the truth, per sample and reduced to one number.

Each loss is a function `(y_true, y_pred) -> one value per sample` and a `Loss` class that calls it,
applies sample weights and reduces. Argument names, defaults and numbers are Keras'.
"""

from ..naming import Registry, object_name
from . import classes, functions
from .classes import *
from .classes import LossFunctionWrapper
from .functions import *
from .loss import Loss

# Short names, under which tf.keras has the functions too.
mse = MSE = functions.mean_squared_error
mae = MAE = functions.mean_absolute_error
mape = MAPE = functions.mean_absolute_percentage_error
msle = MSLE = functions.mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = functions.kl_divergence
logcosh = functions.log_cosh

_ALIASES = {
    "mse": mse,
    "mae": mae,
    "mape": mape,
    "msle": msle,
    "bce": functions.binary_crossentropy,
    "kld": kld,
}
_REGISTRY = Registry(
    "loss",
    "keras.losses",
    {name: getattr(functions, name) for name in functions.__all__}
    | {name: getattr(classes, name) for name in classes.__all__}
    | _ALIASES
    | {alias.upper(): function for alias, function in _ALIASES.items()}
    | {"kullback_leibler_divergence": kld, "logcosh": logcosh},
)
find = _REGISTRY.find
get = _REGISTRY.get
serialize = _REGISTRY.serialize
deserialize = _REGISTRY.deserialize


# Names that stand for a loss of the kind that the labels' shape suggests.
FAMILIES = ("crossentropy", "ce")


def kind_of_classification(y_true, y_pred) -> str:
    """The kind of labels that the shapes suggest: "binary", "sparse_categorical" or "categorical".

    One column of predictions is binary; labels with fewer axes than the predictions, or with a
    last axis of length 1, are integers; anything else is one-hot.
    """
    if y_pred.shape[-1] == 1:
        return "binary"
    if len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1:
        return "sparse_categorical"
    return "categorical"


def resolve(identifier, y_true, y_pred) -> Loss | None:
    """The Loss that `compile(loss=identifier)` means for an output of these shapes.

    "crossentropy" (or "ce") becomes the crossentropy of the kind of labels; functions are wrapped.
    """
    if isinstance(identifier, str) and identifier.lower() in FAMILIES:
        loss = _REGISTRY.find(f"{kind_of_classification(y_true, y_pred)}_crossentropy")
    else:
        loss = get(identifier)
    if loss is None or isinstance(loss, Loss):
        return loss
    return LossFunctionWrapper(
        loss, name=identifier if isinstance(identifier, str) else object_name(loss)
    )
