"""The tape as a page to read: what was written down, and what the walk backward makes of it."""

import numpy as np

from .. import nest
from ..engine import Variable, conj
from ..ops import zeros_like


def tape_page(tape, target, names=None):
    """Returns a page of text with each entry of a tape, and each step of its gradient.

    The first part lists the entries in the order in which they were recorded, with the values. The
    second walks them from the last to the first. There d(v) is the derivative of the target with
    respect to v, the sum of all that the lines above it contributed; each line says what the op's
    rule makes of it and adds to the derivatives of the op's inputs.

    Args:
        tape: A GradientTape after its `with` block. One that is not persistent is used up.
        target: The tensor to differentiate.
        names: A dictionary from names to the tensors that are called so on the page. A variable is
            called by its own name, any other result v1, v2 and so on, and a constant by its value.

    >>> import minitape as mt
    >>> x = mt.constant(3.0)
    >>> with mt.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x + x
    >>> print(tape_page(tape, y, names={"x": x, "y": y}))
    forward: what the tape wrote down
      1  v1 = multiply(x, x)  9
      2  y = add(v1, x)       12
    backward: from the last line to the first
      2  d(y) = 1   d(v1) += 1  d(x) += 1
      1  d(v1) = 1  d(x) += 3   d(x) += 3
    gradient
         d(x) = 7
    """
    entries = list(tape.entries)
    known = _names(entries, names or {})
    forward, backward = [], []
    for number, entry in enumerate(entries, 1):
        arguments = [known.get(x.id) or _value(x) for x in entry.inputs]
        arguments += [f"{key}={value}" for key, value in entry.params.items()]
        outputs = nest.flatten(entry.output)
        left = ", ".join(known[y.id] for y in outputs)
        right = f"{left} = {entry.op.name}({', '.join(arguments)})"
        forward.append([f"{number:3}", right, *map(_value, outputs)])

    # One call gives the derivative with respect to all that was recorded, intermediate or not.
    sources = {x.id: x for entry in entries for x in entry.inputs if x.id in known}
    results = [entry.output for entry in entries]
    ends, derivatives = tape.gradient(target, [list(sources.values()), results])
    for number, entry in reversed(list(enumerate(entries, 1))):
        g = derivatives[number - 1]
        pairs = zip(nest.flatten(entry.output), nest.flatten(g), strict=True)
        heads = [f"d({known[y.id]}) = {_value(dy)}" for y, dy in pairs if dy is not None]
        if not heads:
            continue  # the target does not depend on it
        # An op's rule takes and gives the conjugate of the gradient: see Primitive.
        g = nest.map_structure(conj, _filled(g, entry.output))
        contributions = entry.op.vjp(g, entry.output, entry.inputs, entry.params, sources)
        adds = [
            f"d({known[x.id]}) += {_value(conj(dx))}"
            for x, dx in contributions
            if dx is not None and x.id in known
        ]
        backward.append([f"{number:3}", ", ".join(heads), *adds])
    made = {y.id for entry in entries for y in nest.flatten(entry.output)}
    last = [
        f"     d({known[x.id]}) = {_value(dx)}"
        for x, dx in zip(sources.values(), ends, strict=True)
        if x.id not in made and dx is not None
    ]
    return "\n".join(
        [
            "forward: what the tape wrote down",
            *_aligned(forward),
            "backward: from the last line to the first",
            *_aligned(backward),
            "gradient",
            *last,
        ]
    )


def _names(entries, names):
    """The name of every recorded result, variable and named tensor, by its id."""
    known = {tensor.id: name for name, tensor in names.items()}
    number = 0
    for entry in entries:
        for x in entry.inputs:
            if isinstance(x, Variable):
                known.setdefault(x.id, x.name.removesuffix(":0"))
        for y in nest.flatten(entry.output):
            if y.id not in known:
                number += 1
                known[y.id] = f"v{number}"
    return known


def _value(tensor):
    """A short text of a tensor's value; of a large one, its shape."""
    array = tensor.numpy()
    if array.size > 6:
        return f"<{'×'.join(map(str, array.shape))}>"
    text = np.array2string(
        array, separator=", ", formatter={"float_kind": lambda number: f"{number:.4g}"}
    )
    return text.replace("\n", "")


def _filled(g, output):
    """An entry's cotangents, zeros for those of its outputs that were not used."""
    if type(output) is not tuple:
        return g
    return tuple(zeros_like(y) if dy is None else dy for y, dy in zip(output, g, strict=True))


def _aligned(rows):
    """The rows as lines, each cell as wide as the widest of its column."""
    columns = max(map(len, rows), default=0)
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(columns)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    ]
