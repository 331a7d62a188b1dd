"""The benchmarks: the chain is what it says, the statistics are right, absent peers are named."""

import json
import multiprocessing
import re
import subprocess
import sys

import numpy as np
import pytest

import minitape as mt
from benchmarks import imports, report, worker, workload
from benchmarks.engines.gradient_tape import GradientTapeEngine
from tests.conftest import CHECKOUT


def test_the_chain_and_its_gradient():
    x, a, b = workload.chain_inputs().astype("float64")
    gradient = np.ones_like(x)
    for _ in range(workload.CHAIN_LENGTH // 4):
        inner = x * a + b
        x = np.tanh(np.sin(inner))
        gradient = gradient * a * np.cos(inner) * (1 - x * x)
    engine = GradientTapeEngine(mt, None, ["numpy"])
    np.testing.assert_allclose(engine.chain_forward()(), x, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(engine.chain_backward()(), gradient, rtol=1e-3)
    assert np.abs(gradient).min() > np.finfo("float32").tiny


def test_summary():
    found = report.summary([3.0, 1.0, None, 2.0, 10.0])
    assert (found["median"], found["min"], found["max"]) == (2.5, 1.0, 10.0)
    assert report.summary([None]) is None
    assert report.summary([2.0])["quartiles"] == [2.0, 2.0]


def test_table():
    rows = {"step, ms": {"minitape": report.summary([1.0, 3.0]), "torch": report.summary([4.0])}}
    head, line = report.table(rows, ["minitape", "tensorflow", "torch"]).splitlines()
    assert re.split("  +", head.strip()) == [
        "minitape",
        "tensorflow",
        "torch",
        "minitape / tensorflow",
        "minitape / torch",
    ]
    assert "2 (1 to 3)" in line
    assert line.endswith("–              0.50")


def test_import_cost():
    seconds, megabytes = imports.measure("json")
    assert 0 < seconds < 10
    assert megabytes is None or 5 < megabytes < 50
    assert imports.measure("no_such_module") == (None, None)


def test_the_whole_program(tmp_path):
    output = tmp_path / "results" / "bench.json"
    arguments = [
        "-m",
        "benchmarks",
        "--rounds",
        "2",
        "--engines",
        "--only",
        "chain_backward",
        "import",
        "--output",
    ]
    finished = subprocess.run(
        [sys.executable, *arguments, output], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "op forward + backward, µs" in finished.stdout
    results = json.loads(output.read_text())["results"]
    for measurement in ("chain_backward", "import_seconds"):
        rounds = results[measurement]["minitape"]["rounds"]
        assert len(rounds) == 2
        assert all(value > 0 for value in rounds)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModuleNotFoundError("No module named 'torch'"), "not installed: No module named 'torch'"),
        (ImportError("libgomp.so.1"), "ImportError: libgomp.so.1"),
    ],
)
def test_an_engine_that_does_not_start_says_why(monkeypatch, error, said):
    def fail(name):
        raise error

    monkeypatch.setattr(worker, "_engine", fail)
    here, there = multiprocessing.Pipe()
    worker.serve("torch", there)
    version, problem = here.recv()
    assert version is None
    assert said in problem


@pytest.mark.parametrize("name", workload.MODELS)
def test_data_of_a_round(name):
    model = workload.MODELS[name]
    x, y = model.data()
    assert x.shape == (model.steps * workload.BATCH, *model.input_shape)
    assert x.dtype == np.float32
    assert (y.min(), y.max() < model.classes) == (0, True)


PROGRAM = """
from dataclasses import replace
import minitape
from benchmarks import workload
from benchmarks.engines.gradient_tape import GradientTapeEngine
from minitape import dropin

dropin.install()
engine = GradientTapeEngine(minitape, minitape.keras, ["numpy"])
for name in ("gan", "vae"):
    history = engine.training(replace(workload.MODELS[name], steps=1))().history
    print(name, *sorted(history))
"""


def test_programs_of_examples_are_trained():
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines() == ["gan d_loss g_loss", "vae image_loss kl loss"]


def test_an_engine_without_a_model_says_nothing():
    class Engine:
        def training(self, model):
            return None

    assert worker._prepare(Engine(), "gan")() is None
