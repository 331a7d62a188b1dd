"""Mutated files give a clear error or a right model, never a crash."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import CHECKOUT
from tests.keras.saving.fuzz import KINDS

FILES = int(os.environ.get("MINITAPE_FUZZ", "100"))


pytestmark = pytest.mark.skipif(os.name == "nt", reason="memory is limited by Unix' means")


def fuzz(files, seed=0):
    command = [sys.executable, "-m", "tests.keras.saving.fuzz"]
    command += ["--files", str(files), "--seed", str(seed)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-4000:]}"
    return json.loads(done.stdout)


def test_mutated_files():
    """MINITAPE_FUZZ=2000 for more of them."""
    counts = fuzz(FILES)
    for kind in KINDS:  # none is left out
        assert counts.get(f"{kind} refused"), counts
    assert sum(counts.values()) == FILES
