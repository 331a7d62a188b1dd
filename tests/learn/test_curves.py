"""plot_history: which curves there are, and where."""

import sys
from types import SimpleNamespace

import pytest

from minitape.learn import plot_history

pytest.importorskip("matplotlib")
LOGS = {"accuracy": [0.5, 0.75], "loss": [2.0, 1.0], "val_loss": [3.0, 2.5]}
OTHER = {"loss": [4.0], "learning_rate": [0.1]}


def lines(figure):
    """Each curve by title and label: its points."""
    return {
        (axes.get_title(), line.get_label()): list(zip(*line.get_data(), strict=True))
        for axes in figure.axes
        for line in axes.get_lines()
    }


def test_one_training(tmp_path):
    figure = plot_history(SimpleNamespace(history=LOGS, epoch=[4, 5]), tmp_path / "curves.png")
    assert lines(figure) == {
        ("loss", "training"): [(5, 2.0), (6, 1.0)],
        ("loss", "validation"): [(5, 3.0), (6, 2.5)],
        ("accuracy", "training"): [(5, 0.5), (6, 0.75)],
    }
    assert [axes.get_title() for axes in figure.axes] == ["loss", "accuracy"]
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert lines(plot_history(LOGS))["loss", "training"] == [(1, 2.0), (2, 1.0)]


def test_several_trainings():
    figure = plot_history({"fast": LOGS, "slow": SimpleNamespace(history=OTHER, epoch=[0])})
    assert [axes.get_title() for axes in figure.axes] == ["loss", "accuracy", "learning_rate"]
    assert set(lines(figure)) == {
        ("loss", "fast, training"),
        ("loss", "fast, validation"),
        ("loss", "slow"),
        ("accuracy", "fast"),
        ("learning_rate", "slow"),
    }
    loss = figure.axes[0].get_lines()
    assert loss[0].get_color() == loss[1].get_color() != loss[2].get_color()
    assert [line.get_linestyle() for line in loss] == ["--", "-", "-"]
    assert ("loss", "run 2") in lines(plot_history([LOGS, OTHER], metrics=["loss"]))


def test_many_trainings_have_a_color_each_and_one_legend_beside_the_pictures():
    figure = plot_history({f"run {i}": OTHER if i == 7 else LOGS for i in range(16)})
    loss = figure.axes[0].get_lines()
    assert len({line.get_color() for line in loss}) == 16
    assert not any(axes.get_legend() for axes in figure.axes)
    (legend,) = figure.legends
    named = {text.get_text() for text in legend.get_texts()}
    assert named == {label for _, label in lines(figure)}
    assert {"run 3, training", "run 7", "run 15, validation"} <= named


def test_a_validation_now_and_then():
    logs = {"loss": [4.0, 3.0, 2.0, 1.0], "val_loss": [5.0, 4.0]}
    figure = plot_history(SimpleNamespace(history=logs, epoch=[0, 1, 2, 3]))
    assert lines(figure)["loss", "validation"] == [(2, 5.0), (4, 4.0)]


def test_what_there_is_nothing_to_draw_of():
    for histories, metrics in (({}, None), ([], None), (LOGS, ["mae"])):
        with pytest.raises(ValueError, match="no curves"):
            plot_history(histories, metrics=metrics)


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"minitape\[plot\]"):
        plot_history(LOGS)
