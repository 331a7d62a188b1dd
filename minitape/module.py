"""`tf.Module`, an object with variables, and `tf.name_scope`, which names them."""

import functools
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from . import nest
from .engine import Variable
from .settings import name_scopes, scoped

_WORD = re.compile("(?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z])")  # its first letter, in a class' name


class name_scope(AbstractContextManager):
    """A context in which new variables are called `name/variable`.

    Scopes stand inside each other: the context's value is the whole name, with a slash at the end.
    A name that ends in a slash is such a whole name; the empty one leaves all scopes.

    Args:
        name: the scope's name.
    """

    def __init__(self, name):
        if not isinstance(name, str):
            raise ValueError(f"name for name_scope must be a string. Received: {name!r}.")
        self._name = name

    @property
    def name(self) -> str:
        """The name as it was given."""
        return self._name

    def __enter__(self) -> str:
        whole = not self._name or self._name.endswith("/")
        name_scopes.enter(self._name if whole else scoped(f"{self._name}/"))
        return scoped("")

    def __exit__(self, *_) -> None:
        name_scopes.leave()


class Module:
    """An object that finds the variables in its attributes, and in the modules among these.

    Keras' layers among the attributes count as modules, as they did in Keras 2.

    Args:
        name: its name; made from the class unless given.
    """

    def __init__(self, name=None):
        if name is None:
            name = _WORD.sub(r"_\g<0>", type(self).__name__).lower()
        elif not str(name).isidentifier():
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid Python "
                "identifiers (e.g. a valid class name)."
            )
        self._name = name
        with name_scope(name) as whole:
            self._name_scope = name_scope(whole)

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def name_scope(self) -> AbstractContextManager:
        """The scope for its variables."""
        return self._name_scope

    @property
    def variables(self) -> tuple:
        """Its variables and those of the modules in it: its own first, by the attribute's name."""
        return tuple(x for x in self._walk() if isinstance(x, Variable))

    @property
    def trainable_variables(self) -> tuple:
        """Those that training changes."""
        return tuple(x for x in self.variables if x.trainable)

    @property
    def non_trainable_variables(self) -> tuple:
        """Those that training does not change."""
        return tuple(x for x in self.variables if not x.trainable)

    @property
    def submodules(self) -> tuple:
        """All modules in it, and in these."""
        return tuple(x for x in self._walk() if isinstance(x, Module))

    @classmethod
    def with_name_scope(cls, method):
        """Decorator of a method that makes variables: they are called `module/variable`."""

        @functools.wraps(method)
        def run(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        return run

    def _walk(self, seen: set[int] | None = None) -> Iterator[Any]:
        """Everything in the attributes, in lists and dicts there and in modules, each once."""
        seen = {id(self)} if seen is None else seen
        inner = []
        for name in sorted(vars(self)):
            for leaf in nest.flatten(vars(self)[name]):
                if id(leaf) not in seen:
                    seen.add(id(leaf))
                    yield leaf
                    inner.append(leaf)
        for leaf in inner:
            if isinstance(leaf, Module):
                yield from leaf._walk(seen)
            elif not isinstance(leaf, Variable) and hasattr(leaf, "trainable_weights"):
                yield from leaf.variables
