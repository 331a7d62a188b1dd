"""The command `minitape`."""

import argparse
from importlib import metadata

from . import demo, doctor, explain, run
from .learn.exercises import command as learn


def main(arguments=None):
    """Runs the command; returns its exit status.

    Args:
        arguments: The words after `minitape`; those of the process if None.
    """
    parser = argparse.ArgumentParser(
        prog="minitape", description="Automatic differentiation, small enough to read."
    )
    parser.add_argument("--version", action="version", version=f"minitape {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="command", required=True)
    demo.add_command(commands)
    run.add_command(commands)
    explain.add_command(commands)
    doctor.add_command(commands)
    learn.add_command(commands)
    options = parser.parse_args(arguments)
    return options.run(options)


def _version():
    try:
        return metadata.version("minitape")
    except metadata.PackageNotFoundError:
        return "(not installed: run from a checkout)"
