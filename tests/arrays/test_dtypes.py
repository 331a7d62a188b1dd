"""Element types."""

import copy
import pickle

import numpy as np
import pytest

from minitape.arrays import DType, as_dtype, check_dtypes, dtypes, from_numpy
from minitape.errors import InvalidArgumentError

ALL = [value for value in vars(dtypes).values() if isinstance(value, DType)]


@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: dtype.name)
def test_every_spelling_means_the_same_object(dtype):
    for spelling in (dtype, dtype.name, dtype.numpy_dtype, dtype.as_numpy_dtype):
        assert as_dtype(spelling) is dtype
        assert dtype == spelling
        assert (dtype != spelling) is False
    assert hash(dtype) == hash(as_dtype(dtype.name))
    assert pickle.loads(pickle.dumps(dtype)) is dtype
    assert copy.deepcopy(dtype) is dtype


@pytest.mark.parametrize("dtype", ALL, ids=lambda dtype: dtype.name)
def test_what_it_says_of_itself(dtype):
    assert repr(dtype) == f"tf.{dtype.name}"
    assert str(dtype) == f"<dtype: '{dtype.name}'>"
    assert dtype.is_floating == dtype.name.startswith("float")
    assert dtype.is_integer == ("int" in dtype.name)
    assert dtype.is_complex == dtype.name.startswith("complex")
    assert dtype.is_bool == (dtype.name == "bool")
    assert dtype.is_differentiable == (dtype.is_floating or dtype.is_complex)
    assert dtype.base_dtype is dtype


def test_pythons_types():
    assert as_dtype(float) == "float32"
    assert as_dtype(int) == "int32"
    assert as_dtype(bool) == "bool"
    assert as_dtype("half") == "float16" == dtypes.half
    assert as_dtype("double") == "float64" == dtypes.double


def test_texts_of_any_length_are_strings():
    for array in (np.array("abc"), np.array([b"a"]), np.array(["a"], object)):
        assert from_numpy(array.dtype) == "string"


def test_limits_and_sizes():
    assert (dtypes.int8.min, dtypes.int8.max, dtypes.int8.size) == (-128, 127, 1)
    assert (dtypes.uint16.min, dtypes.uint16.max) == (0, 65535)
    assert dtypes.float32.max == np.finfo("float32").max
    assert dtypes.float64.size == 8
    assert dtypes.complex64.real_dtype is dtypes.float32
    assert dtypes.complex128.real_dtype is dtypes.float64
    assert dtypes.int32.real_dtype is dtypes.int32


@pytest.mark.parametrize("nothing", [None, "flaot32", object(), "float128", [1]])
def test_what_means_no_type_is_refused(nothing):
    with pytest.raises(TypeError, match="Cannot convert the argument `type_value`: .* to a DType"):
        as_dtype(nothing)
    assert dtypes.float32 != nothing
    assert (dtypes.float32 == nothing) is False


def test_arrays_of_one_dtype_pass_the_check():
    check_dtypes("add", [np.ones(1), np.ones(2)])
    check_dtypes("add", [np.ones(1), np.ones(1, "int32")], mixed=True)
    check_dtypes("exp", [np.ones(1)], kinds="fc")
    check_dtypes("none", [np.ones(1, ">f8"), np.ones(1, ">f8")])


def test_the_input_of_the_wrong_dtype_is_named():
    x = np.ones(1)
    with pytest.raises(InvalidArgumentError, match=r"compute add: input #2 .*float64.*int32"):
        check_dtypes("add", [x, x, np.ones(1, "int32")])
    with pytest.raises(InvalidArgumentError, match=r"exp: input #0 .* floats, but is a int32"):
        check_dtypes("exp", [np.ones(1, "int32")], kinds="f")
