"""What minitape has under a name of TensorFlow's takes TensorFlow's arguments."""

import enum
import inspect

import pytest
import tensorflow as tf

import minitape

MODULES = (
    "",
    "math",
    "math.special",
    "bitwise",
    "dtypes",
    "nn",
    "linalg",
    "random",
    "autodiff",
    "nest",
    "debugging",
    "random.experimental",
    "data",
    "train",
    "summary",
    "summary.experimental",
)
CLASSES = {
    "GradientTape": tf.GradientTape,
    "Variable": tf.Variable,
    "IndexedSlices": tf.IndexedSlices,
    "autodiff.ForwardAccumulator": tf.autodiff.ForwardAccumulator,
    "random.Generator": tf.random.Generator,
    "TensorSpec": tf.TensorSpec,
    "data.Dataset": tf.data.Dataset,
    "data.DatasetSpec": tf.data.DatasetSpec,
    "summary.SummaryWriter": tf.summary.SummaryWriter,
    "train.Checkpoint": tf.train.Checkpoint,
    "train.CheckpointManager": tf.train.CheckpointManager,
}
# Where the parameters differ, and why.
DEVIATIONS = {
    "custom_gradient": "it is a decorator alone, so that f must be given",
    "data.Dataset.__init__": "datasets are made by its methods, and of other things than in C++",
    "summary.SummaryWriter.__init__": "in TensorFlow it is abstract, and has none",
    "nest.map_structure": "check_types has a name of its own instead of standing among **kwargs",
}


def find(module, path):
    """The object at a dotted path below a module, or None."""
    for name in filter(None, path.split(".")):
        module = getattr(module, name, None)
    return module


def public_functions():
    """Yields the dotted path of each public function that TensorFlow has too."""
    for module in MODULES:
        for name, ours in sorted(vars(find(minitape, module)).items()):
            path = f"{module}.{name}".lstrip(".")
            theirs = find(tf, path)
            is_function = callable(ours) and not inspect.isclass(ours)
            if is_function and not name.startswith("_") and callable(theirs):
                yield path


def public_methods():
    """Yields the dotted path of the constructor and each public method of the shared classes."""
    for path, theirs in CLASSES.items():
        for name, ours in inspect.getmembers(find(minitape, path), callable):
            is_public = name == "__init__" or not name.startswith("_")
            is_method = inspect.isfunction(ours) or inspect.ismethod(ours)
            if is_public and is_method and hasattr(theirs, name):
                yield f"{path}.{name}"


def default(value):
    """A default as it is compared: a dtype by its name, an enumeration's member by its value."""
    if isinstance(value, enum.Enum):
        return value.value
    return getattr(value, "name", value)


def described(function):
    """The parameters as (name, default); the default of `name`, which nobody uses, is left out."""
    parameters = inspect.signature(function).parameters.values()
    return [
        (p.name, None if p.name == "name" else default(p.default))
        for p in parameters
        if p.name != "self" and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]


SHARED = [*public_functions(), *public_methods()]


@pytest.mark.parametrize("path", [path for path in SHARED if path not in DEVIATIONS])
def test_signature(path):
    ours, theirs = described(find(minitape, path)), described(find(tf, path))
    order = [parameter for parameter in theirs if parameter in ours]
    assert ours == order, f"TensorFlow's are {theirs}"


def test_deviations_exist():
    assert DEVIATIONS.keys() <= set(SHARED)
