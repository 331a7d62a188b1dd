"""Assertions beside TensorFlow's: what passes, what is raised, and what the errors say."""

import io
import re
import sys

import numpy as np
import pytest
import tensorflow

import minitape as mt
from compat.outcome import assert_same_outcome

ASSERTIONS = [
    lambda tf: tf.debugging.check_numerics([1.0], "text"),
    lambda tf: tf.debugging.check_numerics([np.nan], "text"),
    lambda tf: tf.debugging.check_numerics([np.inf, 1.0], "text"),
    lambda tf: tf.debugging.check_numerics([-np.inf, np.nan], "text"),
    lambda tf: tf.debugging.check_numerics([1], "text"),
    lambda tf: tf.debugging.check_numerics(tf.constant([1 + 1j]), "text"),
    lambda tf: tf.debugging.assert_all_finite([1.0], "text"),
    lambda tf: tf.debugging.assert_all_finite([np.nan], "text"),
    lambda tf: tf.assert_equal([1, 1], 1),
    lambda tf: tf.assert_equal([1, 2], [1, 3], message="text"),
    lambda tf: tf.assert_equal(1, 2),
    lambda tf: tf.assert_equal([1, 2], [1, 2, 3]),
    lambda tf: tf.assert_equal(1.0, 1),
    lambda tf: tf.assert_equal("a", "a"),
    lambda tf: tf.assert_equal(np.nan, np.nan),
    lambda tf: tf.assert_equal(np.float32(np.nan), np.float32(np.nan)),
    lambda tf: tf.assert_equal([], 1.0),
    lambda tf: tf.assert_equal(np.arange(10), np.arange(10) + 1),
    lambda tf: tf.assert_equal(np.arange(10), np.arange(10) + 1, summarize=2),
    lambda tf: tf.debugging.assert_none_equal([1, 2], [3, 4]),
    lambda tf: tf.debugging.assert_none_equal([1, 2], [3, 2], message="text"),
    lambda tf: tf.assert_less([1, 2], 3),
    lambda tf: tf.assert_less([1, 3], 3, message="text"),
    lambda tf: tf.debugging.assert_less_equal([1, 3], 3),
    lambda tf: tf.debugging.assert_less_equal([1, 4], 3),
    lambda tf: tf.assert_greater([4], 3),
    lambda tf: tf.assert_greater([1.5, 4.0], 3.0),
    lambda tf: tf.debugging.assert_greater_equal([3, 4], 3),
    lambda tf: tf.debugging.assert_greater_equal([1, 4], 3),
    lambda tf: tf.debugging.assert_near(1.0, 1.0 + 1e-7),
    lambda tf: tf.debugging.assert_near(1.0, 1.1),
    lambda tf: tf.debugging.assert_near(1.0, 1.1, rtol=0.2),
    lambda tf: tf.debugging.assert_near([1.0], 1.1, atol=0.2, message="text"),
    lambda tf: tf.debugging.assert_near(0.0, 1.1e-6),
    lambda tf: tf.debugging.assert_near(0.0, 1.3e-6),
    lambda tf: tf.debugging.assert_near(np.float64(1), np.float64(1 + 1e-15)),
    lambda tf: tf.debugging.assert_near(np.float64(1), np.float64(1 + 1e-14)),
    lambda tf: tf.debugging.assert_near(np.float16(1), np.float16(1.01)),
    lambda tf: tf.debugging.assert_near(1, 1),
    lambda tf: tf.debugging.assert_near(np.nan, np.nan),
    lambda tf: tf.debugging.assert_near(np.inf, np.inf),
    lambda tf: tf.debugging.assert_near(tf.constant(1 + 1j), tf.constant(1 + 1j)),
    lambda tf: tf.debugging.assert_near([1.0, 2.0], [1.0, 2.0, 3.0]),
    lambda tf: tf.debugging.assert_negative([-1.0]),
    lambda tf: tf.debugging.assert_negative([0.0]),
    lambda tf: tf.debugging.assert_positive([0.0], message="text"),
    lambda tf: tf.debugging.assert_positive([]),
    lambda tf: tf.debugging.assert_positive([np.nan]),
    lambda tf: tf.debugging.assert_non_negative([-0.0]),
    lambda tf: tf.debugging.assert_non_negative([-1]),
    lambda tf: tf.debugging.assert_non_positive([1]),
    lambda tf: tf.debugging.assert_integer(1),
    lambda tf: tf.debugging.assert_integer(1.0),
    lambda tf: tf.debugging.assert_integer(tf.constant(True)),
    lambda tf: tf.debugging.assert_type(tf.constant(1.0), tf.float32),
    lambda tf: tf.debugging.assert_type(tf.constant(1.0), tf.int32, message="text"),
    lambda tf: tf.assert_rank([1.0], 1),
    lambda tf: tf.assert_rank([1.0], tf.constant(1)),
    lambda tf: tf.assert_rank([1.0], 2, message="text"),
    lambda tf: tf.assert_rank([1.0], 1.5),
    lambda tf: tf.assert_rank([1.0], [1]),
    lambda tf: tf.debugging.assert_rank_at_least([1.0], 1),
    lambda tf: tf.debugging.assert_rank_at_least([1.0], 2),
    lambda tf: tf.debugging.assert_rank_in([1.0], [1, 2]),
    lambda tf: tf.debugging.assert_rank_in([1.0], (0, 2)),
    lambda tf: tf.debugging.assert_rank_in([1.0], 1),
    lambda tf: tf.debugging.assert_scalar(1.0),
    lambda tf: tf.debugging.assert_scalar([1.0]),
    lambda tf: tf.debugging.assert_proper_iterable([1.0]),
    lambda tf: tf.debugging.assert_proper_iterable(tf.constant([1.0])),
    lambda tf: tf.debugging.assert_proper_iterable(np.ones(2)),
    lambda tf: tf.debugging.assert_proper_iterable("abc"),
    lambda tf: tf.debugging.assert_proper_iterable(3),
    lambda tf: tf.debugging.assert_same_float_dtype([tf.constant(1.0)]).name,
    lambda tf: tf.debugging.assert_same_float_dtype().name,
    lambda tf: tf.debugging.assert_same_float_dtype([tf.zeros(1), tf.zeros(1, "float64")]),
    lambda tf: tf.debugging.assert_same_float_dtype([tf.constant(1.0)], dtype=tf.float64),
    lambda tf: tf.debugging.assert_same_float_dtype([tf.constant(1)]),
    lambda tf: tf.debugging.assert_same_float_dtype(dtype=tf.int32),
    lambda tf: tf.debugging.is_numeric_tensor(tf.constant(1)),
    lambda tf: tf.debugging.is_numeric_tensor(tf.constant(True)),
    lambda tf: tf.debugging.is_numeric_tensor(1.0),
    lambda tf: tf.Assert(True, ["text"]),
    lambda tf: tf.Assert([True, False], ["text"]),
    lambda tf: tf.Assert(tf.constant(0), ["text"]),
    lambda tf: tf.Assert(False, tf.constant([1, 2])),
    lambda tf: tf.Assert(False, [tf.constant([1, 2, 3, 4, 5])], summarize=2),
]


def shapes(specification, message=None):
    """An assertion about a matrix, a vector and a cube."""

    def run(tf):
        tensors = tf.zeros((2, 3)), tf.zeros((3,)), tf.zeros((2, 3, 4))
        pairs = [(x, s) for x, s in zip(tensors, specification, strict=True) if s is not None]
        return tf.debugging.assert_shapes(pairs, message=message)

    return run


SHAPES = [
    shapes([("N", "D"), ("D",), None]),
    shapes([("N", "D"), ("N",), None], message="text"),
    shapes([("N", 3), None, ("N", "D", 4)]),
    shapes([("N", 4), None, None]),
    shapes([("N",), None, None]),
    shapes(["ND", "D", "NDC"]),
    shapes([None, ("C",), (..., "C")]),
    shapes([None, None, ("*", "D", "C")]),
    shapes([("N", ..., "D"), None, None]),
    shapes([(..., "N", ...), None, None]),
    shapes([None, 3, None]),
    shapes([(".", "."), (None,), None]),
    shapes([(..., "A", "B", "C"), None, None]),
]


@pytest.mark.parametrize("run", [*ASSERTIONS, *SHAPES])
def test_same_outcome(run):
    assert_same_outcome(run)


@pytest.mark.parametrize("run", ASSERTIONS)
def test_comparisons_say_what_tensorflow_says(run):
    texts = []
    for tf in (mt, tensorflow):
        try:
            run(tf)
            texts.append("")
        except Exception as error:
            texts.append(str(error))
    if "Condition x" in texts[1]:
        assert _words(texts[0]) == _words(texts[1])


def _words(text):
    """The words of an error, without NumPy's quotes around elements."""
    return re.sub(r"[\['\]\n:]+", " ", text).split()


def test_check_numerics_in_the_gradient():
    x = mt.Variable([2.0])
    with mt.GradientTape() as tape:
        y = mt.debugging.check_numerics(x, "text") * np.inf
    with pytest.raises(mt.errors.InvalidArgumentError, match="in gradient. text : Tensor had Inf"):
        tape.gradient(y, x)


PRINTED = [
    lambda tf: (tf.constant([1.0, 2.5]), "a", 3, {"x": tf.constant(1)}),
    lambda tf: (tf.range(10),),
    lambda tf: (tf.reshape(tf.range(100), (10, 10)),),
    lambda tf: (tf.reshape(tf.range(8), (2, 2, 2)),),
    lambda tf: (1.5, None, True, "q"),
    lambda tf: ([1, 2, tf.constant(3)], (1,), np.arange(3)),
    lambda tf: (tf.constant(1e-7), tf.constant("a"), tf.constant(["a", "b"])),
    lambda tf: (tf.constant("a"),),
    lambda tf: (tf.Variable(1.0), tf.constant(True), tf.zeros((0,))),
    lambda tf: ({"b": 1, "a": [tf.constant(1.0)]},),
    lambda tf: (tf.constant([1.0, np.nan, np.inf]),),
    lambda tf: (tf.constant([0.1, 1e10, 123456.789]),),
    lambda tf: (tf.constant([0.1, 1 / 3], "float64"), tf.constant([0.1, 1 / 3], "float16")),
    lambda tf: (),
]


@pytest.mark.parametrize("settings", [{}, {"summarize": -1, "sep": "|"}, {"summarize": 1}])
@pytest.mark.parametrize("values", PRINTED)
def test_print(values, settings, capfd):
    printed = []
    for tf in (mt, tensorflow):
        assert tf.print(*values(tf), output_stream=sys.stdout, end="!\n", **settings) is None
        printed.append(capfd.readouterr().out)
    assert printed[0] == printed[1]


def test_print_elsewhere(tmp_path, capsys):
    mt.print("to the error stream")
    assert capsys.readouterr().err == "to the error stream\n"
    mt.print("text", mt.constant(1.0), output_stream=(stream := io.StringIO()))
    assert stream.getvalue() == "text 1\n"
    mt.print("text", output_stream=(texts := []).append)
    assert texts == ["text"]
    for _ in range(2):
        mt.print("text", output_stream=f"file://{tmp_path / 'log'}")
    assert (tmp_path / "log").read_text() == "text\ntext\n"
    with pytest.raises(ValueError, match="Unrecognized keyword arguments"):
        mt.print("text", file=sys.stdout)
