"""The picture: every step beside its peers', and how a step grows with the batch and the depth."""

import math

GROWTH = {
    "batches": ("samples in a batch", "a sample's share of a step, µs"),
    "depth": ("layers", "a layer's share of a step, µs"),
}


def draw(found, page):
    """Draws what was measured; returns the picture's path, or None without matplotlib or numbers.

    Args:
        found: The report.
        page: The page that it is for. The picture goes into `images/` beside it.
    """
    try:
        import matplotlib
    except ImportError:
        return None
    sections = {s["name"]: s["rows"] for s in found["sections"] if any(s["rows"].values())}
    drawings = [*_ratios(sections), *_curves(sections)]
    if not drawings:
        return None
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "minitape"  # the same numbers make the same file
    from matplotlib import pyplot

    high = math.ceil(len(drawings) / 2)
    figure, axes = pyplot.subplots(high, 2, figsize=(11, 3.6 * high), squeeze=False)
    names = list(found["versions"])
    colors = {name: pyplot.colormaps["tab20"](number) for number, name in enumerate(names)}
    for ax, drawing in zip(axes.flat, drawings, strict=False):
        drawing(ax, names, colors)
    for ax in axes.flat[len(drawings) :]:
        ax.axis("off")
    named = {}  # the same colour for the same engine in every drawing: one legend for all
    for ax in axes.flat:
        named |= {line.get_label(): line for line in ax.get_lines()}
    shown = [named[name] for name in names if name in named]
    figure.tight_layout(rect=(0, 0.4 / (3.6 * high), 1, 1))
    figure.legend(shown, [line.get_label() for line in shown], loc="lower center", ncols=6)
    path = page.parent / "images" / f"{page.stem}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return path


def _ratios(sections):
    """Times as multiples of minitape's."""
    rows = {
        title.split(",")[0].split(":")[0]: row
        for name in ("ops", "models", "generative", "derivatives")
        for title, row in sections.get(name, {}).items()
        if "minitape" in row
    }
    if not rows:
        return

    def drawing(ax, names, colors):
        for name in names:
            points = {
                place: row[name]["median"] / row["minitape"]["median"]
                for place, row in enumerate(rows.values())
                if name in row
            }
            if points:
                style = "_" if name == "minitape" else "o"
                ax.plot(list(points), list(points.values()), style, color=colors[name], label=name)
        ax.axhline(1, color=colors["minitape"], linewidth=0.8)
        ax.set_yscale("log")
        ax.set_xticks(range(len(rows)), rows, rotation=30, ha="right")
        ax.set_ylabel("time, minitape = 1")

    yield drawing


def _curves(sections):
    """A curve for each engine over the number in the row's title."""
    for name, labels in GROWTH.items():
        kinds = {}
        for title, row in sections.get(name, {}).items():
            kind = title.split(",")[0] if "," in title else ""
            number = int(next(word for word in title.split() if word.isdigit()))
            kinds.setdefault(kind, {})[number] = row
        for kind, rows in kinds.items():
            yield _curve(kind, rows, labels)


def _curve(kind, rows, labels):
    def drawing(ax, names, colors):
        for name in names:
            points = {n: row[name]["median"] for n, row in rows.items() if name in row}
            if points:
                ax.plot(list(points), list(points.values()), "o-", color=colors[name], label=name)
        ax.set_xscale("log", base=2)
        ax.set_xticks(list(rows), list(rows))
        ax.set_ylim(bottom=0)
        ax.set_xlabel(labels[0])
        ax.set_ylabel(labels[1])
        ax.set_title(kind)

    return drawing
