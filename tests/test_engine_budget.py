"""The engine stays readable in one afternoon, and each of a program's passes in some minutes."""

import pytest

from tests.conftest import CHECKOUT

BUDGET = 800
PASSES = sorted((CHECKOUT / "minitape" / "tracing" / "passes").glob("*.py"))


def test_the_engine_has_at_most_800_lines():
    files = (CHECKOUT / "minitape" / "engine").rglob("*.py")
    lines = {file.name: len(file.read_text().splitlines()) for file in files}
    assert lines, "minitape/engine holds no Python file"
    assert sum(lines.values()) <= BUDGET, f"{sum(lines.values())} lines of {BUDGET}: {lines}"


def test_there_are_passes():
    assert PASSES


@pytest.mark.parametrize("file", PASSES, ids=lambda file: file.stem)
def test_a_pass_has_fewer_than_150_lines(file):
    assert len(file.read_text().splitlines()) < 150
