"""What users write, and the arrays that it means."""

import numpy as np
import pytest

import minitape
from compat.conversions import CONVERSIONS
from compat.programs import check
from minitape.arrays import as_array, as_dtype


@CONVERSIONS.parametrize
def test_conversion(program):
    check(program, minitape, program.ours)


class Column:
    """Keeps an array and lends it out, as a pandas column does."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


LENDERS = [np.asarray, Column, memoryview, lambda array: array[::-1][::-1]]


@pytest.mark.parametrize("lend", LENDERS, ids=["array", "column", "memoryview", "view"])
@pytest.mark.parametrize("dtype", [None, "float32", "float64"])
def test_later_writes_into_the_source_do_not_reach_the_array(lend, dtype):
    source = np.array([1.0, 2.0], "float32")
    array = as_array(lend(source), as_dtype(dtype) if dtype else None)
    source[:] = 0
    np.testing.assert_array_equal(array, [1, 2])


def test_the_array_has_the_native_byte_order():
    for value in (np.ones(2, ">f8"), np.ones(2, "<f8"), [np.ones(2, ">f8")]):
        # Ops compare dtypes by identity first: it is the object that NumPy's own results have.
        assert as_array(value).dtype is np.dtype("float64")


def test_a_list_of_non_native_arrays_is_of_their_type():
    assert as_array([np.ones(2, ">f4"), np.ones(2, ">f4")]).dtype == "float32"
