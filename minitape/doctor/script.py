"""A script as the checks see it: its syntax tree, what its names stand for, findings and edits."""

import ast
import builtins
import warnings
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from .. import dropin

# What nearly every program calls them, should it forget the import.
USUAL_NAMES = {"tf": "tf", "keras": "keras", "layers": "keras.layers"}

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NAMED = (*_DEFINITIONS, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)


class Edit(NamedTuple):
    """Puts `new` in the place of what stands from `start` to `end`.

    A position is (line, column) as in `ast`: lines from 1, columns from 0 and in bytes of UTF-8.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    new: str


class Finding(NamedTuple):
    """What is wrong in a line, said to its author, and the edits that are certain to be right."""

    line: int
    text: str
    edits: tuple[Edit, ...] = ()


def start(node) -> tuple[int, int]:
    """Where a node begins."""
    return node.lineno, node.col_offset


def end(node) -> tuple[int, int]:
    """Where a node ends."""
    return node.end_lineno, node.end_col_offset


def replaced(node, new: str) -> Edit:
    """The edit that puts `new` in the place of a node."""
    return Edit(start(node), end(node), new)


def renamed(node, old: str, new: str) -> Edit:
    """The edit of a name that a node begins with: an import's, an argument's."""
    line, column = start(node)
    return Edit((line, column), (line, column + len(old.encode())), new)


def renamed_attribute(node, new: str) -> Edit:
    """The edit of the name behind the last dot of a node."""
    line, column = end(node)
    return Edit((line, column - len(node.attr.encode())), (line, column), new)


def inserted(position: tuple[int, int], new: str) -> Edit:
    """The edit that puts `new` at a position."""
    return Edit(position, position, new)


def offsets(text: str):
    """A function from positions in a text to the number of bytes before them."""
    begins = [0]
    for line in text.encode().split(b"\n"):
        begins.append(begins[-1] + len(line) + 1)
    return lambda position: begins[position[0] - 1] + position[1]


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits; one that overlaps an earlier one in the text is left out."""
    offset = offsets(text)
    source, parts, done = text.encode(), [], 0
    for edit in sorted(edits, key=lambda edit: edit[:2]):
        if offset(edit.start) >= done:
            parts += [source[done : offset(edit.start)], edit.new.encode()]
            done = offset(edit.end)
    return b"".join([*parts, source[done:]]).decode()


def parse(text: str) -> ast.Module:
    """The syntax tree, without the warnings that Python gives of odd escapes in strings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


class Script:
    """A Python program that parses.

    Args:
        text: The program.

    Raises:
        SyntaxError: If Python cannot read it.
    """

    def __init__(self, text: str):
        self.text = text
        self.tree = parse(text)
        self.nodes = list(ast.walk(self.tree))
        self._offset = offsets(text)
        self._bytes = text.encode()

    def source(self, node) -> str:
        """The text of a node."""
        # ast.get_source_segment splits the whole text at each call.
        return self._bytes[self._offset(start(node)) : self._offset(end(node))].decode()

    @cached_property
    def imports(self) -> dict[str, str]:
        """What each imported name stands for: {"L": "keras.layers"}."""
        names = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    names[alias.asname or top] = short(alias.name if alias.asname else top)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    names[alias.asname or alias.name] = short(f"{node.module}.{alias.name}")
        return names

    @cached_property
    def bound(self) -> set[str]:
        """Every name that the program binds anywhere."""
        names = set(self.imports)
        for node in self.nodes:
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                names.add(node.id)
            elif isinstance(node, ast.arg):
                names.add(node.arg)
            elif isinstance(node, _NAMED):
                names.add(node.name or "_")
        return names

    @cached_property
    def unbound(self) -> dict[str, ast.Name]:
        """Names that are read and bound nowhere, not even by Python, with their first place."""
        loads = [node for node in self.nodes if isinstance(node, ast.Name)]
        loads.sort(key=lambda node: (node.lineno, node.col_offset))
        names: dict[str, ast.Name] = {}
        if "*" in self.imports:
            return names
        for node in loads:
            if node.id not in self.bound and not hasattr(builtins, node.id):
                names.setdefault(node.id, node)
        return names

    @cached_property
    def values(self) -> dict[str, list[ast.expr]]:
        """What is assigned to each plain name."""
        values: dict[str, list[ast.expr]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = node.targets[0]
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append(node.value)
        return values

    def class_definitions(self):
        """Yields the class statements."""
        for node in self.nodes:
            if isinstance(node, ast.ClassDef):
                yield node

    def calls(self):
        """Yields the calls, and of each what is called: "keras.layers.Dense" or ""."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, self.path(node.func)

    def path(self, node) -> str:
        """What an expression stands for, as a public path of TensorFlow or Keras; else ""."""
        if isinstance(node, ast.Name):
            if node.id in self.bound:
                path = self.imports.get(node.id, "")
            else:
                path = USUAL_NAMES.get(node.id, "")
            return path if path.partition(".")[0] in ("tf", "keras") else ""
        if isinstance(node, ast.Attribute):
            room = self.path(node.value)
            return short(f"{room}.{node.attr}") if room else ""
        return ""

    @cached_property
    def classes(self) -> dict[str, type]:
        """The program's own classes that come from one of Keras', with that one."""
        found: dict[str, type] = {}
        for node in self.class_definitions():
            for base in node.bases:
                known = dropin.find(self.path(base)) or found.get(self.source(base))
                if isinstance(known, type):
                    found[node.name] = known
        return found


def short(path: str) -> str:
    """The short form of a module's path: "keras.layers" for "tensorflow.keras.layers"."""
    words = path.split(".")
    if words[0] == "tensorflow":
        words[0] = "tf"
    if words[0] == "tf" and words[1:2] == ["keras"]:
        return ".".join(words[1:])
    if words[0] == "tf" and words[1:2] and words[1] in dropin.FROM_KERAS:
        words[0] = "keras"
    return ".".join(words)
