"""What a learner looks with."""

from .show import tape_page

__all__ = ["tape_page"]
