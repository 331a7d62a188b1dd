"""What `profile` measured, as a summary, tables, a picture and a trace."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

PYTHON = "Python between ops"


@dataclass(slots=True, eq=False)
class Span:
    """Something that took place from `begin` to `end`.

    Attributes:
        kind: "step", "forward", "backward", "layer", "rule" (of an op's gradient) or "kernel".
        name: of the layer or the op.
        layer: the layer that it belongs to, "" where there is none.
        outer: the span that it lies in.
        inside: the seconds of the spans that lie in it.
        bytes: what a kernel's results take up, if they are no views.
    """

    kind: str
    name: str
    layer: str
    outer: "Span | None"
    begin: float = 0.0
    end: float = 0.0
    inside: float = 0.0
    bytes: int = 0

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the row of its time is called: the phase, the layer, the op and what runs."""
        phase, op, outer = "step", "", self.outer
        if self.kind in ("forward", "backward"):
            phase = self.kind
        while outer is not None and phase == "step":
            phase = outer.kind if outer.kind in ("forward", "backward") else "step"
            op = outer.name if outer.kind == "rule" else op
            outer = outer.outer
        if self.kind == "kernel":
            return phase, self.layer, op or self.name, self.name
        return phase, self.layer, self.name if self.kind == "rule" else op or PYTHON, PYTHON


class Row(NamedTuple):
    """The time of one thing in one layer.

    Attributes:
        phase: "forward", "backward" or "step", what is neither.
        layer: the layer's path; "" for what runs in none.
        op: the op, in the backward pass that whose gradient it is; or "Python between ops".
        runs: the op whose kernel runs: `op` itself, or one of its rule's; or "Python between ops".
        calls: how often, in a step.
        bytes: what its results take up, in a step.
        seconds: of each step that was measured, all calls together.
    """

    phase: str
    layer: str
    op: str
    runs: str
    calls: int
    bytes: int
    seconds: list[float]


class Place(NamedTuple):
    """An op of a layer, forward or backward, with all that runs for it.

    Attributes:
        phase: "forward" or "backward".
        layer: the layer's path; "" for what runs in none.
        op: the op; or "Python between ops".
        seconds: the median.
        share: of the step's.
    """

    phase: str
    layer: str
    op: str
    seconds: float
    share: float

    def __str__(self) -> str:
        what = f"the gradient of {self.op}" if self.phase == "backward" else self.op
        what = self.op if self.op == PYTHON else what
        return (
            f"{self.share:4.0%} {_ms(self.seconds)} ms  {self.phase}, {self.layer or '-'}: {what}"
        )


class Profile:
    """The measured steps of `profile`. `print` shows the summary and the tables.

    Attributes:
        rows: a Row for each thing that was measured. In each step they add up to `seconds`.
        seconds: how long each step took.
        unwatched_seconds: how long as many steps took of which no part was measured.
        kept_bytes: what was held when the backward pass began, beyond what had been before.
        peak_bytes: what was held at most at the same time. Both are Python's and NumPy's memory,
            temporary arrays inside of kernels included; a card's isn't in it.
    """

    def __init__(self, steps: list[list[Span]], unwatched, layers, kept_bytes, peak_bytes):
        self.seconds = [step[0].end - step[0].begin for step in steps]
        self.unwatched_seconds = unwatched
        self.kept_bytes, self.peak_bytes = kept_bytes, peak_bytes
        self.rows = _rows(steps)
        self._layers = [*layers, ""]
        by_length = sorted(zip(self.seconds, steps, strict=True), key=lambda pair: pair[0])
        self._spans = by_length[len(steps) // 2][1]

    def places(self, count=3) -> list[Place]:
        """The places that cost the most time."""
        whole = median(self.seconds)
        sums = self._sums(self.rows, lambda row: (row.phase, row.layer, row.op))
        found = [
            Place(phase, layer, op, seconds, seconds / whole)
            for (phase, layer, op), seconds in sums.items()
        ]
        return sorted(found, key=lambda place: -place.seconds)[:count]

    def summary(self) -> str:
        """How long a step takes, the three costliest places, and the memory."""
        whole, phases = median(self.seconds), self._sums(self.rows, lambda row: row.phase)
        python = sum(self._sums((r for r in self.rows if r.runs == PYTHON), lambda r: "").values())
        made = sum(row.bytes for row in self.rows)
        return "\n".join(
            [
                f"A step takes {_ms(whole)} ms: forward {_ms(phases['forward'])}, backward "
                f"{_ms(phases['backward'])}; {python / whole:.0%} of it is Python between ops.",
                f"(The median of {len(self.seconds)}, from {_ms(min(self.seconds))} to "
                f"{_ms(max(self.seconds))}, op by op, without the optimizer. Unwatched it takes "
                f"{_ms(median(self.unwatched_seconds))}: what watching adds is Python's.)",
                "The costliest places:",
                *(f"{i}. {place}" for i, place in enumerate(self.places(), 1)),
                f"Ops make {_size(made)}; {_size(self.kept_bytes)} are held when the backward "
                f"pass begins, {_size(self.peak_bytes)} at most.",
            ]
        )

    def layer_table(self) -> list[list[str]]:
        """For each layer its kernels' time and Python's, forward and backward; with a head."""

        def what(row):
            return row.layer, row.phase, row.runs == PYTHON

        sums = self._sums(self.rows, what)
        table = [
            ["layer", "forward ms", "+ Python", "backward ms", "+ Python", "share", "memory made"]
        ]
        for layer in self._layers:
            if any(row.layer == layer for row in self.rows):
                made = sum(row.bytes for row in self.rows if row.layer == layer)
                parts = [
                    sums.get((layer, phase, python), 0.0)
                    for phase in ("forward", "backward")
                    for python in (False, True)
                ]
                rest = sums.get((layer, "step", True), 0.0)
                share = (sum(parts) + rest) / median(self.seconds)
                table.append([layer or "-", *map(_ms, parts), f"{share:.1%}", _size(made)])
        return table

    def op_table(self, count=15) -> list[list[str]]:
        """The costliest ops of all layers; with a head."""
        table = [["phase", "layer", "op", "runs", "calls", "ms", "share", "memory made"]]
        for row in sorted(self.rows, key=lambda row: -median(row.seconds))[:count]:
            seconds = median(row.seconds)
            share = f"{seconds / median(self.seconds):.1%}"
            size = _size(row.bytes) if row.bytes else ""
            runs = "" if row.op == PYTHON else row.runs
            name = (
                f"gradient of {row.op}" if row.phase == "backward" and row.op != PYTHON else row.op
            )
            table.append(
                [row.phase, row.layer or "-", name, runs, f"{row.calls}", _ms(seconds), share, size]
            )
        return table

    def __str__(self) -> str:
        tables = [_text(self.layer_table(), 1), _text(self.op_table(), 4)]
        return "\n\n".join([self.summary(), *tables])

    def show(self) -> None:
        """Prints the same with rich's tables, where rich is installed."""
        try:
            from rich.console import Console
            from rich.table import Table
        except ImportError:
            print(self)
            return
        console = Console()
        console.print(self.summary(), markup=False)
        for (head, *lines), texts in ((self.layer_table(), 1), (self.op_table(), 4)):
            table = Table()
            for i, name in enumerate(head):
                table.add_column(name, justify="left" if i < texts else "right")
            for line in lines:
                table.add_row(*line)
            console.print(table)

    def plot(self, to_file=None, dpi=120) -> Any:
        """Draws a bar for each layer: its kernels and its Python, forward and backward.

        Args:
            to_file: a file to write, such as "profile.png"; None to write none.
            dpi: dots per inch.

        Returns:
            The matplotlib Figure, which a notebook shows.

        Raises:
            ImportError: matplotlib is missing.
        """
        try:
            from matplotlib.figure import Figure
        except ImportError as error:
            raise ImportError(
                "plot draws with matplotlib, which is missing: pip install 'minitape[plot]'."
            ) from error
        rows = self.layer_table()[1:][::-1]  # the first layer is on top
        figure = Figure(figsize=(8, 1.2 + 0.35 * len(rows)), layout="constrained")
        axes: Any = figure.subplots()
        left = [0.0] * len(rows)
        kinds = {
            "forward, kernels": ("C0", 1.0),
            "forward, Python": ("C0", 0.4),
            "backward, kernels": ("C1", 1.0),
            "backward, Python": ("C1", 0.4),
        }
        for column, (kind, (color, alpha)) in enumerate(kinds.items(), 1):
            widths = [float(row[column]) for row in rows]
            names = [row[0] for row in rows]
            axes.barh(names, widths, left=left, color=color, alpha=alpha, label=kind)
            left = [a + b for a, b in zip(left, widths, strict=True)]
        axes.set(xlabel="ms in a step", title="Where a training step's time goes")
        axes.legend()
        if to_file is not None:
            figure.savefig(to_file, dpi=dpi)
        return figure

    def trace(self, to_file) -> None:
        """Writes the step of median length for chrome://tracing or https://ui.perfetto.dev."""
        start = self._spans[0].begin
        events = [
            {
                "name": f"gradient of {one.name}" if one.kind == "rule" else one.name,
                "cat": one.kind,
                "ph": "X",  # a complete event: it has a beginning and a duration, in microseconds
                "ts": (one.begin - start) * 1e6,
                "dur": (one.end - one.begin) * 1e6,
                "pid": 1,
                "tid": 1,
                "args": {"layer": one.layer, "bytes": one.bytes},
            }
            for one in self._spans
        ]
        with open(to_file, "w") as file:
            json.dump({"traceEvents": events, "displayTimeUnit": "ms"}, file)

    def _sums(self, rows: Iterable[Row], key: Callable) -> dict[Any, float]:
        """The median seconds of all rows that have the same key."""
        sums: dict[Any, list[float]] = {}
        for row in rows:
            known = sums.setdefault(key(row), [0.0] * len(self.seconds))
            sums[key(row)] = [a + b for a, b in zip(known, row.seconds, strict=True)]
        return {name: median(seconds) for name, seconds in sums.items()}


def _rows(steps: list[list[Span]]) -> list[Row]:
    """The spans' own times, without those inside them, added up by what they are."""
    seconds: dict[tuple, list[float]] = {}
    calls: dict[tuple, int] = {}
    sizes: dict[tuple, int] = {}
    for i, step in enumerate(steps):
        for one in step:
            own = seconds.setdefault(one.key, [0.0] * len(steps))
            own[i] += one.end - one.begin - one.inside
            if i == 0:
                calls[one.key] = calls.get(one.key, 0) + 1
                sizes[one.key] = sizes.get(one.key, 0) + one.bytes
    return [
        Row(phase, layer, op, runs, calls.get(key, 0), sizes.get(key, 0), own)
        for key, own in seconds.items()
        for phase, layer, op, runs in [key]
    ]


def _text(table: list[list[str]], texts: int) -> str:
    """A table with columns of equal width, numbers to the right of the first `texts` columns."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < texts else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3f}"


def _size(count: int) -> str:
    """A number of bytes as people read it."""
    size, unit = float(count), 0
    while abs(size) >= 1000 and unit < 3:
        size, unit = size / 1000, unit + 1
    return f"{size:.3g} {('B', 'kB', 'MB', 'GB')[unit]}"
