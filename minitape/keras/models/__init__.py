"""Models: layers put together, and trained."""

from .graph import Graph
from .model import Model
from .sequential import Sequential

__all__ = ["Graph", "Model", "Sequential"]
