"""Medians, spreads and ratios as a table, and everything as JSON."""

import json
import os
import platform
import statistics
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def machine():
    """What the numbers depend on besides the code."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "threads": {name: os.environ[name] for name in sorted(os.environ) if "NUM_THREADS" in name},
    }


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def summary(values):
    """The median, the extremes and the quartiles of the rounds, or None if there is none."""
    values = [value for value in values if value is not None]
    if not values:
        return None
    quarters = statistics.quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3
    return {
        "median": statistics.median(values),
        "min": min(values),
        "max": max(values),
        "quartiles": [quarters[0], quarters[2]],
        "rounds": values,
    }


def table(rows, engines):
    """Returns the table as text: a row for each measurement, median (min to max) and ratio.

    Args:
        rows: A dictionary from the measurement's title to a dictionary from engine to summary.
        engines: The engines' names in order, minitape first; the ratios are minitape's to theirs.
    """
    first, *peers = engines
    heads = ["", *engines, *(f"{first} / {peer}" for peer in peers)]
    lines = [heads]
    for title, by_engine in rows.items():
        cells = [_cell(by_engine.get(engine)) for engine in engines]
        own = by_engine.get(first)
        ratios = [_ratio(own, by_engine.get(peer)) for peer in peers]
        lines.append([title, *cells, *ratios])
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cell(found):
    if found is None:
        return "–"
    return f"{found['median']:.3g} ({found['min']:.3g} to {found['max']:.3g})"


def _ratio(own, other):
    return f"{own['median'] / other['median']:.2f}" if own and other else "–"


def write(report, path):
    """Writes everything that was measured as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n")
