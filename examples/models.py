"""The three ways to write a model, on support tickets: which department, and how urgent?

    minitape run examples/models.py        or, on TensorFlow:        python examples/models.py

Sequential for one thing after another; functional for several inputs and outputs, and for looking
inside; a subclass for whatever Python can say. The tickets are made up: the words of a title and a
text as zeros and ones, and tags.
"""

import argparse

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

WORDS, TAGS, DEPARTMENTS = 1000, 20, 4


def make_tickets(count):
    """Inputs and labels by name. Tags decide the department; the title, how urgent it is."""
    rng = np.random.default_rng(0)
    title, text = rng.integers(0, 2, size=(2, count, WORDS))
    tags = rng.integers(0, 2, size=(count, TAGS))
    department = tags.reshape(count, DEPARTMENTS, -1).sum(axis=2).argmax(axis=1)
    inputs = {"title": title, "text": text, "tags": tags}
    urgent = title[:, :100].mean(axis=1, keepdims=True)
    return inputs, {"priority": urgent, "department": np.eye(DEPARTMENTS)[department]}


def sequential():
    """Layers in a row. Weights are made when the shape of the input is known."""
    model = keras.Sequential(name="row")
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax", name="classes"))
    print("weights before build:", len(model.weights))
    model.build(input_shape=(None, 3))
    print("and after:", [tuple(w.shape) for w in model.weights])
    model.summary()


def make_functional():
    """Three inputs, two outputs: each layer is called with what it follows."""
    title = keras.Input(shape=(WORDS,), name="title")
    text = keras.Input(shape=(WORDS,), name="text")
    tags = keras.Input(shape=(TAGS,), name="tags")
    features = layers.Concatenate(name="together")([title, text, tags])
    features = layers.Dense(64, activation="relu", name="features")(features)
    priority = layers.Dense(1, activation="sigmoid", name="priority")(features)
    department = layers.Dense(DEPARTMENTS, activation="softmax", name="department")(features)
    return keras.Model([title, text, tags], [priority, department], name="tickets")


def train_by_order(model, inputs, labels):
    """Inputs, labels, losses and metrics as lists, in the order of the model's."""
    x = [inputs["title"], inputs["text"], inputs["tags"]]
    y = [labels["priority"], labels["department"]]
    model.compile(
        optimizer="rmsprop",
        loss=["mean_squared_error", "categorical_crossentropy"],
        metrics=[["mean_absolute_error"], ["accuracy"]],
    )
    model.fit(x, y, epochs=1, verbose=2)
    # The loss, each output's loss, the metrics of all outputs by the output's name.
    print("evaluate:", [round(value, 3) for value in model.evaluate(x, y, verbose=0)])
    priority, department = model.predict(x, verbose=0)
    print("predicted:", priority.shape, department.shape)


def train_by_name(model, inputs, labels):
    """The same by the names of the inputs and of the output layers."""
    model.compile(
        optimizer="rmsprop",
        loss={"priority": "mean_squared_error", "department": "categorical_crossentropy"},
        metrics={"priority": ["mean_absolute_error"], "department": ["accuracy"]},
    )
    model.fit(inputs, labels, epochs=1, verbose=2)
    named = model.evaluate(inputs, labels, verbose=0, return_dict=True)
    print("evaluate:", {name: round(value, 3) for name, value in sorted(named.items())})


def look_inside(model, path):
    """A functional model knows its layers: print them, draw them, take a part for a new model."""
    print("layers:", [layer.name for layer in model.layers])
    print("what `together` gives:", model.get_layer("together").output.shape)
    features = model.get_layer("features").output
    difficulty = layers.Dense(3, activation="softmax", name="difficulty")(features)
    larger = keras.Model(model.inputs, [*model.outputs, difficulty], name="with_difficulty")
    print("parameters:", model.count_params(), "and", larger.count_params())
    shared = larger.get_layer("features") is model.get_layer("features")
    print("the features are the same layer, trained already:", shared)
    try:
        keras.utils.plot_model(larger, path, show_shapes=True)
    except ImportError:
        print("No picture: on TensorFlow plot_model needs pydot and graphviz.")


class TicketModel(keras.Model):
    """The functional model's layers again, in a subclass: made in __init__, used in call."""

    def __init__(self, departments):
        super().__init__()
        self.together = layers.Concatenate()
        self.features = layers.Dense(64, activation="relu")
        self.priority = layers.Dense(1, activation="sigmoid")
        self.department = layers.Dense(departments, activation="softmax")

    def call(self, inputs):
        features = self.together([inputs["title"], inputs["text"], inputs["tags"]])
        features = self.features(features)
        return self.priority(features), self.department(features)


def subclass(inputs):
    """A dict of integers goes in; the first call makes the weights."""
    model = TicketModel(DEPARTMENTS)
    priority, department = model(inputs)
    print("called:", priority.shape, department.shape)
    print("parameters:", model.count_params())
    priority, department = model.predict(inputs, verbose=0)
    print("departments sum up to 1:", np.allclose(department.sum(axis=1), 1))
    print("mean priority:", round(float(tf.reduce_mean(priority)), 3))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=640)
    parser.add_argument("--picture", default="tickets.svg", help="of the model (tickets.svg)")
    options = parser.parse_args()
    keras.utils.set_random_seed(0)
    inputs, labels = make_tickets(options.tickets)

    print("\n1. Sequential")
    sequential()
    print("\n2. Functional")
    model = make_functional()
    train_by_order(model, inputs, labels)
    train_by_name(model, inputs, labels)
    look_inside(model, options.picture)
    print("\n3. A subclass")
    subclass(inputs)


if __name__ == "__main__":
    main()
