"""Constraints: functions applied to a weight after each update. None are built in yet."""

from .naming import Registry

_registry = Registry("constraint", "keras.constraints", {})


def get(identifier):
    """The constraint meant by None or a function."""
    return _registry.get(identifier)


def serialize(constraint):
    """The constraint's config, None for none."""
    return None if constraint is None else _registry.serialize(constraint)
