"""Settings that everything may read: the default float type, epsilon, the image layout, seeds."""

import operator
import os
import random
import secrets
import threading
from typing import Any

_FLOAT_TYPES = ("float16", "float32", "float64")
_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "run_functions_eagerly": False,
    "op_determinism": False,
    "tensor_float_32_execution": False,
    "cpu_kernels": os.environ.get("MINITAPE_KERNELS") != "0",
    "cuda_graphs": os.environ.get("MINITAPE_GRAPHS") != "0",
}


def floatx() -> str:
    """Name of the default float type, which layers and variables use ("float32" unless set)."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Sets the default float type: "float16", "float32" or "float64"."""
    if value not in _FLOAT_TYPES:
        raise ValueError(f"Unknown `floatx` value: {value!r}. Expected one of {_FLOAT_TYPES}.")
    _settings["floatx"] = value


def epsilon() -> float:
    """The small constant that guards divisions and logarithms (1e-7 unless set)."""
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Sets the small constant that guards divisions and logarithms."""
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """The layout of images: always "channels_last", (batch, height, width, channels)."""
    return _settings["image_data_format"]


def functions_run_eagerly() -> bool:
    """Whether `function` runs the Python function at every call (False unless set)."""
    return _settings["run_functions_eagerly"]


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Says whether `function` runs the Python function at every call, for debugging say."""
    _settings["run_functions_eagerly"] = bool(run_eagerly)


def cpu_kernels() -> bool:
    """Whether kernels run, numba's and those for cards (True unless MINITAPE_KERNELS=0)."""
    return _settings["cpu_kernels"]


def set_cpu_kernels(enabled: bool) -> None:
    """Says whether kernels may run; NumPy, or CuPy, computes everything without them."""
    _settings["cpu_kernels"] = bool(enabled)


def cuda_graphs() -> bool:
    """Whether functions on a card are replayed as CUDA graphs (True unless MINITAPE_GRAPHS=0)."""
    return _settings["cuda_graphs"]


def set_cuda_graphs(enabled: bool) -> None:
    """Says whether functions on a card are replayed as CUDA graphs, or kernel by kernel."""
    _settings["cuda_graphs"] = bool(enabled)


def ops_are_deterministic() -> bool:
    """Whether each op gives the same bits in each run on a card, if that takes longer."""
    return _settings["op_determinism"]


def set_op_determinism(enabled: bool) -> None:
    """Says whether ops give the same bits in each run on a card; on the CPU they always do."""
    _settings["op_determinism"] = bool(enabled)


def tensor_float_32_execution_enabled() -> bool:
    """Whether cards may round the factors of float32 products to TF32 (False unless set)."""
    return _settings["tensor_float_32_execution"]


def enable_tensor_float_32_execution(enabled: bool) -> None:
    """Says whether a card's tensor cores may multiply float32, rounded to 10 digits of 23.

    They are several times as fast. TensorFlow does so unless told not to; minitape only if it is
    told to, so that a card gives the CPU's results. Sums stay in float32, and nothing else changes:
    matrix products and convolutions, on the simulated card and on GPUs since sm_80.
    """
    _settings["tensor_float_32_execution"] = bool(enabled)


class NameScopes(threading.local):
    """The names of the scopes that are open in a thread, each a whole one that ends in a slash."""

    def __init__(self):
        self._open = [""]

    def enter(self, name: str) -> None:
        """Opens a scope."""
        self._open.append(name)

    def leave(self) -> None:
        """Closes the last one that was opened."""
        self._open.pop()

    def current(self) -> str:
        """The last one that was opened, or ""."""
        return self._open[-1]


name_scopes = NameScopes()


def scoped(name: str) -> str:
    """A variable's name with that of the scope it is made in: "scope/name"."""
    return name_scopes.current() + name


class SeedContext:
    """The global seed, and how far each seeded op has drawn since it was set.

    It hands every random op the key and the counter of a Philox stream (see `arrays.philox`), by
    the rules of TensorFlow's eager mode, so that the numbers are TensorFlow's:

    * neither a global nor an op seed: a new stream from the operating system's entropy;
    * a global seed alone: each call draws an op seed from a generator that the global seed starts;
    * an op seed: the calls of one kind of op with that seed continue one stream.
    """

    _LARGEST = 2**31 - 1
    _DEFAULT = 87654321  # stands in for the global seed where only the op has one

    def __init__(self):
        self.seed: int | None = None
        self._op_seeds = random.Random()
        self._drawn: dict[tuple, int] = {}
        self._lock = threading.Lock()

    def set_seed(self, seed: Any) -> None:
        """Sets the global seed (None: none) and starts every stream again."""
        seed = None if seed is None else operator.index(seed)
        with self._lock:
            self.seed = seed
            self._op_seeds = random.Random(seed)
            self._drawn.clear()

    def next_stream(self, operation: str, op_seed: Any, blocks: int) -> tuple[int, int]:
        """The key and the counter with which a random op is to draw.

        Args:
            operation: the kind of op, as "RandomUniform:float32".
            op_seed: the op's own seed, or None.
            blocks: how many counters the op sets aside for itself.
        """
        if self.seed is None and op_seed is None:
            return secrets.randbits(64), secrets.randbits(64) << 64
        with self._lock:
            if op_seed is None:
                return self.stream(self._op_seeds.randint(0, self._LARGEST))
            key, counter = self.stream(operator.index(op_seed))
            stream = (operation, key, counter)
            drawn = self._drawn.get(stream, 0)
            self._drawn[stream] = drawn + blocks
            return key, counter + drawn

    def state(self) -> dict:
        """The seed and how far the streams are, as plain values."""
        with self._lock:
            drawn = [[*stream, count] for stream, count in self._drawn.items()]
            return {"seed": self.seed, "op_seeds": self._op_seeds.getstate(), "drawn": drawn}

    def set_state(self, state: dict) -> None:
        """Goes to a `state`, from which the streams go on."""
        version, numbers, gauss = state["op_seeds"]
        with self._lock:
            self.seed = state["seed"]
            self._op_seeds.setstate((version, tuple(numbers), gauss))
            self._drawn = {tuple(stream): count for *stream, count in state["drawn"]}

    def stream(self, op_seed: int) -> tuple[int, int]:
        """The key and the counter at which the stream of ops with this seed begins."""
        seed = self._DEFAULT if self.seed is None else self.seed
        key, high = seed % self._LARGEST, op_seed % self._LARGEST
        if key == high == 0:
            high = self._LARGEST  # TensorFlow's kernels take (0, 0) for "not seeded"
        return key, high << 64


seeds = SeedContext()
