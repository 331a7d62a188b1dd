"""A room imports its own files and rooms on strictly lower floors; a backend, its one importer."""

import ast
import sys

import pytest

from tests.conftest import CHECKOUT

# From the ground up. A room is a module or a package with all that is in it.
FLOORS = [
    ["nest", "settings", "errors"],
    ["arrays"],
    ["engine"],
    ["ops"],
    ["tracing", "data", "learn", "summary", "module", "io"],
    ["image"],
    ["keras.registered"],
    ["keras.naming", "keras.dtype_policies", "keras.messages"],
    ["keras.variables"],
    ["keras.random", "keras.regularizers", "keras.activations", "keras.constraints"],
    ["keras.initializers", "keras.random_state"],
    ["keras.losses", "keras.optimizers", "keras.ops"],
    ["keras.metrics"],
    ["keras.layers"],
    ["keras.saving"],
    ["keras.callbacks"],
    ["keras.training"],
    ["keras.models"],
    ["keras.utils"],
    ["keras.config", "keras.mixed_precision", "keras.preprocessing"],
    ["keras.backend"],
    ["keras.datasets"],
    ["keras"],
    ["math_special", "config"],  # tf.math.special, tf.config
    # tf.math and so on: names alone
    [
        "autodiff",
        "autograph",
        "bitwise",
        "compat",
        "debugging",
        "distribute",
        "dtypes",
        "linalg",
        "math",
        "nn",
        "random",
        "test",
        "train",
    ],
    [""],  # minitape/__init__.py, the front door
    ["dropin", "demo"],
    ["run", "doctor"],
    ["explain"],
    ["cli"],
    ["__main__"],
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
ONLY_IN = {  # a package beyond the standard library: the folders that may import it
    "numpy": ["minitape", "compat", "benchmarks", "tests", "examples"],
    "cupy": ["minitape/arrays/cuda", "tests/arrays/cuda"],
    "numba": ["minitape/arrays/cpu"],
    "llvmlite": ["minitape/arrays/cpu"],  # numba's own
    "tensorflow": [
        "compat",
        "benchmarks",
        "tests/compat",
        "tests/arrays/cuda/record_answers.py",
        "examples",
    ],
    "keras": ["compat", "benchmarks", "tests/compat", "tests/arrays/cuda/record_answers.py"],
    "torch": ["benchmarks"],
    "jax": ["benchmarks"],
    "autograd": ["benchmarks"],
    "mygrad": ["benchmarks"],
    "tinygrad": ["benchmarks"],
    "matplotlib": [
        "minitape/learn/curves.py",
        "minitape/learn/profile_report.py",
        "minitape/keras/utils/plot_model.py",
        "benchmarks/plot.py",
        "examples",
    ],
    "PIL": [
        "minitape/io/pictures.py",
        "minitape/summary",
        "tests",
    ],
    "h5py": ["minitape/keras/saving", "tests", "compat"],
    "tensorboard": ["minitape/summary", "minitape/keras/callbacks/tensorboard.py", "tests"],
    "google": ["minitape/keras/callbacks/tensorboard.py", "tests"],  # protobuf, tensorboard's own
    "playwright": ["tests/learn/test_page_browser.py"],
    "hypothesis": ["compat", "tests", "minitape/learn/exercises"],
    "rich": ["minitape/learn/profile_report.py"],
    "pytest": ["compat", "tests"],
    "minitape": ["minitape", "compat", "benchmarks", "tests", "examples"],
    "compat": ["compat", "tests"],
    "benchmarks": ["benchmarks", "tests"],
    "tests": ["tests"],
    "images": ["examples"],  # examples/images.py, which stands beside its users
    "cifar": ["examples"],
}
OPTIONAL = {
    "matplotlib",
    "h5py",
    "PIL",
    "tensorboard",
    "google",
    "numba",
    "cupy",
    "rich",
    "hypothesis",
}  # loaded inside a function, by the one feature that needs it
# Files of ours that need such a package, or a compiler: loaded in the same way.
OPTIONAL_FILES = ("minitape.arrays.cpu.team", "minitape.arrays.cuda.simulator.compiler")
# An import that this test cannot see, and that a file made by somebody else must never reach.
DYNAMIC = {"importlib", "importlib.import_module"}
# They load what few programs need on first use.
MAY_IMPORT_BY_NAME = {"minitape/__init__.py", "minitape/learn/__init__.py"}

FILES = {
    str(path.relative_to(CHECKOUT)): ast.parse(path.read_text())
    for folder in ("minitape", "compat", "benchmarks", "tests", "examples")
    for path in sorted((CHECKOUT / folder).rglob("*.py"))
}


def imports(path):
    """Yields (line, imported module or name in full, whether it stands inside a function)."""
    package = path.split("/")[:-1]
    in_functions = {
        inner
        for node in ast.walk(FILES[path])
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for inner in ast.walk(node)
    }
    for node in ast.walk(FILES[path]):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # One dot is the file's own package, two the one around it.
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield node.lineno, name, node in in_functions


def room_of(name):
    """The room of a module or name of minitape: the longest entry of the table that begins it."""
    words = name.split(".")[1:]
    prefixes = [".".join(words[:n]) for n in range(len(words), 0, -1)]
    return next((prefix for prefix in prefixes if prefix in FLOOR), "")


def wrong_floors(path):
    """The imports of a file of minitape that the rule of the floors forbids."""
    here = room_of(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    if not here and path != "minitape/__init__.py":
        yield f"{path}: give this room a floor in {__name__}.FLOORS"
    for line, name, inside_function in imports(path):
        top, there = name.split(".")[0], room_of(name)
        if top == "minitape" and here != there and FLOOR[there] >= FLOOR[here]:
            yield f"{path}:{line}: {name} is not on a lower floor than {here or top}"
        if inside_function and top not in OPTIONAL and not name.startswith(OPTIONAL_FILES):
            yield f"{path}:{line}: import of {name} inside a function"


def wrong_packages(path):
    """The imports of a file of packages that others alone may import."""
    for line, name, _ in imports(path):
        top = name.split(".")[0]
        places = ONLY_IN.get(top, [])
        inside = any(path == place or path.startswith(f"{place}/") for place in places)
        if not inside and top not in sys.stdlib_module_names:
            yield f"{path}:{line}: {top} may be imported in {places or 'no file'} only"
        if name in DYNAMIC and path.startswith("minitape/") and path not in MAY_IMPORT_BY_NAME:
            yield f"{path}:{line}: import by name"


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith("minitape/")])
def test_a_room_imports_lower_floors_only(path):
    assert not list(wrong_floors(path))


@pytest.mark.parametrize("path", FILES)
def test_a_package_is_imported_only_where_it_may_be(path):
    assert not list(wrong_packages(path))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("minitape/engine/new.py", "from .. import ops"),
        ("minitape/engine/new.py", "import minitape.ops.math"),
        ("minitape/engine/new.py", "from ..ops.math import add"),
        ("minitape/engine/new.py", "import minitape"),
        ("minitape/data/new.py", "from ..learn import show"),
        ("minitape/ops/new.py", "def f():\n    from . import math"),
        ("minitape/keras/layers/new.py", "from ..models import Model"),
        ("minitape/keras/layers/core/new.py", "from ... import training"),
        ("minitape/attic/new.py", ""),
    ],
)
def test_a_wrong_floor_is_noticed(path, code, monkeypatch):
    monkeypatch.setitem(FILES, path, ast.parse(code))
    assert list(wrong_floors(path))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("minitape/arrays/module.py", "import cupy"),
        ("minitape/ops/new.py", "from numba import njit"),
        ("tests/engine/new.py", "import tensorflow as tf"),
        ("minitape/new.py", "import requests"),
        ("minitape/new.py", "from compat import twin"),
        ("minitape/keras/saving/new.py", "import importlib"),
    ],
)
def test_a_wrong_package_is_noticed(path, code, monkeypatch):
    monkeypatch.setitem(FILES, path, ast.parse(code))
    assert list(wrong_packages(path))
