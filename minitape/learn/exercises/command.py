"""`minitape learn`: exercises, from a derivative by hand to a kernel for a card."""

import argparse
from pathlib import Path

from . import EXERCISES, framework
from .progress import Progress

DESCRIPTION = """Exercises with growing difficulty. `minitape learn` lists them, `start N` writes a
file with a task, `check N` looks at what you made of it, and `hint N` helps on."""


def add_command(commands):
    """Adds `learn` to the commands of an argparse parser."""
    parser = commands.add_parser("learn", help="exercises to do", description=DESCRIPTION)
    parser.set_defaults(run=_list)
    actions = parser.add_subparsers(title="actions", metavar="action")
    for name, run, text in (
        ("start", _start, "write a file with the task"),
        ("check", _check, "look for a counterexample to your answer"),
        ("hint", _hint, "give the next hint"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("number", type=_number, help=f"1 to {len(EXERCISES)}")
        if name == "check":
            action.add_argument("file", nargs="?", type=Path, help="the one that start wrote")
        action.set_defaults(run=run)


def _number(text):
    if not (text.isdecimal() and 1 <= int(text) <= len(EXERCISES)):
        raise argparse.ArgumentTypeError(
            f"expected an exercise's number, 1 to {len(EXERCISES)}, not {text!r}"
        )
    return int(text)


def file_name(number):
    """The name of an exercise's file."""
    module = EXERCISES[number - 1].__name__.rpartition(".")[2]
    return f"exercise_{module[1:]}.py"


def title(number):
    """The first line of an exercise's task."""
    return EXERCISES[number - 1].START.splitlines()[0].strip('"')


def _list(options):
    solved = Progress().solved
    for number in range(1, len(EXERCISES) + 1):
        print(f"{'✓' if number in solved else ' '} {number:2}  {title(number)}")
    left = [n for n in range(1, len(EXERCISES) + 1) if n not in solved]
    print(f"\nminitape learn start {left[0]}" if left else "\nAll of them are solved.")
    return 0


def _start(options):
    path = Path(file_name(options.number))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(EXERCISES[options.number - 1].START)
    except FileExistsError:
        print(f"{path} is there already, and stays as it is.")
        return 1
    except OSError as error:
        print(f"{path} can't be written: {error.strerror}.")
        return 1
    print(f"{path}: {title(options.number)}")
    print(f"Fill in what is `...`, then: minitape learn check {options.number}")
    return 0


def _check(options):
    number = options.number
    path = options.file or Path(file_name(number))
    if not path.exists():
        print(f"There is no {path}: minitape learn start {number}")
        return 1
    try:
        import hypothesis  # noqa: F401
    except ImportError:
        print("Counterexamples are found by hypothesis, which is missing.")
        print("pip install 'minitape[learn]'")
        return 1
    try:
        EXERCISES[number - 1].check(framework.load(path))
    except framework.Wrong as wrong:
        print(f"✗ {wrong}")
        print(f"Hint: {wrong.hint}" if wrong.hint else f"Help: minitape learn hint {number}")
        return 1
    print(f"✓ {title(number)}")
    progress = Progress()
    progress.solved.add(number)
    if not progress.keep():
        print("(That it is solved could not be written down.)")
    return 0


def _hint(options):
    hints, progress = EXERCISES[options.number - 1].HINTS, Progress()
    given = progress.hints.get(options.number, 0)
    here = min(given, len(hints) - 1)
    print(f"Hint {here + 1} of {len(hints)}: {hints[here]}")
    progress.hints[options.number] = given + 1 if given < len(hints) else given
    progress.keep()
    return 0
