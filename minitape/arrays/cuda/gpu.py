"""NVIDIA's cards through CuPy, which is loaded when somebody first asks for one."""

from functools import cache
from importlib.util import find_spec
from typing import Any

from .kernels import FOLDER, Kernel


@cache
def _cupy() -> Any:
    """CuPy, or the reason why there is none."""
    if find_spec("cupy") is None:
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


def put(array: Any, number: int) -> Any:
    """A NumPy array's values on a card."""
    cupy = _cupy()
    with cupy.cuda.Device(number):
        return cupy.asarray(array)


def empty(shape: tuple, dtype: Any, number: int) -> Any:
    """A new array on a card."""
    cupy = _cupy()
    with cupy.cuda.Device(number):
        return cupy.empty(shape, dtype)


def launch(kernel: Kernel, grid: tuple, block: tuple, arguments: list, instance: str) -> None:
    """Runs an instance of a kernel, with arguments as `Kernel.arguments` gives them."""
    # CuPy takes no pointer to nothing but a number.
    given = tuple(_cupy().uint64(0) if x is None else x for x in arguments)
    _compiled(kernel, instance)(grid, block, given)


@cache
def _compiled(kernel: Kernel, instance: str) -> Any:
    module = _cupy().RawModule(
        code=kernel.source, options=("-std=c++17", f"-I{FOLDER}"), name_expressions=[instance]
    )
    return module.get_function(instance)
