"""The graph of objects in a TensorFlow checkpoint: which object holds which, by what name.

Values are found by way of names from the root, not by the names of variables. The names here are
those of Keras 3 under TensorFlow; objects that a file has nothing for, and nodes of a file that no
object asks for, are passed over.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ....engine import Variable
from ....module import Module
from ... import layers
from ...layers import Layer
from ...layers.serialization import CLASSES
from ...metrics import Metric
from ...optimizers import Optimizer
from .wire import Message, field

GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "VARIABLE_VALUE"
_CONTAINERS = (list, tuple, dict)
# What minitape's own layers keep parts in beside Keras' attributes.
_OWN_LISTS = {"_made_weights", "_graph_layers", "_stack", "_results"}
# Where Keras has a property, and the weight under another name.
_RENAMED = {
    (layers.Dense, layers.Conv1D, layers.Conv2D, layers.Conv3D): {"kernel": "_kernel"},
    (layers.Embedding,): {"embeddings": "_embeddings"},
}
# More of them than models have would take their time.
_MOST = 1 << 17
_LARGEST = 1 << 22


class Named:
    """Objects under names; a subclass writes `_children`."""

    def _children(self) -> dict[str, Any]:
        raise NotImplementedError


class Stored(Named):
    """A node of a file.

    Attributes:
        children: its nodes, by name.
        key: the name of its array in the file; None where it has none.
        value: the array, once it was read.
    """

    def __init__(self) -> None:
        self.children: dict[str, Stored] = {}
        self.key: str | None = None
        self.value: Any = None

    def _children(self) -> dict[str, Any]:
        return self.children


def nodes_from(starts: Iterable[Stored]) -> list[Stored]:
    """Nodes, and all that lead on from them, each once."""
    left = list({id(node): node for node in starts}.values())
    seen = {id(node) for node in left}
    for node in left:
        for child in node.children.values():
            if id(child) not in seen:
                seen.add(id(child))
                left.append(child)
    return left


def leading_to_arrays(root: Stored) -> set[int]:
    """The ids of nodes that have an array, or lead on to one that has."""
    nodes = nodes_from([root])
    parents: dict[int, list[Stored]] = {}
    for node in nodes:
        for child in node.children.values():
            parents.setdefault(id(child), []).append(node)
    left = [node for node in nodes if node.key is not None]
    found = {id(node) for node in left}
    for node in left:
        for parent in parents.get(id(node), ()):
            if id(parent) not in found:
                found.add(id(parent))
                left.append(parent)
    return found


def children(thing: Any) -> dict[str, Any]:
    """What an object holds, by Keras' names."""
    if isinstance(thing, Named):
        return thing._children()
    if isinstance(thing, dict):
        return {str(name): value for name, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return {str(i): value for i, value in enumerate(thing)}
    if isinstance(thing, Layer):
        return _in_layer(thing)
    if isinstance(thing, Optimizer):
        found = {"_variables": thing._variables, "_iterations": thing._iterations}
        rate = thing._learning_rate
        return found | ({"_learning_rate": rate} if isinstance(rate, Variable) else {})
    if isinstance(thing, Module):
        held = (*_CONTAINERS, Variable, Layer, Optimizer, Metric, Module)
        return {name: value for name, value in vars(thing).items() if isinstance(value, held)}
    return {"_variables": thing.variables} if isinstance(thing, Metric) else {}


def with_awaited(thing: Any) -> dict[str, Any]:
    """The same, and what the object was given but is not built for yet."""
    awaited = getattr(thing, "__dict__", {}).get("_awaited")
    return children(thing) if awaited is None else children(thing) | awaited.children


def _in_layer(layer: Layer) -> dict[str, Any]:
    found: dict[str, Any] = {}
    graph = getattr(layer, "_graph", None)
    if isinstance(layer, CLASSES["Sequential"]):  # in Keras there is a functional model inside
        numbered = {str(i): one for i, one in enumerate(layer.layers, 1)}
        found["_functional"] = {"_operations": numbered}
    elif graph is not None:
        operations = enumerate(graph.layers)
        found["_operations"] = {str(i): one for i, one in operations if isinstance(one, Layer)}
    names: dict[str, str] = {}
    for classes, renamed in _RENAMED.items():
        if isinstance(layer, classes):
            names = renamed
    for name, value in layer._tracker._attributes.items():
        is_part = isinstance(value, (Variable, Layer)) or (isinstance(value, _CONTAINERS) and value)
        if is_part and name not in _OWN_LISTS:
            found[names.get(name, name)] = value
    optimizer = getattr(layer, "optimizer", None)
    if isinstance(optimizer, Optimizer):
        found["optimizer"] = optimizer
    return found


class Path:
    """The names that lead to an object, kept as its last name and the path of the one before."""

    def __init__(self, before: "Path | None" = None, name: str = ""):
        self._before = before
        self._name = name

    def __str__(self) -> str:
        names: list[str] = []
        path: Path | None = self
        while path is not None and path._before is not None:
            names.append(path._name.replace(".", "..").replace("/", ".S"))
            path = path._before
        return "/".join(reversed(names))


def with_paths(root: Any, inside: Callable = children) -> Iterator[tuple[Any, Path, dict]]:
    """All objects, each once: (the object, the names that lead to it, what it holds by name).

    Those nearest to the root come first.
    """
    seen = {id(root)}
    for thing, path in (left := [(root, Path())]):  # which keeps them, and so their ids
        held = inside(thing)
        yield thing, path, held
        for name, child in held.items():
            if id(child) not in seen:
                seen.add(id(child))
                left.append((child, Path(path, name)))


# -- writing -------------------------------------------------------------------------------------


def arrays_of(root: Any) -> dict[str, Any]:
    """What a checkpoint of an object holds: the arrays by name, and the graph."""
    objects = list(with_paths(root, with_awaited))
    numbers = {id(thing): number for number, (thing, *_) in enumerate(objects)}
    arrays: dict[str, Any] = {}
    graph = []
    for thing, path, held in objects:
        node = b"".join(
            field(1, field(1, numbers[id(child)]) + field(2, name)) for name, child in held.items()
        )
        if isinstance(thing, Variable) or (isinstance(thing, Stored) and thing.value is not None):
            key = f"{path}/.ATTRIBUTES/{_VALUE}"
            node += field(2, field(1, _VALUE) + field(2, _full_name(thing)) + field(3, key))
            arrays[key] = thing.numpy() if isinstance(thing, Variable) else thing.value
        graph.append(field(1, node))
    return {GRAPH: b"".join(graph), **arrays}


def _full_name(thing: Any) -> str:
    """What a variable is called in messages."""
    return str(getattr(thing, "path", "") or getattr(thing, "name", ""))


# -- reading -------------------------------------------------------------------------------------


def read_graph(data: bytes) -> Stored:
    """The first node of a graph, which leads to all others.

    Raises:
        ValueError: no graph, or one larger than models' are.
    """
    if len(data) > _LARGEST:
        raise ValueError(
            f"its graph has {len(data):,} bytes, and more than {_LARGEST:,} are refused"
        )
    messages = Message(data).all_data(1)
    if not 0 < len(messages) <= _MOST:
        raise ValueError(f"its graph has {len(messages):,} nodes, and should have 1 to {_MOST:,}")
    nodes = [Stored() for _ in messages]
    count = 0
    for node, message in zip(nodes, map(Message, messages), strict=True):
        children = message.all_data(1)
        count += len(children)
        if count > _MOST:
            raise ValueError(
                f"the nodes of its graph have more than {_MOST:,} names for each other"
            )
        for child in map(Message, children):
            if child.number(1) >= len(nodes):
                raise ValueError(f"its graph has no node {child.number(1)}, which it refers to")
            node.children[child.text(2)] = nodes[child.number(1)]
        for attribute in message.messages(2):
            if attribute.text(1) == _VALUE:
                node.key = attribute.text(3)
    return nodes[0]
