"""The benchmarks: engines compute what they say, statistics are right, absent peers are named."""

import json
import multiprocessing
import os
import re
import shlex
import subprocess
import sys
import time

import numpy as np
import pytest

import minitape as mt
from benchmarks import __main__ as program
from benchmarks import agreement, engines, imports, plot, report, suite, worker, workload
from benchmarks.engines import keras_network
from benchmarks.engines.fastest import fastest
from benchmarks.engines.minitape import MinitapeEngine
from benchmarks.measurements import Fresh, Launched, Repeated, Training
from minitape.arrays.cuda import gpu
from minitape.arrays.cuda.simulator import compiler
from tests.conftest import CHECKOUT

CHECK = CHECKOUT / "benchmarks" / "gpu_check.sh"


@pytest.fixture
def engine():
    return MinitapeEngine(mt, mt.keras, "minitape")


def test_the_chain_and_its_gradient(engine):
    x, a, b = workload.chain_inputs().astype("float64")
    gradient = np.ones_like(x)
    for _ in range(workload.CHAIN_LENGTH // 4):
        inner = x * a + b
        x = np.tanh(np.sin(inner))
        gradient = gradient * a * np.cos(inner) * (1 - x * x)
    np.testing.assert_allclose(engine.chain_forward()(), x, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(engine.chain_backward()(), gradient, rtol=1e-3)
    assert np.abs(gradient).min() > np.finfo("float32").tiny


def test_derivatives_of_the_mlp(engine):
    weights, vector, x, y = workload.derivative_inputs()
    weights, vector = ([w.astype("float64") for w in ws] for ws in (weights, vector))

    def forward(kernel, bias, last_kernel, last_bias):
        hidden = np.maximum(x @ kernel + bias, 0)
        logits = hidden @ last_kernel + last_bias
        chances = np.exp(logits - logits.max(1, keepdims=True))
        return hidden, chances / chances.sum(1, keepdims=True)

    def gradients(step):
        moved = [w + step * v for w, v in zip(weights, vector, strict=True)]
        hidden, chances = forward(*moved)
        chances[np.arange(len(y)), y] -= 1
        last = chances / len(y)
        first = last @ moved[2].T * (hidden > 0)
        return [x.T @ first, first.sum(0), hidden.T @ last, last.sum(0)]

    step = 1e-7  # so small that no relu changes its side
    expected = [
        (a - b) / (2 * step) for a, b in zip(gradients(step), gradients(-step), strict=True)
    ]
    for found, wanted in zip(engine.hessian_vector_product()(), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4 * np.abs(wanted).max())

    hidden, _ = forward(*weights)
    jacobian = np.einsum("ih,bh,hc->bci", weights[0], hidden > 0, weights[2])
    np.testing.assert_allclose(engine.batch_jacobian()(), jacobian, rtol=1e-4, atol=1e-5)


def test_training_starts_from_the_given_weights(engine):
    """The first loss is that of the weights and data that all engines get, the second smaller."""
    model = workload.MODELS["mlp"]
    kernel, bias, last_kernel, last_bias = model.weights()
    x, y = engine.data(*model.data(8))
    logits = np.maximum(x @ kernel + bias, 0) @ last_kernel + last_bias
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    train = engine.training(model, 8, dropout=0.0)
    first, second = train(x, y), train(x, y)
    assert first == pytest.approx(-np.log(chances[np.arange(8), y]).mean(), rel=1e-5)
    assert second < first


@pytest.mark.parametrize("name", workload.MODELS)
def test_models(name):
    model = workload.MODELS[name]
    x, y = model.data(50)
    assert x.shape == (50, *model.input_shape)
    assert x.dtype == np.float32
    assert 0 <= y.min() <= y.max() < model.classes
    if model.layers is not None:
        network = keras_network.network(mt, mt.keras, model, 0.5)
        assert network(x[:2]).shape == (2, model.classes)
        for weight, array in zip(network.weights, model.weights(), strict=True):
            np.testing.assert_array_equal(weight, array)


def test_distances():
    right = [np.array([1.0, -10.0]), np.array(3.0)]
    wrong = [np.array([1.0, -9.0]), np.array(3.0)]
    found = agreement.distances({"a": right, "b": right, "c": wrong})
    assert found == {"a": 0.0, "b": 0.0, "c": pytest.approx(0.1)}
    assert agreement.distances({"a": right, "c": wrong}) == pytest.approx({"a": 0.05, "c": 0.05})
    found = agreement.distances({"a": right, "b": right, "c": [np.array([np.nan, 1]), right[1]]})
    assert found == {"a": 0.0, "b": 0.0, "c": np.inf}
    assert agreement.distances({"a": right, "b": right, "c": right[:1]})["c"] == np.inf
    assert agreement.distances({}) == {}


@pytest.mark.parametrize(("loss", "too_far"), [(2.3 + 1e-5, []), (2.3 + 1e-3, ["mlp"])])
def test_losses_that_differ_are_found(loss, too_far):
    """Of three engines one has another loss, and one fails: that one has nothing to time."""

    class Engine:
        version = "1"

        def __init__(self, name, results):
            self.name, self._results = name, results

        def results(self, measurement):
            return self._results

    workers = [
        Engine("minitape", [np.array(2.3)]),
        Engine("jax", [np.array(2.3)]),
        Engine("torch", [np.array(loss)]),
        Engine("xla", None),
    ]
    (section,) = (s.only(["mlp"]) for s in suite.cpu() if s.name == "models")
    distances, found = program.compare([section], workers)
    assert found == too_far
    measurement = section.measurements[0]
    timed = [w.name for w in workers if program.comparable(measurement, w, distances)]
    assert timed == ["minitape", "jax", "torch"]
    assert section.without(found).measurements == (() if too_far else section.measurements)


def test_fastest():
    times = {"slow": 0.02, "fast": 0.0}
    runs = {name: (lambda wait=wait: time.sleep(wait)) for name, wait in times.items()}
    assert fastest(runs) == "fast"
    assert fastest({"only": None}) == "only"  # nothing to find out


def test_summary():
    found = report.summary([3.0, 1.0, None, 2.0, 10.0])
    assert (found["median"], found["min"], found["max"]) == (2.5, 1.0, 10.0)
    assert report.summary([None]) is None
    assert report.summary([2.0])["quartiles"] == [2.0, 2.0]


def some_report():
    rows = {
        "forward, µs": {
            "minitape": report.summary([1.0, 3.0]),
            "minitape-numpy": report.summary([1.0]),
            "torch": report.summary([4.0]),
            "jax": report.summary([5.0]),
        }
    }
    growth = {
        f"mlp, batch {n}": {"minitape": report.summary([32 / n]), "jax": report.summary([1.0])}
        for n in (32, 64)
    }
    return {
        "started": "2026-01-02T03:04:05",
        "suite": "cpu",
        "machine": report.machine(),
        "versions": {
            "minitape": "1",
            "minitape-numpy": "1",
            "torch": "2",
            "jax": "3",
            "mygrad": None,
        },
        "problems": {
            "mygrad": "not installed: No module named 'mygrad'",
            "jax": "a\nValueError: b",
        },
        "rounds": 2,
        "sections": [
            {"name": "ops", "title": "Ops", "rows": rows},
            {"name": "batches", "title": "Batch sizes", "rows": growth},
            {"name": "depth", "title": "Depth", "rows": {"1 layer": {}}},
        ],
    }


def test_table():
    found = some_report()
    head, _, line = report.table(found["sections"][0]["rows"], found["versions"]).splitlines()
    cells = [re.split(r" *\| *", text.strip("| ")) for text in (head, line)]
    names = ["minitape", "minitape-numpy", "torch", "jax", "minitape / fastest peer"]
    assert cells[0] == names
    assert cells[1][:2] == ["forward, µs", "2 (1 to 3)"]
    assert cells[1][-1] == "0.50 (torch)"  # minitape without Numba is not its peer


def test_page():
    page = report.page(some_report())
    assert "| mygrad | MyGrad | not installed: No module named 'mygrad' |" in page
    assert "- jax: ValueError: b" in page
    assert "## Batch sizes" in page
    assert "## Depth" not in page  # nothing was measured


def kernels_report():
    """A product of 20 TFLOP/s in minitape, 40 in PyTorch, and a sum of 3,000 GB/s in minitape."""
    product = {"amount": 2e9, "of": "FLOP", "unit": 1e-6}
    added = {"amount": 3e9, "of": "B", "unit": 1e-6}
    ceiling = {"amount": 8e12, "of": "FLOP", "unit": 1e-6}
    rows = {"1,000 cubed": {"minitape": report.summary([100.0]), "torch": report.summary([50.0])}}
    sections = [
        {"name": "products", "title": "Products", "rows": rows, "work": {"1,000 cubed": product}},
        {
            "name": "memory",
            "title": "Memory",
            "rows": {"add": {"minitape": report.summary([1000.0])}},
            "work": {"add": added},
        },
        {
            "name": "ceilings",
            "title": "Ceilings",
            "rows": {"20,000 cubed": {"torch": report.summary([160_000.0])}},
            "work": {"20,000 cubed": ceiling},
        },
    ]
    return some_report() | {"suite": "gpu", "sections": sections}


def test_what_the_card_achieves():
    """8e12 operations in 0.16 seconds are 50 TFLOP/s, and nobody has copied anything."""
    _, about, table = report.achieved(kernels_report()).split("\n\n")
    assert about.endswith("ceilings: 50 TFLOP/s and –.")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    assert cells[0] == ["", "minitape", "torch"]
    assert cells[2] == ["products: 1,000 cubed", "20 TFLOP/s (40 %)", "40 TFLOP/s (80 %)"]
    assert cells[3] == ["memory: add", "3,000 GB/s", "–"]
    assert "## What the card achieves" in report.page(kernels_report())


def test_the_work_of_kernels():
    """A layer's 24 × 24 results of 64 filters, each of 9 × 32 products and sums."""
    work = {m.key: m.work for s in suite.gpu() for m in s.measurements if isinstance(m, Launched)}
    assert work["product_256"]["amount"] == 33_554_432
    for name in "conv", "conv_input", "conv_filter":
        assert work[f"{name}_32_26_32_64"]["amount"] == 679_477_248
    assert work["add_67108864"] == {"amount": 805_306_368, "of": "B", "unit": 1e-6}
    assert work["softmax_8192_1024"]["amount"] == 67_108_864
    assert work["adam_16777216"]["amount"] == 469_762_048
    assert work["copy_268435456"]["amount"] == 2_147_483_648


@pytest.fixture
def on_the_card(engine):
    if not compiler.has_compiler():
        pytest.skip("the simulated card needs a C++ compiler, and there is none on this machine")
    mt.config.set_default_device("/SIM:0")
    yield engine
    mt.config.set_default_device(None)


def test_kernels_compute_what_they_say(on_the_card):
    a, b = workload.uniform((9, 9), (9, 9))
    np.testing.assert_allclose(on_the_card.product(9)(), a @ b, rtol=1e-5, atol=1e-6)
    x, w, g = workload.conv_inputs(2, 6, 3, 4)
    seen = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (1, 2))
    np.testing.assert_allclose(
        on_the_card.conv(2, 6, 3, 4)(),
        np.einsum("nijcrs,rscf->nijf", seen, w),
        rtol=1e-4,
        atol=1e-5,
    )
    np.testing.assert_allclose(
        on_the_card.conv_filter(2, 6, 3, 4)(),
        np.einsum("nijcrs,nijf->rscf", seen, g),
        rtol=1e-4,
        atol=1e-5,
    )
    wide = np.pad(g, [(0, 0), (2, 2), (2, 2), (0, 0)])
    back = np.lib.stride_tricks.sliding_window_view(wide, (3, 3), (1, 2))
    np.testing.assert_allclose(
        on_the_card.conv_input(2, 6, 3, 4)(),
        np.einsum("npqfrs,rscf->npqc", back, w[::-1, ::-1]),
        rtol=1e-4,
        atol=1e-5,
    )
    a, b = workload.uniform((50,), (50,))
    np.testing.assert_allclose(on_the_card.add(50)(), a + b)
    (x,) = workload.uniform((4, 30))
    np.testing.assert_allclose(
        on_the_card.softmax(4, 30)(), np.exp(x) / np.exp(x).sum(1, keepdims=True), rtol=1e-5
    )
    np.testing.assert_allclose(on_the_card.row_sums(4, 30)(), x.sum(1), rtol=1e-4, atol=1e-5)


def test_adam_moves_by_its_rate_where_the_gradient_stays(on_the_card):
    weights, gradient = workload.uniform((50,), (50,))
    moved = workload.LAUNCHES * workload.LEARNING_RATE
    np.testing.assert_allclose(
        on_the_card.adam(50)(), weights - moved * np.sign(gradient), rtol=1e-4, atol=1e-6
    )


def test_a_kernel_is_compared_by_a_part_of_a_large_result():
    class Engine:
        def add(self, count):
            return lambda: np.arange(count)

    (found,) = Launched("add", "add", (1 << 20,), 1, "B").results(Engine())
    assert len(found) <= 1 << 18
    assert found[0] == 0
    assert set(found % 16) == set(range(16))


def test_plot(tmp_path):
    pytest.importorskip("matplotlib")
    path = plot.draw(some_report(), tmp_path / "page.md")
    assert path == tmp_path / "images" / "page.svg"
    assert path.read_text().count("<svg") == 1
    again = path.read_bytes()
    plot.draw(some_report(), tmp_path / "page.md")
    assert path.read_bytes() == again
    assert plot.draw(some_report() | {"sections": []}, tmp_path / "page.md") is None


def test_import_cost():
    seconds, megabytes = imports.measure("json")
    assert 0 < seconds < 10
    assert megabytes is None or 5 < megabytes < 50
    assert imports.measure("no_such_module") == (None, None)


def test_first_steps():
    cold, warm, megabytes = Fresh("mlp").measure("minitape")
    assert 0 < min(cold, warm) <= max(cold, warm) < 60
    assert megabytes is None or 30 < megabytes < 2000
    assert Fresh("mlp").measure("no_such_engine") == (None, None, None)


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("name", suite.SUITES)
def test_suite(name, quick):
    sections = suite.SUITES[name](quick)
    keys = [m.key for section in sections for m in section.measurements]
    assert len(set(keys)) == len(keys)
    for section in sections:
        rows = [row for measurement in section.measurements for row in measurement.rows]
        assert len(set(rows)) == len(rows)
        assert section.peers <= set(engines.ENGINES)
    device = f"/{name.upper()}:0"
    assert suite.minutes(sections, engines.ENGINES, 2 if quick else 7, device) < (
        12 if quick else 20
    )
    chosen = sections[0].only(["chain_backward"]).measurements
    assert [m.key for m in chosen] == ["chain_backward"]


def run_program(*arguments):
    command = [
        sys.executable,
        "-m",
        "benchmarks",
        "--rounds",
        "2",
        "--peers",
        "minitape",
        *arguments,
    ]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)


def test_the_whole_program(tmp_path):
    output = tmp_path / "results" / "bench.json"
    finished = run_program("--quick", "--only", "chain_backward", "import", "--output", output)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert re.search(r"About \d+ minutes", finished.stdout)
    assert "forward + backward, µs" in finished.stdout
    found = json.loads(output.read_text())
    assert found["distances"] == {"chain_backward": {"minitape": 0.0}}
    for section, row in zip(
        found["sections"], ("forward + backward, µs", "import, s"), strict=True
    ):
        rounds = section["rows"][row]["minitape"]["rounds"]
        assert len(rounds) == 2
        assert all(value > 0 for value in rounds)
    assert "forward + backward, µs" in output.with_suffix(".md").read_text()


def test_the_suite_for_a_gpu_on_the_simulated_card(tmp_path):
    if not compiler.has_compiler():
        pytest.skip("the simulated card needs a C++ compiler, and there is none on this machine")
    output = tmp_path / "gpu.json"
    finished = run_program("--quick", "--suite", "gpu", "--device", "/SIM:0", "--output", output)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    found = json.loads(output.read_text())
    rows = {section["name"]: section["rows"] for section in found["sections"]}
    assert not rows.pop("ceilings")["64 cubed"]  # PyTorch has not taken part
    for section in rows.values():
        assert section
        for row in section.values():
            assert min(row["minitape"]["rounds"]) > 0
    page = output.with_suffix(".md").read_text()
    assert "python -m benchmarks --suite gpu" in page
    assert "/SIM:0; " in page
    assert "## What the card achieves" in page


@pytest.mark.skipif(gpu.why_not() is None, reason="there is a GPU")
def test_without_a_gpu_its_suite_says_why():
    finished = run_program("--suite", "gpu")
    assert finished.returncode == 1
    assert not finished.stdout
    assert finished.stderr == f"There is no GPU: {gpu.why_not()}.\n"


def run_check(folder, python, path=""):
    """Runs gpu_check.sh with a Python; programs in `path` come first."""
    environment = os.environ | {"PYTHON": str(python), "PATH": f"{path}:{os.environ['PATH']}"}
    command = [CHECK, folder]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(gpu.why_not() is None, reason="there is a GPU")
def test_the_check_of_a_gpu_says_that_there_is_none(tmp_path):
    finished = run_check(tmp_path / "results", sys.executable)
    assert finished.returncode == 2
    assert finished.stdout == f"There is no GPU: {gpu.why_not()}.\n"
    assert (tmp_path / "results" / "check.log").read_text() == finished.stdout


@pytest.mark.skipif(gpu.why_not() is None, reason="there is a GPU")
def test_the_tests_on_a_gpu_need_few_packages_and_no_compiler(tmp_path):
    names = ("tensorflow", "keras", "h5py", "numba", "tensorboard", "matplotlib", "PIL")
    (tmp_path / "few.py").write_text(f"import sys\nsys.modules.update(dict.fromkeys({names}))\n")
    (script,) = re.findall(r"-m (pytest .*?)tests/arrays/cuda$", CHECK.read_text(), re.S | re.M)
    options = shlex.split(script.replace("\\\n", " "))
    finished = subprocess.run(
        [sys.executable, "-m", *options, "-p", "few", "tests/arrays/cuda/test_on_a_gpu.py"],
        env=os.environ | {"PYTHONPATH": str(tmp_path), "PATH": str(tmp_path), "PART": "1/1"},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 1, finished.stdout + finished.stderr  # for what was skipped
    assert f"there is no GPU: {gpu.why_not()}" in finished.stdout
    assert "1 skipped" in finished.stdout


@pytest.mark.parametrize(
    ("failing", "code"), [("nothing", 0), ("memcheck", 1), ("PART=3/8", 1), ("-m benchmarks", 1)]
)
def test_the_check_of_a_gpu_goes_on_after_a_failure(tmp_path, failing, code):
    """With programs in the place of Python and NVIDIA's, of which one fails."""
    for name in "python", "nvidia-smi", "compute-sanitizer":
        program = tmp_path / name
        program.write_text(
            '#!/bin/sh\n[ "$1" = -c ] && exit 0\n'  # why there is no GPU: nothing
            f'echo "{name} $* PART=$PART"\n'
            f'case "{name} $* PART=$PART" in *"{failing}"*) exit 1; esac\n'
        )
        program.chmod(0o755)
    finished = run_check(tmp_path / "results", tmp_path / "python", tmp_path)
    assert finished.returncode == code, finished.stdout + finished.stderr
    about, short = finished.stdout.split("== In short")
    ended = dict(re.findall(r"^([\w-]+): (ok|FAILED)", short, re.MULTILINE))
    names = ["card", "every-kernel", "memcheck", "racecheck", "benchmarks"]
    assert set(ended) == {*names, *(f"tests-{n}" for n in range(1, 9))}
    assert list(ended.values()).count("FAILED") == code
    assert "python -m benchmarks --suite gpu --rounds 3" in about
    assert "-m gpu -q" in about
    assert (tmp_path / "results" / "check.log").read_text() == finished.stdout


def test_an_unknown_measurement_is_named():
    finished = run_program("--only", "chains")
    assert finished.returncode == 1
    assert "chain_backward" in finished.stderr
    assert "not chains" in finished.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModuleNotFoundError("No module named 'torch'"), "not installed: No module named 'torch'"),
        (ImportError("libgomp.so.1"), "ImportError: libgomp.so.1"),
    ],
)
def test_an_engine_that_does_not_start_says_why(monkeypatch, error, said):
    def fail(name, device):
        raise error

    monkeypatch.setattr(engines, "start", fail)
    here, there = multiprocessing.Pipe()
    worker.serve("torch", "/CPU:0", there)
    version, problem = here.recv()
    assert version is None
    assert said in problem


def test_a_worker_may_be_bound_to_one_core():
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system binds no process to a core")
    before = os.sched_getaffinity(0)
    with worker._bound_to(1):
        command = [sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"]
        assert subprocess.run(command, capture_output=True, text=True).stdout.strip() == "1"
    assert os.sched_getaffinity(0) == before


PROGRAM = """
from benchmarks import engines
from benchmarks.workload import MODELS

engine = engines.start("minitape")
for name in ("gan", "vae"):
    model = MODELS[name]
    print(name, len(engine.training(model, 4, 0.5)(*engine.data(*model.data(4)))))
"""


def test_programs_of_examples_are_trained():
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines() == ["gan 2", "vae 3"]


def test_an_engine_without_a_model_says_nothing():
    class Engine:
        def training(self, model, batch, dropout):
            return None

    measurement = Training("gan", "gan", workload.MODELS["gan"], 1.0)
    assert measurement.prepare(Engine()) is measurement.results(Engine()) is None
    measurement = Repeated("chain_forward", "forward", 1e-6, 1, 1e-4)
    assert measurement.prepare(Engine()) is measurement.results(Engine()) is None
