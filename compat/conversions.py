"""What `convert_to_tensor` makes of numbers, lists, arrays and texts, and what it refuses."""

import array
import decimal
import fractions

import numpy as np

from .programs import SAME, Programs, Raises

CONVERSIONS = Programs()
MIXED = "mixed types"
RAGGED = "non-rectangular Python sequence"
RANGE = "out-of-range integer"
UNSUPPORTED = "unsupported type"


def converts(name, value, ours, theirs=SAME, **arguments):
    """Adds the conversion of a value, or of what a function of `tf` returns."""

    def run(tf):
        return tf.convert_to_tensor(value(tf) if callable(value) else value, **arguments)

    CONVERSIONS.add(name, ours, theirs)(run)


def of(dtype, *numbers):
    """The array of that type that is expected; a single number is a scalar."""
    return np.array(numbers if len(numbers) != 1 else numbers[0], dtype)


class ArrayLike:
    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0], dtype)


class MyFloat(float):
    pass


# -- Python numbers --------------------------------------------------------------------------------

converts("float", 1.5, of("float32", 1.5))
converts("int", 3, of("int32", 3))
converts("bool", True, of("bool", True))
converts("complex", 1 + 2j, of("complex128", 1 + 2j))
converts("nan", float("nan"), of("float32", float("nan")))
converts("subclass_of_float", MyFloat(1.5), of("float32", 1.5))
converts("smallest_int32", -(2**31), of("int32", -(2**31)))
converts("int_beyond_int32", 2**31, of("int64", 2**31))
converts("int_beyond_int64", 2**63, Raises("ValueError", RANGE))
converts("int_beyond_uint64", 2**70, Raises("ValueError", RANGE))
converts("huge_float", [1e300], of("float32", [np.inf]), theirs=Raises("ValueError"))

converts("float_as_float64", 1.1, of("float64", 1.1), dtype="float64")
converts("float_as_float16", 1.1, of("float16", 1.1), dtype="float16")
converts("float_too_large_for_float16", 1e6, of("float16", np.inf), dtype="float16")
converts("int_as_float32", 3, of("float32", 3), dtype="float32")
converts("int_as_int64", 2**40, of("int64", 2**40), dtype="int64")
converts("int_as_uint64", 2**63, of("uint64", 2**63), dtype="uint64")
converts("large_int_as_float32", 2**70, of("float32", 2.0**70), dtype="float32")
converts("int_as_complex64", 1, of("complex64", 1), dtype="complex64")
converts("float_as_complex64", 1.5, of("complex64", 1.5), dtype="complex64")
converts("bool_as_float32", True, of("float32", 1), dtype="float32")
converts("bool_as_int32", True, of("int32", 1), dtype="int32")
converts("float_as_int32", 1.5, Raises("TypeError", "Cannot convert 1.5 to"), dtype="int32")
converts("whole_float_as_int32", 1.0, Raises("TypeError", "Cannot convert 1.0 to"), dtype="int32")
converts("int_as_bool", 1, Raises("TypeError", "Cannot convert 1 to"), dtype="bool")
converts("float_as_bool", 1.0, Raises("TypeError", "Cannot convert 1.0 to"), dtype="bool")
converts("complex_as_float32", 1j, Raises("TypeError", "Cannot convert 1j to"), dtype="float32")
converts("float_as_string", 1.5, Raises("TypeError", "Cannot convert 1.5 to"), dtype="string")
# TensorFlow keeps the low bits: 44, 255 and 0.
converts("int_too_large_for_int8", 300, Raises("ValueError", RANGE), of("int8", 44), dtype="int8")
converts("negative_as_uint8", -1, Raises("ValueError", RANGE), of("uint8", 255), dtype="uint8")
converts(
    "ints_too_large_for_int32",
    [2**40],
    Raises("ValueError", RANGE),
    of("int32", [0]),
    dtype="int32",
)

# -- lists -----------------------------------------------------------------------------------------

converts("list_of_floats", [1.0, 2.5], of("float32", 1, 2.5))
converts("list_of_ints", [1, 2], of("int32", 1, 2))
converts("list_of_bools", [True, False], of("bool", True, False))
converts("ints_and_floats", [1, 2.5], of("float32", 1, 2.5))
converts("ints_and_floats_in_lists", [[1, 2], [3.5, 4]], of("float32", [1, 2], [3.5, 4]))
converts("ints_and_bools", [2, True], of("int32", 2, 1))
converts("floats_and_bools", [1.0, True], of("float32", 1, 1))
converts("bools_and_ints", [True, 2], of("int32", 1, 2), theirs=Raises("ValueError", MIXED))
converts("small_and_large_ints", [1, 2**40], of("int64", 1, 2**40))
converts("complex_and_float", [1j, 1.0], of("complex128", 1j, 1))
converts("tuples", ((1, 2), (3, 4)), of("int32", [1, 2], [3, 4]))
converts("range", range(3), of("int32", 0, 1, 2))
converts("three_levels", [[[1.0], [2.0]]], np.array([[[1], [2]]], "float32"))
converts("empty_list", [], of("float32"))
converts("empty_lists", [[], []], of("float32", [], []))
converts("empty_list_as_int32", [], of("int32"), dtype="int32")
converts("list_as_float64", [1.1, 2], of("float64", 1.1, 2), dtype="float64")
converts("list_of_floats_as_int32", [1.5], Raises("TypeError", "Cannot convert"), dtype="int32")
converts("lists_of_unequal_lengths", [[1, 2], [3]], Raises("ValueError", RAGGED))
converts("lists_of_unequal_depth", [[1.0, 2.0], 3.0], Raises("ValueError", RAGGED))

# -- NumPy -----------------------------------------------------------------------------------------

for name in ("float16", "float32", "float64", "int8", "int64", "uint8", "bool", "complex64"):
    converts(f"array_of_{name}", of(name, 0, 1), of(name, 0, 1))
    converts(f"scalar_of_{name}", of(name, 1)[()], of(name, 1))
converts("array_without_axes", np.array(1.5), of("float64", 1.5))
converts("empty_array", np.zeros((0, 3)), np.zeros((0, 3)))
converts("big_endian_floats", np.array([1.5, 2], ">f4"), of("float32", 1.5, 2))
converts("big_endian_ints", np.array([1, 2], ">i8"), of("int64", 1, 2))
converts("array_in_fortran_order", np.array([[1, 2], [3, 4]], order="F"), of(int, [1, 2], [3, 4]))
converts("reversed_array", np.arange(3)[::-1], of("int64", 2, 1, 0))
converts("masked_array", np.ma.array([1.0, 2.0]), of("float64", 1, 2))
converts("array_like", ArrayLike(), of("float64", 1, 2))
converts("array_as_float32", of("float64", 1.5, 2), of("float32", 1.5, 2), dtype="float32")
converts("array_as_float64", of("float32", 1.5, 2), of("float64", 1.5, 2), dtype="float64")
converts("array_of_floats_as_int32", of("float64", 1.5, -2.5), of("int32", 1, -2), dtype="int32")
converts("array_of_ints_as_bool", of("int64", 0, 2), of("bool", False, True), dtype="bool")
converts("array_of_bools_as_float32", of("bool", 0, 1), of("float32", 0, 1), dtype="float32")
converts("array_of_negatives_as_uint8", of("int64", -1, 1), of("uint8", 255, 1), dtype="uint8")
converts("long_doubles", np.ones(1, "longdouble"), Raises("ValueError", "unsupported|Unsupported"))
converts("dates", np.array(["2020-01-01"], "datetime64[D]"), Raises("ValueError", "upported"))
converts("records", np.zeros(2, [("a", "f4")]), Raises("ValueError", "upported"))
converts("array_of_objects", np.array([1.5, 2], object), Raises("ValueError", "upported"))
converts("array_module", array.array("f", [1.0, 2.0]), of("float32", 1, 2))

# A list has the type of its first NumPy float; NumPy's integers in it are like Python's.
converts("list_of_float64", [np.float64(1.5)], of("float64", [1.5]))
converts("list_of_float32", [np.float32(1.5)], of("float32", [1.5]))
converts("list_of_float16", [np.float16(1.5)], of("float16", [1.5]))
converts("list_of_int64", [np.int64(1)], of("int32", [1]))
converts("list_of_large_int64", [np.int64(2**40)], of("int64", [2**40]))
converts("list_of_uint8", [np.uint8(1)], of("int32", [1]))
converts("list_of_complex64", [np.complex64(1j)], of("complex128", [1j]))
converts("list_of_numpy_bools", [np.True_], of("bool", [True]))
converts("python_then_numpy_float", [1.5, np.float64(2)], of("float32", 1.5, 2))
converts("numpy_then_python_float", [np.float64(2), 1.5], of("float64", 2, 1.5))
converts("float32_then_float64", [np.float32(1), np.float64(2)], of("float32", 1, 2))
converts("numpy_int_then_float", [np.int64(1), 2.5], of("float32", 1, 2.5))
converts("list_of_arrays", [np.array([1.0, 2]), np.array([3.0, 4])], of("float64", [1, 2], [3, 4]))
converts("list_of_int_arrays", [np.array([1, 2]), np.array([3, 4])], of("int32", [1, 2], [3, 4]))
converts("list_then_array", [[1.0, 2.0], np.array([3.0, 4])], of("float32", [1, 2], [3, 4]))
converts("array_then_list", [np.array([3.0, 4]), [1.0, 2.0]], of("float64", [3, 4], [1, 2]))

# -- tensors ---------------------------------------------------------------------------------------

converts("tensor", lambda tf: tf.constant(1.5), of("float32", 1.5))
converts("tensor_of_that_dtype", lambda tf: tf.constant(1.5), of("float32", 1.5), dtype="float32")
converts(
    "tensor_of_another_dtype",
    lambda tf: tf.constant(1.5),
    Raises("ValueError", "requested dtype float64 for Tensor with dtype float32"),
    dtype="float64",
)
converts("variable", lambda tf: tf.Variable(1.5), of("float32", 1.5))
converts("list_of_tensors", lambda tf: [tf.constant(1.0), tf.constant(2.0)], of("float32", 1, 2))
converts("tensor_then_int", lambda tf: [tf.constant(1.0), 2], of("float32", 1, 2))
converts("int_then_tensor", lambda tf: [2, tf.constant(1.0)], of("float32", 2, 1))
converts("tensor_then_float64", lambda tf: [tf.constant(1.0), np.float64(2)], of("float32", 1, 2))
converts("variable_then_float", lambda tf: [tf.Variable(1.0), 2.0], of("float32", 1, 2))
converts(
    "tensors_in_lists",
    lambda tf: [[tf.constant(1.0), 2.0], [3.0, tf.constant(4.0)]],
    of("float32", [1, 2], [3, 4]),
)
converts(
    "tensor_then_list", lambda tf: [tf.constant([1.0, 2.0]), [3, 4]], of("float32", [1, 2], [3, 4])
)
converts(
    "int_tensor_then_float",
    lambda tf: [tf.constant(1), 2.5],
    Raises("TypeError", "Cannot convert 2.5 to"),
)
converts(
    "tensors_of_two_dtypes",
    lambda tf: [tf.constant(1.0), tf.constant(1.0, "float64")],
    Raises("InvalidArgumentError", "input #1"),
)
converts(
    "tensors_of_two_shapes",
    lambda tf: [tf.constant([1.0, 2.0]), tf.constant(1.0)],
    Raises("InvalidArgumentError", "same shape|Shapes of all inputs must match"),
)
# TensorFlow casts tensors in a list, though not a tensor alone.
converts(
    "list_of_tensors_as_another_dtype",
    lambda tf: [tf.constant(1.0)],
    Raises("ValueError", "requested dtype float64"),
    theirs=of("float64", [1.0]),
    dtype="float64",
)

# -- hints -----------------------------------------------------------------------------------------

converts("int_with_hint_float", 3, of("float32", 3), dtype_hint="float32")
converts("float_with_hint_int", 1.5, of("float32", 1.5), dtype_hint="int32")
converts("list_with_hint_float64", [1, 2], of("float64", 1, 2), dtype_hint="float64")
converts("array_with_hint", of("float64", 1, 2), of("float32", 1, 2), dtype_hint="float32")
converts("int_array_with_hint", of("int64", 1, 2), of("float32", 1, 2), dtype_hint="float32")
converts("tensor_with_hint", lambda tf: tf.constant(1), of("int32", 1), dtype_hint="float32")

# -- texts -----------------------------------------------------------------------------------------


converts("text", "é", np.array("é".encode(), object))
converts("bytes", b"a", np.array(b"a", object))
converts("empty_text", "", np.array(b"", object))
converts("list_of_texts", ["a", "bc"], of(object, b"a", b"bc"))
converts("lists_of_texts", [["a"], ["b"]], of(object, [b"a"], [b"b"]))
converts("texts_and_bytes", ["a", b"b"], of(object, b"a", b"b"))
converts("text_that_ends_with_a_nul", ["a\0", "bcd"], of(object, b"a\0", b"bcd"))
converts("array_of_texts", np.array(["a", "bc"]), of(object, b"a", b"bc"))
converts("array_of_bytes", np.array([b"a", b"bc"]), of(object, b"a", b"bc"))
converts("array_of_text_objects", np.array(["a", b"b"], object), of(object, b"a", b"b"))
converts("numpy_text", np.str_("abc"), np.array(b"abc", object))
converts("text_then_number", ["a", 1], Raises("ValueError", MIXED))
converts("number_then_text", [1, "a"], Raises("ValueError", MIXED))
converts("texts_of_unequal_depth", [["a"], ["b", "c"]], Raises("ValueError", RAGGED))
converts("text_as_float32", "a", Raises("TypeError", "Cannot convert 'a' to"), dtype="float32")

# -- neither ---------------------------------------------------------------------------------------

converts("none", None, Raises("ValueError", r"convert a value \(None\)"))
converts("none_in_a_list", [None], Raises("ValueError", UNSUPPORTED))
converts("number_then_none", [1.0, None], Raises("ValueError", f"{UNSUPPORTED}|{MIXED}"))
converts("dict", {"a": 1}, Raises("ValueError", UNSUPPORTED))
converts("set", {1}, Raises("ValueError", UNSUPPORTED))
converts("generator", lambda tf: (x for x in [1]), Raises("ValueError", UNSUPPORTED))
converts("object", object(), Raises("ValueError", UNSUPPORTED))
converts("decimal", decimal.Decimal("1.5"), Raises("ValueError", UNSUPPORTED))
converts("fraction", fractions.Fraction(1, 2), Raises("ValueError", UNSUPPORTED))
