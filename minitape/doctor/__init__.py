"""`minitape doctor script.py`: reads a script that does not run, and says what is wrong with it."""

import tokenize
from pathlib import Path

from .checks import CHECKS
from .script import Finding, Script, apply
from .unreadable import FIRST, explain, syntax_error

DESCRIPTION = """Reads a TensorFlow or Keras program, without running it, and says what keeps it
from running. Exit status: 0 nothing found, 1 something found, 2 the file could not be read, or the
copy not be written."""
REPAIRS = 100  # of what Python cannot read; each lets it read on


def examine(text: str) -> tuple[list[Finding], str]:
    """Finds what is wrong with a program.

    Args:
        text: The program, as it stands in its file.

    Returns:
        The findings by line, and the program with all their edits.

    >>> findings, corrected = examine("import keras; optimizer = keras.optimizers.Adam(lr=0.1)")
    >>> corrected
    'import keras; optimizer = keras.optimizers.Adam(learning_rate=0.1)'
    """
    findings: list[Finding] = []
    for check in FIRST:
        new = list(check(text))
        findings += new
        text = _applied(text, new)
    for _ in range(REPAIRS):
        error = syntax_error(text)
        if error is None:
            break
        found = explain(text, error)
        findings.append(found)
        if not found.edits:
            return sorted(findings), text
        text = _applied(text, [found])
    new = _check(text)
    findings += new
    for _ in range(REPAIRS):  # an edit may stand inside the place of another one
        if not any(finding.edits for finding in new):
            break
        text = _applied(text, new)
        new = _check(text)
    return sorted(findings), text


def add_command(commands):
    """Adds `doctor` to the commands of an argparse parser."""
    parser = commands.add_parser(
        "doctor", help="say what is wrong with a script", description=DESCRIPTION
    )
    parser.add_argument("script", help="a file; it is only read")
    parser.add_argument(
        "--fix",
        action="store_true",
        help="write a copy, script.fixed.py, with the corrections that are certain",
    )
    parser.set_defaults(run=run)


def run(options):
    """Examines the file and prints the findings; returns the exit status."""
    path = Path(options.script)
    try:
        with tokenize.open(path) as file:
            encoding, text = file.encoding, file.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        print(f"{path}: cannot be read: {error}")
        return 2
    findings, corrected = examine(text)
    for finding in findings:
        print(f"{path}:{finding.line}: {finding.text}")
    if not findings:
        print(f"{path}: nothing found")
        return 0
    certain = sum(bool(finding.edits) for finding in findings)
    print(f"{len(findings)} found, {certain} of them with a correction that is certain")
    if options.fix and certain:
        copy = path.with_suffix(".fixed.py")
        try:
            with open(copy, "x", encoding=encoding) as file:
                file.write(corrected)
        except FileExistsError:
            print(f"{copy} exists already, and is left as it is: move it away first")
            return 2
        print(f"{copy} has the corrections; {path} is as it was")
    return 1


def _check(text):
    try:
        script = Script(text)
    except SyntaxError:  # after more than REPAIRS
        return []
    return [finding for check in CHECKS for finding in check(script)]


def _applied(text, findings):
    return apply(text, [edit for finding in findings for edit in finding.edits])
