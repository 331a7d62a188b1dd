"""`python -m compat report`: every case at depth, as docs/coverage.md and docs/coverage.json.

For each case a number of examples is drawn, and all checks are made. Beside the verdicts stand the
largest errors in float32, minitape's and TensorFlow's own, both against TensorFlow in float64: of
values in units in the last place, of derivatives relative to the largest element (or 1).
"""

import argparse
import json
import logging
import os
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

import minitape
from minitape.engine import PRIMITIVES

from . import derivatives, harness
from .cases import FILES
from .elsewhere import ELSEWHERE
from .left_out import LEFT_OUT
from .names import by_object, kind_of, op_name, shared

DOCS = Path(__file__).resolve().parents[1] / "docs"
DERIVATIVES = {
    "gradient": (harness.gradient_is_tensorflows, derivatives.gradient, (0,)),
    "second": (harness.second_order_is_tensorflows, derivatives.second_gradient, (0, 1)),
    "jvp": (harness.jvp_is_tensorflows, derivatives.tangent, (1,)),
}
# Verdicts, from good to bad.
EQUAL, NONE, LACKS, UNLIKE, FAILED = "equal", "None", "TensorFlow has none", "unlike", "FAILED"
ORDER = (NONE, EQUAL, LACKS, UNLIKE, FAILED)


def examples_of(case, count: int) -> list:
    """So many examples of a case, the same ones each time."""
    found: list = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case.examples)
    def collect(example):
        found.append(example)

    collect()
    return found


def as_dtype(example, dtype: str):
    """The example with its floats in another dtype."""
    arrays = tuple(a.astype(dtype) if a.dtype.kind == "f" else a for a in example.arrays)
    return replace(example, arrays=arrays, dtype=dtype)


def ulps(ours, exact) -> float:
    """The largest distance, in units in the last place of the exact result."""
    ours = np.asarray(ours)
    exact = np.asarray(exact).astype("float64")
    good = np.isfinite(exact) & (np.abs(exact) < np.finfo(ours.dtype).max)
    unit = np.spacing(np.maximum(np.abs(exact[good]), np.finfo(ours.dtype).tiny).astype(ours.dtype))
    apart = np.abs(ours[good].astype("float64") - exact[good]) / unit.astype("float64")
    return float(apart.max(initial=0.0))


def relative(ours, exact) -> float:
    """The largest distance, relative to the largest element, or 1."""
    ours, exact = np.asarray(ours).astype("complex128"), np.asarray(exact).astype("complex128")
    good = np.isfinite(exact)
    scale = max(1.0, float(np.abs(exact[good]).max(initial=0.0)))
    return float(np.abs(ours[good] - exact[good]).max(initial=0.0)) / scale


class Measured(dict):
    """The largest error under each label: minitape's and TensorFlow's."""

    def note(self, label: str, ours: float, theirs: float) -> None:
        known = self.get(label, (0.0, 0.0))
        self[label] = (max(known[0], ours), max(known[1], theirs))


def pairs(ours, theirs, exact):
    """The float results of three runs, those that are there."""
    for x, y, z in zip(ours, theirs, exact, strict=True):
        if x is not None and y is not None and z is not None and x.dtype.is_floating:
            yield x, y, z


def measure_value(tf, case, example, measured: Measured) -> None:
    """The errors of the values in float32."""
    single, double = as_dtype(example, "float32"), as_dtype(example, "float64")
    found = []
    for library, e in ((minitape, single), (tf, single), (tf, double)):
        f, xs = derivatives.call_of(library, case, e)
        found.append(f(*xs))
    for x, y, z in pairs(*found):
        if x.dtype.name == "float32":
            measured.note("value", ulps(x, z), ulps(y, z))


def measure_derivative(tf, case, example, label: str, measured: Measured) -> None:
    """The errors of a derivative in float32."""
    _, derivative, which = DERIVATIVES[label]
    single, double = as_dtype(example, "float32"), as_dtype(example, "float64")
    _, _, *arrays = harness.drawn(case, single)
    wide = [[a.astype("float64") if a.dtype.kind == "f" else a for a in part] for part in arrays]
    found = []
    for library, e, given_arrays in (
        (minitape, single, arrays),
        (tf, single, arrays),
        (tf, double, wide),
    ):
        chosen = harness.constants(library, *(given_arrays[i] for i in which))
        found.append(derivative(library, *derivatives.call_of(library, case, e), *chosen))
    for x, y, z in pairs(*found):
        if x.dtype.name == "float32":
            measured.note(label, relative(x, z), relative(y, z))


def all_none(tf, case, example) -> bool:
    """Whether TensorFlow's gradient is None, for all float inputs."""
    f, xs = derivatives.call_of(tf, case, example)
    if not derivatives.floats(xs):
        return True
    return all(d is None for d in derivatives.gradient(tf, f, xs, None))


def examined(tf, file: str, case, count: int) -> dict[str, Any]:
    """The row of a case."""
    row: dict[str, Any] = {
        "case": case.name,
        "op": case.op,
        "file": file,
        "covers": sorted(case.covers),
        "primitive": case.op in PRIMITIVES,
        "dtypes": list(case.dtypes),
        "differentiable": case.differentiable,
        "points": len(case.at),
        "refusals": len(case.raises),
        "unlike": {
            check.__name__: case.unlike[check.__name__]
            for check in harness.EXTREMES
            if check.__name__ in case.unlike
        },
        "largest": list(case.largest),
    }
    measured, messages = Measured(), []

    def tried(check, example, *libraries) -> bool:
        try:
            check(case, example, *libraries)
        except Exception as error:
            messages.append(f"{check.__name__}: {str(error)[:500]}")
            return False
        return True

    drawn = examples_of(case, count)
    good = [tried(harness.value_is_tensorflows, e, tf) for e in drawn]
    row["value"] = EQUAL if all(good) else FAILED
    # Random numbers of another precision are other numbers.
    measurable = {"float32", "float64"} <= set(case.dtypes) and file != "random"
    single = [e for e in drawn if measurable and e.dtype.startswith("float")]
    for example in single:
        with suppress(Exception):  # TensorFlow may have the op in one of the two precisions alone
            measure_value(tf, case, example, measured)
    smooth = [e for e in drawn if e.dtype.startswith(("float", "complex"))]
    if not case.differentiable:
        row.update(gradient=_gradient_verdict(tf, case, smooth), second=NONE, jvp=NONE, alone=NONE)
    else:
        for label, (check, _, _) in DERIVATIVES.items():
            if check.__name__ in case.unlike:
                row[label] = UNLIKE
                row["unlike"][label] = case.unlike[check.__name__]
                continue
            row[label] = EQUAL if all(tried(check, e, tf) for e in smooth) else FAILED
            for example in single:
                with suppress(Exception):
                    measure_derivative(tf, case, example, label, measured)
        alone = [tried(c, e) for e in smooth[: max(5, count // 5)] for c in harness.PROPERTIES]
        row["alone"] = EQUAL if all(alone) else FAILED
    row["errors"] = {k: [float(f"{x:.2g}") for x in v] for k, v in measured.items()}
    row["messages"] = messages[:3]
    return row


def _gradient_verdict(tf, case, examples) -> str:
    """What is known about the gradient of an op that isn't differentiated by the checks."""
    verdicts = {NONE}
    for example in examples[:10]:
        try:
            if all_none(tf, case, example):
                continue
        except Exception:  # LookupError and the like
            verdicts.add(LACKS)
            continue
        try:
            harness.gradient_is_tensorflows(case, example, tf)
            verdicts.add(EQUAL)
        except AssertionError:
            verdicts.add(UNLIKE)
    return max(verdicts, key=ORDER.index)


def collected(tf, count: int, progress=None) -> dict[str, Any]:
    """All that the page says."""
    rows = []
    for file in FILES:
        name = file.__name__.rpartition(".")[2]
        for case in file.CASES:
            start = time.perf_counter()
            rows.append(examined(tf, name, case, count))
            if progress:
                progress(f"{name}: {case.name} ({time.perf_counter() - start:.1f} s)")
    return {
        "examples": count,
        "versions": {"tensorflow": tf.__version__, "numpy": np.__version__},
        "names": public(tf),
        "cases": rows,
        "elsewhere": dict(sorted(ELSEWHERE.items())),
        "left out": {reason: sorted(names) for reason, names in LEFT_OUT.items()},
    }


def public(tf) -> list[dict[str, Any]]:
    """Each public object with its names, and the op that its cases are named after."""
    rows = [
        {"name": names[0], "also": names[1:], "kind": kind_of(value), "op": op_name(value)}
        for value, names in by_object(shared(tf))
    ]
    return sorted(rows, key=lambda row: row["name"])


# -- the page --------------------------------------------------------------------------------------


def number(x: float) -> str:
    return f"{x:.1e}".replace("e-0", "e-") if x and x < 0.01 else f"{x:.2g}"


def cell(rows: list[dict], label: str, notes: list[str]) -> str:
    """What the table says about some cases of one op."""
    verdict = max((row[label] for row in rows), key=ORDER.index)
    errors = [row["errors"][label] for row in rows if label in row["errors"]]
    text = {EQUAL: "✓", NONE: "None", LACKS: "—", FAILED: "**differs**", UNLIKE: "✓"}[verdict]
    if errors:
        ours, theirs = (max(part) for part in zip(*errors, strict=True))
        text += f" {number(ours)} ({number(theirs)})"
    if verdict in (UNLIKE, LACKS):
        for row in rows:
            reason = row["unlike"].get(label)
            if reason:
                if reason not in notes:
                    notes.append(reason)
                text += f" [{notes.index(reason) + 1}]"
        if verdict == UNLIKE and not any(label in row["errors"] for row in rows):
            text = text.replace("✓", "·")
    return text


SHORT = {"float": "f", "complex": "c", "int": "i", "uint": "u"}


def dtypes_text(rows: list[dict]) -> str:
    """The dtypes in short: f16 f32 f64 c64 i32."""
    found = dict.fromkeys(d for row in rows for d in row["dtypes"])
    texts = []
    for dtype in found:
        kind = dtype.rstrip("0123456789")
        texts.append(SHORT.get(kind, kind) + dtype[len(kind) :])
    return " ".join(texts)


TITLES = {
    "engine": "Operators, variables",
    "math": "Elementwise",
    "reduce": "Reductions",
    "array": "Making, shaping, joining",
    "linalg": "Linear algebra",
    "nn": "Neural networks",
    "conv": "Convolutions",
    "pool": "Pooling",
    "random": "Random numbers",
}


def page(report: dict[str, Any]) -> str:
    """docs/coverage.md."""
    rows, names = report["cases"], report["names"]
    by_op: dict[tuple[str, str], list[dict]] = {}
    paths: dict[str, list[str]] = {}
    for row in names:
        paths.setdefault(row["op"], []).extend([row["name"], *row["also"]])
    for row in rows:  # rows of an op stand together, what isn't an op has its own line
        is_op = row["op"] in paths or row["primitive"]
        by_op.setdefault((row["file"], row["op"] if is_op else row["case"]), []).append(row)
    count = {kind: sum(row["kind"] == kind for row in names) for kind in ("function", "class")}
    dotted = sum(1 + len(row["also"]) for row in names)
    verdicts = {
        label: sum(row[label] in (EQUAL, NONE) for row in rows)
        for label in ("value", "gradient", "second", "jvp")
    }
    out = sum(map(len, report["left out"].values()))
    lines = [
        "# What is covered",
        "",
        "Made by `python -m compat report`; the same as data: [coverage.json](coverage.json).",
        "",
        f"- **{len(names)} public names** of TensorFlow {report['versions']['tensorflow']} "
        f"({dotted} with all their paths): {count['function']} functions, {count['class']} "
        "classes, and dtypes.",
        f"- **{len(rows)} cases**, each drawn {report['examples']} times by Hypothesis, over "
        "dtypes, shapes, axes and parameters, and compared with TensorFlow: "
        f"the value in {verdicts['value']}, the gradient in {verdicts['gradient']}, the second "
        f"order in {verdicts['second']}, the tangents of forward mode in {verdicts['jvp']}; the "
        "others have a note.",
        "- Beside TensorFlow, each derivative is checked against finite differences, and forward "
        "mode against reverse mode.",
        f"- {out} names of TensorFlow's are [left out](#left-out), each with the reason; where "
        "minitape deliberately does otherwise stands in [deviations.md](deviations.md).",
        "",
        "How to read the tables: ✓ equal to TensorFlow in all examples; **None** TensorFlow's "
        "gradient is None, and so is minitape's; — TensorFlow has no such gradient; · not "
        "comparable, see the note. The numbers are the largest errors of minitape in float32, in "
        "parentheses TensorFlow's own, both measured against TensorFlow in float64: of values in "
        "units in the last place, of derivatives relative to the largest element (or 1). "
        "Parameters of a kind that isn't differentiated (indices, conditions) have none.",
        "",
    ]
    for file in dict.fromkeys(row["file"] for row in rows):
        lines += [f"## {TITLES.get(file, file)}", ""]
        lines += [
            "| op | dtypes | value | gradient | second order | forward |",
            "|---|---|---|---|---|---|",
        ]
        notes: list[str] = []
        for (where, op), group in by_op.items():
            if where != file:
                continue
            known = paths.get(op, [])
            label = " ".join(f"`{n}`" for n in known) or (
                f"`{op}`" if group[0]["primitive"] else op
            )
            cells = [cell(group, k, notes) for k in ("value", "gradient", "second", "jvp")]
            lines.append(f"| {label} | {dtypes_text(group)} | {' | '.join(cells)} |")
        lines += ["", *(f"{i}. {note}" for i, note in enumerate(notes, 1)), *([""] * bool(notes))]
    lines += ["## Proven elsewhere", "", "| name | where |", "|---|---|"]
    ops = {row["op"] for row in rows}
    for row in names:
        if row["op"] not in ops:
            where = report["elsewhere"].get(row["name"], "")
            lines.append(f"| `{row['name']}` | {where} |")
    lines += ["", "## Left out", "", "| why | names |", "|---|---|"]
    for reason, left in report["left out"].items():
        lines.append(f"| {reason} | {' '.join(f'`{n}`' for n in left)} |")
    return "\n".join(lines) + "\n"


def main(arguments=None) -> int:
    """Writes the page; the exit status is 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="python -m compat report", description=__doc__)
    parser.add_argument("--examples", type=int, default=60, help="of each case")
    parser.add_argument("--folder", type=Path, default=DOCS)
    options = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as tests/conftest.py
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    import tensorflow as tf

    report = collected(tf, options.examples, lambda line: print(line, flush=True))
    (options.folder / "coverage.json").write_text(json.dumps(report, indent=1) + "\n")
    (options.folder / "coverage.md").write_text(page(report))
    verdicts = ("value", *DERIVATIVES, "alone")
    bad = [row for row in report["cases"] if FAILED in [row[v] for v in verdicts]]
    for row in bad:
        print(f"{row['case']} differs: {row['messages']}", file=sys.stderr)
    return min(len(bad), 1)


if __name__ == "__main__":
    sys.exit(main())
