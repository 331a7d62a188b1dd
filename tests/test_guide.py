"""The guide's programs run, in the order of the chapter, and print what it says."""

import os
import re
import subprocess
import sys

import pytest

from minitape.arrays.cuda.simulator import compiler
from tests import guide
from tests.conftest import CHECKOUT


@pytest.mark.parametrize("path", guide.CHAPTERS, ids=lambda path: path.stem)
def test_a_chapters_programs_print_what_it_says(path):
    text = path.read_text()
    if "/SIM:0" in text and not compiler.has_compiler():
        pytest.skip("the simulated card needs a C++ compiler, and there is none on this machine")
    for program, said, printed in guide.runs(text):
        assert printed == said, program


def test_all_chapters_are_in_the_index():
    index = (guide.FOLDER / "index.md").read_text()
    for path in guide.CHAPTERS:
        assert path.name == "index.md" or f"({path.name})" in index


def test_it_is_built_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "-f", str(CHECKOUT / "docs/mkdocs.yml")]
    done = subprocess.run(
        [*command, "--site-dir", str(tmp_path / "site")],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "http_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    pages = {path.stem for path in (tmp_path / "site").glob("*.html")}
    assert {path.stem for path in guide.CHAPTERS} <= pages
    for path in (tmp_path / "site").glob("*.html"):  # nothing is fetched when it is read
        assert not re.search(r'(<link [^>]*href|src)="https?://', path.read_text()), path
