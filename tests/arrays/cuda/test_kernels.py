"""Launches are checked against the kernels' signatures."""

import numpy as np
import pytest

from minitape.arrays.cuda.kernels import FOLDER, c_name, kernel, kernels_of
from minitape.arrays.cuda.launching import launch
from minitape.arrays.cuda.simulator import put

X = put(np.ones((4, 8), "float32"))


def softmax(*arguments, **words):
    launch(("softmax.cu", "softmax"), (4,), (32,), *arguments, **words)


def test_a_signature_is_read():
    gemm = kernel("gemm.cu", "gemm")
    assert gemm.template[:3] == ("T", "A_BY_ROWS", "B_BY_ROWS")
    assert [p.name for p in gemm.parameters][:4] == ["a", "b", "bias", "y"]
    assert [p.is_const for p in gemm.parameters][:4] == [True, True, True, False]
    assert [p.type for p in gemm.parameters][3:5] == ["T", "int"]


def test_the_instance_goes_by_the_types():
    arguments, instance = kernel("softmax.cu", "cross_entropy").arguments(
        (X, put(np.zeros(4, "int64")), X, 8), {}
    )
    assert instance == "cross_entropy<float, long long>"
    assert type(arguments[-1]) is np.int32  # CuPy would pass a Python int as long long


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((X, X), TypeError, r"softmax takes 3 arguments \(x, y, columns\). Received: 2"),
        ((X, X.astype("float64"), 8), TypeError, "takes float32 as 'y'. Received: float64"),
        ((X, [1.0], 8), TypeError, "takes float32 as 'y'. Received: list"),
        ((X, X.get(), 8), TypeError, "takes 'y' on the same device as the first array"),
        ((X, X, 8.5), TypeError, "takes a int32 as 'columns'. Received: 8.5"),
        ((X, X.T, 8), ValueError, "takes 'y' in one piece"),
        ((X.astype("complex64"), X, 8), TypeError, "No kernel takes complex64"),
        ((None, None, 8), TypeError, "needs to be told T"),
    ],
)
def test_wrong_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        softmax(*arguments)


def test_a_number_that_does_not_fit():
    with pytest.raises(OverflowError, match="2147483648 out of bounds for int32"):
        softmax(X, X, 1 << 31)


def test_names_of_types():
    assert [c_name(x) for x in ("float32", "int64", "bool", "uint32")] == [
        "float",
        "long long",
        "bool",
        "unsigned",
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.cu*")), ids=lambda path: path.name)
def test_a_file_says_what_it_is(path):
    head = path.read_text().partition("\n\n")[0]
    assert all(line.startswith("//") for line in head.splitlines())
    if path.suffix == ".cu":
        assert kernels_of(path.read_text(), path.name)
        assert "// Launch: " in head
        assert "// Traffic: " in head
