"""Each kernel that the ops launch is compiled by NVIDIA's compiler, for cards that aren't here."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest

import minitape as mt
from minitape.arrays.cuda.kernels import FOLDER, kernels_of
from minitape.arrays.cuda.simulator import compiler
from tests.arrays.cuda import nvrtc
from tests.arrays.cuda.every_kernel import call_all

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
                call_all(dtype)
    return found


def taken_by(launched, card):
    """What each takes of a card; the kernels of one text are compiled in one go."""
    texts = defaultdict(list)
    for kernel, instance in launched:
        texts[kernel.source].append((kernel, instance))

    def compiled(text):
        taken = nvrtc.compiled(text, [instance for _, instance in texts[text]], card)
        return [(one, taken[one[1]]) for one in texts[text]]

    with ThreadPoolExecutor(2) as pool:
        return {one: taken for found in pool.map(compiled, texts) for one, taken in found}


def test_every_kernel_is_launched(launched):
    there = {
        (path.name, name)
        for path in FOLDER.glob("*.cu")
        for name in kernels_of(path.read_text(), path.name)
    }
    assert {(kernel.file, kernel.name) for kernel, _ in launched} == there


@pytest.mark.parametrize("card", CARDS)
def test_it_compiles_without_spills(launched, card):
    found = taken_by(launched, card)
    assert len(found) > 100
    for (kernel, instance), taken in found.items():
        assert 0 < taken["registers"] <= 255, f"{kernel.file}: {instance}"
        assert not taken["spills"], f"{kernel.file}: {instance} keeps values in memory: {taken}"
        if kernel.file in ("gemm.cu", "conv.cu"):
            assert not taken["stack"], f"{kernel.file}: {instance} keeps results in memory: {taken}"
        assert taken["shared"] <= 48 << 10, f"{kernel.file}: {instance}"


def test_what_does_not_compile_is_an_error():
    with pytest.raises(nvrtc.Failed, match=r"k.cu\(1\): error: .*nothing"):
        nvrtc.compiled("__global__ void k(float* x) { x[0] = nothing; }", ["k"], "sm_90")
