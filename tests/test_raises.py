"""Every `raise` in minitape tells what was expected, what was received, and what to do.

The messages are read from the source. A message that is put together elsewhere counts with the
texts of what makes it: a function of the same module, a constant, a variable of the same function.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

import minitape

SOURCE = Path(minitape.__file__).parent

# What was expected, or what to do, is said with one of these words.
EXPECTED = re.compile(
    r"""\b(
    expect(s|ed|ing)? | must | should | needs? | needed | requires? | takes? | allow(s|ed) | valid |
    accepted | only | at\ most | at\ least | one\ of |
    add | begin | build | call | change | choose | compute | convert | count | cut |
    divide | fetch | give | install | keep | leave | load | make | name | pad | pass |
    provide | put | register | rename | save | set | specify | start | take | try | turn |
    unpack | use | write
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
# What was received is filled in. Where that is nothing at all, the message says so.
RECEIVED = re.compile(r"\{|received|got|none|null|missing|no\b|not\b|without|empty", re.IGNORECASE)

# How many messages of a module say less, and why.
EXCUSED = {
    # Half a message, and who catches it adds the rest: the name and kind of the file that something
    # is wrong with; the op, and what it received, to what it can't compute.
    "data/elements.py": 3,
    "keras/datasets/fashion_mnist.py": 1,
    "keras/datasets/pickled.py": 4,
    "keras/saving/checkpoints/bundle.py": 4,
    "keras/saving/checkpoints/object_graph.py": 3,
    "keras/saving/checkpoints/table.py": 7,
    "keras/saving/checkpoints/wire.py": 5,
    "keras/utils/file.py": 1,
    "learn/exercises/e18_hessian_vector.py": 1,
    "ops/array.py": 1,
    "ops/linalg.py": 1,
    "ops/math.py": 2,
    # A reason why a step isn't captured, and no error.
    "arrays/cuda/gpu.py": 1,
    "arrays/cuda/simulator/graph.py": 1,
    "tracing/graphs.py": 3,
    # Another error's message, with the place added, or a report.
    "keras/saving/archive.py": 5,
    "keras/saving/backup.py": 1,
    "keras/saving/weights.py": 1,
    "keras/training/steps.py": 1,
    "keras/training/trainer.py": 1,
    "learn/check.py": 1,
    "learn/nans.py": 1,
    "tracing/recorder.py": 1,
    # TensorFlow's to the letter: what was asserted, and the numbers.
    "ops/debugging.py": 2,
}
ANSWERS = ("Wrong", "_Differs")  # to a learner's exercise: a hint follows, and no error is meant


class Module:
    """The source of one module, and the texts that its names stand for."""

    def __init__(self, path, root=SOURCE):
        self.name = path.relative_to(root).as_posix()
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.scopes = [
            self.tree,
            *(node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)),
        ]
        self.functions = {function.name: function for function in self.scopes[1:]}
        self.constants = self._assigned(self.tree.body)

    @staticmethod
    def _assigned(nodes):
        return {
            target.id: node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def raises(self):
        """Yields (line, text) of each `raise` that has a message of its own."""
        for scope in self.scopes:
            nodes = list(_outside_functions(scope))
            names = None
            for node in nodes:
                if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                    continue
                if ast.unparse(node.exc.func) not in ANSWERS:
                    names = names or {**self.constants, **self._assigned(nodes)}
                    yield node.lineno, self._text(node.exc, names, depth=2)

    def _text(self, node, names, depth):
        """All that `node` may say; what is filled in at run time stands in braces."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr():
                return "".join(self._text(part, names, depth) for part in node.values)
            case ast.FormattedValue():
                filled_in = "{" + ast.unparse(node.value) + "}"
                made_of = self._stands_for(node.value, names) if depth else None
                return filled_in + (self._strings(made_of, names, depth - 1) if made_of else "")
            case ast.BinOp(op=ast.Add()):
                return self._text(node.left, names, depth) + self._text(node.right, names, depth)
        made_of = self._stands_for(node, names) if depth else None
        if made_of is not None:
            strings = self._strings(made_of, names, depth - 1)
            return " ".join([strings, *self._arguments(node, names, depth)])
        if isinstance(node, ast.Call):
            return " ".join(self._arguments(node, names, depth))
        return "{" + ast.unparse(node) + "}" if isinstance(node, ast.expr) else ""

    def _arguments(self, node, names, depth):
        if not isinstance(node, ast.Call):
            return []
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        return [self._text(x, names, depth) for x in given]

    def _strings(self, node, names, depth):
        """The texts in a function or expression, but for its docstring."""
        found = []
        for part in ast.walk(node):
            if isinstance(part, (ast.JoinedStr, ast.Call)) or (
                isinstance(part, ast.Constant) and isinstance(part.value, str)
            ):
                found.append(self._text(part, names, depth))
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            found.remove(node.body[0].value.value)
        return " ".join(found)

    def _stands_for(self, node, names):
        """The function, or the value of the variable, that the text comes from; None if unknown."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="format")):
                return names.get(name)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return self.functions.get(name)
            case ast.Name(id=name):
                return names.get(name)
            case ast.IfExp():
                return node
        return None


def _outside_functions(scope):
    """The nodes of a function, or of a module, without the functions in it."""
    nodes = list(ast.iter_child_nodes(scope))
    while nodes:
        node = nodes.pop()
        yield node
        if not isinstance(node, ast.FunctionDef):
            nodes.extend(ast.iter_child_nodes(node))


def _raises() -> list[tuple[str, str, str]]:
    """(place, module, text) of every message."""
    return [
        (f"{module.name}:{line}", module.name, text)
        for module in map(Module, sorted(SOURCE.rglob("*.py")))
        for line, text in module.raises()
    ]


def test_each_says_what_was_expected_and_received():
    messages, short = _raises(), defaultdict(list)
    assert len(messages) > 900  # all are found
    for place, module, text in messages:
        if not (EXPECTED.search(text) and RECEIVED.search(text)):
            short[module].append(f"minitape/{place}: {text}")
    others = [
        line
        for module, lines in short.items()
        for line in lines
        if len(lines) != EXCUSED.get(module, 0)
    ]
    assert {module: len(lines) for module, lines in short.items()} == EXCUSED, "\n".join(others)


@pytest.mark.parametrize(
    ("statement", "says_too_little"),
    [
        ('raise ValueError(f"Bad axis: {axis}.")', EXPECTED),
        ('raise ValueError("Give an axis.")', RECEIVED),
        ('raise ValueError(f"The axis must be below {n}. Received: {axis}.")', None),
        ('raise ValueError(_BAD_AXIS.format(axis))', EXPECTED),
        ('raise _bad(axis)', EXPECTED),
    ],
)  # fmt: skip
def test_the_rules_tell_errors_apart(statement, says_too_little, tmp_path):
    source = (
        '_BAD_AXIS = "Bad axis: {}."\n'
        'def _bad(axis): return ValueError(f"Bad axis: {axis}.")\n'
        f"def f(axis, n): {statement}\n"
    )
    path = tmp_path / "module.py"
    path.write_text(source)
    ((_, text),) = Module(path, tmp_path).raises()
    assert [rule for rule in (EXPECTED, RECEIVED) if not rule.search(text)] == (
        [says_too_little] if says_too_little else []
    )
