"""Optimizers, by object, name or config; and learning rate schedules."""

from typing import Any

from ..naming import Registry
from . import schedules
from .adadelta import Adadelta
from .adafactor import Adafactor
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .adamax import Adamax
from .ftrl import Ftrl
from .lamb import Lamb
from .lion import Lion
from .nadam import Nadam
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

_CLASSES = (
    SGD, RMSprop, Adam, AdamW, Adadelta, Adafactor, Adagrad, Adamax, Ftrl, Lamb, Lion, Nadam,
)  # fmt: skip
__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

_REGISTRY = Registry(
    "optimizer", "keras.optimizers", {cls.__name__.lower(): cls for cls in _CLASSES}
)
serialize = _REGISTRY.serialize


def deserialize(config: Any, custom_objects: dict | None = None):
    """The optimizer of a name (in any case) or of a config that `serialize` returned."""
    if isinstance(config, str):
        config = config.lower()
    elif isinstance(config, dict) and str(config.get("class_name")).lower() in _REGISTRY.objects:
        config = config | {"class_name": config["class_name"].lower()}
    return _REGISTRY.deserialize(config, custom_objects)


def get(identifier: Any) -> Optimizer | None:
    """The optimizer meant by None, a name, a config or an Optimizer.

    Raises:
        ValueError: for anything else; an unknown name gets the nearest known one suggested.
    """
    found = deserialize(identifier) if isinstance(identifier, (str, dict)) else identifier
    if found is None or isinstance(found, Optimizer):
        return found
    raise ValueError(
        f"Could not interpret optimizer identifier: {identifier!r}. Expected a name, a config or "
        "an Optimizer (an object, not a class)."
    )
