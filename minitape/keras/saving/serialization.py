"""Objects as data: plain dicts and lists, in the form that Keras writes and reads."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import numpy

from ...arrays import DType, as_dtype
from ...engine import Tensor
from ...ops import convert_to_tensor
from .. import activations, constraints, initializers, layers, losses, metrics, optimizers
from .. import regularizers as regularizers_module
from ..layers.serialization import settings_of
from ..naming import custom_config, function_config, nearest
from ..registered import CustomObjectScope, find_custom, get_registered_object, without_code
from .operations import is_operation, operation_of

# The modules of Keras with objects that are no layers, and what reads their configs.
_KINDS = {
    "activations": activations,
    "constraints": constraints,
    "initializers": initializers,
    "losses": losses,
    "metrics": metrics,
    "optimizers": optimizers,
    "regularizers": regularizers_module,
}
_PLAIN = (str, int, float, bool, type(None))


class _Shared(threading.local):
    """The layers met so far in one config: their numbers by id, and by number themselves."""

    numbers: dict[int, int] | None = None
    objects: dict[Any, Any] | None = None


_shared = _Shared()


@contextmanager
def sharing():
    """A context for one config, in which a layer that occurs several times stays one layer."""
    outer = _shared.numbers, _shared.objects
    _shared.numbers, _shared.objects = {}, {}
    try:
        yield
    finally:
        _shared.numbers, _shared.objects = outer


# -- writing -------------------------------------------------------------------------------------


def serialize_keras_object(obj) -> Any:
    """What `deserialize_keras_object` makes the object of again: dicts, lists and plain values.

    Args:
        obj: a layer, model, loss, metric, optimizer, ...; an object of your own class that has
            `get_config()`, a function with a name, a tensor, or lists and dicts of these.

    Raises:
        TypeError: an object without `get_config()`.
        ValueError: a lambda.
    """
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, (list, tuple)):
        items = [serialize_keras_object(x) for x in obj]
        return tuple(items) if isinstance(obj, tuple) else items
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode()}}
    if isinstance(obj, slice):
        parts = {"start": obj.start, "stop": obj.stop, "step": obj.step}
        return {"class_name": "__slice__", "config": parts}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, DType):
        return {"class_name": "__dtype__", "config": {"name": obj.name}}
    if isinstance(obj, numpy.ndarray) and obj.ndim:
        return _array_config("__numpy__", obj)
    if isinstance(obj, (numpy.generic, numpy.ndarray)):
        return obj.item()
    if isinstance(obj, Tensor):
        return _array_config("__tensor__", obj.numpy())
    if isinstance(obj, layers.Layer):
        return layer_config(obj)
    if callable(obj) and hasattr(obj, "__name__"):
        return function_config(obj)
    return _other_config(obj)


def _array_config(kind: str, array: numpy.ndarray) -> dict:
    return {"class_name": kind, "config": {"value": array.tolist(), "dtype": array.dtype.name}}


def _other_config(obj: Any) -> dict:
    """The config of an object that is no layer."""
    for kind, module in _KINDS.items():
        if type(obj) in vars(module).values():
            config = {
                "module": f"keras.{kind}",
                "class_name": type(obj).__name__,
                "config": obj.get_config(),
                "registered_name": None,
            }
            break
    else:
        config = custom_config(obj)
    config["config"] = serialize_keras_object(config["config"])
    return config


def layer_config(layer: Any) -> dict:
    """A layer's class and arguments, and what it was built for and compiled with."""
    config = layers.serialize(layer)
    config["config"] = serialize_keras_object(config["config"])
    build_config = layer.get_build_config()
    if build_config is not None:
        config["build_config"] = serialize_keras_object(build_config)
    if hasattr(layer, "get_compile_config"):
        config["compile_config"] = serialize_keras_object(layer.get_compile_config())
    if _shared.numbers is not None:
        config["shared_object_id"] = _shared.numbers.setdefault(id(layer), len(_shared.numbers))
    return config


# -- reading -------------------------------------------------------------------------------------


def deserialize_keras_object(config, custom_objects=None, safe_mode=True) -> Any:
    """The object of a config that `serialize_keras_object` returned, minitape's or Keras'.

    Args:
        config: dicts, lists and plain values.
        custom_objects: your own classes and functions by name.
        safe_mode: accepted for Keras' scripts. Code in a config is never run.

    Raises:
        ValueError: an unknown class or function, or one that is code.
    """
    with CustomObjectScope(custom_objects), without_code(config):
        return _made(config)


def _made(config: Any) -> Any:
    if isinstance(config, str):
        found = get_registered_object(config)
        return config if found is None else found
    if isinstance(config, _PLAIN):
        return config
    if isinstance(config, (list, tuple)):
        return [_made(item) for item in config]
    if not isinstance(config, dict):
        raise ValueError(
            f"Could not parse the config {config!r} of type {type(config).__name__}. Expected a "
            "dict, a list, a text, a number or None."
        )
    if "class_name" not in config or "config" not in config:
        return {key: _made(value) for key, value in config.items()}
    special = SPECIAL_VALUES.get(config["class_name"])
    if special is not None:
        return special(config["config"])
    found = find_custom(config)
    if found is not None:
        if isinstance(found, type) and issubclass(found, layers.Layer):
            return _built_and_compiled(config)
        return _from_custom(found, config)
    kind = _kind_of(config.get("module"))
    if kind == "functions":
        return _function(config["config"])
    if kind == "layers":
        return _built_and_compiled(config)
    if kind not in _KINDS:
        raise ValueError(
            f"Unknown class {config['class_name']!r} of module {config.get('module')!r} in a "
            "config: only layers, models, losses, metrics, optimizers, what these are given, and "
            "your own registered classes are made."
        )
    return _KINDS[kind].deserialize(config)


def _built_and_compiled(config: dict) -> Any:
    """A layer or model as it was saved. Those inside a graph are built by its calls instead."""
    layer = layer_from_config(config)
    if config.get("build_config") and not layer.built:
        layer.build_from_config(config["build_config"])
    if config.get("compile_config"):
        layer.compile_from_config(config["compile_config"])
    return layer


def _kind_of(module: Any) -> str:
    """The module of Keras below the top that a config names: "layers", "losses", ..."""
    if module == "builtins":
        return "functions"
    words = [w for w in str(module or "keras").split(".") if w not in ("keras", "src", "minitape")]
    kind = words[0] if words else "layers"
    return "layers" if kind in ("models", "ops") else kind


def _from_custom(found: Any, config: dict) -> Any:
    """A registered function as it is; an object of a registered class."""
    if not isinstance(found, type):
        return found
    if not hasattr(found, "from_config"):
        raise ValueError(
            f"The class {found.__name__} needs a class method from_config(config) to be made from "
            "a config."
        )
    return found.from_config(settings_of(config))


# Functions that a config may name: losses and activations, not what makes or finds them.
_FUNCTIONS: dict[str, Callable] = {
    name: value
    for module in (losses, activations)
    for name, value in module._REGISTRY.objects.items()
    if not isinstance(value, type)
}


def _function(name: Any) -> Callable:
    """The loss or activation that a config names without saying which of these it is."""
    if not isinstance(name, str) or name not in _FUNCTIONS:
        raise ValueError(
            f"Unknown function {name!r} in a config. {nearest(str(name), _FUNCTIONS)} Your own "
            "functions are registered with @keras.saving.register_keras_serializable()."
        )
    return _FUNCTIONS[name]


# Values that JSON has no form for.
SPECIAL_VALUES: dict[Any, Callable[[dict], Any]] = {
    "__bytes__": lambda config: config["value"].encode(),
    "__slice__": lambda config: slice(config["start"], config["stop"], config["step"]),
    "__ellipsis__": lambda config: Ellipsis,
    "__dtype__": lambda config: as_dtype(config["name"]),
    "__numpy__": lambda config: _array(config),
    "__tensor__": lambda config: convert_to_tensor(_array(config)),
}


def _array(config: dict) -> numpy.ndarray:
    """An array of numbers; of texts or objects a few bytes could declare any size."""
    dtype = as_dtype(config["dtype"]).numpy_dtype
    if dtype.kind not in "biufc":
        raise ValueError(f"Expected an array of numbers in a config. Received: {config['dtype']!r}")
    return numpy.array(config["value"], dtype=dtype)


def layer_from_config(config: dict) -> Any:
    """The layer of a `layer_config`, or the op of an `operation_config`; minitape's or Keras'.

    Raises:
        ValueError: an unknown class.
    """
    if is_operation(config.get("module")) and find_custom(config) is None:
        return operation_of(config)
    number = config.get("shared_object_id")
    if _shared.objects is not None and number is not None and number in _shared.objects:
        return _shared.objects[number]
    layer = layers.deserialize(config)
    if _shared.objects is not None and number is not None:
        _shared.objects[number] = layer
    return layer
