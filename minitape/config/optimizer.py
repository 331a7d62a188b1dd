"""`tf.config.optimizer`: settings of TensorFlow's graph compiler, accepted for its scripts."""

from .settings import SETTINGS

__all__ = [
    "get_experimental_options",
    "get_jit",
    "set_experimental_options",
    "set_jit",
]


def get_jit() -> str:
    """What `set_jit` was told: "" or "autoclustering"."""
    return SETTINGS["jit"]


def set_jit(enabled) -> None:
    """Accepted: "autoclustering", True or False; nothing is compiled."""
    SETTINGS["jit"] = "autoclustering" if enabled in (True, "autoclustering") else ""


def get_experimental_options() -> dict:
    """What `set_experimental_options` was told."""
    return dict(SETTINGS["optimizer_options"])


def set_experimental_options(options) -> None:
    """Accepted: there is no graph to optimize."""
    SETTINGS["optimizer_options"].update(options)
