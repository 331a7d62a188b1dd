"""`python -m compat wing`: which of Keras' classes are compared with it, as docs/keras.md.

The tables of settings are in `layers.py`, `losses.py`, `metrics.py`, `optimizers.py` and
`weights.py`; a test holds the page equal to them.
"""

import argparse
import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import minitape

from . import layers, losses, metrics, optimizers, weights
from .wing_left_out import LEFT_OUT

PAGE = Path(__file__).resolve().parents[1] / "docs" / "keras.md"
# Functions that find and describe the classes; the comparison of each class goes through them.
FINDERS = {"get", "serialize", "deserialize"}


class Kind(NamedTuple):
    """A namespace of Keras' and the table that compares what is in it.

    Attributes:
        space: its path below `keras`.
        base: the class that all of its classes are derived from.
        rows: for each row of the table the class and its settings.
        compared: what is compared for each row.
        bases: classes for others to derive from, which have no rows.
        functions: the functions beside the classes that are compared.
    """

    space: str
    base: str
    rows: list[tuple[str, dict]]
    compared: str
    bases: frozenset = frozenset()
    functions: frozenset = frozenset()

    @property
    def classes(self) -> list[str]:
        """The classes that have rows."""
        return sorted({name for name, _ in self.rows})


KINDS = (
    Kind(
        "layers",
        "Layer",
        [(row.name, layers.settings_of(row)) for row in layers.ROWS],
        "Outputs, in training and without; gradients of the inputs and the weights; names, "
        "shapes and types of weights; penalties; symbolic shapes; the config key by key, and each "
        "library's from the other's. For the fullest settings of each class: the weights, states "
        "and inputs after 20 steps of training all of them, with penalties and constraints.",
        frozenset({"Layer", "Wrapper", "InputLayer"}),
        frozenset({*layers.MERGING, "Input"}),
    ),
    Kind(
        "losses",
        "Loss",
        [(name, settings) for _, name, settings, _ in losses.CASES],
        "Values and gradients on generated arrays, as function and as class, for each reduction, "
        "with weights for nothing, for all, for each example and for each value; the weights of a "
        "layer after 20 steps of training; the config key by key.",
        frozenset({"Loss", "LossFunctionWrapper"}),
        frozenset(name for name, *_ in losses.CASES),
    ),
    Kind(
        "metrics",
        "Metric",
        [
            *((name, settings) for name, settings, _ in metrics.CASES + metrics.STATE_CASES),
            *metrics.OF_VALUES,
        ],
        "Results and states after each of several batches, with weights and without, and after a "
        "reset; the config key by key.",
        frozenset({"Metric", "MeanMetricWrapper"}),
        frozenset(metrics.FUNCTIONS),
    ),
    Kind(
        "optimizers",
        "Optimizer",
        [
            *optimizers.DEFAULTS,
            *optimizers.CASES,
            *optimizers.IN_FLOAT32,
            *optimizers.AROUND_EACH,
        ],
        "Weights and states after 20 steps or more; the config key by key; a schedule as the "
        "learning rate.",
        frozenset({"Optimizer"}),
    ),
    Kind(
        "optimizers.schedules",
        "LearningRateSchedule",
        optimizers.SCHEDULES,
        "The rate at each of 31 steps; weights trained with it; the config key by key.",
        frozenset({"LearningRateSchedule"}),
    ),
    Kind(
        "initializers",
        "Initializer",
        weights.INITIALIZERS,
        "Values drawn with a seed, in several shapes and types; the config key by key.",
        frozenset({"Initializer", "RandomInitializer"}),
    ),
    Kind(
        "regularizers",
        "Regularizer",
        weights.REGULARIZERS,
        "The penalty and its gradient; the config key by key.",
        frozenset({"Regularizer"}),
    ),
    Kind(
        "constraints",
        "Constraint",
        weights.CONSTRAINTS,
        "Weights before and after; the config key by key.",
    ),
)


def module_of(keras: Any, space: str) -> Any:
    """The module of a namespace in a library."""
    for part in space.split("."):
        keras = getattr(keras, part)
    return keras


def public_names(keras: Any, space: str) -> set[str]:
    """The public names in a namespace of a library."""
    return {name for name in dir(module_of(keras, space)) if not name.startswith("_")}


def missing(keras: Any) -> set[str]:
    """Keras' names that minitape doesn't have."""
    return {
        f"{kind.space}.{name}"
        for kind in KINDS
        for name in public_names(keras, kind.space) - public_names(minitape.keras, kind.space)
    }


def classes_of_minitape(kind: Kind) -> set[str]:
    """The classes of this kind in minitape's public namespace."""
    module = module_of(minitape.keras, kind.space)
    base = getattr(module, kind.base)
    found = [getattr(module, name) for name in public_names(minitape.keras, kind.space)]
    return {one.__name__ for one in found if inspect.isclass(one) and issubclass(one, base)}


def functions_of_keras(keras: Any, kind: Kind) -> set[str]:
    """The functions of Keras' that minitape has; of the metrics those that are no losses."""
    shared = public_names(keras, kind.space) & public_names(minitape.keras, kind.space)
    if kind.space == "metrics":
        shared -= public_names(keras, "losses")
    module = module_of(keras, kind.space)
    return {name for name in shared if inspect.isfunction(getattr(module, name))}


def _table(kind: Kind) -> Iterable[str]:
    yield "| class | settings compared | arguments that they give |"
    yield "|---|---|---|"
    for name in kind.classes:
        rows = [settings for class_name, settings in kind.rows if class_name == name]
        arguments = sorted({argument for settings in rows for argument in settings})
        yield f"| `{name}` | {len(rows)} | {', '.join(f'`{a}`' for a in arguments)} |"


def page() -> str:
    """The page, as Markdown."""
    lines = [
        "# Keras' classes, and what of each is compared with Keras",
        "",
        "Made by `python -m compat wing` from the tables that the tests in `tests/compat` go",
        "through. Every class below is run beside that of Keras 3.15, with the same weights and",
        "inputs. What differs deliberately is in [deviations.md](deviations.md).",
    ]
    for kind in KINDS:
        lines += ["", f"## keras.{kind.space}", "", kind.compared, "", *_table(kind)]
        if kind.functions:
            names = ", ".join(f"`{name}`" for name in sorted(kind.functions))
            lines += ["", f"Functions: {names}."]
        if kind.bases:
            names = ", ".join(f"`{name}`" for name in sorted(kind.bases))
            lines += ["", f"To derive others from: {names}."]
    lines += ["", "## Left out", "", "What Keras has in these namespaces and minitape has not."]
    for reason, names in LEFT_OUT.items():
        lines += ["", f"- {reason}: {', '.join(f'`{name}`' for name in sorted(names))}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Writes the page."""
    argparse.ArgumentParser(prog="python -m compat wing", description=__doc__).parse_args()
    PAGE.write_text(page())
    print(PAGE)
    return 0
