"""Kernels as functions of a library, which the machine's own C++ compiler makes with cuda.h."""

import atexit
import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from ctypes import c_int, c_int64
from functools import cache
from pathlib import Path
from threading import Lock, local
from typing import Any

import numpy

from ..kernels import FOLDER, MOST_THREADS, Kernel
from .graph import is_written, later

_HERE = Path(__file__).parent
# Most of a kernel's 0.3 s goes into <cmath>, which takes C++17 three times as long.
_OPTIONS = (
    *("-std=c++14", "-O1", "-ffp-contract=off", "-fPIC", "-shared", "-w"),
    f"-DMOST_THREADS={MOST_THREADS}",
)
_LIBRARIES = ("-nodefaultlibs", "-lm", "-lc")
_MOST_BLOCKS = (1 << 31) - 1, (1 << 16) - 1  # along a grid's first axis, and along the others
_one_at_a_time = Lock()  # a library's threads, barriers and message are its own variables


class _Array(ctypes.Structure):
    """What `Array` is in cuda.h."""

    _fields_ = [
        ("place", ctypes.c_void_p),
        ("begin", ctypes.c_void_p),
        ("end", ctypes.c_void_p),
        ("number", ctypes.c_int),
    ]


class KernelError(RuntimeError):
    """A kernel that reads or writes past an array, or whose threads wait for each other in vain."""


class _Choices(local):
    """How kernels run in a thread of Python's.

    Attributes:
        backwards: in which order a block's threads, and the blocks, take their turns.
        watcher: who is told of each launch, see `watching`.
    """

    backwards = False
    watcher: Callable | None = None


_choices = _Choices()
EVENTS = ("reads", "writes", "waits")
_WATCHER = ctypes.CFUNCTYPE(None, c_int, c_int64, c_int, c_int, c_int64)


@contextmanager
def backwards():
    """Within this context threads and blocks run from the last to the first.

    What then gives another result lacks a barrier, or writes to one place from several threads.
    """
    _choices.backwards = True
    try:
        yield
    finally:
        _choices.backwards = False


@contextmanager
def watching(watcher: Callable):
    """Within this context a function is told of launches, and of what the threads do in them.

    Args:
        watcher: called as `watcher(kernel, instance, grid, block)` before a launch; it returns what
            is called as `(event, block, thread, argument, element)` then, with the number of an
            event among EVENTS and of the array among the kernel's arguments.
    """
    before, _choices.watcher = _choices.watcher, watcher
    try:
        yield
    finally:
        _choices.watcher = before


def launch(kernel: Kernel, grid: tuple, block: tuple, arguments: list, instance: str) -> None:
    """Runs an instance of a kernel, with arguments as `Kernel.arguments` gives them.

    Raises:
        KernelError: the kernel did what would be undefined on a card; the message has the thread.
        ValueError: a block of more threads than a card has, or a grid of more blocks.
        RuntimeError: there is no C++ compiler.
    """
    sizes = (*grid, *(1,) * (3 - len(grid)), *block, *(1,) * (3 - len(block)))
    too_many = sizes[0] > _MOST_BLOCKS[0] or max(sizes[1:3]) > _MOST_BLOCKS[1]
    if not 0 < sizes[3] * sizes[4] * sizes[5] <= MOST_THREADS or min(sizes[:3]) < 0 or too_many:
        raise ValueError(f"{kernel.name}: no card has blocks of {block} threads in a grid {grid}.")
    if is_written():  # with views of the memory: who has the arrays is nobody's business
        views = [x.view(numpy.ndarray) if isinstance(x, numpy.ndarray) else x for x in arguments]
        later(lambda: launch(kernel, grid, block, views, instance))
        return
    kept = [_passed(i, x) for i, x in enumerate(arguments)]
    addresses = (ctypes.c_void_p * len(kept))(*map(ctypes.addressof, kept))
    with _one_at_a_time:
        library = compiled(kernel, instance)
        told = _choices.watcher and _WATCHER(_choices.watcher(kernel, instance, grid, block))
        library.simulator_watch(told or None)
        if library.run(addresses, (ctypes.c_uint * 6)(*sizes), int(_choices.backwards)):
            raise KernelError(
                f"{kernel.file}: {kernel.name}, {library.simulator_message().decode()}"
            )


def _passed(number: int, x: Any) -> Any:
    """An argument as C++ takes it."""
    if x is None:
        return _Array(None, None, None, number)
    if isinstance(x, numpy.ndarray):
        return _Array(x.ctypes.data, *numpy.lib.array_utils.byte_bounds(x), number)
    return numpy.ctypeslib.as_ctypes_type(x.dtype)(x.item())


@cache
def compiled(kernel: Kernel, instance: str) -> Any:
    """The library of one instance of a kernel: made once, and kept on disk."""
    text = _text(kernel, instance)
    headers = [*sorted(FOLDER.glob("*.cuh")), _HERE / "cuda.h"]
    parts = [_compiler(), *_OPTIONS, *_LIBRARIES, text, *(path.read_text() for path in headers)]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
    path = _folder() / f"{kernel.name}-{key}.so"
    if not path.exists():
        _compile(text, path)
    library = ctypes.CDLL(str(path))
    library.simulator_message.restype = ctypes.c_char_p
    return library


def _text(kernel: Kernel, instance: str) -> str:
    """The kernel's file with `Array`s in its signatures, between cuda.h and its KERNEL line."""
    pointer = re.compile(r"((?:const )?[\w ]+?)\s*\*\s*__restrict__ ")

    def signature(match: re.Match) -> str:
        return pointer.sub(r"Array<\1> ", match[0])

    source = re.sub(r"__global__ void [^{]*", signature, kernel.source)
    return (
        f'#include "simulator/cuda.h"\n#line 1 "{kernel.file}"\n{source}\nKERNEL(run, {instance})\n'
    )


def _compile(text: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        library = Path(folder, "library.so")
        files = [f"-I{FOLDER}", "-x", "c++", "-", "-o", str(library)]
        command = [_compiler(), *_OPTIONS, *files, *_LIBRARIES]
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{_compiler()} can't compile a kernel:\n{done.stderr}")
        os.replace(library, path)


def has_compiler() -> bool:
    """Whether there is a C++ compiler."""
    return _found() is not None


def _compiler() -> str:
    found = _found()
    if found is None:
        raise RuntimeError(
            "The simulated card needs a C++ compiler, and there is none on this machine: install "
            "g++ or clang++, or name another one in the environment variable CXX."
        )
    return found


@cache
def _found() -> str | None:
    """The C++ compiler: $CXX, or what is there."""
    names = (os.environ.get("CXX"), "g++", "clang++", "c++")
    return next(filter(None, (shutil.which(name) for name in names if name)), None)


@cache
def _folder() -> Path:
    """Where libraries are kept: the user's own cache, or until Python ends if that is read-only."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home, "minitape", "kernels")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    made = tempfile.TemporaryDirectory(prefix="minitape-kernels-")
    atexit.register(made.cleanup)
    return Path(made.name)
