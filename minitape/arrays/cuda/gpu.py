"""NVIDIA's cards through CuPy, which is loaded when somebody first asks for one."""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

from .kernels import FOLDER, Kernel


def is_installed() -> bool:
    """Whether CuPy is there, without loading it."""
    return find_spec("cupy") is not None


# Products and sums of an expression are rounded by themselves, as on the CPU; where one rounding is
# better, a kernel says fma.
_OPTIONS = ("-std=c++17", "-fmad=false", f"-I{FOLDER}")


@cache
def _cupy() -> Any:
    """CuPy, or the reason why there is none."""
    if not is_installed():
        return "CuPy is not installed (pip install 'minitape[cuda]')"
    try:
        import cupy

        if cupy.is_available():
            return cupy
        return f"CuPy {cupy.__version__} finds no NVIDIA driver, or no card"
    except Exception as error:  # whatever a broken installation raises
        return f"CuPy can't be imported ({type(error).__name__}: {error})"


def why_not() -> str | None:
    """Why there is no GPU; None if there is one."""
    found = _cupy()
    return found if isinstance(found, str) else None


@cache
def count() -> int:
    """How many cards there are."""
    return 0 if why_not() else _cupy().cuda.runtime.getDeviceCount()


def details(number: int) -> dict[str, Any]:
    """What is known of a card: its name, and its compute capability as (major, minor)."""
    known = _cupy().cuda.runtime.getDeviceProperties(number)
    return {
        "device_name": known["name"].decode(),
        "compute_capability": (known["major"], known["minor"]),
    }


def put(array: Any, number: int) -> Any:
    """A NumPy array's values on a card."""
    cupy = _cupy()
    if cupy.cuda.get_current_stream().is_capturing():  # what is copied then is gone at the launch
        raise RuntimeError("a value is brought to the card on the way")
    with cupy.cuda.Device(number):
        return cupy.asarray(array)


def empty(shape: tuple, dtype: Any, number: int) -> Any:
    """A new array on a card."""
    cupy = _cupy()
    with cupy.cuda.Device(number):
        return cupy.empty(shape, dtype)


def adopted(x: Any) -> Any:
    """CuPy's array of another library's memory on a card, such as a tensor of PyTorch's."""
    if why_not():
        raise RuntimeError(
            f"An array on a GPU needs CuPy and a card to be taken over, and {why_not()}."
        )
    return _cupy().asarray(x)


def used_bytes() -> int:
    """How much of the cards' memory CuPy has given out, and not had back."""
    return _cupy().get_default_memory_pool().used_bytes()


def synchronize() -> None:
    """Waits until the card has done all that it was told to."""
    _cupy().cuda.get_current_stream().synchronize()


def launch(kernel: Kernel, grid: tuple, block: tuple, arguments: list, instance: str) -> None:
    """Runs an instance of a kernel, with arguments as `Kernel.arguments` gives them."""
    cupy = _cupy()
    # CuPy takes no pointer to nothing but a number.
    given = tuple(cupy.uint64(0) if x is None else x for x in arguments)
    number = next(x.device.id for x in arguments if isinstance(x, cupy.ndarray))
    run = _compiled(kernel, instance)
    if number == cupy.cuda.runtime.getDevice():
        run(grid, block, given)
    else:  # CuPy launches on the current card, wherever the arrays are
        with cupy.cuda.Device(number):
            run(grid, block, given)


@cache
def _compiled(kernel: Kernel, instance: str) -> Any:
    module = _cupy().RawModule(code=kernel.source, options=_OPTIONS, name_expressions=[instance])
    return module.get_function(instance)


class Graph:
    """A CUDA graph of what `compute` launches; `results` are what it returns.

    Nothing is computed until the graph is launched. What is made on the way lies in memory of the
    graph's own, and each launch writes there.

    Args:
        compute: a function without arguments, which looks at no value on the card.

    Attributes:
        size: None, as CuPy doesn't tell how many launches there are.
    """

    size = None

    def __init__(self, compute: Callable[[], Any]):
        cupy = _cupy()
        self._memory = cupy.cuda.MemoryPool()
        stream = cupy.cuda.Stream(non_blocking=True)
        with cupy.cuda.using_allocator(self._memory.malloc), stream:
            stream.begin_capture()
            try:
                self.results = compute()
            finally:
                self._graph = stream.end_capture()

    def launch(self) -> None:
        """Makes all launches once more, in the order of the current stream."""
        self._graph.launch()
