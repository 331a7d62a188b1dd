"""What gpu.py asks of CuPy, in which order. A stand-in notes it: there is no card here."""

import contextlib
import types

import numpy as np
import pytest

from minitape.arrays.cuda import gpu
from minitape.arrays.cuda.kernels import kernels_of

KERNEL = kernels_of("__global__ void k(float* __restrict__ x, int* __restrict__ y) {}", "k.cu")["k"]


class Array(np.ndarray):
    """A CuPy array on card 1."""

    device = types.SimpleNamespace(id=1)


class Cupy:
    """The parts of CuPy that gpu.py uses; `said` is what happened."""

    ndarray, uint64 = Array, np.uint64

    def __init__(self, current=0):
        self.said = said = []

        @contextlib.contextmanager
        def within(name, *_):
            said.append(f"in {name}")
            yield
            said.append(f"out of {name}")

        class Stream:
            def __init__(self, non_blocking):
                self._within = within("stream")

            def __enter__(self):
                return self._within.__enter__()

            def __exit__(self, *error):
                said.append("out of stream")

            def begin_capture(self):
                said.append("begin")

            def end_capture(self):
                said.append("end")
                return types.SimpleNamespace(launch=lambda: said.append("launch"))

        capturing = types.SimpleNamespace(
            is_capturing=lambda: "begin" in said and "end" not in said
        )
        self.cuda = types.SimpleNamespace(
            Device=lambda number: within(f"card {number}"),
            MemoryPool=lambda: types.SimpleNamespace(malloc="a pool of its own"),
            Stream=Stream,
            get_current_stream=lambda: capturing,
            runtime=types.SimpleNamespace(getDevice=lambda: current),
            using_allocator=within,
        )

    def RawModule(self, code, options, name_expressions):
        run = lambda grid, block, given: self.said.append((grid, block, given[1]))  # noqa: E731
        return types.SimpleNamespace(get_function=lambda name: run)


@pytest.fixture
def cupy(monkeypatch, request):
    made = Cupy(**getattr(request, "param", {}))
    monkeypatch.setattr(gpu, "_cupy", lambda: made)
    gpu._compiled.cache_clear()
    yield made
    gpu._compiled.cache_clear()


@pytest.mark.parametrize("cupy", [{"current": 0}, {"current": 1}], indirect=True)
def test_a_kernel_is_launched_where_its_arrays_lie(cupy):
    current = cupy.cuda.runtime.getDevice()
    gpu.launch(KERNEL, (2,), (32,), [np.zeros(3, "float32").view(Array), None], "k")
    launched = ((2,), (32,), np.uint64(0))
    expected = [launched] if current == 1 else ["in card 1", launched, "out of card 1"]
    assert cupy.said == expected


def test_a_graph_is_written_down_in_memory_of_its_own(cupy):
    graph = gpu.Graph(lambda: cupy.said.append("compute") or ["result"])
    assert graph.results == ["result"]
    assert cupy.said[:5] == ["in a pool of its own", "in stream", "begin", "compute", "end"]
    graph.launch()
    assert cupy.said[-1] == "launch"


def test_what_fails_ends_the_writing(cupy):
    with pytest.raises(ZeroDivisionError):
        gpu.Graph(lambda: 1 / 0)
    assert cupy.said[-2:] == ["end", "out of stream"]


def test_nothing_is_brought_to_a_card_on_the_way(cupy):
    with pytest.raises(RuntimeError, match="brought to the card on the way"):
        gpu.Graph(lambda: gpu.put(np.zeros(3), 0))


def test_cupy_has_these_names():
    cupy = pytest.importorskip("cupy", reason="CuPy is not installed; it needs no GPU for this")
    for path in (
        "ndarray",
        "RawModule",
        "cuda.Device",
        "cuda.MemoryPool.malloc",
        "cuda.Stream.begin_capture",
        "cuda.Stream.end_capture",
        "cuda.Stream.is_capturing",
        "cuda.graph.Graph.launch",
        "cuda.get_current_stream",
        "cuda.runtime.getDevice",
        "cuda.using_allocator",
    ):
        found = cupy
        for name in path.split("."):
            found = getattr(found, name)
