"""Data sets to learn with: `digits` comes with the library, `mnist` is downloaded once."""

from . import digits, mnist

__all__ = ["digits", "mnist"]
