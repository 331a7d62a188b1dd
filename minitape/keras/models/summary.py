"""A model as a table: its layers, their output shapes and how many numbers they hold."""

import re
import shutil
from itertools import pairwise
from typing import Any

from ... import nest
from ..layers.keras_tensor import OpLayer
from ..layers.layer import Layer
from ..messages import say
from .graph import Graph


def print_summary(
    model,
    line_length=None,
    positions=None,
    print_fn=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
) -> None:
    """Prints a model as a table, with the sums of its parameters below.

    Args:
        model: a Model.
        line_length: the width of the table, in characters.
        positions: where each column ends, as a share of the width.
        print_fn: called with the whole text, in place of `print`.
        expand_nested: whether models inside show their layers as well.
        show_trainable: whether there is a column "Trainable".
        layer_range: two names of layers, or regular expressions for them: the first layer to be
            shown and the last one.

    Raises:
        ValueError: a `layer_range` that is none, or a width that is too small.
    """
    graph = None if model._is_list else model._graph
    columns = ["Layer (type)", "Output Shape", "Param #"]
    if graph is None or _is_chain(graph):
        ends, longest = [0.45, 0.80, 1.0], 88
    else:
        columns.append("Connected to")
        ends, longest = [0.3, 0.56, 0.74, 1.0], 108
    ends = positions or ends
    if show_trainable:
        columns.append("Trainable")
        ends, longest = [0.9 * end for end in ends] + [1.0], longest + 12
    length = line_length or min(longest, shutil.get_terminal_size().columns - 4)
    rows = []
    for layer in _in_range(model.layers if graph is None else graph.layers, layer_range):
        rows += _rows(layer, graph, expand_nested)
    table = _table(columns, [[row[column] for column in columns] for row in rows], ends, length)
    text = "\n".join([f'Model: "{model.name}"', *table, *_totals(model), ""])
    if print_fn is not None:
        print_fn(text)
        return
    say(text, end="")


# -- what there is to say --------------------------------------------------------------------------


def _is_chain(graph: Graph) -> bool:
    """Whether each layer takes what the one before gives, so that nobody needs to say it."""
    given = graph.inputs
    for node in graph.nodes:
        if node.inputs() != [given]:
            return False
        given = node.outputs
    return len({id(node.layer) for node in graph.nodes}) == len(graph.nodes)


def _rows(layer: Any, graph: Graph | None, expand_nested: bool, depth: int = 0) -> list[dict]:
    """The layer's row, by the names of columns, and those of the layers inside it."""
    prefix = "   " * depth + "└ " if depth else ""
    params, trainable = "0", "-"
    if getattr(layer, "built", False):
        params = f"{layer.count_params():,}"
    elif isinstance(layer, Layer) and (
        type(layer).build is not Layer.build or layer._layers_inside
    ):
        params = "0 (unbuilt)"
    if isinstance(layer, Layer) and layer.weights:
        trainable = "Y" if layer.trainable else "N"
    row = {
        "Layer (type)": f"{prefix}{layer.name} ({kind_of(layer)})",
        "Output Shape": _output_shape(layer),
        "Param #": params,
        "Connected to": _connections(layer, graph),
        "Trainable": trainable,
    }
    rows = [row]
    for inner in getattr(layer, "layers", []) if expand_nested else []:
        rows += _rows(inner, graph, expand_nested, depth + 1)
    return rows


def kind_of(layer: Any) -> str:
    """The name of a layer's class; "Add" for the op `add`, "Functional" for a model of a graph."""
    if isinstance(layer, OpLayer):
        return "".join(word.capitalize() for word in layer.op.name.split("_"))
    name = type(layer).__name__
    return "Functional" if name == "Model" and layer._graph is not None else name


def _output_shape(layer: Any) -> str:
    """The shape of what the layer last gave to a model, or would give; "?" before it is built."""
    if layer.inbound_nodes:
        shapes = nest.map_structure(lambda y: tuple(y.shape), layer.inbound_nodes[-1].outputs)
    elif getattr(layer, "_graph", None) is not None:
        shapes = layer.output_shape
    elif getattr(layer, "_built_for", None):
        shapes = layer.compute_output_shape(*layer._built_for.values())
    else:
        return "?"
    return str(shapes)


def _connections(layer: Any, graph: Graph | None) -> str:
    """Where the layer's inputs come from: layer[number of its call][number of its output]."""
    if graph is None:
        return "-"
    found = []
    for node in layer.inbound_nodes:
        if any(node is known for known in graph.nodes):
            for x in node.inputs():
                maker = x.node
                call = next(i for i, n in enumerate(maker.layer.inbound_nodes) if n is maker)
                output = next(i for i, y in enumerate(nest.flatten(maker.outputs)) if y is x)
                found.append(f"{maker.layer.name}[{call}][{output}]")
    return ", ".join(found) or "-"


def _in_range(layers: list, layer_range: Any) -> list:
    """The layers from the first that matches one end of the range to the last of the other."""
    if layer_range is None:
        return layers
    if len(layer_range) != 2 or not all(isinstance(name, str) for name in layer_range):
        raise ValueError(
            "Expected `layer_range` to be two names of layers. Received: "
            f"layer_range={layer_range!r}."
        )
    places = [
        [i for i, layer in enumerate(layers) if re.match(name, layer.name)] for name in layer_range
    ]
    if not all(places):
        raise ValueError(
            f"layer_range={layer_range!r} names layers that the model doesn't have. It has: "
            f"{[layer.name for layer in layers]}."
        )
    first, last = places
    if min(first) > max(last):
        first, last = last, first
    return layers[min(first) : max(last) + 1]


def _totals(model: Any) -> list[str]:
    """How many numbers there are, and in how many bytes."""
    groups = {"Trainable": model.trainable_weights, "Non-trainable": model.non_trainable_weights}
    optimizer = model.optimizer
    if model.compiled and optimizer is not None and optimizer.built:
        groups["Optimizer"] = optimizer.variables
    groups = {"Total": [v for group in groups.values() for v in group], **groups}
    return [
        f" {name} params: {sum(v.array.size for v in group):,} "
        f"({_bytes(sum(v.array.nbytes for v in group))})"
        for name, group in groups.items()
    ]


def _bytes(count: float) -> str:
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if count < 1024:
            return f"{count:.2f} {unit}"
        count /= 1024
    return f"{count:.2f} PB"


# -- the table -------------------------------------------------------------------------------------


def _table(header: list[str], rows: list[list[str]], ends: Any, length: int) -> list[str]:
    """The lines of a table of this length, whose columns end at these shares of it."""
    widths = _widths(ends, length)
    alignment = {"Param #": str.rjust, "Trainable": str.center}
    pads = [alignment.get(name, str.ljust) for name in header]

    def rule(left, line, cross, right):
        return left + cross.join(line * (width + 2) for width in widths) + right

    def lines(cells, bar):
        wrapped = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for i in range(max(map(len, wrapped))):
            parts = [column[i] if i < len(column) else "" for column in wrapped]
            padded = [p(part, width) for p, part, width in zip(pads, parts, widths, strict=True)]
            yield bar + bar.join(f" {part} " for part in padded) + bar

    table = [rule("┏", "━", "┳", "┓"), *lines(header, "┃"), rule("┡", "━", "╇", "┩")]
    for i, row in enumerate(rows):
        table += [rule("├", "─", "┼", "┤")] if i else []
        table += lines(row, "│")
    return [*table, rule("└", "─", "┴", "┘")]


def _widths(ends: Any, length: int) -> list[int]:
    """The room for text in each column; what borders take, all columns give up alike."""
    places = [0, *(int(end * length) for end in ends)]
    widths = [right - left for left, right in pairwise(places)]
    if min(widths) < 4:
        raise ValueError(
            f"Columns that end at {list(ends)} of {length} characters are too narrow for a "
            "summary. Pass a larger `line_length`, or other `positions`."
        )
    excess = sum(widths) + 3 * len(widths) + 1 - length
    for i in range(len(widths)):
        share = round(excess / (len(widths) - i))
        widths[i] -= share
        excess -= share
    return widths


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of this width, broken at spaces; a word that is longer is cut."""
    lines = [""]
    for word in re.findall(r"\s*\S+\s*", text):
        if lines[-1] and len(lines[-1]) + len(word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    lines = [line.rstrip() for line in lines]
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]
