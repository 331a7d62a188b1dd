"""What a learner looks with."""

from .births import Birth, NaNError
from .check import GradientError, GradientReport, check_gradients
from .curves import plot_history
from .histories import History, history
from .kernels import watch_kernels
from .nans import trace_nans
from .notes import watched_tape
from .page import TapePage
from .profile_report import Profile
from .profiling import profile
from .show import tape_page
from .why import Explanation, explain

__all__ = [
    "Birth",
    "Explanation",
    "GradientError",
    "GradientReport",
    "History",
    "NaNError",
    "Profile",
    "TapePage",
    "check_gradients",
    "explain",
    "history",
    "plot_history",
    "profile",
    "tape_page",
    "trace_nans",
    "watch_kernels",
    "watched_tape",
]
