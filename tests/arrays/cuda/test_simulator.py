"""The simulated card: it computes what a card would, and says what would be undefined there."""

import numpy as np
import pytest

from minitape.arrays.cuda.kernels import kernels_of
from minitape.arrays.cuda.launching import launch
from minitape.arrays.cuda.simulator import compiler, put
from minitape.arrays.cuda.simulator.array import LIBRARY, SimulatedArray


def run(body, *arrays, grid=(1,), block=(64,), parameters="float* __restrict__ x"):
    """Runs a kernel with this body; the arrays after it."""
    source = f'#include "common.cuh"\n__global__ void tried({parameters}) {{\n{body}\n}}'
    on_card = [put(x) for x in arrays]
    launch(kernels_of(source, "tried.cu")["tried"], grid, block, *on_card)
    return [x.get() for x in on_card]


def floats(n):
    return np.arange(n, dtype="float32")


def test_threads_and_blocks_know_their_numbers(order):
    body = """
    const int thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    const int block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
    x[block * 24 + thread] = block * 100 + thread;
    """
    (x,) = run(body, np.zeros(24 * 6, "float32"), grid=(2, 3, 1), block=(2, 3, 4))
    expected = np.arange(6)[:, None] * 100 + np.arange(24)
    np.testing.assert_array_equal(x, expected.ravel())


def test_a_barrier_makes_what_others_wrote_readable(order):
    body = "__shared__ float s[64]; s[threadIdx.x] = x[threadIdx.x]; {} x[threadIdx.x] = s[{}];"
    (x,) = run(body.format("__syncthreads();", "63 - threadIdx.x"), floats(64))
    np.testing.assert_array_equal(x, floats(64)[::-1])
    (x,) = run(body.format("__syncwarp();", "threadIdx.x ^ 31"), floats(64))
    np.testing.assert_array_equal(x, [n ^ 31 for n in range(64)])


def test_without_the_barrier_the_order_shows():
    body = """__shared__ float s[64];
    s[threadIdx.x] = 0; __syncthreads();
    s[threadIdx.x] = x[threadIdx.x]; x[threadIdx.x] = s[63 - threadIdx.x];"""
    (forwards,) = run(body, floats(64))
    with compiler.backwards():
        (from_behind,) = run(body, floats(64))
    assert (forwards != from_behind).any()


def test_warps_are_as_far_apart_as_they_can_be():
    # Nothing keeps the second warp from reading what the first one writes for the next round.
    body = """__shared__ float s;
    if (threadIdx.x == 0) s = 1;
    __syncthreads();
    x[threadIdx.x] = s;
    if (threadIdx.x == 0) s = 2;
    __syncthreads();"""
    (forwards,) = run(body, floats(64))
    with compiler.backwards():
        (from_behind,) = run(body, floats(64))
    np.testing.assert_array_equal(forwards, [1, *[2] * 63])
    np.testing.assert_array_equal(from_behind, [1] * 64)


def test_shuffles(order):
    body = """float v = x[threadIdx.x];
    x[threadIdx.x] = __shfl_down_sync(ALL, v, 5) + 100 * __shfl_xor_sync(ALL, v, 3)
        + 10000 * __shfl_sync(ALL, v, 7);"""
    (x,) = run(body, floats(64))
    for n in range(64):
        warp, lane = n // 32 * 32, n % 32
        down = n + 5 if lane < 27 else n
        assert x[n] == down + 100 * (warp + (lane ^ 3)) + 10000 * (warp + 7)


def test_what_is_put_together_over_a_warp_and_a_block(order):
    body = """float v = x[threadIdx.x], w = over_warp<Sum>(v);
    if (threadIdx.x % 32 == 0) y[threadIdx.x / 32] = w;
    v = over_block<Sum>(v) + over_block<Sum>(2 * v) + over_block<Largest>(v) / 1000;
    y[3 + threadIdx.x] = v;"""
    two = "const float* __restrict__ x, float* __restrict__ y"
    _, y = run(body, floats(96), np.zeros(99, "float32"), block=(96,), parameters=two)
    sums = floats(96).reshape(3, 32).sum(axis=1)
    np.testing.assert_array_equal(y[:3], sums)
    np.testing.assert_allclose(y[3:], 3 * sums.sum() + 0.095, rtol=1e-6)


def test_atomics(order):
    (x,) = run("atomicAdd(&x[0], 1.0f); atomicMax(&x[1], float(threadIdx.x));", np.zeros(2, "f"))
    np.testing.assert_array_equal(x, [64, 63])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("x[threadIdx.x + 1] = 0;", "thread .63, 0, 0.: element 64 of an array of 64"),
        ("float v = x[-1];", "thread .0, 0, 0.: element -1 of an array of 64"),
        ("auto y = x + 60; y[5] = 0;", "element 65 of an array of 64"),
        ("if (threadIdx.x < 40) __syncthreads();", "waits at a barrier that other threads"),
        ("if (threadIdx.x < 40) return; __syncthreads();", "waits at a barrier"),
        (
            "if (threadIdx.x < 40) __syncthreads(); else __syncwarp();",
            "waits at a barrier that other",
        ),
    ],
)
def test_what_is_undefined_on_a_card_is_an_error(body, message):
    with pytest.raises(
        compiler.KernelError, match=f"tried.cu: tried, block .0, 0, 0., .*{message}"
    ):
        run(body, floats(64))
    (x,) = run("x[threadIdx.x] = 1;", floats(64))  # and the next launch is none
    assert (x == 1).all()


def test_a_warp_that_is_not_whole_has_no_value_to_give():
    with pytest.raises(compiler.KernelError, match="asks thread 16 of its warp .* has only 16"):
        run("over_warp<Sum>(x[threadIdx.x]);", floats(48), block=(48,))


def test_a_kernel_that_is_no_cpp():
    with pytest.raises(RuntimeError, match="can't compile a kernel:(.|\n)*tried.cu:3"):
        run("x[0] = nothing;", floats(64))


@pytest.mark.parametrize("block", [(1025,), (0,), (32, 64)])
def test_no_card_has_such_blocks(block):
    with pytest.raises(ValueError, match="no card has blocks of"):
        run("", floats(64), block=block)


@pytest.mark.parametrize("grid", [(1 << 31,), (1, 1 << 16), (1, 1, 1 << 16), (-1,)])
def test_no_card_has_such_grids(grid):
    with pytest.raises(ValueError, match="in a grid"):
        run("", floats(64), grid=grid)


def test_libraries_go_elsewhere_where_the_cache_is_read_only(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    folder = compiler._folder.__wrapped__()
    assert folder.is_dir()
    assert tmp_path not in folder.parents
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert compiler._folder.__wrapped__() == tmp_path / "cache" / "minitape" / "kernels"


# -- its memory ------------------------------------------------------------------------------------


def test_arrays_stay_on_the_card():
    x = put(np.array([[1.0, 2], [3, 4]]))
    kept = [
        x + 1, 2 * x, x[0], x[0, 0], x.T, x.sum(), x.max(axis=0), x.argmax(), np.sin(x),
        np.concatenate([x, x]), np.linalg.qr(x)[0], LIBRARY.zeros(3), LIBRARY.linalg.inv(x),
        LIBRARY.where(x > 1, x, 0), LIBRARY.asarray([1, 2]), LIBRARY.add.reduce(x),
    ]  # fmt: skip
    assert {type(y) for y in kept} == {SimulatedArray}
    y = x
    y += 1
    assert y is x
    assert type(x.get()) is np.ndarray


@pytest.mark.parametrize(
    "mix",
    [
        lambda x, y: x + y,
        lambda x, y: np.matmul(y, x),
        lambda x, y: np.concatenate([x, y]),
        lambda x, y: LIBRARY.where(x > 0, x, y),
    ],
)
def test_arrays_of_the_cpu_do_not_mix_with_them(mix):
    with pytest.raises(TypeError, match="Unsupported type <class 'numpy.ndarray'>"):
        mix(put(np.ones((2, 2))), np.ones((2, 2)))
