"""What a learner looks with."""

from .check import GradientError, GradientReport, check_gradients
from .curves import plot_history
from .kernels import watch_kernels
from .notes import History, history
from .show import tape_page
from .why import Explanation, explain

__all__ = [
    "Explanation",
    "GradientError",
    "GradientReport",
    "History",
    "check_gradients",
    "explain",
    "history",
    "plot_history",
    "tape_page",
    "watch_kernels",
]
