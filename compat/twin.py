"""Twins: the Keras model of a minitape model's config, and weights copied between the two."""

import keras

import minitape


def twin_of(model):
    """Keras' own model with the layers of a minitape model, and with its weights.

    Args:
        model: a built minitape Sequential or functional Model of Keras' layers. A subclass of
            Model with a graph gives a plain Keras model: what it overrides isn't copied.
    """
    sequential = isinstance(model, minitape.keras.Sequential)
    kind = keras.Sequential if sequential else keras.Model
    twin = kind.from_config(model.get_config())
    copy_weights(model, twin)
    return twin


def copy_weights(source, target) -> None:
    """Gives one model the weights of the other; either may be minitape's or Keras'.

    Raises:
        ValueError: their weights differ in number or shape, or stand in another order.
    """
    ours, theirs = ([(_leaf(w), tuple(w.shape)) for w in m.weights] for m in (source, target))
    if ours != theirs:
        raise ValueError(f"The models' weights differ: {ours} in one, {theirs} in the other.")
    target.set_weights(source.get_weights())


def _leaf(weight) -> str:
    """A weight's own name: "kernel" or "bias"."""
    return weight.path.rpartition("/")[2]
