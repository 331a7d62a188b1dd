"""Layers as data: plain dicts, in the form that Keras writes and reads."""

from typing import Any

from ..naming import custom_config, nearest
from ..registered import CustomObjectScope, find_custom, without_code

# What the class names in a config stand for. The layers and the models enter themselves.
CLASSES: dict[str, Any] = {}
# How configs name a class: its module in Keras, its name, its registered name.
PUBLIC_NAMES: dict[type, tuple[str, str, str | None]] = {}


def serialize(layer: Any) -> dict:
    """A layer's class and arguments."""
    if type(layer) not in PUBLIC_NAMES:
        return custom_config(layer)
    module, name, registered = PUBLIC_NAMES[type(layer)]
    return {
        "module": module,
        "class_name": name,
        "config": layer.get_config(),
        "registered_name": registered,
    }


def deserialize(config: dict, custom_objects: dict | None = None) -> Any:
    """The layer of what `serialize` gave, minitape's or Keras'.

    Args:
        config: its class and arguments.
        custom_objects: your own classes and functions by name.

    Raises:
        ValueError: an unknown class.
    """
    with CustomObjectScope(custom_objects), without_code(config):
        name, found = config["class_name"], find_custom(config)
        if found is None and isinstance(name, str):
            found = CLASSES.get(name)
        if found is None:
            raise ValueError(
                f"Unknown layer class {name!r} in a model's config. {nearest(name, CLASSES)} Your "
                "own classes are named in `custom_objects={'MyLayer': MyLayer}`, or registered "
                "with @keras.saving.register_keras_serializable()."
            )
        return found.from_config(settings_of(config))


def settings_of(config: dict) -> dict:
    """The arguments that a config `{"class_name": ..., "config": ...}` holds.

    Raises:
        ValueError: they are no dict.
    """
    settings = config["config"] or {}
    if not isinstance(settings, dict):
        raise ValueError(
            f"Expected the config of {config['class_name']!r} to be a dict. Received: {settings!r}"
        )
    return settings
