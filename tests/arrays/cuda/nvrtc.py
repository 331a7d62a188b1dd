"""NVIDIA's compiler as a library: it makes a card's machine code on machines without one."""

import ctypes
import importlib.util
import re
from functools import cache
from pathlib import Path

from minitape.arrays.cuda import gpu


class Failed(Exception):
    """The compiler's complaints."""


@cache
def library():
    """libnvrtc of the wheel nvidia-cuda-nvrtc, or None."""
    spec = importlib.util.find_spec("nvidia")
    for folder in spec.submodule_search_locations if spec else ():
        for path in sorted(Path(folder).glob("*/lib/libnvrtc.so.*")):
            return ctypes.CDLL(str(path))
    return None


def version() -> str:
    """Its version: 13.0, say."""
    major, minor = ctypes.c_int(), ctypes.c_int()
    _check(library().nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)))
    return f"{major.value}.{minor.value}"


def compiled(source: str, instances: list[str], card: str) -> dict[str, dict[str, int]]:
    """What instances of a text's kernels, compiled in one go, take of a card, "sm_90" say.

    Returns:
        for each instance registers, and bytes of shared memory, stack and spills, of each thread or
        block.
    """
    nvrtc, program = library(), ctypes.c_void_p()
    _check(nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"k.cu", 0, None, None))
    for instance in instances:
        _check(nvrtc.nvrtcAddNameExpression(program, instance.encode()))
    options = [f"-arch={card}", *gpu._OPTIONS, "--ptxas-options=-v"]
    array = (ctypes.c_char_p * len(options))(*map(str.encode, options))
    failed = nvrtc.nvrtcCompileProgram(program, len(options), array)
    size = ctypes.c_size_t()
    _check(nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size)))
    log = ctypes.create_string_buffer(size.value)
    _check(nvrtc.nvrtcGetProgramLog(program, log))
    text = log.value.decode()
    if failed:
        raise Failed(text)
    found = {}
    for instance in instances:
        name = ctypes.c_char_p()
        _check(nvrtc.nvrtcGetLoweredName(program, instance.encode(), ctypes.byref(name)))
        found[instance] = _taken(text, name.value.decode())
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return found


def _taken(log: str, name: str) -> dict[str, int]:
    """What the log says of one function."""
    (text,) = re.findall(
        rf"Compiling entry function '{name}'.*?Used \d+ registers[^\n]*", log, re.S
    )
    return {
        "registers": _number(r"Used (\d+) registers", text),
        "shared": _number(r"(\d+) bytes smem", text),
        "stack": _number(r"(\d+) bytes stack frame", text),
        "spills": _number(r"(\d+) bytes spill stores", text),
    }


def _number(pattern: str, text: str) -> int:
    return int(found[1]) if (found := re.search(pattern, text)) else 0


def _check(failed: int) -> None:
    if failed:
        raise Failed(f"NVRTC's error {failed}")
