"""`minitape explain script.py`: runs a program, and writes a page of each gradient that it asks."""

import argparse
from pathlib import Path

from . import run as runner
from .learn.page import explained

DESCRIPTION = """Runs a Python program, as `minitape run` does, and writes a page (one HTML file)
for each line of it that asks a tape for gradients, with what happened there last: the ops in the
order of recording, then the walk backward, step by step. Functions run in Python, so that every
step of a training is seen."""


def add_command(commands):
    """Adds `explain` to the commands of an argparse parser."""
    parser = commands.add_parser(
        "explain",
        help="run a program and write a page of its tape",
        description=DESCRIPTION,
        usage="minitape explain [-h] [-o tape.html] [--open] script.py [arguments]",
    )
    parser.add_argument(
        "-o", "--output", help="the page's file: script.tape.html here unless given; may be .svg"
    )
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("script", help="a file")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, help="what the program finds in sys.argv"
    )
    parser.set_defaults(run=run, parser=parser, module=None)


def run(options):
    """Runs the program and writes its pages; returns the program's exit status."""
    output = Path(options.output or f"{Path(options.script).stem}.tape.html").resolve()
    with explained() as pages:
        try:
            status = runner.run(options)
        except SystemExit as ended:
            if not pages:
                raise
            status = ended.code
    for number, (place, page) in enumerate(pages.items(), 1):
        # The first has the name, and others have numbers: tape.html, tape-2.html.
        name = output.name if number == 1 else f"{output.stem}-{number}{output.suffix}"
        page.write(output.with_name(name))
        print(f"{page!r}, asked at {place or 'a line of minitape'}")
        if options.open:
            page.open()
    if not pages:
        print(f"{options.script} asked no tape for a gradient, so there is no page.")
        return status or 1
    return status
