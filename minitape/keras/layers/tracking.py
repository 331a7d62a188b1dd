"""Tracker: finds the layers, variables and metrics among what is set on an object."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any


class Tracker:
    """The parts of an object, by kind, in the order in which they came to it.

    It is shown every attribute that is set. Lists and dicts are kept as copies that report their
    changes, so that `self.blocks.append(layer)` is noticed as well.

    Args:
        *kinds: the classes to look for.

    Attributes:
        parts: for each kind the parts, each once.
    """

    def __init__(self, *kinds: type):
        self.parts: dict[type, list] = {kind: [] for kind in kinds}
        # The attributes that hold parts, and the containers that may come to hold some.
        self._attributes: dict[str, Any] = {}

    def track(self, name: str, value: Any) -> Any:
        """What is to be set under this name: the value, its lists and dicts made to report."""
        if self.may_hold_parts(value):
            value = self._attributes[name] = self._reporting(value)
            self.refresh()
        else:
            self.forget(name)
        return value

    def forget(self, name: str) -> None:
        """The attribute was deleted, or holds no parts any more."""
        if name in self._attributes:
            del self._attributes[name]
            self.refresh()

    def may_hold_parts(self, value: Any) -> bool:
        """True for a part, for a container of some, and for one that is still empty."""
        leaves = list(_leaves(value))
        return not leaves or any(isinstance(leaf, tuple(self.parts)) for leaf in leaves)

    def refresh(self) -> None:
        """Looks through the attributes: new parts go to the end, and lost ones leave."""
        found = list(_leaves(self._attributes))
        for kind, known in self.parts.items():
            now = {id(part): part for part in found if isinstance(part, kind)}
            kept = {id(part): part for part in known if id(part) in now}
            self.parts[kind] = list({**kept, **now}.values())

    def _reporting(self, value: Any) -> Any:
        if isinstance(value, list):
            return TrackedList(map(self._reporting, value)).reporting_to(self)
        if type(value) in (dict, TrackedDict):
            items = {key: self._reporting(item) for key, item in value.items()}
            return TrackedDict(items).reporting_to(self)
        return tuple(map(self._reporting, value)) if type(value) is tuple else value


def _leaves(value: Any) -> Iterator:
    """What a container holds at any depth, in its own order; anything else is a leaf."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple, set)):
        yield value
        return
    for item in value:
        yield from _leaves(item)


class _Container:
    """A list or dict that reports its changes to a tracker; a copy of it reports to nobody."""

    tracker: Tracker | None = None

    def reporting_to(self, tracker: Tracker) -> Any:
        """Itself, from now on with this tracker."""
        self.tracker = tracker
        return self


def _reports(method: Callable, removes: bool) -> Callable:
    """The method, after which the tracker is told where parts may have come or gone."""

    @wraps(method)
    def wrapper(self, *args, **kwargs):
        # An iterator can be read only once, which the method itself does.
        given = [list(arg) if isinstance(arg, Iterator) else arg for arg in args]
        result = method(self, *given, **kwargs)
        tracker = self.tracker
        if tracker is not None and (removes or tracker.may_hold_parts([given, kwargs])):
            tracker.refresh()
        return result

    return wrapper


class TrackedList(_Container, list):
    """A list set on a layer."""

    def __reduce__(self):
        return list, (list(self),)

    append = _reports(list.append, removes=False)
    extend = _reports(list.extend, removes=False)
    insert = _reports(list.insert, removes=False)
    __iadd__ = _reports(list.__iadd__, removes=False)
    __setitem__ = _reports(list.__setitem__, removes=True)
    __delitem__ = _reports(list.__delitem__, removes=True)
    clear = _reports(list.clear, removes=True)
    pop = _reports(list.pop, removes=True)
    remove = _reports(list.remove, removes=True)


class TrackedDict(_Container, dict):
    """A dict set on a layer."""

    def __reduce__(self):
        return dict, (dict(self),)

    setdefault = _reports(dict.setdefault, removes=False)
    update = _reports(dict.update, removes=False)
    __ior__ = _reports(dict.__ior__, removes=False)
    __setitem__ = _reports(dict.__setitem__, removes=True)
    __delitem__ = _reports(dict.__delitem__, removes=True)
    clear = _reports(dict.clear, removes=True)
    pop = _reports(dict.pop, removes=True)
    popitem = _reports(dict.popitem, removes=True)
