"""Callbacks: code that runs at fixed moments of training."""

from .callback import Callback
from .callback_list import CallbackList
from .history import History
from .progress import ProgbarLogger

__all__ = ["Callback", "CallbackList", "History", "ProgbarLogger"]
