"""`minitape run script.py`: runs a TensorFlow or Keras program on minitape, as it stands."""

import argparse
import os
import runpy
import sys

from . import dropin

DESCRIPTION = """Runs a Python program in which minitape answers `import tensorflow` and `import
keras`. All else is as with `python script.py` and `python -m module`."""


def add_command(commands):
    """Adds `run` to the commands of an argparse parser."""
    parser = commands.add_parser(
        "run",
        help="run a TensorFlow or Keras program on minitape",
        description=DESCRIPTION,
        usage="minitape run [-h] (script.py | -m module) [arguments]",
    )
    rest = argparse.REMAINDER
    parser.add_argument("-m", dest="module", nargs=rest, help="a module, such as pytest")
    parser.add_argument("script", nargs="?", help="a file")
    parser.add_argument("arguments", nargs=rest, help="what the program finds in sys.argv")
    parser.set_defaults(run=run, parser=parser)


def run(options):
    """Runs the program; returns its exit status, or raises its SystemExit."""
    if not options.module and not options.script:
        options.parser.error("expected a script, or -m and a module")
    if options.script and not os.path.exists(options.script):
        options.parser.error(f"there is no file {options.script!r}")
    try:
        dropin.install()
        if options.module:
            return _run_module(*options.module)
        return _run_script(options.script, *options.arguments)
    except Exception as error:
        # As Python ends a program, less the frames that lead up to it.
        error = error.with_traceback(_below_the_runner(error.__traceback__))
        sys.excepthook(type(error), error, error.__traceback__)
        return 1


def _run_script(path, *arguments):
    sys.argv = [path, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    runpy.run_path(path, run_name="__main__")
    return 0


def _run_module(name, *arguments):
    sys.argv = [name, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = os.getcwd()
    runpy.run_module(name, run_name="__main__", alter_sys=True)
    return 0


def _below_the_runner(traceback):
    """The traceback from the program's first frame on."""
    runners = {__file__, runpy.run_path.__code__.co_filename}
    while traceback and traceback.tb_frame.f_code.co_filename in runners:
        traceback = traceback.tb_next
    return traceback
