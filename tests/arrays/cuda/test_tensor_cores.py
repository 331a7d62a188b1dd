"""Products of factors rounded to TF32, beside NumPy's products of factors rounded likewise."""

from types import SimpleNamespace

import numpy as np
import pytest

import minitape as mt
from minitape.arrays.cuda import gpu, products, simulator
from minitape.arrays.cuda.kernels import kernels_of
from minitape.arrays.cuda.launching import launch
from minitape.engine import PRIMITIVES
from tests.arrays.cuda.test_kernel_shapes import every_window

experimental = mt.config.experimental


@pytest.fixture
def tf32():
    experimental.enable_tensor_float_32_execution(True)
    yield
    experimental.enable_tensor_float_32_execution(False)


def rounded(x):
    """The nearest numbers of 11 binary digits, away from 0 where two are as near; in float64."""
    x = x.astype("float64")
    _, exponent = np.frexp(x)
    unit = np.ldexp(1.0, np.maximum(exponent - 11, -136))  # the smallest number is 2 ** -136
    return np.copysign(np.floor(abs(x) / unit + 0.5) * unit, x)


def floats(random, *shape):
    return random.normal(size=shape).astype("float32")


def close(found, expected, largest):
    """Sums of float32: the errors are of the order of a unit in the last place of the largest."""
    assert found.dtype == "float32"
    np.testing.assert_allclose(found.get(), expected, rtol=0, atol=2e-6 * largest)


def run(body, *arrays):
    source = (
        '#include "mma.cuh"\n__global__ void tried(const float* __restrict__ a, '
        f"const float* __restrict__ b, float* __restrict__ y) {{\n{body}\n}}"
    )
    on_card = [simulator.put(x) for x in arrays]
    launch(kernels_of(source, "tried.cu")["tried"], (1,), (32,), *on_card)
    return on_card[-1].get()


def test_numbers_are_rounded(random):
    tie, unit = np.float32(1 + 2**-11), np.float32(2**-23)
    special = [0.0, -0.0, tie, -tie, tie - unit, 3 * tie, 1e-40, -3e-39, 2**-136, 2**-137, 2**-138]
    x = np.concatenate([np.array(special, "float32"), floats(random, 21)])
    found = run("y[threadIdx.x] = to_tf32(a[threadIdx.x]);", x, x, np.zeros(32, "float32"))
    np.testing.assert_array_equal(found, rounded(x))
    np.testing.assert_array_equal(np.signbit(found), np.signbit(x))
    assert found[2] == 1 + 2**-10
    nan = np.array([0x7FFFFFFF, 0x7F800001, 0xFFC00000], "uint32").view("float32")
    largest = np.finfo("float32").max
    large = np.array([np.inf, -np.inf, largest, -largest], "float32")
    x = np.resize(np.concatenate([nan, large]), 32)
    found = run("y[threadIdx.x] = to_tf32(a[threadIdx.x]);", x, x, np.zeros(32, "float32"))
    assert np.isnan(found[:3]).all()
    np.testing.assert_array_equal(found[3:7], [np.inf, -np.inf, np.inf, -np.inf])


def test_a_warp_multiplies_what_its_threads_hold(random, order):
    # The places are written out as the card's handbook has them.
    body = """
    const int g = threadIdx.x >> 2, t = threadIdx.x % 4;
    float d[4] = {1, 2, 3, 4};
    const unsigned of_a[4] = {
        __float_as_uint(a[g * 8 + t]), __float_as_uint(a[(g + 8) * 8 + t]),
        __float_as_uint(a[g * 8 + t + 4]), __float_as_uint(a[(g + 8) * 8 + t + 4])};
    const unsigned of_b[2] = {
        __float_as_uint(b[t * 8 + g]), __float_as_uint(b[(t + 4) * 8 + g])};
    mma_tf32(d, of_a, of_b);
    y[g * 8 + t * 2] = d[0], y[g * 8 + t * 2 + 1] = d[1];
    y[(g + 8) * 8 + t * 2] = d[2], y[(g + 8) * 8 + t * 2 + 1] = d[3];
    """
    a, b = (random.integers(-9, 10, shape).astype("float32") for shape in ((16, 8), (8, 8)))
    found = run(body, a, b, np.zeros((16, 8), "float32"))
    start = np.tile([[1.0, 2]], (16, 4)) + np.repeat([[0], [2]], 8, axis=0)
    np.testing.assert_array_equal(found, start + a @ b)


@pytest.mark.parametrize("sizes", [(1, 1, 1), (33, 65, 17), (70, 40, 100), (5, 130, 16)])
@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
def test_products(sizes, transpose_a, transpose_b, random, order, tf32):
    rows, columns, inner = sizes
    a, b = floats(random, 2, rows, inner), floats(random, 2, inner, columns)
    given = [
        np.ascontiguousarray(x.swapaxes(1, 2)) if turned else x
        for x, turned in ((a, transpose_a), (b, transpose_b))
    ]
    found = PRIMITIVES["matmul"].run.cuda(
        *map(simulator.put, given), transpose_a=transpose_a, transpose_b=transpose_b
    )
    close(found, rounded(a) @ rounded(b), (abs(a) @ abs(b)).max())
    if inner > 1:
        assert abs(found.get() - a @ b).max() > 1e-4  # the factors were not the given ones


@pytest.mark.parametrize("tile", products._TILES["ByTensorCore"])
def test_each_tile(tile, random, order, monkeypatch, tf32):
    monkeypatch.setitem(products._TILES, "ByTensorCore", (tile,))
    a, b, bias = floats(random, 130, 20), floats(random, 20, 131), floats(random, 131)
    on_card = map(simulator.put, (a, b))
    flags = dict(transpose_a=False, transpose_b=False)
    found = products.product(*on_card, **flags, bias=simulator.put(bias), then_relu=True)
    expected = np.maximum(rounded(a) @ rounded(b) + bias, 0)
    close(found, expected, (abs(a) @ abs(b)).max())


@every_window
@pytest.mark.parametrize("filters", [3, 20])
def test_convolutions(shape, window, filters, random, order, tf32):
    x, w = floats(random, *shape), floats(random, *window.size, shape[-1], filters)
    g = floats(random, shape[0], *window.output_size(shape[1:-1]), filters)
    for name, given, params in (
        ("conv", (x, w), {}),
        ("conv_backprop_input", (w, g), {"input_shape": shape}),
        ("conv_backprop_filter", (x, g), {"filter_shape": w.shape}),
    ):
        op = PRIMITIVES[name]
        found = op.run.cuda(*map(simulator.put, given), window=window, **params)
        expected = op.forward(*map(rounded, given), window=window, **params)
        close(found, expected, op.forward(*map(abs, given), window=window, **params).max())


def test_a_program_asks_for_it(random):
    a, b = floats(random, 40, 30), floats(random, 30, 50)
    x, w = floats(random, 2, 6, 6, 3), floats(random, 3, 3, 3, 4)

    def run(device, of=lambda x: x):
        with mt.device(device):
            y = mt.matmul(of(mt.constant(a)), of(mt.constant(b)))
            z = mt.nn.conv2d(of(mt.constant(x)), of(mt.constant(w)), 1, "SAME")
        return y.numpy(), z.numpy()

    assert experimental.tensor_float_32_execution_enabled() is False
    off, on_cpu = run("/SIM:0"), run("/CPU:0")
    in_doubles = run("/SIM:0", lambda x: mt.cast(x, "float64"))
    experimental.enable_tensor_float_32_execution(True)
    try:
        assert experimental.tensor_float_32_execution_enabled() is True
        on = run("/SIM:0")
        for before, after in (
            (on_cpu, run("/CPU:0")),
            (in_doubles, run("/SIM:0", lambda x: mt.cast(x, "float64"))),
        ):
            assert all(map(np.array_equal, before, after))
    finally:
        experimental.enable_tensor_float_32_execution(False)
    for y, z in zip(on, off, strict=True):
        assert 1e-4 < abs(y - z).max() < 0.1
    assert all(map(np.array_equal, off, run("/SIM:0")))


@pytest.mark.parametrize(
    ("capability", "who"),
    [((7, 5), "ByThread"), ((8, 0), "ByTensorCore"), ((9, 0), "ByTensorCore")],
)
def test_a_gpu_needs_the_cores_for_it(capability, who, monkeypatch, tf32):
    monkeypatch.setattr(gpu, "details", lambda number: {"compute_capability": capability})
    products._capability.cache_clear()
    x = SimpleNamespace(dtype=np.dtype("float32"), device=SimpleNamespace(id=0))
    assert products.multiplier(x) == who
    assert products.is_ours(x) is (who == "ByTensorCore")  # else cuBLAS multiplies
    x.dtype = np.dtype("float64")
    assert products.multiplier(x) == "ByThread"
    products._capability.cache_clear()
