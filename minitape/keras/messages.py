"""What training prints as it goes, and whether it does."""

# For outputs whose encoding lacks the signs of tables and bars.
_ASCII = str.maketrans("┏━┳┓┃┡╇┩│├─┼┤└┴┘…", "+=++|+++|+-++`++~")


class _Global:
    """What was said last."""

    interactive = True


def enable_interactive_logging() -> None:
    """Progress and messages are printed, as they are unless this was turned off."""
    _Global.interactive = True


def disable_interactive_logging() -> None:
    """Progress and messages are not printed."""
    _Global.interactive = False


def is_interactive_logging_enabled() -> bool:
    """Whether progress and messages are printed."""
    return _Global.interactive


def say(text: str, end: str = "\n") -> None:
    """Prints a message, even where the output's encoding lacks a character."""
    if not _Global.interactive:
        return
    try:
        print(text, end=end, flush=True)
    except UnicodeEncodeError:
        text = text.translate(_ASCII).encode("ascii", "replace").decode()
        print(text, end=end, flush=True)
