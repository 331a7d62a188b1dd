"""Checkpoints that somebody changed: an error that names the file, and nothing is restored.

Each row makes files that differ in one thing from good ones; their checksums are right again, but
where they are what is tested.
"""

import struct
import time
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest

import minitape as mt
from minitape.keras.saving.checkpoints import table
from minitape.keras.saving.checkpoints.bundle import BundleReader, write_bundle
from minitape.keras.saving.checkpoints.crc import crc32c, masked
from minitape.keras.saving.checkpoints.object_graph import GRAPH, arrays_of
from minitape.keras.saving.checkpoints.wire import Message, field, fixed32, varint

KEY = "v/.ATTRIBUTES/VARIABLE_VALUE"
ENTRY = KEY.encode()
VALUE = np.array([1.5, 2.5, 3.5], "float32")


ERRORS = (mt.errors.DataLossError, mt.errors.InvalidArgumentError, ValueError)


@pytest.fixture
def prefix(tmp_path):
    """The path of a good checkpoint of a variable `v`."""
    mt.train.Checkpoint(v=mt.Variable(VALUE)).write(tmp_path / "ck")
    return str(tmp_path / "ck")


def refused(prefix, words):
    """Restores into a variable; then into a layer that isn't built, which may wait in vain."""
    v = mt.Variable([0.0, 0.0, 0.0])
    start = time.process_time()
    with pytest.raises(ERRORS, match=f"(?s){prefix}.*{words}"):
        mt.train.Checkpoint(v=v).read(prefix)
    assert v.numpy().tolist() == [0, 0, 0]
    with suppress(ERRORS):
        mt.train.Checkpoint(v=mt.keras.layers.Dense(2)).read(prefix)
    assert time.process_time() - start < 5


# -- the index -------------------------------------------------------------------------------------


def flipped(place):
    def change(data):
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    return change


def footer(data, index_start, index_size):
    """The table with an index elsewhere."""
    handles = varint(0) + varint(8) + varint(index_start) + varint(index_size)
    return data[:-48] + handles.ljust(40, b"\0") + data[-8:]


def block(entries, kind=b"\0"):
    """A block of entries (shared, key, value) with a right checksum."""
    body = b"".join(
        varint(shared) + varint(len(key)) + varint(len(value)) + key + value
        for shared, key, value in entries
    )
    body += struct.pack("<II", 0, 1) + kind
    return body + masked(crc32c(body)).to_bytes(4, "little")


def of_blocks(*blocks, keys=None):
    """A table of the given blocks."""
    data, handles = b"", []
    for n, one in enumerate(blocks):
        key = keys[n] if keys else f"{n:06}".encode()
        handles.append((0, key, varint(len(data)) + varint(len(one) - 5)))
        data += one
    index = block(handles)
    return footer(data + index + bytes(40) + table._MAGIC, len(data), len(index) - 5)


HEADER = (0, b"", field(1, 1) + field(3, field(1, 1)))
INDICES = {
    "nothing": (lambda data: b"", "end"),
    "a text": (lambda data: b"hello" * 100, "end"),
    "cut off": (lambda data: data[:-1], "end"),
    "the front cut off": (lambda data: data[9:], "index"),
    "another bit in the block": (flipped(20), "checksum"),
    "another bit in the index": (flipped(-60), "checksum|beyond|number"),
    "an index beyond the end": (lambda data: footer(data, len(data), 100), "beyond"),
    "a huge index": (lambda data: footer(data, 0, 1 << 62), "beyond"),
    "a number without an end": (
        lambda data: data[:-48] + b"\xff" * 40 + data[-8:], "no end"
    ),
    "a compressed block": (lambda data: of_blocks(block([HEADER], b"\1")), "compressed"),
    "an empty table": (lambda data: of_blocks(), "how many files"),
    "keys that are not sorted": (
        lambda data: of_blocks(block([HEADER, (0, b"b", b""), (0, b"a", b"")])), "sorted"
    ),
    "a key twice": (
        lambda data: of_blocks(block([HEADER, (0, b"a", b""), (0, b"a", b"")])), "sorted"
    ),
    "a key that shares more than there is": (
        lambda data: of_blocks(block([HEADER, (7, b"a", b"")])), "too short"
    ),
    "a block of a large number of entries": (
        lambda data: of_blocks(block([])[:-9] + b"\xff\xff\xff\xff\0"), "checksum"
    ),
    "a block that is all ends": (
        lambda data: of_blocks(with_checksum(struct.pack("<II", 0, 1 << 30))), "too short"
    ),
    "many small blocks": (
        lambda data: of_blocks(*[block([(0, b"%06d" % n, b"")]) for n in range(3000)]),
        "smaller than TensorFlow's",
    ),
    "the same block again and again": (
        lambda data: again_and_again(block([(0, b"a", bytes(1 << 20))]), 16), "sorted|how many"
    ),
    "keys that share a long beginning": (
        lambda data: of_blocks(
            block([(0, b"k" * (1 << 20), b"")] + [(1 << 20, b"%06d" % n, b"") for n in range(1000)])
        ),
        "entries and .* bytes of names",
    ),
    "very many entries": (
        lambda data: of_blocks(block([(0, b"%07d" % n, b"") for n in range(270_000)])),
        "entries and .* bytes of names",
    ),
    "a name that is no text": (
        lambda data: of_blocks(block([HEADER, (0, b"\xff\xfe", b"")])), "utf-8"
    ),
    "an entry that is no message": (
        lambda data: of_blocks(block([HEADER, (0, b"a", b"\xff")])), "no end"
    ),
    "an entry of unknown fields": (
        lambda data: of_blocks(block([HEADER, (0, b"a", b"\x0f")])), "unknown kind"
    ),
    "an entry that ends early": (
        lambda data: of_blocks(block([HEADER, (0, b"a", b"\x12\x7f")])), "middle"
    ),
    "no header": (lambda data: of_blocks(block([(0, b"a", b"")])), "how many files"),
    "the other order of bytes": (
        lambda data: of_blocks(block([(0, b"", field(1, 1) + field(2, 1))])), "order of bytes"
    ),
    "very many files": (
        lambda data: of_blocks(block([(0, b"", field(1, 1 << 40))])), "how many files"
    ),
}  # fmt: skip


def with_checksum(body):
    body += b"\0"
    return body + masked(crc32c(body)).to_bytes(4, "little")


def again_and_again(one, count):
    """An index that leads to one block many times."""
    place = varint(0) + varint(len(one) - 5)
    index = block([(0, b"%06d" % n, place) for n in range(count)])
    return footer(one + index + bytes(40) + table._MAGIC, len(one), len(index) - 5)


@pytest.mark.parametrize(("change", "words"), INDICES.values(), ids=INDICES)
def test_index(change, words, prefix, tmp_path):
    path = tmp_path / "ck.index"
    path.write_bytes(change(path.read_bytes()))
    refused(prefix, words)


def test_an_index_of_many_bytes(prefix, tmp_path):
    with open(tmp_path / "ck.index", "r+b") as file:
        file.truncate(1 << 40)  # nothing is stored
    refused(prefix, "at most 67,108,864 bytes")


# -- entries ---------------------------------------------------------------------------------------


def entry(dtype=1, shape=(3,), shard=0, offset=None, size=12, checksum=None, more=b""):
    """A change of the entry of `v`."""

    def change(items, offsets):
        start = offsets[KEY] if offset is None else offset
        crc = masked(crc32c(VALUE.tobytes())) if checksum is None else checksum
        items[ENTRY] = b"".join(
            [
                field(1, dtype),
                field(2, b"".join(field(2, field(1, n)) for n in shape)),
                field(3, shard),
                field(4, start),
                field(5, size),
                fixed32(6, crc),
                more,
            ]
        )

    return change


def graph_as(dtype):
    def change(items, offsets):
        message = items[GRAPH.encode()]
        items[GRAPH.encode()] = field(1, dtype) + message[2:]

    return change


ENTRIES = {
    "a huge shape": (entry(shape=(1 << 40,)), "declares the shape"),
    "a huge shape of many axes": (entry(shape=(1 << 20,) * 40), "declares the shape"),
    "a shape with a negative length": (entry(shape=(-1,)), "negative"),
    "a shape of no elements": (entry(shape=(0, 1 << 60)), "declares the shape"),
    "huge in the file too": (entry(shape=(1 << 40,), size=4 << 40), "beyond the end"),
    "a negative size": (entry(size=-12), "negative"),
    "a negative place": (entry(offset=-12), "negative"),
    "a place beyond the end": (entry(offset=1 << 40), "beyond the end"),
    "a place that overlaps": (entry(offset=0), "overlaps"),
    "no bytes": (entry(offset=0, size=0, shape=(0,)), "expected the shape"),
    "too few bytes": (entry(size=8), "declares the shape"),
    "another file": (entry(shard=1), "missing"),
    "a file of a huge number": (entry(shard=1 << 60), "missing"),
    "a wrong checksum": (entry(checksum=7), "checksum"),
    "a text": (entry(dtype=7), "Received: string"),
    "an unknown type": (entry(dtype=77), "Received: type 77"),
    "bfloat16": (entry(dtype=14), "Received: type 14"),
    "references": (entry(dtype=101), "Received: type 101"),
    "variants": (entry(dtype=21), "Received: type 21"),
    "parts": (entry(more=field(7, b"")), "several parts"),
    "bytes for a number": (entry(more=field(4, b"x")), "number"),
    "a graph of numbers": (graph_as(1), "declares the shape"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), ENTRIES.values(), ids=ENTRIES)
def test_entry(change, words, prefix, tmp_path):
    path = tmp_path / "ck.index"
    offsets = {name: one.offset for name, one in BundleReader(prefix).entries.items()}
    items = table.read_table(path.read_bytes())
    change(items, offsets)
    path.write_bytes(table.write_table(items))
    refused(prefix, words)


def test_arrays_of_the_same_bytes(tmp_path):
    """An array without bytes in between doesn't hide it."""
    prefix = str(tmp_path / "ck")
    write_bundle(prefix, {"a": VALUE, "b": VALUE[:0], "c": VALUE, GRAPH: node(("a", 1)) + node()})
    path = tmp_path / "ck.index"
    items = table.read_table(path.read_bytes())
    start = BundleReader(prefix).entries["a"].offset
    for name, count, offset in ((b"b", 0, start + 1), (b"c", 3, start + 2)):
        entry(shape=(count,), size=4 * count, offset=offset)(items, {})
        items[name] = items.pop(ENTRY)
    path.write_bytes(table.write_table(items))
    refused(prefix, "'c' overlaps")


def test_the_craft(prefix, tmp_path):
    """The entry of `entry()` is that of the good file, so that each row differs in one thing."""
    path = tmp_path / "ck.index"
    items = table.read_table(path.read_bytes())
    before = dict(items)
    offsets = {name: one.offset for name, one in BundleReader(prefix).entries.items()}
    entry()(items, offsets)
    assert items == before
    assert path.read_bytes() == table.write_table(items)


@pytest.mark.parametrize("name", ["a huge shape", "huge in the file too", "a text", "bfloat16"])
def test_nothing_is_allocated_for_a_declared_size(name, prefix, tmp_path):
    tracemalloc.start()
    try:
        test_entry(*ENTRIES[name], prefix, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: b""])
def test_a_file_of_bytes_that_was_cut(change, prefix, tmp_path):
    path = tmp_path / "ck.data-00000-of-00001"
    path.write_bytes(change(path.read_bytes()))
    refused(prefix, "beyond the end")


def test_every_byte_counts(prefix, tmp_path):
    """Whatever byte is changed, in either file: refused, or the right numbers."""
    for name in ("ck.index", "ck.data-00000-of-00001"):
        path = tmp_path / name
        good = path.read_bytes()
        for place in range(len(good)):
            path.write_bytes(flipped(place)(good))
            v = mt.Variable([0.0, 0.0, 0.0])
            with suppress(mt.errors.DataLossError):
                mt.train.Checkpoint(v=v).read(prefix)
                assert v.numpy().tolist() == VALUE.tolist()
                continue
            assert v.numpy().tolist() == [0, 0, 0]
        path.write_bytes(good)


# -- the graph -------------------------------------------------------------------------------------


def node(*children, key=None):
    message = b"".join(field(1, field(1, n) + field(2, name)) for name, n in children)
    if key is not None:
        message += field(2, field(1, "VARIABLE_VALUE") + field(3, key))
    return field(1, message)


GRAPHS = {
    "none": (None, "no graph"),
    "an empty one": (b"", "0 nodes"),
    "no message": (b"\xff" * 9, "no end"),
    "a node that is a number": (field(1, 7), "bytes should be"),
    "a child that is a number": (field(1, field(1, 7)), "bytes should be"),
    "a name that is a number": (field(1, field(1, field(1, 0) + field(2, 7))), "bytes should be"),
    "a name that is no text": (field(1, field(1, field(2, b"\xff"))), "utf-8"),
    "a node that is not there": (node(("v", 7)), "no node 7"),
    "an array that is not there": (node(("v", 1)) + node(key="w"), "lacks 'w'"),
    "a graph for a value": (node(("v", 1)) + node(key=GRAPH), "expected the shape"),
    "very many nodes": (field(1, b"") * 300_000, "300,000 nodes"),
    "very many bytes": (node(("v" * (5 << 20), 0)), "bytes, and more than"),
    "very many names": (field(1, field(1, field(2, "v")) * 600_000), "more than 131,072 names"),
}  # fmt: skip


@pytest.mark.parametrize(("graph", "words"), GRAPHS.values(), ids=GRAPHS)
def test_graph(graph, words, tmp_path):
    prefix = str(tmp_path / "ck")
    write_bundle(prefix, {KEY: VALUE} | ({} if graph is None else {GRAPH: graph}))
    refused(prefix, words)


def test_a_graph_of_many_names_for_one_node(tmp_path):
    prefix = str(tmp_path / "ck")
    graph = field(1, field(1, field(1, 1) + field(2, "v")) * 100_000) + node(key=KEY)
    write_bundle(prefix, {KEY: VALUE, GRAPH: graph})
    start = time.process_time()
    mt.train.Checkpoint(v=mt.Variable(VALUE)).read(prefix).assert_consumed()
    assert time.process_time() - start < 5


def test_a_graph_that_is_very_deep(tmp_path):
    """Also under many layers that aren't built, and for the messages of the status."""
    prefix = str(tmp_path / "ck")
    count = 60_000
    graph = node(("layers", 1), ("v", 2)) + node(*[(str(i), 3) for i in range(50)])
    graph += node(key=KEY) + b"".join(node(("x", n + 1)) for n in range(3, count)) + node(key=KEY)
    write_bundle(prefix, {KEY: VALUE, GRAPH: graph})
    v, layers = mt.Variable([0.0, 0.0, 0.0]), [mt.keras.layers.Dense(2) for _ in range(50)]
    start = time.process_time()
    status = mt.train.Checkpoint(v=v, layers=layers).read(prefix)
    with pytest.raises(AssertionError, match="no object took"):
        status.assert_consumed()
    assert v.numpy().tolist() == VALUE.tolist()
    assert time.process_time() - start < 5


def test_a_graph_that_leads_back_to_itself(tmp_path):
    prefix = str(tmp_path / "ck")
    graph = node(("v", 1), ("root", 0), ("layer", 2)) + node(("v", 1), key=KEY)
    graph += node(("v", 0), ("x", 2), ("root", 0))
    write_bundle(prefix, {KEY: VALUE, GRAPH: graph})
    v, layer = mt.Variable([0.0, 0.0, 0.0]), mt.keras.layers.Dense(2)
    mt.train.Checkpoint(v=v, layer=layer).read(prefix)
    assert v.numpy().tolist() == VALUE.tolist()
    layer.build((None, 3))
    mt.train.Checkpoint(v=v, layer=layer).write(prefix)


def test_what_waits_for_a_layer_must_fit_it(tmp_path):
    dense = mt.keras.layers.Dense(3)
    dense.build((None, 2))
    path = mt.train.Checkpoint(layer=dense).save(tmp_path / "ck")
    layer = mt.keras.layers.Dense(4)
    mt.train.Checkpoint(layer=layer).restore(path)
    with pytest.raises(ValueError, match=r"ck-1, '_kernel': expected the shape \(2, 4\)"):
        layer.build((None, 2))


def test_an_array_of_objects_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="object"):
        write_bundle(str(tmp_path / "ck"), {"x": np.array([None])})
    assert not list(tmp_path.iterdir())


def test_messages():
    assert Message(field(1, -1)).number(1) == (1 << 64) - 1
    assert Message(field(3, "é")).text(3) == "é"
    assert varint(300) == b"\xac\x02"  # the example of the format's documentation
    assert arrays_of(mt.train.Checkpoint())[GRAPH] == field(1, b"")


def test_checksums():
    """The values of RFC 3720, B.4."""
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(b"") == 0
    data = np.random.default_rng(0).bytes(17_000_001)
    whole = crc32c(data)
    for cut in (0, 1, 1023, 1024, 1 << 24, len(data)):
        assert crc32c(data[cut:], crc32c(data[:cut])) == whole
