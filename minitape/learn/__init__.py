"""What a learner looks with."""

from .births import Birth, NaNError
from .check import GradientError, GradientReport, check_gradients
from .curves import plot_history
from .kernels import watch_kernels
from .nans import trace_nans
from .notes import watched_tape
from .page import TapePage
from .show import tape_page

__all__ = [
    "Birth",
    "GradientError",
    "GradientReport",
    "TapePage",
    "NaNError",
    "check_gradients",
    "plot_history",
    "tape_page",
    "trace_nans",
    "watch_kernels",
    "watched_tape",
]
