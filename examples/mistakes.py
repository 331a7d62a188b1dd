"""Mistakes that are easily made, what they look like, and what is right instead.

    minitape run examples/mistakes.py    or, on TensorFlow:    python examples/mistakes.py

Most of them `minitape doctor examples/mistakes.py` finds without running anything.
"""

import warnings

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

IMAGES = np.random.default_rng(0).random((64, 784), "float32")
LABELS = np.arange(64, dtype="uint8") % 10


def make_model(base=keras.Model, outputs=10):
    keras.utils.set_random_seed(0)
    inputs = keras.Input(shape=(784,))
    features = layers.Dense(32, activation="relu", name="features")(inputs)
    return base(inputs, layers.Dense(outputs, activation="softmax", name="classes")(features))


# -- shapes and inputs ----------------------------------------------------------------------------


def a_number_for_a_shape():
    return keras.Input(shape=(28 * 28)).shape


def a_shape():
    return keras.Input(shape=(28 * 28,)).shape  # the comma makes the tuple


def pythons_input():
    inputs = keras.Input(shape=(784,))
    return keras.Model(inputs, layers.Dense(10)(input))


def our_inputs():
    inputs = keras.Input(shape=(784,))
    return keras.Model(inputs, layers.Dense(10)(inputs)).output_shape


# -- a loop of one's own --------------------------------------------------------------------------


def a_misspelt_loss():
    return keras.losses.SparesCategoricalCrossentropy()


def a_loss():
    return keras.losses.SparseCategoricalCrossentropy().name


def recorded(model):
    loss_fn = keras.losses.SparseCategoricalCrossentropy()
    with tf.GradientTape() as tape:
        loss = loss_fn(LABELS, model(IMAGES, training=True))
    return tape, loss


def a_method_that_tapes_lack():
    model = make_model()
    tape, loss = recorded(model)
    return tape.gradients(loss, model.trainable_weights)


def swapped_pairs():
    model = make_model()
    tape, loss = recorded(model)
    gradients = tape.gradient(loss, model.trainable_weights)
    keras.optimizers.RMSprop(1e-4).apply_gradients(
        zip(model.trainable_weights, gradients, strict=True)
    )


def a_step():
    model = make_model()
    tape, loss = recorded(model)
    gradients = tape.gradient(loss, model.trainable_weights)
    keras.optimizers.RMSprop(1e-4).apply_gradients(
        zip(gradients, model.trainable_weights, strict=True)
    )
    return f"loss {float(loss):.4f}, then {float(recorded(model)[1]):.4f}"


def a_column_of_labels():
    """(64, 1, 10) minus (64, 10) is (64, 64, 10): each label is compared with every image."""
    return squared_error(LABELS[:, np.newaxis])


def a_row_of_labels():
    return squared_error(LABELS)


def squared_error(labels):
    wanted = tf.one_hot(labels, depth=10)
    predicted = make_model()(IMAGES)
    return f"{tf.reduce_sum(tf.square(wanted - predicted)) / len(labels):.4f} for an image"


# -- fit ------------------------------------------------------------------------------------------


def fit_before_compile():
    make_model().fit(IMAGES, LABELS)


def fit_after_compile():
    model = make_model()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return f"loss {model.fit(IMAGES, LABELS, verbose=0).history['loss'][0]:.4f}"


def fewer_outputs_than_classes():
    """On a GPU, TensorFlow says nothing, and the loss is nan."""
    model = make_model(outputs=10)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(IMAGES, np.full(64, 99), verbose=0)


def as_many_outputs_as_classes():
    model = make_model(outputs=100)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return f"loss {model.fit(IMAGES, np.full(64, 99), verbose=0).history['loss'][0]:.4f}"


class OldStep(keras.Model):
    """As it was written for Keras 2."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.compiled_metrics.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


class NewStep(keras.Model):
    """The same today."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


def reported_loss(base):
    model = make_model(base)
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(IMAGES, LABELS, batch_size=64, verbose=0).history
    return f"loss {history['loss'][0]:.4f}"


def an_old_step():
    """Keras 3 trains, and reports the mean of all predictions for the loss: 1 / 10."""
    return reported_loss(OldStep)


def a_new_step():
    return reported_loss(NewStep)


PAIRS = [
    (a_number_for_a_shape, a_shape),
    (pythons_input, our_inputs),
    (a_misspelt_loss, a_loss),
    (a_method_that_tapes_lack, a_step),
    (swapped_pairs, a_step),
    (a_column_of_labels, a_row_of_labels),
    (fit_before_compile, fit_after_compile),
    (fewer_outputs_than_classes, as_many_outputs_as_classes),
    (an_old_step, a_new_step),
]


def outcome(function):
    """What a call warns of, and its result or error, as lines."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            end = function()
        except Exception as error:
            end = f"{type(error).__name__}: {the_point_of(str(error))}"
    return [*(f"warning: {the_point_of(str(one.message))}" for one in seen), str(end)]


def the_point_of(text):
    """The line that says what is wrong; TensorFlow puts a long account of its graph before it."""
    lines = [line for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "Received" in line), lines[0])[:300]


def main():
    for wrong, right in PAIRS:
        print(wrong.__name__.replace("_", " "))
        for line in outcome(wrong):
            print("   ", line)
        print("right:", right.__name__.replace("_", " "))
        for line in outcome(right):
            print("   ", line)
        print()


if __name__ == "__main__":
    main()
