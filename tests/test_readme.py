"""What README.md shows is what happens."""

import re

from tests.conftest import CHECKOUT


def test_the_first_tape_prints_what_the_page_says(capsys):
    text = (CHECKOUT / "README.md").read_text()
    program, printed = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", text, re.DOTALL).groups()
    exec(program, {})
    assert capsys.readouterr().out == printed
