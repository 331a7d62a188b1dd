"""Each kernel that the ops launch is compiled by NVIDIA's compiler, for cards that aren't here."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import minitape as mt
from minitape import settings
from minitape.arrays.cuda.kernels import FOLDER, kernels_of
from minitape.arrays.cuda.simulator import compiler
from minitape.engine import PRIMITIVES
from minitape.keras import optimizers
from tests.arrays.cuda import nvrtc

CARDS = ("sm_75", "sm_80", "sm_90")
pytestmark = pytest.mark.skipif(
    nvrtc.library() is None,
    reason="NVIDIA's compiler, the wheel nvidia-cuda-nvrtc, is there for Linux on x86-64 alone",
)


@pytest.fixture(scope="module")
def launched():
    return what_ops_launch()


def what_ops_launch():
    """What calls of the ops would launch: {(kernel, instance)}."""
    found = set()

    def noted(kernel, grid, block, arguments, instance):
        found.add((kernel, instance))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler, "launch", noted)
        for dtype in "float32", "float64":
            with mt.device("/SIM:0"):
                _call_all(dtype)
    return found


def _call_all(dtype):
    """Calls each op that has a kernel, in each of its shapes."""
    random = np.random.default_rng(0)

    def numbers(*shape):
        return mt.constant(random.uniform(0.1, 0.9, shape).astype(dtype))

    for op in PRIMITIVES.values():
        names = getattr(getattr(op.run, "cuda", None), "names", None)
        if names:
            shapes = [(3, 4)] * len(names), [(3, 1)] + [(4,)] * (len(names) - 1)
            for shape in shapes:
                inputs = [
                    numbers(*s) > 0.5 if name == "condition" else numbers(*s)
                    for name, s in zip(names, shape, strict=True)
                ]
                op(*inputs, **({"alpha": 0.5} if "leaky" in op.name else {}))
    x = numbers(6, 40)
    mt.nn.softmax(x)
    for labels in "int32", "int64":
        with mt.GradientTape() as tape:
            tape.watch(x)
            y = mt.nn.sparse_softmax_cross_entropy_with_logits(mt.range(6, dtype=labels), x)
        tape.gradient(y, x)
    for axis in 0, 1:
        mt.reduce_sum(x, axis), mt.reduce_max(x, axis)
        y = PRIMITIVES["normalized"](x, x[0], x[0], axis=axis, epsilon=0.1)
        PRIMITIVES["normalized_grad"](x, x, x[0], *y[1:], axis=axis, epsilon=0.1)
    for tf32 in False, True:
        settings.enable_tensor_float_32_execution(tf32)
        _call_products(numbers)
    settings.enable_tensor_float_32_execution(False)
    volumes, w = numbers(2, 4, 4, 4, 3), numbers(2, 2, 2, 3, 4)
    with mt.GradientTape() as tape:
        tape.watch([volumes, w])
        y = mt.nn.conv3d(volumes, w, [1] * 5, "VALID")
    tape.gradient(y, [volumes, w])
    for kind in "int32", "int64":
        for determinism in False, True:
            settings.set_op_determinism(determinism)
            mt.math.unsorted_segment_sum(x, mt.range(6, dtype=kind), 9)
        mt.gather(x, mt.range(6, dtype=kind))
    settings.set_op_determinism(False)
    for kind in "int32", "int64":
        mt.random.stateless_uniform((5,), mt.constant([1, 2], kind), dtype=dtype)
    mt.random.normal((5,), dtype=dtype)
    for optimizer in (
        optimizers.SGD(),
        optimizers.SGD(momentum=0.9),
        optimizers.SGD(momentum=0.9, nesterov=True),
        optimizers.RMSprop(),
        optimizers.Adam(),
        optimizers.Adam(amsgrad=True),
    ):
        optimizer.apply_gradients([(numbers(3), mt.Variable(numbers(3)))])
        _renew_many(optimizer.from_config(optimizer.get_config()), numbers(3))


def _renew_many(optimizer, g):
    """Calls what renews as many variables at once as one launch can."""
    variables = [mt.Variable(g) for _ in range(16)]
    step = mt.function(lambda: optimizer.apply([g * 2.0] * 16, variables))
    for _ in range(3):  # the first makes the optimizer's variables, the second the program
        step()


def _call_products(numbers):
    for size in 9, 600, 1100:
        for flags in [(False, False), (True, False), (False, True), (True, True)]:
            mt.matmul(numbers(size, size), numbers(size, size), *flags)
    for filters in 3, 20:
        images, w = numbers(2, 6, 6, 3), numbers(2, 2, 3, filters)
        with mt.GradientTape() as tape:
            tape.watch([images, w])
            y = mt.nn.max_pool2d(mt.nn.conv2d(images, w, 1, "VALID"), 2, 2, "VALID")
        tape.gradient(y, [images, w])


def test_every_kernel_is_launched(launched):
    there = {
        (path.name, name)
        for path in FOLDER.glob("*.cu")
        for name in kernels_of(path.read_text(), path.name)
    }
    assert {(kernel.file, kernel.name) for kernel, _ in launched} == there


@pytest.mark.parametrize("card", CARDS)
def test_it_compiles_without_spills(launched, card):
    def compiled(one):
        kernel, instance = one
        return kernel, instance, nvrtc.compiled(kernel.source, instance, card)

    # Expressions of doubles are the same texts: one card will do for them.
    expressions = [one for one in launched if one[0].source.startswith("typedef double T;")]
    wanted = launched if card == CARDS[-1] else launched - set(expressions)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(compiled, wanted))
    assert len(found) > 100
    for kernel, instance, taken in found:
        assert 0 < taken["registers"] <= 255, f"{kernel.file}: {instance}"
        assert not taken["spills"], f"{kernel.file}: {instance} keeps values in memory: {taken}"
        if kernel.file in ("gemm.cu", "conv.cu"):
            assert not taken["stack"], f"{kernel.file}: {instance} keeps results in memory: {taken}"
        assert taken["shared"] <= 48 << 10, f"{kernel.file}: {instance}"


def test_what_does_not_compile_is_an_error():
    with pytest.raises(nvrtc.Failed, match=r"k.cu\(1\): error: .*nothing"):
        nvrtc.compiled("__global__ void k(float* x) { x[0] = nothing; }", "k", "sm_90")
