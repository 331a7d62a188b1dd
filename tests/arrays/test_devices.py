"""Where tensors lie."""

import os
import subprocess
import sys

import numpy as np
import pytest

import minitape as mt
from minitape.arrays.cuda import gpu
from minitape.arrays.cuda.simulator import compiler
from minitape.errors import InvalidArgumentError
from tests.conftest import CHECKOUT

SIM, CPU = (
    "/job:localhost/replica:0/task:0/device:SIM:0",
    "/job:localhost/replica:0/task:0/device:CPU:0",
)
needs_compiler = pytest.mark.skipif(
    not compiler.has_compiler(), reason="the simulated card needs a C++ compiler"
)


def python(code, **environment):
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=CHECKOUT, env=os.environ | environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("name", ["/SIM:0", "sim", "/device:SIM:0", SIM])
def test_new_tensors_go_to_the_device_around(name):
    with mt.device(name):
        made = [
            mt.constant(1.0), mt.constant(np.float64(2)), mt.Variable([1, 2]), mt.zeros((2, 3)),
            mt.eye(2), mt.range(3), mt.linspace(0.0, 1.0, 5), mt.random.uniform((2,)),
            mt.random.stateless_normal((2,), [1, 2]), mt.random.Generator.from_seed(1).normal((2,)),
            mt.convert_to_tensor([mt.constant(1.0), 2.0]),
        ]  # fmt: skip
        with mt.device("/CPU:0"):
            assert mt.zeros(2).device == CPU
        assert mt.constant("text").device == CPU  # stays where Python is
    assert [x.device for x in made] == [SIM] * len(made)
    assert mt.zeros(2).device == CPU


@needs_compiler
def test_ops_run_where_their_inputs_lie():
    with mt.device("/SIM:0"):
        x = mt.Variable([1.0, 2.0])
    with mt.GradientTape() as tape:
        y = 2 * x + 1
        z = mt.reduce_sum(y * [3.0, 4.0] * np.float32(0.5)) ** 2
    found = [y, z, tape.gradient(z, x), x[0], mt.shape(y), mt.size(y), y > 2, mt.zeros_like(y)]
    assert [v.device for v in found] == [SIM] * len(found)
    np.testing.assert_allclose(found[2], [87, 116])
    x.assign([5.0, 6.0])
    assert x.device == SIM
    x.assign_add([1.0, 1.0])
    np.testing.assert_array_equal(x, [6, 7])


@needs_compiler
@pytest.mark.parametrize(
    "mix",
    [
        lambda x, y: x + y,
        lambda x, y: y * x,
        lambda x, y: mt.matmul(x[None], y[:, None]),
        lambda x, y: mt.concat([x, y], 0),
        lambda x, y: mt.where(x > 0, x, y),
        lambda x, y: mt.function(lambda a, b: a - b)(x, y),
        lambda x, y: mt.keras.layers.Dense(2)(x[None]) @ mt.ones((2, 1)) + y,
    ],
)
def test_devices_do_not_mix(mix):
    with mt.device("/SIM:0"):
        x = mt.constant([1.0, 2.0])
    y = mt.constant([3.0, 4.0])
    with pytest.raises(InvalidArgumentError, match=r"on different devices.*on /SIM:0.*tensor.cpu"):
        mix(x, y)


def test_copies_to_other_devices():
    x = mt.constant([1.0, 2.0])
    with mt.GradientTape() as tape:
        tape.watch(x)
        with mt.device("/SIM:0"):
            y = mt.identity(x)
        z = y.cpu() * [3.0, 4.0]
    assert [y.device, z.device] == [SIM, CPU]
    gradient = tape.gradient(z, x)
    assert gradient.device == CPU
    np.testing.assert_array_equal(gradient, [3, 4])
    v = mt.Variable(x)
    assert v.cpu().device == CPU
    with pytest.raises(InvalidArgumentError, match="no device '/GPU:7'"):
        x.gpu(7)


def test_other_libraries_share_the_memory():
    x = mt.constant([[1.0, 2.0], [3.0, 4.0]])
    for value in x, mt.Variable(x):
        shared = np.from_dlpack(value)
        assert np.shares_memory(shared, value.array)
        np.testing.assert_array_equal(shared, x)
        assert not hasattr(value, "__cuda_array_interface__")


def test_another_librarys_array_on_a_gpu_needs_cupy():
    class OnGPU:
        __cuda_array_interface__ = {}
        dtype = np.dtype("float32")

    if gpu.why_not() is None:
        pytest.skip("there is a GPU")
    with pytest.raises(RuntimeError, match="to be taken over, and CuPy"):
        mt.constant(OnGPU())


@needs_compiler
def test_a_function_has_a_program_for_each_device():
    f = mt.function(lambda x: mt.tanh(x) * 2)
    x = mt.constant([1.0, 2.0])
    with mt.device("/SIM:0"):
        y = mt.identity(x)
    for _ in range(2):
        assert [f(x).device, f(y).device] == [CPU, SIM]
    np.testing.assert_allclose(f(x), f(y))


def test_the_default_device():
    mt.config.set_default_device("/SIM:0")
    try:
        assert mt.zeros(2).device == SIM
        assert mt.config.get_default_device().name == "/device:SIM:0"
        with mt.device("/CPU:0"):
            assert mt.zeros(2).device == CPU
    finally:
        mt.config.set_default_device(None)
    assert mt.zeros(2).device == CPU
    with pytest.raises(InvalidArgumentError, match="no device '/SIM:1' here: there is one SIM"):
        mt.config.set_default_device("/SIM:1")


def test_the_environment_names_the_default_device():
    code = "import minitape as mt; print(mt.zeros(2).device)"
    assert python(code, MINITAPE_DEVICE="/SIM:0").stdout.strip() == SIM
    failed = python(code, MINITAPE_DEVICE="/GPU:99").stderr
    assert "There is no device '/GPU:99' here" in failed


def test_nothing_asks_for_a_card_before_a_tensor_is_made():
    code = "import sys, minitape, minitape.keras; print('cupy' in sys.modules)"
    assert python(code).stdout.strip() == "False"


@pytest.mark.parametrize(
    ("name", "why"),
    [("/GPU:0", "CuPy"), ("/TPU:0", "no TPU"), ("/job:worker/GPU:0", "this machine alone")],
)
def test_what_is_not_there(name, why):
    if mt.config.list_physical_devices("GPU") and "GPU" in name:
        pytest.skip("there is a GPU")
    with pytest.raises(InvalidArgumentError, match=f"no device '{name}' here: .*{why}.*'/SIM:0'"):
        mt.device(name)


@pytest.mark.parametrize("name", ["/XPU:0", "/GPU:x", "/device:", "hello"])
def test_what_is_no_name(name):
    with pytest.raises(ValueError, match="Unknown attribute"):
        mt.device(name)
