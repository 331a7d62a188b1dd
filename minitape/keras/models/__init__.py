"""Models: layers put together, and trained."""

from ..saving import load_model, model_from_json, save_model
from .cloning import clone_model
from .graph import Graph
from .model import Model
from .sequential import Sequential

__all__ = [
    "Graph",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]
