"""Programs of examples/ as modules, on minitape or on TensorFlow."""

import importlib.util
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SHARED = "images"  # a module that examples import from their own folder


def load_example(name: str, tf):
    """The module examples/`name`.py, in which `import tensorflow` gives `tf`."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLES)
        patch.setitem(sys.modules, "tensorflow", tf)
        patch.setitem(sys.modules, "tensorflow.keras", tf.keras)
        spec.loader.exec_module(module)
        sys.modules.pop(SHARED, None)  # it belongs to this library
    return module
