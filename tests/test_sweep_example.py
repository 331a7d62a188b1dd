"""The sweep of examples/: every run is recorded and compared, and the best alone is tested."""

import csv
import re

import pytest

from compat.examples import EXAMPLES
from tests.test_cli import minitape

pytest.importorskip("matplotlib")


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_sweep(tmp_path):
    words = "--learning-rate 0.003 --dropout 0 0.4 --units 8 64 --batch-size 64 --folder out"
    command = ["run", EXAMPLES / "sweep.py", *words.split(), "--epochs", "5", "--data", tmp_path]
    result = minitape(tmp_path, *command)
    assert result.returncode == 0, result.stderr
    out = tmp_path / "out"
    runs = rows_of(out / "runs.csv")
    settings = [f"{row['dropout']} {row['units']} {row['batch_size']}" for row in runs]
    assert settings == ["0.0 8 64", "0.0 64 64", "0.4 8 64", "0.4 64 64"]
    for name, run in zip(["0-8", "0-64", "0.4-8", "0.4-64"], runs, strict=True):
        log = rows_of(out / f"0.003-{name}-64" / "log.csv")
        assert len(log) == 5
        assert float(log[-1]["val_accuracy"]) == pytest.approx(float(run["val_accuracy"]))
    assert (out / "runs.png").read_bytes().startswith(b"\x89PNG")

    assert "1198 to train on, 299 to validate, 300 to test at the end" in result.stdout
    table = result.stdout.split("seconds\n")[1].splitlines()[:4]
    printed = [float(line.split()[4]) for line in table]
    found = sorted((float(run["val_accuracy"]) for run in runs), reverse=True)
    assert printed == pytest.approx(found, abs=1e-5)
    assert float(re.search("test accuracy: ([0-9.]+)", result.stdout)[1]) > 0.85

    again = minitape(tmp_path, *command)
    assert again.returncode == 2
    assert "name another --folder" in again.stderr
    assert rows_of(out / "runs.csv") == runs
