"""What a learner looks with."""

from .check import GradientError, GradientReport, check_gradients
from .curves import plot_history
from .kernels import watch_kernels
from .profile_report import Profile
from .profiling import profile
from .show import tape_page

__all__ = [
    "GradientError",
    "GradientReport",
    "Profile",
    "check_gradients",
    "plot_history",
    "profile",
    "tape_page",
    "watch_kernels",
]
