"""What a learner looks with."""

from .check import GradientError, GradientReport, check_gradients
from .curves import plot_history
from .kernels import watch_kernels
from .notes import watched_tape
from .page import TapePage
from .show import tape_page

__all__ = [
    "GradientError",
    "GradientReport",
    "TapePage",
    "check_gradients",
    "plot_history",
    "tape_page",
    "watch_kernels",
    "watched_tape",
]
