"""The engine stays readable in one afternoon."""

from tests.conftest import CHECKOUT

BUDGET = 800


def test_the_engine_has_at_most_800_lines():
    files = (CHECKOUT / "minitape" / "engine").rglob("*.py")
    lines = {file.name: len(file.read_text().splitlines()) for file in files}
    assert lines, "minitape/engine holds no Python file"
    assert sum(lines.values()) <= BUDGET, f"{sum(lines.values())} lines of {BUDGET}: {lines}"
