"""The sweep of examples/ on TensorFlow and on minitape: alike, but for the order of examples."""

import tensorflow as tf

import minitape as mt
from compat.examples import load_example

SETTINGS = {"learning_rate": 0.003, "dropout": 0.2, "units": 64, "batch_size": 32}


def test_a_run(tmp_path):
    accuracies = []
    for library in (mt, tf):
        sweep = load_example("sweep", library)
        (x, y), _ = sweep.digits.load(tmp_path)
        folder = tmp_path / library.__name__
        data = (x[300:], y[300:]), (x[:300], y[:300])
        run = sweep.train(SETTINGS, *data, folder, epochs=4, seed=0)
        assert len(run["curve"]) == 4
        assert (folder / "log.csv").is_file()
        accuracies.append(run["val_accuracy"])
    assert min(accuracies) > 0.9
    # One image in 300 is 0.0033.
    assert abs(accuracies[0] - accuracies[1]) < 0.04
