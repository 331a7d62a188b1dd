"""Mutated files give a clear error or a right model, never a crash."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import CHECKOUT

FILES = int(os.environ.get("MINITAPE_FUZZ", "100"))


@pytest.mark.skipif(os.name == "nt", reason="memory is limited and measured by Unix' means")
def test_mutated_files():
    """MINITAPE_FUZZ=2000 for more of them."""
    command = [sys.executable, "-m", "tests.keras.saving.fuzz", "--files", str(FILES)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-4000:]}"
    counts = json.loads(done.stdout)
    for kind in ("archive", "config", "member", "weights", "legacy"):  # none is left out
        assert counts.get(f"{kind} refused"), counts
    assert sum(counts.values()) == FILES
