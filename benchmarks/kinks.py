"""Which slope each library takes at a kink: the table of docs/guide/05-kinks.md, measured.

`.venv-bench/bin/python -m benchmarks.kinks` prints it, a column for each library that is there.
"""

import importlib
import importlib.util

# What is differentiated, for each library, and where.
KINKS = {
    "`relu` at 0": ([0.0], "nn.relu(x)", "relu(x)", "nn.relu(x)"),
    "`abs` at 0": ([0.0], "abs(x)", "abs(x)", "numpy.abs(x)"),
    "`maximum(x, x)`": ([1.0, 1.0], "maximum(x, y)", "maximum(x, y)", "numpy.maximum(x, y)"),
    "the largest of two equals": (
        [1.0, 1.0],
        "reduce_max(stack([x, y]))",
        "stack([x, y]).amax()",
        "numpy.stack([x, y]).max()",
    ),
    "the same along an axis": (
        [1.0, 1.0],
        "reduce_max(stack([x, y]), 0)",
        "stack([x, y]).max(0).values",
        "numpy.stack([x, y]).max(0)",
    ),
    "`clip` at its border": (
        [1.0],
        "clip_by_value(x, 0.0, 1.0)",
        "clip(x, 0.0, 1.0)",
        "numpy.clip(x, 0.0, 1.0)",
    ),
    "`floor`": ([0.5], "floor(x)", "floor(x)", "numpy.floor(x)"),
    "`sqrt` at 0": ([0.0], "sqrt(x)", "sqrt(x)", "numpy.sqrt(x)"),
    "`x ** 0` at 0": ([0.0], "pow(x, 0.0)", "pow(x, 0.0)", "numpy.power(x, 0.0)"),
    "the norm at 0": (
        [0.0],
        "norm(reshape(x, [1]))",
        "linalg.vector_norm(x.reshape(1))",
        "numpy.linalg.norm(x.reshape(1))",
    ),
}


def _by_tape(tf, f, at):
    inputs = [tf.constant(x) for x in at]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = f(*inputs)
    return [None if d is None else float(d) for d in tape.gradient(y, inputs)]


def _by_torch(torch, f, at):
    inputs = [torch.tensor(x, requires_grad=True) for x in at]
    return [float(d) for d in torch.autograd.grad(f(*inputs), inputs)]


def _by_jax(jax, f, at):
    return [float(d) for d in jax.grad(f, argnums=tuple(range(len(at))))(*at)]


# (module, how its column is headed, which text of KINKS it runs, how it differentiates)
LIBRARIES = [
    ("minitape", "minitape", 1, _by_tape),
    ("tensorflow", "TensorFlow", 1, _by_tape),
    ("torch", "PyTorch", 2, _by_torch),
    ("jax", "JAX", 3, _by_jax),
]


def columns() -> dict[str, list[str]]:
    """The slopes at each of KINKS, of each library that is installed, as texts."""
    found = {}
    for module, title, number, slopes in LIBRARIES:
        if importlib.util.find_spec(module):
            library = importlib.import_module(module)
            if module == "jax":
                importlib.import_module("jax.numpy")
            found[title] = [
                _text(slopes(library, _function(library, kink[number], kink[0]), kink[0]))
                for kink in KINKS.values()
            ]
    return found


def _function(library, text: str, at):
    return eval(f"lambda {', '.join('xy'[: len(at)])}: {text}", {**vars(library)})


def _text(slopes) -> str:
    return " and ".join("None" if d is None else _number(d) for d in slopes)


def _number(d: float) -> str:
    return "½" if d == 0.5 else f"{d:g}"


def table() -> str:
    """The table, as it stands in the guide."""
    found = columns()
    rows = [["", *found], ["---"] * (len(found) + 1)]
    rows += [[kink, *slopes] for kink, *slopes in zip(KINKS, *found.values(), strict=True)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(table())
