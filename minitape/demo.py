"""`minitape demo`: a small tape, then a model that learns to read handwritten digits."""

import time

import minitape as mt
from minitape import keras
from minitape.keras import layers
from minitape.learn import plot_history, tape_page


def add_command(commands):
    """Adds `demo` to the commands of an argparse parser."""
    parser = commands.add_parser(
        "demo", help="train a model on handwritten digits", description=__doc__
    )
    parser.add_argument("--epochs", type=int, default=20, help="passes over the data (20)")
    parser.add_argument("--seed", type=int, default=0, help="of weights, dropout and order (0)")
    parser.add_argument(
        "--picture", default="digits-training.png", help="where to draw the training curve"
    )
    parser.set_defaults(run=run)


def run(options):
    """Runs the demo; returns its exit status."""
    print("1. A tape: y = x² w + sin(x), at x = 3 and w = 2\n")
    print(first_tape())
    print(f"\n2. A model with a train_step of its own, on handwritten digits ({__file__})\n")
    keras.utils.set_random_seed(options.seed)
    model, history, seconds = train(options.epochs)
    (_, _), (x_test, y_test) = digits()
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"\nTrained in {seconds:.1f} s.")
    print(f"Test accuracy: {accuracy:.4f}, on {len(x_test)} images that it never saw.")
    print(draw(history, options.picture))
    return 0


def first_tape():
    """Differentiates one line of arithmetic, and returns the page of its tape."""
    x = mt.constant(3.0)
    w = mt.Variable(2.0, name="w")
    with mt.GradientTape() as tape:
        tape.watch(x)
        y = x * x * w + mt.sin(x)
    return tape_page(tape, y, names={"x": x, "y": y})


class CustomModel(keras.Model):
    """A model whose training step is written out: predict, differentiate, update, measure."""

    def train_step(self, data):
        x, y = data
        with mt.GradientTape() as tape:
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


def digits():
    """The images as rows of 64 numbers from 0 to 1, with their labels."""
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = (x.reshape(-1, 64).astype("float32") / 16 for x in (x_train, x_test))
    return (x_train, y_train), (x_test, y_test)


def train(epochs):
    """Builds and trains the model; returns it with its history and the seconds it took."""
    inputs = keras.Input(shape=(64,))
    features = layers.Dense(512, activation="relu")(inputs)
    features = layers.Dropout(0.5)(features)
    outputs = layers.Dense(10, activation="softmax")(features)
    model = CustomModel(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.RMSprop(),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    (x_train, y_train), _ = digits()
    start = time.perf_counter()
    history = model.fit(x_train, y_train, epochs=epochs, batch_size=32, validation_split=0.1)
    return model, history.history, time.perf_counter() - start


def draw(history, path):
    """Draws loss and accuracy by epoch into a PNG file; returns a sentence that says so."""
    try:
        plot_history(history, path)
    except ImportError:
        return "No training curve: matplotlib is missing. pip install 'minitape[plot]'"
    return f"Training curve: {path}"
