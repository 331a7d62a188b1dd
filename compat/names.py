"""The public names: what minitape has of TensorFlow's, and what covers each."""

import inspect
import types
from typing import Any

import minitape

NAMESPACES = (
    "",
    "math",
    "nn",
    "linalg",
    "random",
    "bitwise",
    "debugging",
    "autodiff",
    "test",
    "nest",
)


def namespace(library, name: str) -> Any:
    """The module of this name, or None."""
    return getattr(library, name, None) if name else library


def dotted(space: str, name: str) -> str:
    """The name as users write it."""
    return f"tf.{space}.{name}" if space else f"tf.{name}"


def names_in(library, space: str) -> list[str]:
    """The public names in a namespace of a library."""
    module = namespace(library, space)
    return sorted(name for name in dir(module) if not name.startswith("_")) if module else []


def shared(tf) -> dict[str, Any]:
    """What minitape has under each name of TensorFlow's, modules left out."""
    found = {}
    for space in NAMESPACES:
        for name in set(names_in(minitape, space)) & set(names_in(tf, space)):
            value = getattr(namespace(minitape, space), name)
            if not inspect.ismodule(value):
                found[dotted(space, name)] = value
    return dict(sorted(found.items()))


def missing(tf) -> set[str]:
    """TensorFlow's names that minitape doesn't have."""
    return {
        dotted(space, name)
        for space in NAMESPACES
        for name in names_in(tf, space)
        if not hasattr(namespace(minitape, space), name)
    }


def by_object(names: dict[str, Any]) -> list[tuple[Any, list[str]]]:
    """Each object once, with its names, the shortest first."""
    found: dict[int, tuple[Any, list[str]]] = {}
    for name, value in names.items():
        found.setdefault(id(value), (value, []))[1].append(name)
    return [(value, sorted(ns, key=lambda n: (n.count("."), n))) for value, ns in found.values()]


def kind_of(value) -> str:
    """What an object is: "function", "class" or "constant"."""
    if isinstance(value, type):
        return "class"
    is_function = isinstance(value, (types.FunctionType, minitape.engine.Primitive))
    return "function" if is_function or inspect.ismethod(value) else "constant"


def op_name(value) -> str:
    """The name that a function has among the cases."""
    name = None if isinstance(value, type) else getattr(value, "name", None)
    return name if isinstance(name, str) else getattr(value, "__name__", "")
