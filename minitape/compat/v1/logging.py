"""`tf.compat.v1.logging`: the logger "tensorflow", under the names of Python's `logging`."""

import logging
from logging import DEBUG, ERROR, FATAL, INFO, WARN

_LOGGER = logging.getLogger("tensorflow")

debug, info, warn, warning = _LOGGER.debug, _LOGGER.info, _LOGGER.warning, _LOGGER.warning
error, fatal, log = _LOGGER.error, _LOGGER.fatal, _LOGGER.log

__all__ = [
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "debug",
    "error",
    "fatal",
    "get_verbosity",
    "info",
    "log",
    "set_verbosity",
    "warn",
    "warning",
]


def get_logger() -> logging.Logger:
    """The logger of programs for TensorFlow; minitape itself logs nothing there."""
    return _LOGGER


def get_verbosity() -> int:
    """The least level that is logged."""
    return _LOGGER.getEffectiveLevel()


def set_verbosity(v) -> None:
    """Sets the least level that is logged: `tf.compat.v1.logging.ERROR`, or its name."""
    _LOGGER.setLevel(v)
