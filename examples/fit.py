"""`fit` with a metric and callbacks of one's own, on handwritten digits.

    minitape run examples/fit.py        or, on TensorFlow:        python examples/fit.py

It stops when the validation accuracy doesn't get better, keeps the model that was best, and draws
the loss in each epoch. The files need h5py and matplotlib: pip install 'minitape[save,plot]'.
"""

import argparse
from pathlib import Path

import images as digits
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from tensorflow import keras
from tensorflow.keras import layers


def make_model():
    inputs = keras.Input(shape=(28 * 28,))  # with the comma: (28 * 28) is a number and no shape
    features = layers.Dense(512, activation="relu")(inputs)
    features = layers.Dropout(0.5)(features)
    outputs = layers.Dense(10, activation="softmax")(features)
    return keras.Model(inputs, outputs)


@keras.utils.register_keras_serializable(package="examples")  # so that load_model finds it
class RootMeanSquaredError(keras.metrics.Metric):
    """How far the predicted probabilities are from 1 for the label and 0 for all others.

    A metric has variables, which `update_state` adds to after each batch; `result` makes a number
    of them, and `reset_state` begins again. fit and evaluate call all three.
    """

    def __init__(self, name="rmse", **kwargs):
        super().__init__(name=name, **kwargs)
        self.squares = self.add_weight(name="squares", initializer="zeros")
        self.samples = self.add_weight(name="samples", initializer="zeros", dtype="int32")

    def update_state(self, y_true, y_pred, sample_weight=None):
        # Labels of shape (batch, 1) would be compared with the predictions of all other images.
        y_true = tf.reshape(y_true, [-1])
        wanted = tf.one_hot(y_true, depth=tf.shape(y_pred)[1])
        self.squares.assign_add(tf.reduce_sum(tf.square(wanted - y_pred)))
        self.samples.assign_add(tf.shape(y_pred)[0])

    def result(self):
        return tf.sqrt(self.squares / tf.cast(self.samples, tf.float32))

    def reset_state(self):
        self.squares.assign(0.0)
        self.samples.assign(0)


class LossCurve(keras.callbacks.Callback):
    """Collects the loss after each batch, and draws it when an epoch ends.

    What `logs` says after a batch is the mean over the epoch so far, and not this batch's own.
    """

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def on_train_begin(self, logs=None):
        self.epochs = []

    def on_epoch_begin(self, epoch, logs=None):
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(self.losses)
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        axes.plot(self.losses)
        axes.set(xlabel="batch", ylabel="mean loss so far", title=f"epoch {epoch + 1}")
        figure.savefig(self.folder / f"loss_{epoch + 1:02}.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    digits.add_data_option(parser)
    parser.add_argument("--epochs", type=int, default=10, help="at most so many (10)")
    parser.add_argument("--images", type=int, default=1000, help="train on so many (1000)")
    parser.add_argument("--folder", type=Path, default=Path("fit-results"), help="for the files")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)

    keras.utils.set_random_seed(0)
    (x_train, y_train), (x_test, y_test) = digits.load(options.data)
    x_train, x_test = (x.reshape(-1, 28 * 28) for x in (x_train, x_test))
    x_train, y_train = x_train[: options.images], y_train[: options.images]
    kept = len(x_train) // 5  # for validation: to stop in time, and to choose the best
    x_val, y_val, x_train, y_train = x_train[:kept], y_train[:kept], x_train[kept:], y_train[kept:]

    model = make_model()
    model.compile(
        optimizer="rmsprop",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy", RootMeanSquaredError()],
    )
    best_file = options.folder / "best.keras"
    curve = LossCurve(options.folder)
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=2),
        keras.callbacks.ModelCheckpoint(best_file, monitor="val_loss", save_best_only=True),
        curve,
    ]
    history = model.fit(
        x_train,
        y_train,
        epochs=options.epochs,
        validation_data=(x_val, y_val),
        callbacks=callbacks,
        verbose=2,
    ).history
    print(f"It ended after {len(curve.epochs)} epochs of {len(curve.losses)} batches.")
    print("The last batch's mean is the epoch's:", curve.losses[-1] == history["loss"][-1])

    best = keras.models.load_model(best_file)
    print("lowest val_loss:", round(min(history["val_loss"]), 4))
    print("and of the model in the file:", round(best.evaluate(x_val, y_val, verbose=0)[0], 4))
    loss, accuracy, rmse = best.evaluate(x_test, y_test, verbose=0)
    print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}, rmse {rmse:.4f}")
    predictions = best.predict(x_test, verbose=0)
    print("predicted:", np.argmax(predictions[:10], axis=1), "for", y_test[:10])


if __name__ == "__main__":
    main()
