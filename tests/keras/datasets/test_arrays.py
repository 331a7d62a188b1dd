"""Reading .npz files: what is refused, and that it is refused before it is loaded."""

import io
import zipfile

import numpy as np
import pytest

from minitape.keras.datasets import arrays


class Trap:
    """An object whose unpickling would be noticed."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle in a data file was run",))


def header(shape, dtype="|u1"):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": dtype, "fortran_order": False, "shape": shape}
    )
    return stream.getvalue()


def archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "arrays.npz"


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("x", [np.arange(6.0).reshape(2, 3).T, np.zeros((0, 4)), np.float32(3)])
def test_reads_what_numpy_saved(path, save, x):
    save(path, x=x)
    received = arrays.read_arrays(path, ["x"])["x"]
    np.testing.assert_array_equal(received, x, strict=True)


def test_refuses_pickled_objects(path):
    np.savez(path, x=np.array([Trap()], dtype=object))
    with pytest.raises(ValueError, match=r"arrays\.npz is not the file that was expected.*object"):
        arrays.read_arrays(path, ["x"])


def test_refuses_a_declared_size_that_is_not_there(path):
    archive(path, x=header((1 << 40,)) + b"few bytes")
    with pytest.raises(
        ValueError, match=r"must hold 1099511627776 bytes, \(1099511627776,\) of uint8, and holds 9"
    ):
        arrays.read_arrays(path, ["x"])


def test_refuses_an_archive_that_unpacks_to_too_much(path, monkeypatch):
    monkeypatch.setattr(arrays, "MAX_BYTES", 10_000)
    np.savez_compressed(path, x=np.zeros(20_000, np.uint8))
    assert path.stat().st_size < 1000
    with pytest.raises(ValueError, match="unpack to 20128 bytes, allowed are 10000"):
        arrays.read_arrays(path, ["x"])


def test_refuses_other_names(path):
    np.savez(path, x=1, z=2)
    with pytest.raises(ValueError, match=r"expected the arrays \['x', 'y'\], received .*'z.npy'"):
        arrays.read_arrays(path, ["x", "y"])


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"\x93NUMPY"])
def test_refuses_a_file_that_is_no_archive(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"arrays\.npz is not a whole \.npz file"):
        arrays.read_arrays(path, ["x"])


def test_refuses_an_archive_that_was_cut_or_changed(path):
    np.savez(path, x=np.arange(1000))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="not a whole"):
        arrays.read_arrays(path, ["x"])
    path.write_bytes(whole[:300] + b"?" + whole[301:])
    with pytest.raises(ValueError, match="not a whole"):
        arrays.read_arrays(path, ["x"])
