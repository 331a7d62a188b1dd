"""plot_model: the boxes and arrows of models, where they are, and each format."""

import os
import re
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from minitape import keras
from minitape.keras import layers
from minitape.keras.utils import model_to_dot, plot_model
from minitape.keras.utils.diagram import Diagram


def chain():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, "relu", name="a<b"), layers.ReLU()])


def branches():
    """Two inputs, a layer used twice, an arrow past several ranks, and an op."""
    title, body = keras.Input((3,), name="title"), keras.Input((4,), name="body")
    shared = layers.Dense(4, name="shared")
    y = shared(
        shared(layers.Dense(4, name="first")(layers.Concatenate(name="both")([title, body])))
    )
    z = layers.Concatenate(name="late")([y, title])
    return keras.Model([title, body], [y, z * 2.0], name="branches")


def nested():
    """A functional model with two outputs that holds a Sequential one."""
    x = keras.Input((3,), name="x")
    deepest = keras.Sequential([keras.Input((4,)), layers.Dense(5, name="deep")], name="deepest")
    start = keras.Input((3,), name="start")
    middle = layers.Dense(4, name="middle")(start)
    inner = keras.Model(start, [layers.ReLU(name="relu")(middle), deepest(middle)], name="inner")
    a, b = inner(x)
    return keras.Model(x, layers.Concatenate(name="joined")([a, b, x]))


MODELS = [chain, branches, nested]


def names(diagram):
    return [box.title.partition(" ")[0] for box in diagram.boxes]


def arrows(diagram):
    return {(a.title.partition(" ")[0], b.title.partition(" ")[0]) for a, b in diagram.arrows}


def test_boxes_and_arrows():
    keras.backend.clear_session()
    diagram = Diagram(branches(), show_layer_names=True)
    assert arrows(diagram) == {
        ("title", "both"), ("body", "both"), ("both", "first"), ("first", "shared"),
        ("shared", "shared"), ("shared", "late"), ("title", "late"), ("late", "multiply"),
    }  # fmt: skip
    assert len(diagram.boxes) == 7
    assert len(Diagram(chain()).arrows) == 1


def test_models_inside():
    closed = Diagram(nested(), show_layer_names=True)
    assert arrows(closed) == {("x", "inner"), ("inner", "joined"), ("x", "joined")}
    diagram = Diagram(nested(), show_layer_names=True, expand_nested=True)
    assert arrows(diagram) == {
        ("x", "start"), ("start", "middle"), ("middle", "relu"), ("middle", "deep"),
        ("relu", "joined"), ("deep", "joined"), ("x", "joined"),
    }  # fmt: skip
    frames = {
        name: {box.title.partition(" ")[0] for box in boxes} for name, boxes in diagram.frames
    }
    assert frames == {"inner": {"start", "middle", "relu", "deep"}, "deepest": {"deep"}}


def test_a_subclassed_model_is_one_box():
    class Own(keras.Model):
        def call(self, x):
            return x

    model = Own()
    with pytest.raises(ValueError, match="not built"):
        plot_model(model, "own.svg")
    model.build((None, 3))
    assert names(Diagram(model)) == ["Own"]


def test_what_boxes_tell():
    diagram = Diagram(chain(), True, True, True, False, True, True)
    assert [(box.title, box.lines) for box in diagram.boxes] == [
        (
            "a<b (Dense)",
            [
                "Activation: relu",
                "Input shape: (None, 3)",
                "Output shape: (None, 2)",
                "Output dtype: float32",
                "Trainable",
            ],
        ),
        (
            diagram.boxes[1].title,
            ["Input shape: (None, 2)", "Output shape: (None, 2)", "Output dtype: float32"],
        ),
    ]
    assert [box.title for box in Diagram(nested()).boxes][:2] == ["InputLayer", "Functional"]


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
@pytest.mark.parametrize("make", MODELS)
def test_places(make, rankdir):
    """No box lies on another or beyond the picture; arrows lead from box to box, and onward."""
    diagram = Diagram(make(), True, expand_nested=True)
    width, height, paths = diagram.lay_out(rankdir)
    for i, one in enumerate(diagram.boxes):
        assert 0 <= one.x <= one.x + one.width <= width
        assert 0 <= one.y <= one.y + one.height <= height
        for other in diagram.boxes[:i]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
    assert len(paths) == len(diagram.arrows)
    axis, sign = {"TB": (1, 1), "BT": (1, -1), "LR": (0, 1), "RL": (0, -1)}[rankdir]
    for (a, b), path in zip(diagram.arrows, paths, strict=True):
        assert touches(a, path[0])
        assert touches(b, path[-1])
        if a is not b:
            assert sign * (path[-1][axis] - path[0][axis]) > 0
        for one, other in pairwise(path):  # no line crosses another box
            middle = [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2]
            assert not any(inside(box, middle) for box in diagram.boxes)


def touches(box, point):
    x, y = point
    on_x = (
        min(abs(x - box.x), abs(x - box.x - box.width)) < 1e-6 and box.y <= y <= box.y + box.height
    )
    on_y = (
        min(abs(y - box.y), abs(y - box.y - box.height)) < 1e-6 and box.x <= x <= box.x + box.width
    )
    return on_x or on_y


def inside(box, point):
    x, y = point
    return box.x < x < box.x + box.width and box.y < y < box.y + box.height


def test_svg(tmp_path):
    plot_model(chain(), tmp_path / "chain.svg", show_layer_names=True)
    svg = "{http://www.w3.org/2000/svg}"
    root = ET.parse(tmp_path / "chain.svg").getroot()
    assert root.tag == f"{svg}svg"
    assert next(root.iter(f"{svg}text")).text == "a<b (Dense)"
    assert len(list(root.iter(f"{svg}polyline"))) == 1


def test_dot(tmp_path):
    text = model_to_dot(nested(), expand_nested=True, rankdir="LR")
    assert text.count("->") == 7
    assert "rankdir=LR" in text
    assert text.count("{") == text.count("}") == 3
    assert re.search(r'label="inner".*label="deepest".*\}\s*\}\s*\}', text, re.DOTALL)
    plot_model(nested(), tmp_path / "nested.dot", show_layer_names=True, expand_nested=True)
    assert (tmp_path / "nested.dot").read_text().count("->") == 7


@pytest.mark.parametrize("make", MODELS)
def test_png_by_matplotlib(make, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("PATH", "")
    plot_model(make(), tmp_path / "model.png", show_shapes=True, expand_nested=True, dpi=50)
    data = (tmp_path / "model.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    width = int.from_bytes(data[16:20], "big")
    diagram = Diagram(make(), True, expand_nested=True)
    assert width == pytest.approx(diagram.lay_out()[0] / 96 * 50, abs=2)


def test_png_by_graphviz(tmp_path, monkeypatch):
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\necho "$@" > "$3"\n/bin/cat >> "$3"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    plot_model(chain(), tmp_path / "model.png", dpi=70)
    first, *rest = (tmp_path / "model.png").read_text().splitlines()
    assert first == f"-Tpng -o {tmp_path / 'model.png'}"
    assert rest[0].startswith("digraph")
    assert any("dpi=70" in line for line in rest)


def test_png_by_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"minitape\[plot\].*\.svg"):
        plot_model(chain(), tmp_path / "model.png")
    assert not os.listdir(tmp_path)


def test_an_unknown_direction(tmp_path):
    with pytest.raises(ValueError, match="rankdir"):
        plot_model(chain(), tmp_path / "model.svg", rankdir="UP")
