"""A sweep over learning rate, dropout, units and batch size, on handwritten digits.

    minitape run examples/sweep.py      or, on TensorFlow:      python examples/sweep.py

Every combination is trained on the same images and judged by the same validation images. Each run
is written down when it ends, and all of them are compared in one picture and one table. The test
images are for the best run alone: the best of many validation accuracies is a little lucky.
"""

import argparse
import csv
import importlib.util
import itertools
import time
from pathlib import Path

import images as digits
from matplotlib.figure import Figure
from tensorflow import keras
from tensorflow.keras import layers

SETTINGS = {  # what is swept, and the values unless the command line gives others
    "learning_rate": [0.0003, 0.003],
    "dropout": [0.0, 0.4],
    "units": [32, 128],
    "batch_size": [32, 128],
}
RESULTS = ["val_accuracy", "val_loss", "seconds"]


def make_model(learning_rate, dropout, units):
    model = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Flatten(),
            layers.Dense(units, activation="relu"),
            layers.Dropout(dropout),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def recorders(folder):
    """Callbacks that write a run down: as CSV, and for TensorBoard where that is installed."""
    folder.mkdir(parents=True, exist_ok=True)
    found = [keras.callbacks.CSVLogger(str(folder / "log.csv"))]
    if importlib.util.find_spec("tensorboard"):
        found.append(keras.callbacks.TensorBoard(log_dir=str(folder)))
    return found


def train(settings, training, validation, folder, epochs, seed):
    """One run: its settings, its results, its curve and its model."""
    keras.utils.set_random_seed(seed)  # all runs begin alike
    batch_size = settings["batch_size"]
    model = make_model(**{key: settings[key] for key in settings if key != "batch_size"})
    start = time.perf_counter()
    history = model.fit(
        *training,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=validation,
        callbacks=recorders(folder),
        verbose=0,
    ).history
    results = [history["val_accuracy"][-1], history["val_loss"][-1], time.perf_counter() - start]
    return {
        **settings,
        **dict(zip(RESULTS, results, strict=True)),
        "curve": history["val_accuracy"],
        "model": model,
    }


def record(run, path):
    """Adds a run to a table of all runs, a CSV file."""
    columns = [*SETTINGS, *RESULTS]
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        if is_new:
            writer.writeheader()
        writer.writerow(run)


def draw(runs, path):
    """All runs in one picture: their curves, and how they end by the value of each setting."""
    figure = Figure(figsize=(12, 6.5), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[3, 2])
    axes = left.subplots()
    axes.set(title="validation accuracy", xlabel="epoch")
    for number, run in enumerate(runs):
        label = ", ".join(f"{run[key]:g}" for key in SETTINGS)
        color = f"C{number % 10}"
        style = ["-", "--", ":", "-."][number // 10 % 4]
        axes.plot(range(1, len(run["curve"]) + 1), run["curve"], style, color=color, label=label)
    axes.legend(title=", ".join(SETTINGS), fontsize="small", ncols=2)
    for axes, key in zip(right.subplots(2, 2, sharey=True).flat, SETTINGS, strict=True):
        values = sorted({run[key] for run in runs})
        axes.set(title=key, xticks=range(len(values)), xticklabels=[f"{v:g}" for v in values])
        axes.plot([values.index(run[key]) for run in runs], [r["val_accuracy"] for r in runs], "o")
        axes.margins(x=0.3)
    figure.savefig(path, dpi=100)


def print_table(runs):
    print("  ".join(key.rjust(13) for key in [*SETTINGS, *RESULTS]))
    for run in runs:
        print("  ".join(f"{run[key]:13.5g}" for key in [*SETTINGS, *RESULTS]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    digits.add_data_option(parser)
    for key, values in SETTINGS.items():
        option = "--" + key.replace("_", "-")
        parser.add_argument(option, nargs="+", type=type(values[0]), default=values)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--images", type=int, help="use so many of the training images (all)")
    parser.add_argument(
        "--folder", type=Path, default=Path("sweep"), help="for all that is written"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    table = options.folder / "runs.csv"
    if table.exists():
        parser.error(f"{table} holds another sweep: name another --folder")

    (x, y), test = digits.load(options.data)
    x, y = x[: options.images], y[: options.images]
    count = len(x) // 5
    training, validation = (x[count:], y[count:]), (x[:count], y[:count])
    print(f"{len(x) - count} to train on, {count} to validate, {len(test[0])} to test at the end")

    runs = []
    for values in itertools.product(*(getattr(options, key) for key in SETTINGS)):
        settings = dict(zip(SETTINGS, values, strict=True))
        name = "-".join(f"{value:g}" for value in values)
        folder = options.folder / name
        runs.append(train(settings, training, validation, folder, options.epochs, options.seed))
        record(runs[-1], table)
        print(f"{len(runs):3}  {name:24} validation accuracy {runs[-1]['val_accuracy']:.4f}")

    runs.sort(key=lambda run: (-run["val_accuracy"], run["val_loss"]))
    draw(runs, options.folder / "runs.png")
    print_table(runs)
    _, accuracy = runs[0]["model"].evaluate(*test, verbose=0)
    print(f"The best run's test accuracy: {accuracy:.4f}")
    print(f"Written: {table}, runs.png beside it, and a folder for each run")


if __name__ == "__main__":
    main()
