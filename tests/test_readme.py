"""What README.md and docs/functions.md show is what happens."""

import re

import pytest

from tests.conftest import CHECKOUT


@pytest.mark.parametrize("page", ["README.md", "docs/functions.md"])
def test_the_first_program_prints_what_the_page_says(page, capsys):
    text = (CHECKOUT / page).read_text()
    program, printed = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", text, re.DOTALL).groups()
    exec(program, {})
    assert capsys.readouterr().out == printed
