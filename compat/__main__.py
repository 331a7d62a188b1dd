"""`python -m compat COMMAND`: fuzz, report, wing, mnist; each has `--help`."""

import importlib
import sys

COMMANDS = {"fuzz": "fuzz.command", "report": "report", "wing": "wing", "mnist": "mnist"}


def main() -> int:
    """Runs the command that is named first."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(f"usage: python -m compat {{{','.join(COMMANDS)}}} ...", file=sys.stderr)
        return 2
    name = sys.argv.pop(1)
    return importlib.import_module(f"compat.{COMMANDS[name]}").main()


if __name__ == "__main__":
    sys.exit(main())
