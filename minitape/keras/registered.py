"""Your own classes and functions, under the names by which saved models call them.

What a file or a config names is looked up here and among minitape's own classes, and nowhere else:
nothing is ever imported by name.
"""

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_objects: dict[str, Any] = {}
_names: dict[Any, str] = {}


class _Scopes(threading.local):
    """What holds in a thread for the configs read in it."""

    objects: dict[str, Any] = {}
    looked_through = False


_scope = _Scopes()


def register_keras_serializable(package="Custom", name=None) -> Callable:
    """A decorator after which saved models may name the class or function.

    Args:
        package: the first part of the name that files hold, "package>name".
        name: the second part, its own name unless given.

    Raises:
        ValueError: a class without `get_config()`.
    """

    def decorator(thing):
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise ValueError(
                f"Cannot register the class {thing.__name__}, which does not have a get_config() "
                "method: write one that returns the arguments of its constructor as a dict."
            )
        registered = f"{package}>{thing.__name__ if name is None else name}"
        _objects[registered] = thing
        _names[thing] = registered
        return thing

    return decorator


def get_registered_name(obj) -> str:
    """The name "package>name" of a registered class or function; its own name for another."""
    return _names.get(obj) or obj.__name__


def get_registered_object(name, custom_objects=None, module_objects=None) -> Any:
    """The class or function of a name: of the scope, registered, or in one of the dicts; or None.

    Args:
        name: the name that a config holds.
        custom_objects: your own classes and functions by name.
        module_objects: more of them, looked at last.
    """
    for known in (_scope.objects, _objects, custom_objects, module_objects):
        if known and name in known:
            return known[name]
    return None


def get_custom_objects() -> dict[str, Any]:
    """The dict of what was registered; what is put into it is known from then on."""
    return _objects


class CustomObjectScope:
    """A context in which configs may name the given classes and functions.

    Args:
        custom_objects: a dict from name to class or function.
    """

    def __init__(self, custom_objects):
        self.custom_objects = dict(custom_objects or {})

    def __enter__(self):
        self._outer = _scope.objects
        _scope.objects = {**self._outer, **self.custom_objects}
        return self

    def __exit__(self, *exception):
        _scope.objects = self._outer


custom_object_scope = CustomObjectScope


def find_custom(config: dict, custom_objects: dict | None = None) -> Any:
    """The class or function of your own that a config `{"class_name": ..., ...}` means, or None.

    Raises:
        ValueError: it is of a module that is not Keras', and nobody named it to us; or it is code.
    """
    name, module = config["class_name"], config.get("module")
    _refuse_lambda(config)
    if not _scope.looked_through:
        refuse_code(config)
    if name == "function":
        # Keras' registered name of a function is its config; in older files it is plain.
        names = [config.get("config"), config.get("registered_name")]
    else:
        names = [config.get("registered_name"), name]
    for one in names:
        found = get_registered_object(one, custom_objects) if isinstance(one, str) else None
        if found is not None:
            return found
    if module not in (None, "builtins", "keras", "minitape.ops") and not (
        isinstance(module, str) and module.startswith(("keras.", "minitape.keras."))
    ):
        raise ValueError(
            f"Unknown class {name!r} of module {module!r} in a config. Nothing is imported by "
            f"name: register it with @keras.saving.register_keras_serializable(), or name it in "
            f"custom_objects={{{name!r}: ...}}."
        )
    return None


@contextmanager
def without_code(config: Any) -> Iterator[None]:
    """A context for making what a config describes, all of which was looked through for code.

    Raises:
        ValueError: there is some.
    """
    outer = _scope.looked_through
    if not outer:
        refuse_code(config)
    _scope.looked_through = True
    try:
        yield
    finally:
        _scope.looked_through = outer


def refuse_code(config: Any) -> None:
    """Looks through all of a config for code.

    Raises:
        ValueError: there is some, as Keras writes it for a lambda.
    """
    left = [config]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            _refuse_lambda(one)
            left += one.values()
        elif isinstance(one, (list, tuple)):
            left += one


def _refuse_lambda(config: dict) -> None:
    if config.get("class_name") == "__lambda__" or config.get("function_type") == "lambda":
        raise ValueError(
            f"The config of class {config.get('class_name')!r} holds the code of a Python lambda, "
            "which could do anything and is never run. Write it as a function, and register that "
            "with @keras.saving.register_keras_serializable()."
        )
