"""What keeps Python from reading a script: characters pasted from a page, tabs, missing signs."""

import inspect
import io
import math
import re
import tokenize
import unicodedata
from functools import cache

from .. import dropin
from .script import Edit, Finding, apply, inserted, parse

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_SPACES += "\u202f\u205f\u3000"
_FULL_WIDTH = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
# A character that looks like one of Python's, or like nothing, and the one that is meant.
LOOK_ALIKES = {
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad", ""),
    **dict.fromkeys("“”„‟″＂", '"'),
    **dict.fromkeys("‘’‚‛′´＇", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **{"、": ",", "。": ".", "…": "...", "≤": "<=", "≥": ">=", "≠": "!="},
    # Letters and digits of full width are letters and digits to Python.
    **{wide: sign for wide, sign in _FULL_WIDTH.items() if not (sign.isalnum() or sign == "_")},
}
# Comments and strings, whose characters are the author's own; those in curved quotes are group 1.
_NOT_CODE = re.compile(
    r"""\#[^\n]*
    | \"{3}.*?(?:\"{3}|\Z) | '{3}.*?(?:'{3}|\Z)
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    | ([“”„][^“”\n]*[“”] | [‘’‚][^‘’\n]*[‘’])""",
    re.VERBOSE | re.DOTALL,
)
_COMMAND = re.compile(r"\s*(?:[%!]|(?:pip3?|python3?|conda|tensorboard|cd|git)\s)")


def look_alikes(text):
    """Characters outside strings and comments that only look like Python's."""
    inside: set[int] = set()
    for match in _NOT_CODE.finditer(text):
        quotes = 1 if match[1] else 0
        inside.update(range(match.start() + quotes, match.end() - quotes))
    edits: dict[str, list[Edit]] = {}
    begin = 0
    for line, row in enumerate(text.split("\n"), 1):
        for column, character in enumerate(row):
            if character in LOOK_ALIKES and begin + column not in inside:
                left = len(row[:column].encode())
                right = left + len(character.encode())
                edit = Edit((line, left), (line, right), LOOK_ALIKES[character])
                edits.setdefault(character, []).append(edit)
        begin += len(row) + 1
    for character, found in edits.items():
        name = f"{unicodedata.name(character).lower()} (U+{ord(character):04X})"
        meant = LOOK_ALIKES[character]
        meant = {" ": "a plain space", "": "nothing"}.get(meant, f"a plain {meant}")
        said = f"pasted characters: {name} for {meant}, {_lines(found)}"
        yield Finding(found[0].start[0], said, tuple(found))


def shape_without_equal_sign(text):
    """`Dense(10, input_shape(3,))`."""
    for match in re.finditer(r"[(,]\s*(?:batch_)?(?:input_)?shape(?=\s*\()", text):
        if any(match.start() in range(*skip.span()) for skip in _NOT_CODE.finditer(text)):
            continue
        name = match[0].lstrip("(, \n\t")
        if f"def {name}" not in text:
            *above, row = text[: match.end()].split("\n")
            at = (len(above) + 1, len(row.encode()))
            yield Finding(at[0], f"an equal sign is missing: {name}=(...)", (inserted(at, "="),))


# Before anything else, on the text as it stands.
FIRST = (look_alikes, shape_without_equal_sign)


def syntax_error(text):
    """Python's complaint about the text, or None."""
    try:
        parse(text)
    except (SyntaxError, ValueError) as error:  # ValueError for null bytes, before Python 3.12
        if isinstance(error, SyntaxError) and error.lineno:
            return error
        return SyntaxError(str(error), ("", 1, 1, "", 1, 1))
    return None


def explain(text, error):
    """The finding for a SyntaxError, with the edits that let Python read on, if some do."""
    for repair in (mixed_tabs, notebook_command, missing_sign, missing_colon):
        finding = repair(text, error)
        if finding:
            return finding
    return Finding(error.lineno or 1, f"Python cannot read this: {error.msg}")


def mixed_tabs(text, error):
    """Indentation by tabs here and spaces there."""
    if not isinstance(error, IndentationError):
        return None
    strings = [match.span() for match in _NOT_CODE.finditer(text)]
    for width in (4, 8, 2):
        edits, start = [], 0
        for line, row in enumerate(text.split("\n"), 1):
            blank = row[: len(row) - len(row.lstrip(" \t"))]
            if "\t" in blank and not any(first < start < last for first, last in strings):
                edits.append(Edit((line, 0), (line, len(blank)), blank.expandtabs(width)))
            start += len(row) + 1
        if edits and not isinstance(syntax_error(apply(text, edits)), IndentationError):
            said = f"the indentation mixes tabs and spaces: there are tabs {_lines(edits)}"
            said += f"; a tab is as wide as {width} spaces here"
            return Finding(error.lineno or 1, said, tuple(edits))
    return None


def notebook_command(text, error):
    """`%load_ext tensorboard`, `!pip install`: words to a notebook or a shell."""
    row = text.split("\n")[error.lineno - 1]
    if not _COMMAND.match(row):
        return None
    at = (error.lineno, len(row) - len(row.lstrip()))
    said = f"`{row.strip()}` is a command for a notebook or a shell, not Python"
    return Finding(error.lineno, said, (inserted(at, "# "),))


def missing_sign(text, error):
    """A comma between two arguments, or the equal sign between an argument's name and its value."""
    comma = "forgot a comma" in error.msg
    if not comma and error.msg != "invalid syntax":
        return None
    tokens = _tokens(text)
    first, last = (error.lineno, error.offset - 1), (error.end_lineno, error.end_offset - 1)
    tries = []
    for before, left, right in zip(tokens, tokens[1:], tokens[2:], strict=False):
        named = left.type == tokenize.NAME and before.string in ("(", ",")
        named = named and left.string in _argument_names()
        if first <= right.start < last and (comma or named):
            edit = inserted(_position(text, left.end), "=" if named else ",")
            tries.append((_reach(apply(text, [edit])), left, edit))
    furthest = max((reach for reach, _, _ in tries), default=first)
    best = [(left, edit) for reach, left, edit in tries if reach == furthest]
    if len(best) != 1 or furthest <= _reach(text):
        return None
    ((left, edit),) = best
    name = "an equal sign" if edit.new == "=" else "a comma"
    return Finding(left.end[0], f"{name} is missing after `{left.string}`", (edit,))


def missing_colon(text, error):
    """`def f(x)` and the like."""
    if error.msg != "expected ':'":
        return None
    ends = [token.end for token in _tokens(text) if token.end <= (error.lineno, error.offset)]
    edit = inserted(_position(text, ends[-1]), ":")
    certain = _reach(apply(text, [edit])) > _reach(text)
    return Finding(ends[-1][0], "a colon is missing at the end", (edit,) if certain else ())


def _lines(edits):
    numbers = list(dict.fromkeys(edit.start[0] for edit in edits))
    said = ", ".join(map(str, numbers[:5]))
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"in line{'s' * (len(numbers) > 1)} {said}{more}"


def _reach(text):
    """The place up to which Python reads."""
    error = syntax_error(text)
    return (error.lineno or 1, error.offset or 0) if error else (math.inf, 0)


def _tokens(text):
    """The tokens, without line ends and comments, as far as they can be told."""
    tokens = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.string.strip() and token.type != tokenize.COMMENT:
                tokens.append(token)
    except (tokenize.TokenError, SyntaxError):
        pass
    return tokens


@cache
def _argument_names():
    """The names of the arguments of all that is public in Keras."""
    names: set[str] = set()
    for path, value in dropin.public_names().items():
        if path.startswith("keras.") and callable(value):
            try:
                names.update(inspect.signature(value).parameters)
            except (TypeError, ValueError):  # none to be had
                continue
    return names | {"epochs", "batch_size", "loss", "metrics", "callbacks", "validation_data"}


def _position(text, position):
    """The position for an Edit of one whose column is counted in characters."""
    line, column = position
    return line, len(text.split("\n")[line - 1][:column].encode())
