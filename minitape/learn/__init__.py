"""What a learner looks with."""

from .check import GradientError, GradientReport, check_gradients
from .show import tape_page

__all__ = ["GradientError", "GradientReport", "check_gradients", "tape_page"]
