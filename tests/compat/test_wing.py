"""Every class of Keras' namespaces is compared with Keras', or left out with a reason."""

import inspect
from collections import Counter

import keras
import pytest
import tensorflow as tf

import minitape
from compat import wing
from compat.wing_left_out import LEFT_OUT

kinds = pytest.mark.parametrize("kind", wing.KINDS, ids=lambda kind: kind.space)


def test_every_name_is_there_or_left_out():
    left_out = [name for group in LEFT_OUT.values() for name in group]
    assert not [name for name, n in Counter(left_out).items() if n > 1]
    missing = wing.missing(keras) | wing.missing(tf.keras)
    assert not missing - set(left_out), "in Keras, neither here nor in compat/wing_left_out.py"
    assert not set(left_out) - missing, "in compat/wing_left_out.py, but here, or not in Keras"


@kinds
def test_every_class_has_a_row(kind):
    assert wing.classes_of_minitape(kind) - kind.bases == set(kind.classes)


# Arguments that the tests give by themselves, those of bases, and those that minitape refuses.
ELSEWHERE = {"name", "dtype", "reduction", "learning_rate"}
REFUSED = {"Embedding": {"mask_zero"}, "Lambda": {"mask"}}
# The table itself, which every other row sets by set_weights: tests/compat/test_layer_details.py.
WEIGHTS = {"Embedding": {"weights"}}


@kinds
def test_every_argument_is_given_in_a_row(kind):
    for name in kind.classes:
        given = {argument for row, settings in kind.rows if row == name for argument in settings}
        constructor = getattr(wing.module_of(minitape.keras, kind.space), name).__init__
        parameters = inspect.signature(constructor).parameters.values()
        named = {p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD} - {"self"}
        left = named - given - ELSEWHERE - REFUSED.get(name, set()) - WEIGHTS.get(name, set())
        assert not left, name


@kinds
def test_names_stand_for_the_same_class(kind):
    ours, theirs = (wing.module_of(library, kind.space) for library in (minitape.keras, keras))
    names = [wing.public_names(library, kind.space) for library in (minitape.keras, keras)]
    for name in names[0] & names[1]:
        if callable(getattr(theirs, name)):  # the others are modules
            assert getattr(ours, name).__name__ == getattr(theirs, name).__name__


@kinds
def test_every_function_is_compared(kind):
    assert wing.functions_of_keras(keras, kind) - wing.FINDERS == kind.functions


def test_losses_among_the_metrics_are_the_same_functions():
    metrics, losses = minitape.keras.metrics, minitape.keras.losses
    shared = wing.public_names(keras, "metrics") & wing.public_names(keras, "losses")
    for name in shared - wing.FINDERS:
        if not isinstance(getattr(losses, name), type):
            assert getattr(metrics, name) is getattr(losses, name)


def test_the_page_is_made_of_the_tables():
    renew = "run `python -m compat wing` and commit docs/keras.md"
    assert wing.PAGE.read_text() == wing.page(), renew
