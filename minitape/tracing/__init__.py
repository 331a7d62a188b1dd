"""Floor 3: `function`."""

from .function import function

__all__ = ["function"]
