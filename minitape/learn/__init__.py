"""What a learner looks with. A part is loaded at its first use: `fit` needs the history alone."""

import importlib

_MODULES = {
    "Birth": "births",
    "Explanation": "why",
    "GradientError": "check",
    "GradientReport": "check",
    "History": "histories",
    "NaNError": "births",
    "Profile": "profile_report",
    "TapePage": "page",
    "check_gradients": "check",
    "explain": "why",
    "history": "histories",
    "plot_history": "curves",
    "profile": "profiling",
    "tape_page": "show",
    "trace_nans": "nans",
    "watch_kernels": "kernels",
    "watched_tape": "notes",
}
__all__ = list(_MODULES)


def __getattr__(name: str):
    if name in _MODULES:
        return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_MODULES})
