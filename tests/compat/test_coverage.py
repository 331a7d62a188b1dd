"""The coverage page says what is: about the public names, the cases, and what is left out."""

import json
from collections import Counter

import pytest
import tensorflow as tf

from compat import names, report
from compat.cases import CASES, FILES
from compat.elsewhere import ELSEWHERE
from compat.left_out import LEFT_OUT

RENEW = "run `python -m compat report` and commit docs/coverage.md and docs/coverage.json"
LEAST = 240  # public names of TensorFlow's


@pytest.fixture(scope="module")
def committed():
    return json.loads((report.DOCS / "coverage.json").read_text())


def test_names_are_the_public_ones(committed):
    assert committed["names"] == report.public(tf), RENEW
    assert len(committed["names"]) >= LEAST


def test_rows_are_the_cases(committed):
    expected = [
        {
            "case": case.name,
            "file": file.__name__.rpartition(".")[2],
            "covers": sorted(case.covers),
            "dtypes": list(case.dtypes),
            "differentiable": case.differentiable,
            "points": len(case.at),
            "refusals": len(case.raises),
        }
        for file in FILES
        for case in file.CASES
    ]
    assert [{key: row[key] for key in expected[0]} for row in committed["cases"]] == expected, RENEW


def test_verdicts_are_what_the_cases_say(committed):
    for case, row in zip(CASES, committed["cases"], strict=True):
        assert row["value"] == report.EQUAL
        assert not row["messages"], row["messages"]
        if not case.differentiable:
            continue
        for label, (check, _, _) in report.DERIVATIVES.items():
            reason = case.unlike.get(check.__name__)
            assert row[label] == (report.UNLIKE if reason else report.EQUAL), case.name
            assert row["unlike"].get(label) == reason
        assert row["alone"] == report.EQUAL


def test_errors_are_of_the_size_of_tensorflows(committed):
    for row in committed["cases"]:
        for label, (ours, _) in row["errors"].items():
            limit = 1e-5 if label != "value" else float("inf")  # that of the harness, for float32
            assert ours <= limit, row["case"]


def test_the_page_is_made_of_the_data(committed):
    assert (report.DOCS / "coverage.md").read_text() == report.page(committed), RENEW


def test_every_name_is_there_or_left_out():
    left_out = [name for group in LEFT_OUT.values() for name in group]
    assert not [name for name, n in Counter(left_out).items() if n > 1]
    missing = names.missing(tf)
    assert not missing - set(left_out), "in TensorFlow, neither here nor in compat/left_out.py"
    assert not set(left_out) - missing, "in compat/left_out.py, but here, or not in TensorFlow"


def test_every_name_without_a_case_has_its_place(committed):
    ops = {case.op for case in CASES}
    shown = {row["name"] for row in report.public(tf) if row["op"] not in ops}
    assert shown == set(ELSEWHERE)
    assert committed["elsewhere"] == dict(sorted(ELSEWHERE.items())), RENEW
    assert committed["left out"] == {k: sorted(v) for k, v in LEFT_OUT.items()}, RENEW
