"""Floor 3: `function`."""

from .errors import OperatorNotAllowedInGraphError
from .function import function

__all__ = ["OperatorNotAllowedInGraphError", "function"]
