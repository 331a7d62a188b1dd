"""What README.md and the pages of docs/ show is what happens."""

import linecache
import re

import pytest

from minitape.arrays.cuda.simulator import compiler
from tests.conftest import CHECKOUT


def programs(page):
    """The programs of a page, each with what is printed below it."""
    text = (CHECKOUT / page).read_text()
    return re.findall(r"```python\n(.*?)```\n\n```\n(.*?)```", text, re.DOTALL)


def run(program):
    """Runs a program as the file program.py, whose lines tracebacks and messages may show."""
    lines = program.splitlines(keepends=True)
    linecache.cache["program.py"] = (len(program), None, lines, "program.py")
    exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})


def needs_compiler(page):
    if page == "docs/gpu.md" and not compiler.has_compiler():
        pytest.skip("the simulated card needs a C++ compiler, and there is none on this machine")


@pytest.mark.parametrize(
    ("page", "number"),
    [
        ("README.md", 0),
        ("docs/functions.md", 0),
        ("docs/gpu.md", 0),
        ("docs/gpu.md", 1),
        ("docs/gpu.md", 3),
        ("docs/tape_page.md", 0),
        ("docs/nans.md", 0),
        ("docs/nans.md", 1),
        ("docs/nans.md", 2),
    ],
)
def test_a_program_prints_what_the_page_says(page, number, capsys):
    needs_compiler(page)
    program, printed = programs(page)[number]
    run(program)
    assert capsys.readouterr().out == printed


def test_a_kernel_that_reads_too_far():
    needs_compiler("docs/gpu.md")
    program, printed = programs("docs/gpu.md")[2]
    with pytest.raises(compiler.KernelError) as raised:
        run(program)
    assert printed.strip() == f"{compiler.__name__}.KernelError: {raised.value}"
