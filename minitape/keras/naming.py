"""Keras' automatic names, and finding a loss, metric, activation, ... by its name or config."""

import difflib
import inspect
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from .registered import find_custom, get_registered_name, get_registered_object

_used_names: Counter[str] = Counter()


def to_snake_case(name: str) -> str:
    """`MeanSquaredError` -> `mean_squared_error`, `Conv2D` -> `conv2d`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """A name that no object has yet: `dense`, then `dense_1`, `dense_2`, ..."""
    name = to_snake_case(prefix)
    count = _used_names[name]
    _used_names[name] += 1
    return f"{name}_{count}" if count else name


def take_name(name: str) -> None:
    """Sees to it that no object gets this name, `dense_1` for one, automatically."""
    prefix, _, number = name.rpartition("_")
    if not number.isdecimal():
        prefix, number = name, "0"
    _used_names[prefix] = max(_used_names[prefix], int(number) + 1)


def reset_names() -> None:
    """Starts the automatic names again from the first, as `keras.backend.clear_session` does."""
    _used_names.clear()


def object_name(thing: Any) -> str:
    """The name that logs show for a loss or metric: its own, its function's or its class'."""
    name = getattr(thing, "name", None) or getattr(thing, "__name__", None)
    return name or to_snake_case(type(thing).__name__)


def nearest(name: str, known: Any) -> str:
    """For an error message: the known name that is most like `name`, if one is like it at all."""
    # Of two spellings, the last wins: the one that is all lower case if the given name is.
    names = sorted(known, key=lambda one: str(one).islower() == str(name).islower())
    lowered = {str(one).lower(): one for one in names}
    matches = difflib.get_close_matches(str(name).lower(), lowered, n=1)
    if matches:
        return f"Did you mean {lowered[matches[0]]!r}?"
    return "No known name is like it."


def require_init(instance: Any, attribute: str) -> None:
    """Raises unless `instance` has the attribute that its base class' `__init__` sets."""
    if attribute not in vars(instance):
        raise RuntimeError(
            f"{type(instance).__name__}.__init__() did not call super().__init__(). "
            "Call it as the first statement of __init__()."
        )


def function_config(function: Callable) -> dict[str, Any]:
    """How a config names a function, in Keras' own format.

    Raises:
        ValueError: a lambda, which has no name.
    """
    if function.__name__ == "<lambda>":
        raise ValueError(
            "A lambda cannot be saved: it has no name to be found by. Write it as a function, and "
            "register that with @keras.saving.register_keras_serializable()."
        )
    return {
        "module": "builtins",
        "class_name": "function",
        "config": get_registered_name(function),
        "registered_name": "function",
    }


def custom_config(thing: Any) -> dict[str, Any]:
    """How a config describes an object of a user's own class, in Keras' own format.

    Raises:
        TypeError: it has no `get_config`, or one that gives no dict.
    """
    config = thing.get_config() if hasattr(thing, "get_config") else None
    if not isinstance(config, dict):
        raise TypeError(
            f"Cannot serialize {thing!r} of type {type(thing).__name__}: its class needs a method "
            "get_config() that returns the arguments of its constructor as a dict."
        )
    module = type(thing).__module__
    return {
        "module": None if module == "__main__" else module,
        "class_name": type(thing).__name__,
        "config": config,
        "registered_name": get_registered_name(type(thing)),
    }


class Registry:
    """The objects of one kind that a string or a config can name.

    Args:
        kind: what the objects are, for error messages ("loss").
        module: the Keras module that configs name ("keras.losses").
        objects: classes and functions by name; several names may mean the same object.
    """

    def __init__(self, kind: str, module: str, objects: dict[str, Any]):
        self.kind = kind
        self.module = module
        self.objects = objects

    def get(self, identifier: Any) -> Any:
        """The object meant by None, a name, a config, a class (an instance is made) or a callable.

        Raises:
            ValueError: for anything else; an unknown name gets the nearest known one suggested.
        """
        if identifier is None:
            return None
        if isinstance(identifier, (str, dict)):
            return self.deserialize(identifier)
        if inspect.isclass(identifier):
            return identifier()
        if callable(identifier):
            return identifier
        raise ValueError(
            f"Could not interpret {self.kind} identifier: {identifier!r} of type "
            f"{type(identifier).__name__}. Expected a name, a config, an object or a function."
        )

    def serialize(self, thing: Any) -> dict[str, Any] | None:
        """The config from which `deserialize` makes `thing` again, in Keras' own format."""
        if thing is None:
            return None
        if inspect.isfunction(thing):
            return function_config(thing)
        if type(thing) not in self.objects.values():
            return custom_config(thing)
        return {
            "module": self.module,
            "class_name": type(thing).__name__,
            "config": thing.get_config(),
            "registered_name": None,
        }

    def deserialize(self, config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
        """The object of a name or of a config `{"class_name": ..., "config": {...}}`.

        Args:
            config: a name, or what `serialize` returned.
            custom_objects: your own classes and functions by name.
        """
        settings: dict[str, Any] = {}
        name, found = config, None
        if isinstance(config, str):
            found = get_registered_object(config, custom_objects)
        elif isinstance(config, dict):
            if "class_name" not in config:
                raise ValueError(
                    f"A {self.kind} config needs the key 'class_name'. Received: {config!r}."
                )
            name, settings = config["class_name"], config.get("config") or {}
            if name == "function":
                name, settings = settings, {}
            found = find_custom(config, custom_objects)
        found = self.find(name) if found is None else found
        if not inspect.isclass(found):
            return found
        make: Callable[..., Any] = getattr(found, "from_config", lambda config: found(**config))
        return make(settings)

    def find(self, name: str) -> Any:
        """The class or function registered under `name`."""
        if name not in self.objects:
            raise ValueError(
                f"Could not interpret {self.kind} identifier: {name!r}. "
                f"{nearest(name, self.objects)} One of your own is given as it is, or registered "
                "with @keras.saving.register_keras_serializable()."
            )
        return self.objects[name]
