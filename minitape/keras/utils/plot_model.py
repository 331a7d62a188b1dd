"""plot_model: the picture of a model."""

import os
import shutil
import subprocess
from html import escape
from typing import Any

from .diagram import LINE, TITLE, Box, Diagram

_PIXELS_PER_INCH = 96


def plot_model(
    model,
    to_file="model.png",
    show_shapes=False,
    show_dtype=False,
    show_layer_names=False,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
) -> None:
    """Draws a model: a box for each layer, and arrows for what goes from one to the next.

    SVG and DOT need nothing else. Other formats, PNG among them, are drawn by graphviz' program
    `dot` where that is installed, or else by matplotlib.

    Args:
        model: a Model that is built.
        to_file: the file; its ending says the format: ".svg", ".dot", ".png", ".pdf".
        show_shapes: whether boxes tell the shapes of inputs and outputs.
        show_dtype: whether they tell the type of the outputs.
        show_layer_names: whether they tell the layer's name.
        rankdir: where the arrows lead: "TB" to the bottom, "LR" to the right, "BT", "RL".
        expand_nested: whether models inside show their layers, within a frame.
        dpi: dots per inch.
        show_layer_activations: whether boxes tell the activation.
        show_trainable: whether they tell if training changes the weights.
        splines: accepted for Keras' scripts.

    Raises:
        ValueError: a model that is not built, or another `rankdir`.
        ImportError: a format for which neither `dot` nor matplotlib is there.
    """
    diagram = Diagram(
        model,
        show_shapes,
        show_dtype,
        show_layer_names,
        expand_nested,
        show_layer_activations,
        show_trainable,
    )
    path = os.fspath(to_file)
    kind = os.path.splitext(path)[1].lstrip(".").lower() or "png"
    if kind == "svg":
        _write(path, _svg(diagram, rankdir))
    elif kind in ("dot", "gv"):
        _write(path, _dot(diagram, model.name, rankdir, dpi))
    elif shutil.which("dot"):
        text = _dot(diagram, model.name, rankdir, dpi)
        subprocess.run(["dot", f"-T{kind}", "-o", path], input=text, text=True, check=True)
    else:
        _draw(diagram, rankdir, path, kind, dpi)


def model_to_dot(
    model,
    show_shapes=False,
    show_dtype=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
) -> str:
    """The model in the language of graphviz, as a text.

    The arguments are those of `plot_model`.
    """
    diagram = Diagram(
        model,
        show_shapes,
        show_dtype,
        show_layer_names,
        expand_nested,
        show_layer_activations,
        show_trainable,
    )
    return _dot(diagram, model.name, rankdir, dpi)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _frame(boxes: list[Box], inset: float) -> tuple[float, float, float, float]:
    """The rectangle around boxes: left, top, width, height."""
    left, top = min(box.x for box in boxes) - inset, min(box.y for box in boxes) - inset
    right = max(box.x + box.width for box in boxes) + inset
    bottom = max(box.y + box.height for box in boxes) + inset
    return left, top, right - left, bottom - top


def _frames(diagram: Diagram) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Each frame's title and rectangle; one that holds others is larger."""
    found = []
    for name, boxes in diagram.frames:
        inner = sum(set(map(id, other)) < set(map(id, boxes)) for _, other in diagram.frames)
        found.append((name, _frame(boxes, 14 + 8 * inner)))
    return found


def _middle(box: Box, line: int) -> float:
    """The height of the middle of a line of text in a box; the title is line 0."""
    return box.y + TITLE / 2 if line == 0 else box.y + TITLE + LINE * (line - 0.5) + 2


# -- the formats -----------------------------------------------------------------------------------


def _svg(diagram: Diagram, rankdir: str) -> str:
    width, height, paths = diagram.lay_out(rankdir)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="Helvetica, Arial, sans-serif" '
        'font-size="14">',
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for name, (x, y, w, h) in _frames(diagram):
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="none" '
            f'stroke="gray" stroke-dasharray="5 4"/><text x="{x + 4:.1f}" y="{y - 4:.1f}" '
            f'font-size="12" fill="gray">{escape(name)}</text>'
        )
    for points in paths:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="black" stroke-width="1.5" '
            'marker-end="url(#tip)"/>'
        )
    for box in diagram.boxes:
        middle = box.x + box.width / 2
        parts.append(
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
            f'height="{box.height:.1f}" fill="white" stroke="black"/>'
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
            f'height="{TITLE}"/>'
        )
        for i, text in enumerate([box.title, *box.lines]):
            look = "black" if i else 'white" font-weight="bold'
            parts.append(
                f'<text x="{middle:.1f}" y="{_middle(box, i) + 5:.1f}" text-anchor="middle" '
                f'fill="{look}">{escape(text)}</text>'
            )
    return "\n".join([*parts, "</svg>", ""])


def _dot(diagram: Diagram, name: str, rankdir: str, dpi: int) -> str:
    numbers = {id(box): f"n{i}" for i, box in enumerate(diagram.boxes)}
    lines = [
        f"digraph {_quoted(name)} {{",
        f"  graph [rankdir={rankdir}, dpi={dpi}];",
        '  node [shape=plaintext, fontname="Helvetica"];',
    ]
    for box in diagram.boxes:
        rows = "".join(f"<tr><td>{escape(text)}</td></tr>" for text in box.lines)
        title = f'<font color="white"><b>{escape(box.title)}</b></font>'
        lines.append(
            f'  {numbers[id(box)]} [label=<<table border="0" cellborder="1" cellspacing="0" '
            f'cellpadding="6"><tr><td bgcolor="black">{title}</td></tr>{rows}</table>>];'
        )
    lines += [f"  {numbers[id(a)]} -> {numbers[id(b)]};" for a, b in diagram.arrows]
    # A frame within another is written within it: the boxes of a frame follow each other.
    open_frames: list[list[Box]] = []
    for title, boxes in diagram.frames:
        while open_frames and boxes[-1] not in open_frames[-1]:
            open_frames.pop()
            lines.append("  }")
        open_frames.append(boxes)
        inside = " ".join(f"{numbers[id(box)]};" for box in boxes)
        number = len(lines)
        lines.append(
            f"  subgraph cluster_{number} {{ label={_quoted(title)}; style=dashed; {inside}"
        )
    lines += ["  }"] * len(open_frames)
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _draw(diagram: Diagram, rankdir: str, path: str, kind: str, dpi: int) -> None:
    try:
        from matplotlib.figure import Figure
        from matplotlib.patches import FancyArrowPatch, Rectangle
    except ImportError as error:
        raise ImportError(
            f"plot_model needs matplotlib (pip install 'minitape[plot]') or graphviz' program "
            f"`dot` for a .{kind} file, and found neither. For a picture without them, give "
            "to_file an ending of .svg, or of .dot."
        ) from error
    width, height, paths = diagram.lay_out(rankdir)
    figure = Figure(figsize=(width / _PIXELS_PER_INCH, height / _PIXELS_PER_INCH), dpi=dpi)
    axes: Any = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    points = 72 / _PIXELS_PER_INCH
    for name, (x, y, w, h) in _frames(diagram):
        axes.add_patch(Rectangle((x, y), w, h, fill=False, edgecolor="gray", linestyle="--"))
        axes.text(x + 4, y - 4, name, fontsize=12 * points, color="gray")
    for path_points in paths:
        xs, ys = zip(*path_points, strict=True)
        axes.plot(xs, ys, color="black", linewidth=1.5 * points)
        tip = FancyArrowPatch(
            path_points[-2], path_points[-1], arrowstyle="-|>", mutation_scale=12, color="black",
            shrinkA=0, shrinkB=0, linewidth=1.5 * points,
        )  # fmt: skip
        axes.add_patch(tip)
    for box in diagram.boxes:
        axes.add_patch(
            Rectangle((box.x, box.y), box.width, box.height, facecolor="white", edgecolor="black")
        )
        axes.add_patch(Rectangle((box.x, box.y), box.width, TITLE, color="black"))
        for i, text in enumerate([box.title, *box.lines]):
            axes.text(
                box.x + box.width / 2,
                _middle(box, i),
                text,
                fontsize=14 * points,
                ha="center",
                va="center",
                color="black" if i else "white",
                weight="normal" if i else "bold",
            )
    figure.savefig(path, dpi=dpi, format=kind)
