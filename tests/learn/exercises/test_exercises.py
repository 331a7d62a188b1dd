"""Each exercise: its solution passes, and wrong answers fail, each with the hint that it needs."""

import sys
from pathlib import Path

import pytest

from minitape.arrays.cuda.simulator import compiler
from minitape.learn.exercises import EXERCISES, command, framework

from .wrong_answers import WRONG

SOLUTIONS = Path(__file__).parent / "solutions"
NUMBERS = range(1, len(EXERCISES) + 1)
CASES = [(number, *case) for number in NUMBERS for case in WRONG[number]]


def solution(number):
    return (SOLUTIONS / command.file_name(number)).read_text()


def checked(tmp_path, number, text):
    if number == 20 and not compiler.has_compiler():
        pytest.skip("the simulated card needs a C++ compiler")
    path = tmp_path / command.file_name(number)
    path.write_text(text)
    EXERCISES[number - 1].check(framework.load(path))


@pytest.mark.parametrize("number", NUMBERS)
def test_the_solution_passes(tmp_path, number):
    checked(tmp_path, number, solution(number))


@pytest.mark.parametrize("number", NUMBERS)
def test_the_start_is_the_solution_with_holes(tmp_path, number):
    """The task is the same in both, and the solution is not in the start file."""
    start = EXERCISES[number - 1].START
    assert solution(number).startswith(start[: start.index('"""\n', 3)])
    assert "..." in start
    with pytest.raises(framework.Wrong, match=r"the `...` is yours"):
        checked(tmp_path, number, start)


@pytest.mark.parametrize(("number", "old", "new", "phrase"), CASES)
def test_a_wrong_answer_gets_its_own_hint(tmp_path, number, old, new, phrase):
    assert old in solution(number)
    with pytest.raises(framework.Wrong) as raised:
        checked(tmp_path, number, solution(number).replace(old, new))
    assert phrase in raised.value.hint, (str(raised.value), raised.value.hint)


@pytest.mark.parametrize("number", NUMBERS)
def test_there_are_enough_wrong_answers(number):
    phrases = [phrase for *_, phrase in WRONG[number]]
    assert len(set(phrases)) == len(phrases) >= 3
    assert len(EXERCISES[number - 1].HINTS) >= 3


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("MINITAPE_PROGRESS", str(tmp_path / "settings" / "progress.json"))
    return tmp_path / "settings" / "progress.json"


@pytest.fixture
def learn(monkeypatch, tmp_path, capsys):
    from minitape import cli

    monkeypatch.chdir(tmp_path)

    def run(*words):
        status = cli.main(["learn", *words])
        return status, capsys.readouterr().out

    return run


def test_from_start_to_tick(learn, tmp_path):
    status, printed = learn()
    assert status == 0
    assert [line[:4] for line in printed.splitlines()[: len(EXERCISES)]] == [
        f"  {number:2}" for number in NUMBERS
    ]
    assert printed.endswith("minitape learn start 1\n")
    status, printed = learn("start", "1")
    path = tmp_path / "exercise_01_by_hand.py"
    assert (status, path.read_text()) == (0, EXERCISES[0].START)
    assert "minitape learn check 1" in printed
    status, printed = learn("check", "1")
    assert status == 1
    assert printed.startswith("✗ exercise_01_by_hand.py, line 18: the `...` is yours to fill in.")
    path.write_text(solution(1).replace("2 * x", "x"))
    status, printed = learn("check", "1")
    assert status == 1
    assert printed.startswith("✗ value_and_derivative(x=")
    assert "expected" in printed
    assert "Hint: x² = x x" in printed
    path.write_text(solution(1))
    assert learn("check", "1") == (0, "✓ A derivative by hand.\n")
    assert learn()[1].startswith("✓  1")
    assert learn()[1].endswith("minitape learn start 2\n")


def test_the_smallest_counterexample_is_shown(learn, tmp_path):
    (tmp_path / "exercise_02_vjp.py").write_text(
        solution(2).replace("g * y, g * x", "g * x, g * y")
    )
    assert "multiply_vjp(g=1, x=0, y=1)" in learn("check", "2")[1]


def test_a_file_is_never_overwritten(learn, tmp_path):
    path = tmp_path / "exercise_02_vjp.py"
    path.write_text("mine")
    status, printed = learn("start", "2")
    assert (status, path.read_text()) == (1, "mine")
    assert "is there already" in printed


def test_hints_come_one_after_the_other(learn):
    hints = EXERCISES[2].HINTS
    for number, hint in [*enumerate(hints, 1), (len(hints), hints[-1])]:
        assert learn("hint", "3") == (0, f"Hint {number} of {len(hints)}: {hint}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = (\n", "Python can't read exercise_02_vjp.py, line 1: '(' was never closed"),
        ("\nimport nowhere\n", "line 2: import nowhere"),
        ("\n1 / 0\n", "ZeroDivisionError: division by zero\n    exercise_02_vjp.py, line 2: 1 / 0"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
        ("\n", "exercise_02_vjp.py has no 'multiply_vjp'"),
        ("def multiply_vjp(g, x, y):\n    g\n", "returns None.\nHint: Is there a `return`"),
        (
            "calls = []\ndef multiply_vjp(g, x, y):\n"
            "    calls.append(1)\n    return (1, 1) if len(calls) == 1 else (g * y, g * x)\n",
            "gives another result the second time.\nHint: It has to depend",
        ),
        (
            "def multiply_vjp(g, x, y):\n    return g / 0\n",
            "multiply_vjp(g=0, x=0, y=0) fails: ZeroDivisionError: float division by zero\n"
            "    exercise_02_vjp.py, line 2: return g / 0",
        ),
    ],
)
def test_errors_are_told_with_their_line(learn, tmp_path, text, told):
    (tmp_path / "exercise_02_vjp.py").write_text(text)
    status, printed = learn("check", "2")
    assert status == 1
    assert told in printed


def test_who_writes_into_arguments_is_told(learn, tmp_path):
    writes = "def unbroadcast(g, shape):\n    g, h = g.copy(), g\n    h[...] = 1"
    text = solution(4).replace("def unbroadcast(g, shape):", writes)
    (tmp_path / "exercise_04_unbroadcast.py").write_text(text)
    assert "writes into its arguments" in learn("check", "4")[1]


def test_a_file_elsewhere(learn, tmp_path):
    (tmp_path / "mine.py").write_text(solution(5))
    assert learn("check", "5", "mine.py")[0] == 0
    assert learn("check", "5") == (
        1,
        "There is no exercise_05_matmul.py: minitape learn start 5\n",
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"solved": 3, "hints": {}}', '{"solved": []}'])
def test_a_broken_file_of_progress_counts_as_none(learn, own_progress, text):
    own_progress.parent.mkdir()
    own_progress.write_text(text)
    assert learn()[1].startswith("   1")
    assert learn("hint", "1")[0] == 0


def test_progress_that_cannot_be_written(learn, tmp_path, own_progress):
    own_progress.mkdir(parents=True)
    (tmp_path / "exercise_05_matmul.py").write_text(solution(5))
    status, printed = learn("check", "5")
    assert status == 0
    assert "could not be written" in printed


def test_progress_is_in_the_users_settings(learn, monkeypatch, tmp_path):
    monkeypatch.delenv("MINITAPE_PROGRESS")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    learn("hint", "1")
    assert (tmp_path / "xdg" / "minitape" / "exercises.json").exists()


@pytest.mark.parametrize("number", ["0", "21", "one", "-1"])
def test_a_number_that_is_none(learn, capsys, number):
    with pytest.raises(SystemExit):
        learn("start", number)
    assert "1 to" in capsys.readouterr().err or number == "-1"


def test_without_a_compiler(learn, tmp_path, monkeypatch):
    (tmp_path / "exercise_20_cuda.py").write_text(solution(20))
    monkeypatch.setattr(compiler, "has_compiler", lambda: False)
    status, printed = learn("check", "20")
    assert status == 1
    assert "install g++ or clang++" in printed


def test_there_are_twenty():
    assert len(EXERCISES) == 20
    assert len({command.title(number) for number in NUMBERS}) == 20


def test_without_hypothesis(learn, tmp_path, monkeypatch):
    (tmp_path / "exercise_05_matmul.py").write_text(solution(5))
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    status, printed = learn("check", "5")
    assert status == 1
    assert "pip install 'minitape[learn]'" in printed
