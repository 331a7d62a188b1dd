"""Layers as data: plain dicts, in the form that Keras writes and reads."""

import inspect
from typing import Any

from ..naming import nearest

# What the class names in a config stand for. The layers and the models enter themselves.
CLASSES: dict[str, Any] = {}


def serialize(layer: Any) -> dict:
    """A layer's class and arguments."""
    name, module = type(layer).__name__, type(layer).__module__
    known = CLASSES.get(name) is type(layer)
    if known:
        module = "keras.layers" if module.startswith(f"{__package__}.") else "keras"
    return {
        "module": module,
        "class_name": name,
        "config": layer.get_config(),
        "registered_name": None if known else name,
    }


def deserialize(config: dict, custom_objects: dict | None = None) -> Any:
    """The layer of what `serialize` gave, minitape's or Keras'.

    Args:
        config: its class and arguments.
        custom_objects: your own classes and functions by name.

    Raises:
        ValueError: an unknown class.
    """
    name = config["class_name"]
    known = {**CLASSES, **(custom_objects or {})}
    if name not in known:
        raise ValueError(
            f"Unknown layer class {name!r} in a model's config. {nearest(name, known)} Your own "
            "classes are named in `custom_objects={'MyLayer': MyLayer}`."
        )
    make = known[name].from_config
    # Models and wrappers hold layers, which may be of your own classes as well.
    if custom_objects and "custom_objects" in inspect.signature(make).parameters:
        return make(config["config"], custom_objects)
    return make(config["config"])
