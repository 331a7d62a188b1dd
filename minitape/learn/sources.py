"""The text of a function as it stands in its file: a derivative rule, and its formula."""

import ast
import inspect
import linecache
import os
import textwrap
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@dataclass(frozen=True)
class Source:
    """A function as it is written.

    Attributes:
        file: where it stands, from the package's or the working folder on.
        line: its first line there.
        text: the whole statement that it stands in: of a rule, the op's block or `op.defvjp(...)`.
        formula: what it returns, as an expression, "x where x = ..." if it has a name for it first;
            "" where that can't be read off.
        parts: where it returns a list, as a rule for all inputs does: the expression of each.
        arguments: the names of its arguments by position; the last begins with a star if it takes
            any number.
    """

    file: str = ""
    line: int = 0
    text: str = ""
    formula: str = ""
    parts: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


def source_of(function: Callable | None) -> Source:
    """The source of a function, or of what a partial one is made of; empty where there is none."""
    while isinstance(function, partial):
        function = next((x for x in function.args if callable(x)), function.func)
    code = getattr(inspect.unwrap(function) if function else None, "__code__", None)
    if code is None:
        return Source()
    found = _find(code)
    if found is None:
        return Source(short_path(code.co_filename), code.co_firstlineno)
    node, statement, text = found
    lines = text.splitlines()[_first_line(statement) - 1 : statement.end_lineno]
    result = _result(node)
    parts = result.elts if isinstance(result, (ast.List, ast.Tuple)) else []
    if any(isinstance(part, ast.Starred) for part in parts):
        parts = []

    def expression(node: ast.AST | None) -> str:
        segment = node and ast.get_source_segment(text, node)
        return " ".join((segment or "").split())

    return Source(
        short_path(code.co_filename),
        _first_line(statement),
        textwrap.dedent("\n".join(lines)),
        _where(expression(result), node, expression),
        tuple(map(expression, parts)),
        _arguments(node),
    )


def formula_of(function: Any) -> tuple[str, tuple[str, ...]]:
    """What a function computes by the first words of its docstring, if those are an expression.

    >>> import minitape as mt
    >>> formula_of(mt.multiply)
    ('x * y', ('x', 'y'))

    Returns:
        The expression, or "", and the names of the arguments.
    """
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    arguments = code.co_varnames[: code.co_argcount] if code else ()
    expression = (function.__doc__ or "").split("\n")[0].split(",")[0].rstrip(". ")
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError:
        return "", arguments
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    good = used and used <= set(arguments) and not isinstance(tree.body, ast.Name)
    return expression if good else "", arguments


def short_path(file: str) -> str:
    """A file's path from the folder of the package or the working one; elsewhere its name alone."""
    for folder in (_PACKAGE, os.getcwd()):
        if file.startswith(folder + os.sep) and "site-packages" not in os.path.relpath(
            file, folder
        ):
            return os.path.relpath(file, folder).replace(os.sep, "/")
    return os.path.basename(file)


@lru_cache(maxsize=64)
def _functions(file: str, size: int) -> tuple[str, dict[int, list]]:
    """A file's text, and by its first line each function in it, with the statement around it."""
    text = "".join(linecache.getlines(file))
    functions: dict[int, list] = {}

    def visit(node: ast.AST, statement: Any) -> None:
        if isinstance(node, ast.stmt):
            statement = node
        if isinstance(node, (ast.Lambda, ast.FunctionDef)):
            functions.setdefault(_first_line(node), []).append((node, statement))
        for child in ast.iter_child_nodes(node):
            visit(child, statement)

    with suppress(SyntaxError):  # a notebook's cell with its magic commands
        visit(ast.parse(text), None)
    return text, functions


def _find(code: Any) -> tuple | None:
    """The function's node and statement in its file, and the file's text."""
    text, functions = _functions(code.co_filename, len(linecache.getlines(code.co_filename)))
    found = functions.get(code.co_firstlineno, [])
    if code.co_name == "<lambda>":
        # Several may begin on one line: this one's instructions begin where its body does.
        at = [(line, column) for line, _, column, _ in code.co_positions() if line and column]
        start = min(at, default=(0, 0))
        found = [(n, s) for n, s in found if isinstance(n, ast.Lambda)]
        exact = [(n, s) for n, s in found if (n.body.lineno, n.body.col_offset) == start]
        found = exact or found
    return (*found[0], text) if found else None


def _first_line(node: Any) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def _result(node: Any) -> ast.expr | None:
    if isinstance(node, ast.Lambda):
        return node.body
    last = node.body[-1]
    return last.value if isinstance(last, ast.Return) else None


def _where(formula: str, node: Any, expression: Callable) -> str:
    """The formula with what the function has given names to, if it does nothing else."""
    body = [] if isinstance(node, ast.Lambda) else node.body[:-1]
    body = [line for line in body if not isinstance(getattr(line, "value", None), ast.Constant)]
    if not all(isinstance(line, ast.Assign) for line in body) or len(body) > 2:
        return ""
    return " where ".join([formula, *map(expression, body)])


def _arguments(node: Any) -> tuple[str, ...]:
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    return (*names, *([f"*{node.args.vararg.arg}"] if node.args.vararg else []))
