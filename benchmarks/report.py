"""Medians, spreads and ratios as a table, and everything as JSON."""

import json
import os
import platform
import statistics
import subprocess
from pathlib import Path

from .engines import ABOUT
from .workload import MODELS

RESULTS = Path(__file__).parent / "results"
COMMANDS = {
    "cpu": "`make bench` installs the engines, measures them and writes this page.",
    "gpu": "`python -m benchmarks --suite gpu` measures the engines on a GPU and writes this page.",
}
RATES = {"FLOP": (1e12, "TFLOP/s"), "B": (1e9, "GB/s")}
INTRODUCTION = """{command}

Before anything is timed, all engines have to compute the same: the ops' values and gradients, the
derivatives, and the losses of the first steps of each model, from the same weights, on the same
batches, without dropout. They take turns in one run, each in a process of its own. The numbers are
medians of {rounds} rounds, or fewer where a round is long, with the least and the most; the last
column is minitape's median divided by that of the fastest peer: below 1.00, minitape is the faster
or smaller."""


def machine(device="/CPU:0"):
    """What the numbers depend on besides the code."""
    return {
        "device": device,
        "card": _card() if device.startswith("/GPU") else None,
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "threads": {name: os.environ[name] for name in sorted(os.environ) if "NUM_THREADS" in name},
    }


def _card():
    """The GPU's name, driver and memory, as NVIDIA's tool says them, or None."""
    asked = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return said.strip().splitlines()[0] if said.strip() else None


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


def last_line(problem):
    """What a traceback says in the end."""
    return problem.strip().splitlines()[-1]


def table(rows, engines):
    """Returns the table in Markdown: a row for each measurement, median (least to most), the ratio.

    Args:
        rows: A dictionary from the measurement's title to a dictionary from engine to summary.
        engines: The engines' names in order, minitape first. Those without a number are left out.
    """
    own, *others = [name for name in engines if any(name in row for row in rows.values())]
    lines = [["", own, *others, f"{own} / fastest peer"]]
    for title, row in rows.items():
        cells = [_cell(row.get(name)) for name in (own, *others)]
        lines.append([title, *cells, _ratio(row, own)])
    return _aligned(lines)


def _aligned(lines):
    """A table in Markdown: the first line is its head, the first column are texts."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    padded = [
        [cell.rjust(width) if number else cell.ljust(width) for number, (cell, width) in cells]
        for cells in (enumerate(zip(line, widths, strict=True)) for line in lines)
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in [padded[0], rules, *padded[1:]])


def _cell(found):
    if found is None:
        return "–"
    median, least, most = (_number(found[name]) for name in ("median", "min", "max"))
    return f"{median} ({least} to {most})"


def _number(value):
    """Three digits, and not 1.28e+04."""
    return f"{value:.3g}" if value < 999.5 else f"{value:,.0f}"


def fastest_peer(row, own="minitape"):
    """The engine with the least median, or None. minitape without Numba is no peer of minitape."""
    peers = {name: found["median"] for name, found in row.items() if not name.startswith(own)}
    return min(peers, key=peers.get, default=None)


def _ratio(row, own):
    peer = fastest_peer(row, own)
    if peer is None or own not in row:
        return "–"
    return f"{row[own]['median'] / row[peer]['median']:.2f} ({peer})"


def tables(found):
    """All sections that have a number, each with its title, and what kernels achieve."""
    parts = [
        f"## {section['title']}\n\n{table(section['rows'], found['versions'])}"
        for section in found["sections"]
        if any(section["rows"].values())
    ]
    return "\n\n".join(filter(None, (*parts, achieved(found))))


def achieved(found):
    """What kernels reach of the card's ceilings, as a section; an empty text without kernels.

    The ceilings are a product and a copy by PyTorch in the same run.
    """
    ceilings, rows = {}, {}
    for section in found["sections"]:
        for title, work in section.get("work", {}).items():
            rates = {
                name: work["amount"] / (timed["median"] * work["unit"])
                for name, timed in section["rows"][title].items()
            }
            if section["name"] == "ceilings":
                ceilings[work["of"]] = rates.get("torch")
            else:
                rows[f"{section['name']}: {title}"] = work["of"], rates
    names = [n for n in found["versions"] if any(n in rates for _, rates in rows.values())]
    if not names:
        return ""
    lines = [["", *names]]
    for title, (of, rates) in rows.items():
        lines.append([title, *(_share(rates.get(name), of, ceilings.get(of)) for name in names)])
    said = " and ".join(_rate(ceilings.get(of), of) for of in RATES)
    about = f"Operations or bytes a second, and their share of the ceilings: {said}."
    return f"## What the card achieves\n\n{about}\n\n{_aligned(lines)}"


def _rate(rate, of):
    scale, unit = RATES[of]
    return "–" if rate is None else f"{_number(rate / scale)} {unit}"


def _share(rate, of, ceiling):
    share = "" if None in (rate, ceiling) else f" ({100 * rate / ceiling:.0f} %)"
    return _rate(rate, of) + share


def page(found, picture=None):
    """The page in Markdown: how it was measured, on what, the tables."""
    machine = found["machine"]
    engines = [
        f"| {name} | {ABOUT[name]} | {version or last_line(found['problems'][name])} |"
        for name, version in found["versions"].items()
    ]
    failed = [
        f"- {name}: {last_line(problem)}"
        for name, problem in found["problems"].items()
        if found["versions"][name]
    ]
    models = [f"- {model.name}: {model.description}" for model in MODELS.values()]
    parts = [
        "# Benchmarks",
        INTRODUCTION.format(command=COMMANDS[found["suite"]], rounds=found["rounds"]),
        f"{found['started'][:10]}; {_on(machine)}{machine['processor']}, {machine['cores']} cores; "
        f"{machine['system']}, Python {machine['python']}.",
        "\n".join(["| engine | how | versions |", "|---|---|---|", *engines]),
        "\n".join(["The models, float32:", "", *models]),
        *(["\n".join(["What failed on the way:", "", *failed])] if failed else []),
        *([f"![Ratios, batch sizes and depth]({picture.as_posix()})"] if picture else []),
        tables(found),
    ]
    return "\n\n".join(parts) + "\n"


def _on(machine):
    """The device, if it is not the CPU."""
    if machine["device"].startswith("/CPU"):
        return ""
    return f"{machine['device']}{', ' + machine['card'] if machine['card'] else ''}; "


def write(found, path, page_path, picture=None):
    """Writes everything that was measured as JSON, and the page."""
    for file, text in (
        (path, json.dumps(found, indent=2) + "\n"),
        (page_path, page(found, picture)),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
