"""A weight's options: its initializer, regularizer and constraint, kept under Keras' names."""

from .. import constraints, initializers, regularizers

_MODULES = {"initializer": initializers, "regularizer": regularizers, "constraint": constraints}


def keep_options(layer, weight: str, initializer, regularizer=None, constraint=None) -> None:
    """Sets `layer.<weight>_initializer`, `_regularizer` and `_constraint`."""
    for kind, given in [
        ("initializer", initializer),
        ("regularizer", regularizer),
        ("constraint", constraint),
    ]:
        setattr(layer, f"{weight}_{kind}", _MODULES[kind].get(given))


def make_weight(layer, weight: str, shape, name: str | None = None):
    """Makes the weight with the options kept under its name."""
    return layer.add_weight(
        shape,
        getattr(layer, f"{weight}_initializer"),
        regularizer=getattr(layer, f"{weight}_regularizer"),
        constraint=getattr(layer, f"{weight}_constraint"),
        name=name or weight,
    )


def weight_config(layer, weight: str) -> dict:
    """The part of a layer's config that is about one of its weights."""
    return {
        f"{weight}_{kind}": module.serialize(getattr(layer, f"{weight}_{kind}"))
        for kind, module in _MODULES.items()
    }
