"""Every program in examples/ that imports minitape runs, and ends as it should.

Those written for TensorFlow have tests of their own.
"""

import re
import subprocess
import sys

import pytest

from tests.conftest import CHECKOUT

EXAMPLES = [
    path
    for path in sorted((CHECKOUT / "examples").glob("*.py"))
    if "import tensorflow" not in path.read_text() and "from tensorflow" not in path.read_text()
]


def run(path):
    result = subprocess.run(
        [sys.executable, "-W", "error", str(path)], capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(path):
    output = run(path)
    if path.stem == "tape_basics":
        assert output.splitlines() == [
            "d(x²)/dx at 3: 6.0",
            # loss = mean(y²), so d(loss)/db = y = [1, 2, 3] @ w
            "d(loss)/db: [22. 28.]",
            "d(x³)/dx and d²(x³)/dx² at 2: 12.0 12.0",
            "d(log(1 + e^x))/dx at 100: 1.0",
        ]
    else:
        assert float(re.search(r"test accuracy ([0-9.]+)", output)[1]) > 0.93
