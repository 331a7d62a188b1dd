"""The tape page: its numbers are the tape's, it folds, and nothing breaks out of it."""

import base64
import json
import linecache
import re
import time

import numpy as np
import pytest

import minitape as mt
from minitape import keras
from minitape.engine import PRIMITIVES
from minitape.learn import TapePage, history, watched_tape
from minitape.learn.page_groups import groups_of
from minitape.learn.page_values import Values
from minitape.learn.sources import formula_of, source_of


def array_of(data, number):
    """A value of the page, from the text that a browser reads, as an array again."""
    value = json.loads(json.dumps(data["values"][number]))
    dtype = np.dtype(value["dtype"])
    if dtype.kind == "c":
        parts = np.array([float(x) for x in value["values"]], dtype.type(0).real.dtype)
        return parts.view(dtype).reshape(value["shape"])
    return np.array([float(x) for x in value["values"]], dtype).reshape(value["shape"])


def named(data, name):
    """The number of the tensor of this name."""
    (number,) = [i for i, tensor in enumerate(data["tensors"]) if tensor["name"] == name]
    return number


def branching():
    """A program with every kind of meeting: one tensor twice, several outputs, two targets."""
    a = mt.Variable([[0.5, -1.25], [2.0, 0.1]], name="a")
    b = mt.Variable([1.5, -0.7], name="b")
    unused = mt.Variable(1.0, name="unused")
    with watched_tape(persistent=True) as tape:
        h = mt.tanh(mt.matmul(a, a) + b)
        first, second = mt.unstack(h)
        y = mt.reduce_sum(first * second * first)
        z = mt.reduce_mean(h * b, axis=0)
        mt.sin(unused)
    return tape, [y, z], [a, b, h, unused]


def test_a_history_gives_a_plain_tape_its_lines():
    x = mt.Variable(2.0, name="layer/x")

    def page():
        with mt.GradientTape() as tape:
            y = x * x  # asked for here
        return tape.show(y).data

    assert not any("line" in op for op in page()["ops"])
    with history():
        data = page()
    file, line = data["ops"][-1]["line"]
    assert "asked for here" in linecache.getline(__file__, line)
    assert data["files"][file]["name"].endswith("test_page.py")
    assert [group["name"] for group in data["groups"]] == ["layer"]


def test_gradients_are_the_tapes_number_by_number():
    tape, targets, sources = branching()
    data = tape.show(targets, sources).data
    expected = tape.gradient(targets, sources)
    assert expected[3] is None
    for one, d in zip(data["gradients"], expected, strict=True):
        if d is None:
            assert one["value"] is None
            assert one["why"] == "it was read, but the target was not computed from it"
        else:
            np.testing.assert_array_equal(array_of(data, one["value"]), d.numpy())


def test_what_arrives_is_the_sum_of_what_was_handed_on():
    tape, targets, sources = branching()
    data = tape.show(targets, sources).data
    sums = {}
    for add in [*data["seeds"], *(add for step in data["backward"] for add in step["adds"])]:
        known = sums.get(add["tensor"])
        value = array_of(data, add["value"])
        sums[add["tensor"]] = value if known is None else known + value
        total = add.get("total", add["value"])
        np.testing.assert_array_equal(array_of(data, total), sums[add["tensor"]])
    for step in data["backward"]:
        for y, number in zip(data["ops"][step["op"]]["outputs"], step["arriving"], strict=True):
            expected = sums.get(y, np.zeros(data["values"][number]["shape"], "float32"))
            np.testing.assert_array_equal(array_of(data, number), expected)
    for name, i in (("a", 0), ("b", 1)):
        expected = tape.gradient(targets, sources)[i].numpy()
        np.testing.assert_array_equal(sums[named(data, name)], expected)


def test_the_steps_go_back_through_what_the_target_depends_on():
    tape, targets, _ = branching()
    data = tape.show(targets).data
    steps = [step["op"] for step in data["backward"]]
    assert steps == sorted(steps, reverse=True)
    assert "sin" not in [data["ops"][i]["name"] for i in steps]
    assert "sin" in [op["name"] for op in data["ops"]]


def test_output_gradients_and_complex_numbers():
    z = mt.constant([1 + 2j, -0.5j])
    with mt.GradientTape(persistent=True) as tape:
        tape.watch(z)
        y = z * z
    data = tape.show(y, z).data
    np.testing.assert_array_equal(
        array_of(data, data["gradients"][0]["value"]), np.conj(2 * z.numpy())
    )
    last = data["backward"][-1]["adds"][-1]
    np.testing.assert_array_equal(array_of(data, last["total"]), tape.gradient(y, z).numpy())


def test_sparse_gradients_are_shown_dense():
    table = mt.Variable(np.ones((4, 2), "float32"), name="table")
    with mt.GradientTape(persistent=True) as tape:
        y = mt.reduce_sum(mt.gather(table, [1, 1, 3]))
    data = tape.show(y, table).data
    expected = [[0, 0], [2, 2], [0, 0], [1, 1]]
    np.testing.assert_array_equal(array_of(data, data["gradients"][0]["value"]), expected)


def test_showing_does_not_use_the_tape_up():
    x = mt.Variable(3.0)
    with mt.GradientTape() as tape:
        y = x * x
    tape.show(y)
    assert float(tape.gradient(y, x)) == 6
    with pytest.raises(RuntimeError, match="used up.*before `tape.gradient`"):
        tape.show(y)


def test_a_tape_that_listens_does_not_record_the_page():
    x = mt.Variable(3.0)
    with mt.GradientTape() as outer, mt.GradientTape(persistent=True) as tape:
        y = x * x
        entries = len(outer.entries)
        tape.show(y).data  # noqa: B018
    assert len(outer.entries) == entries == len(tape.entries)


def test_names_come_from_the_users_function():
    x = mt.constant(2.0)
    with mt.GradientTape() as tape:
        tape.watch(x)
        square = x * x
    assert {tensor["name"] for tensor in tape.show().data["tensors"]} == {"x", "square"}
    other = tape.show(square, names={"other": x}).data
    assert [tensor["name"] for tensor in other["tensors"]] == ["other", "v1"]


def test_ops_have_the_users_line():
    x = mt.Variable(2.0)
    with watched_tape() as tape:
        y = mt.sin(x)  # the line
    data = tape.show(y).data
    file, line = data["ops"][-1]["line"]
    assert data["files"][file]["name"].endswith("test_page.py")
    first = data["files"][file]["first"]
    assert data["files"][file]["lines"][line - first].strip() == "y = mt.sin(x)  # the line"


def test_without_notes_there_are_no_lines_and_all_else():
    x = mt.Variable(2.0, name="x")
    with mt.GradientTape() as tape:
        y = mt.sin(x)
    data = tape.show(y).data
    assert "line" not in data["ops"][-1]
    assert array_of(data, data["gradients"][0]["value"]) == pytest.approx(np.cos(2.0))


# -- folding ---------------------------------------------------------------------------------------


def tree(data):
    """The groups' whole names, and how many ops each holds."""
    names = []
    for group in data["groups"]:
        above = names[group["parent"]][0] + "/" if group["parent"] is not None else ""
        names.append((above + group["name"], group["last"] - group["first"] + 1))
    return names


def test_folds_by_layer_and_by_call_of_a_layer():
    dense = keras.layers.Dense(2, name="twice")
    x = mt.ones((1, 2))
    dense(x)
    with watched_tape() as tape:
        with mt.name_scope("outer"):
            h = mt.sin(dense(x))
        y = dense(dense(h))
    data = tape.show(y).data
    ops = 4  # two reads, matmul, add
    assert tree(data) == [
        ("outer", ops + 1),
        ("outer/twice", ops),
        ("twice", ops),
        ("twice (2)", ops),
    ]


def test_folds_by_the_names_of_variables_where_nothing_was_noted():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="first")], name="model")
    with mt.GradientTape() as tape:
        y = model(mt.ones((1, 3)))
    assert ("model/first", 4) in tree(tape.show(y).data)


def test_each_group_is_a_stretch_inside_its_parent():
    paths = [((name, i),) for i, name in enumerate("abcabc" * 100)] + [()] * 500
    groups, of = groups_of(paths)
    children = {}
    for i, group in enumerate(groups):
        children[group["parent"]] = children.get(group["parent"], 0) + 1
        if group["parent"] is not None:
            parent = groups[group["parent"]]
            assert group["parent"] < i
            assert parent["first"] <= group["first"] <= group["last"] <= parent["last"]
    for i, group in enumerate(of):
        children[group] = children.get(group, 0) + 1
        assert group is None or groups[group]["first"] <= i <= groups[group]["last"]
    assert max(children.values()) <= 40


# -- rules and formulas ----------------------------------------------------------------------------


def test_every_rule_has_its_text():
    for op in PRIMITIVES.values():
        for rule in filter(None, (*op.vjps, op.vjp_all)):
            source = source_of(rule)
            assert source.text, op
            for part in source.formula.split(" where "):
                assert "".join(part.split()) in "".join(source.text.split())


def test_rules_on_one_line_are_told_apart():
    first, second = (lambda g, y, x: g * x), (lambda g, y, x: g + y)
    assert source_of(first).formula == "g * x"
    assert source_of(second).formula == "g + y"
    assert source_of(second).arguments == ("g", "y", "x")


def test_what_a_rule_has_names_for_stands_in_its_formula():
    def rule(g, y, x):
        """What it says."""
        d = g * x
        return -d

    assert source_of(rule).formula == "-d where d = g * x"


def test_the_formula_of_an_op_is_that_of_its_docstring():
    assert formula_of(mt.subtract) == ("x - y", ("x", "y"))
    assert formula_of(mt.sin)[0] == ""


def test_a_custom_gradient_shows_the_users_rule():
    @mt.custom_gradient
    def clipped(x):
        return x * 2.0, lambda g: mt.clip_by_value(g, -1.0, 1.0)

    x = mt.Variable(3.0)
    with watched_tape() as tape:
        y = clipped(x) * 5.0
    data = tape.show(y, x).data
    rule = next(rule for rule in data["rules"] if rule["name"] == "clipped")
    assert rule["vjps"][0]["formula"] == "mt.clip_by_value(g, -1.0, 1.0)"
    assert array_of(data, data["gradients"][0]["value"]) == 1


# -- the file --------------------------------------------------------------------------------------


def test_the_page_needs_nothing_else(tmp_path):
    tape, targets, _ = branching()
    page = tape.show(targets, path=tmp_path / "tape.html")
    text = (tmp_path / "tape.html").read_text(encoding="utf-8")
    assert text == page.html
    assert not re.search(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", text)
    assert not re.search(r"@import|url\(", text.split("</style>")[0])
    assert "default-src 'none'" in text
    assert "{{" not in text.split("</style>")[0]


def test_nothing_breaks_out_of_the_page():
    evil = "</script><script>alert(1)</script><!--"
    x = mt.Variable([np.nan, np.inf, -np.inf, 1.0], name=evil)
    with mt.GradientTape() as tape:
        y = x * 1.0
    page = tape.show(y, names={evil + "{{css}}": y})
    assert page.html.count("</script>") == 3
    assert "alert(1)</script>" not in page.html
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page.html)
    values = json.loads(text, parse_constant=lambda name: pytest.fail(name))["values"]
    assert values[0]["values"] == ["NaN", "Infinity", "-Infinity", 1.0]
    assert json.loads(text)["tensors"][0]["name"] == evil


def test_a_notebook_shows_it_in_a_frame():
    tape, targets, _ = branching()
    shown = tape.show(targets)._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "<script" not in shown


def test_large_arrays_are_statistics_and_a_picture():
    numbers = np.random.default_rng(0).normal(size=(100, 60)).astype("float32")
    numbers[0, :3] = np.nan, np.inf, -np.inf
    values = Values(10_000)
    values.add(mt.constant(numbers))
    (value,) = values.encoded()
    finite = numbers[np.isfinite(numbers)].astype("float64")
    assert "values" not in value
    assert (value["nan"], value["inf"]) == (1, 2)
    for name in ("min", "max", "mean", "std"):
        assert value[name] == pytest.approx(getattr(finite, name)(), rel=1e-5)
    picture = value["picture"]
    assert (picture["rows"], picture["columns"]) == (32, 32)


def test_what_is_small_depends_on_how_much_there_is():
    values = Values(1000)
    for _ in range(100):
        values.add(mt.zeros(60))
    assert all("values" not in value for value in values.encoded())
    values = Values(6000)
    for _ in range(100):
        values.add(mt.zeros(60))
    assert all(value["values"] == [0.0] * 60 for value in values.encoded())


def test_the_picture_is_of_the_means_of_blocks():
    values = Values(10_000)
    values.add(mt.constant(np.kron(np.eye(32), np.ones((2, 2))) * 4))
    (value,) = values.encoded()
    cells = np.frombuffer(base64.b64decode(value["picture"]["cells"]), "int8")
    np.testing.assert_array_equal(cells.reshape(32, 32), 127 * np.eye(32))
    assert value["picture"]["scale"] == 4


def test_svg_has_every_op_and_folds_long_programs():
    tape, targets, _ = branching()
    svg = tape.show(targets).svg()
    for op in tape.entries:
        assert f"<title>{op.op.name}</title>" in svg
    assert svg.startswith("<svg ")
    x = mt.Variable(1.0)
    with mt.GradientTape() as tape:
        y = mt.identity(x)
        for _ in range(1000):
            y = mt.sin(y)
    assert tape.show(y).svg().count('class="group"') == 1002 // 40 + 1


def test_svg_by_the_files_name(tmp_path):
    tape, targets, _ = branching()
    tape.show(targets, path=tmp_path / "tape.svg")
    assert (tmp_path / "tape.svg").read_text().startswith("<svg ")


def test_an_empty_tape():
    with mt.GradientTape() as tape:
        y = mt.constant(1.0) + 1.0
    page = tape.show(y)
    assert isinstance(page, TapePage)
    assert page.data["ops"] == page.data["gradients"] == []
    assert page.svg()
    assert page.html


def test_print(capsys):
    x = mt.Variable(3.0, name="x")
    with mt.GradientTape() as tape:
        y = x * x
    tape.print(y)
    assert "d(x) = 6" in capsys.readouterr().out
    assert float(tape.gradient(y, x)) == 6


def test_ten_thousand_ops_are_a_page_of_bounded_size():
    x = mt.Variable(np.ones((30, 30), "float32"), name="x")
    with watched_tape() as tape:
        y = mt.identity(x)
        for _ in range(9998):
            y = mt.sin(y)
    start = time.process_time()
    size = len(tape.show(y).html)
    seconds = time.process_time() - start
    assert size < 8e6
    assert seconds < 8
