"""The same on a GPU: `pytest -m gpu tests/arrays/cuda`."""

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitape as mt
from compat import harness
from compat.cases import CASES
from minitape import keras, settings
from minitape.arrays.cuda import gpu
from tests.arrays.cuda import answers
from tests.arrays.cuda import test_training as training
from tests.ops.test_cases import FEWER

if gpu.why_not():
    pytest.skip(f"there is no GPU: {gpu.why_not()}", allow_module_level=True)
pytestmark = pytest.mark.gpu
ANSWERS = answers.load()


@pytest.mark.parametrize("case", CASES, ids=str)
@FEWER
@given(data=st.data())
def test_a_gpu_computes_the_same(case, data):
    examples = case.float_examples if case.differentiable else case.examples
    harness.a_card_computes_the_same(case, data.draw(examples), "/GPU:0")


@pytest.mark.parametrize("name", ANSWERS.cases)
def test_tensorflows_answers(name):
    answers.check(name, ANSWERS.cases[name], "/GPU:0")


@pytest.mark.parametrize("name", ANSWERS.losses)
def test_losses_as_in_keras(name):
    network, optimizer = name.split()
    losses, _, _ = training.trained(getattr(training, network), optimizer, "/GPU:0", dropout=0.0)
    np.testing.assert_allclose(losses, ANSWERS.losses[name], rtol=1e-4)


@pytest.mark.parametrize("eagerly", [False, True], ids=["function", "eager"])
@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
@pytest.mark.parametrize("network", [training.perceptron, training.convolutional])
def test_lockstep(network, optimizer, eagerly):
    expected = training.trained(network, optimizer, "/CPU:0", eagerly)
    found = training.trained(network, optimizer, "/GPU:0", eagerly)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-4)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-3, atol=1e-4)


def test_a_thousand_steps_take_no_more_memory_than_ten():
    with mt.device("/GPU:0"):
        model = keras.Sequential(
            [keras.Input((12,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(4)]
        )
    model.compile("adam", "mse")
    x, y = np.ones((160, 12), "float32"), np.ones((160, 4), "float32")

    def used(epochs):
        model.fit(x, y, batch_size=16, epochs=epochs, verbose=0)
        gc.collect()
        return gpu.used_bytes()

    after_ten = used(1)
    assert used(99) <= after_ten


def test_the_same_bits_in_each_run_where_they_are_asked_for():
    random = np.random.default_rng(0)
    rows, index = (
        random.normal(size=(100_000, 8)).astype("float32"),
        random.integers(0, 50, 100_000),
    )
    settings.set_op_determinism(True)
    try:
        with mt.device("/GPU:0"):
            sums = [mt.math.unsorted_segment_sum(rows, index, 50).numpy() for _ in range(5)]
    finally:
        settings.set_op_determinism(False)
    for one in sums:
        np.testing.assert_array_equal(one, sums[0])
