"""tf.data beside TensorFlow's: the same pipelines, the same elements, specs and errors."""

import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from minitape.data.elements import leaves_of

pytestmark = pytest.mark.usefixtures("no_global_seed")


def numbers(tf, n=5):
    return tf.data.Dataset.range(n)


def pairs(tf):
    x = np.arange(12, dtype="float32").reshape(6, 2)
    return tf.data.Dataset.from_tensor_slices((x, [1, 2, 3, 4, 5, 6]))


def dicts(tf):
    features = {
        "a": np.arange(5.0),
        "b": ([b"v", b"w", b"x", b"y", b"z"], np.eye(5, dtype="int16")),
    }
    return tf.data.Dataset.from_tensor_slices(features)


def growing(tf):
    """Elements of the lengths 0, 1, 2, 3."""
    return numbers(tf, 4).map(lambda n: tf.fill([n], n))


def generated(tf, **settings):
    def generator():
        yield [1, 2], 3
        yield [4], 5.5

    return tf.data.Dataset.from_generator(generator, **settings)


def pair_of_signatures(tf):
    return (tf.TensorSpec([None], tf.int32), tf.TensorSpec([], "float32"))


PIPELINES = {
    "tensors": lambda tf: tf.data.Dataset.from_tensors({"a": 1, "b": [2.5, 3]}),
    "slices of a list": lambda tf: tf.data.Dataset.from_tensor_slices([[1, 2], [3, 4]]),
    "slices of tensors in a list": lambda tf: tf.data.Dataset.from_tensor_slices(
        [tf.zeros(2), tf.ones(2)]
    ),
    "slices of a tuple of one": lambda tf: tf.data.Dataset.from_tensor_slices(([1, 2],)),
    "slices of nothing": lambda tf: tf.data.Dataset.from_tensor_slices(np.zeros([0, 3])),
    "slices": pairs,
    "slices of a dict": dicts,
    "generator": lambda tf: generated(tf, output_signature=pair_of_signatures(tf)),
    "generator by types": lambda tf: generated(tf, output_types=(tf.float64, tf.int32)),
    "generator by types and shapes": lambda tf: generated(
        tf, output_types=(tf.int64, tf.int32), output_shapes=([None], [])
    ),
    "generator with arguments": lambda tf: tf.data.Dataset.from_generator(
        lambda n, texts: zip(range(n), texts, strict=True),
        output_types=(tf.int32, tf.string),
        args=(2, ["a", "b"]),
    ),
    "generator of dicts": lambda tf: tf.data.Dataset.from_generator(
        lambda: [{"a": 1}], output_signature={"a": tf.TensorSpec([], tf.int32)}
    ),
    "range": numbers,
    "range from to": lambda tf: tf.data.Dataset.range(2, 5),
    "range down": lambda tf: tf.data.Dataset.range(10, 1, -3),
    "range of none": lambda tf: tf.data.Dataset.range(5, 2),
    "range of floats": lambda tf: tf.data.Dataset.range(3, output_type=tf.float32),
    "random": lambda tf: tf.data.Dataset.random(seed=4).take(3),
    "random anew": lambda tf: tf.data.Dataset.random(4, rerandomize_each_iteration=True).take(3),
    "zip": lambda tf: tf.data.Dataset.zip(numbers(tf), numbers(tf, 3)),
    "zip of a structure": lambda tf: tf.data.Dataset.zip({"a": numbers(tf), "b": (pairs(tf),)}),
    "zip with an infinite one": lambda tf: tf.data.Dataset.zip(
        (numbers(tf).repeat(), numbers(tf, 3))
    ),
    "zip with an unknown one": lambda tf: tf.data.Dataset.zip(
        numbers(tf), numbers(tf).filter(lambda x: x > 1)
    ),
    "concatenate": lambda tf: numbers(tf).concatenate(numbers(tf, 2)),
    "concatenate of other lengths": lambda tf: (
        numbers(tf).batch(3, True).concatenate(numbers(tf).batch(2, True))
    ),
    "concatenate with an unknown one": lambda tf: numbers(tf).concatenate(
        numbers(tf).filter(lambda x: x > 1)
    ),
    "concatenate of other ranks": lambda tf: numbers(tf).concatenate(numbers(tf).batch(2)),
    "map": lambda tf: numbers(tf).map(lambda x: x * 2, num_parallel_calls=tf.data.AUTOTUNE),
    "map of a tuple": lambda tf: pairs(tf).map(lambda x, y: (y, {"x": tf.reduce_sum(x)})),
    "map of a dict": lambda tf: dicts(tf).map(lambda d: d["b"][1]),
    "map to a list": lambda tf: numbers(tf).map(lambda x: [x, x]),
    "map to a number": lambda tf: numbers(tf, 2).map(lambda x: 7),
    "map to a list of numbers": lambda tf: numbers(tf, 2).map(lambda x: ([1, 2], x)),
    "map to text": lambda tf: numbers(tf, 2).map(lambda x: "a"),
    "map to none": lambda tf: numbers(tf, 4).map(lambda x: (x, None)).batch(2).map(lambda x, n: x),
    "map of batches": lambda tf: numbers(tf).batch(2).map(lambda x: tf.stack([x, x], 1)),
    "map to a fixed shape": lambda tf: numbers(tf).batch(2).map(tf.reduce_sum),
    "filter": lambda tf: numbers(tf).filter(lambda x: x % 2 == 0),
    "filter of a tuple": lambda tf: pairs(tf).filter(lambda x, y: y > 3),
    "batch": lambda tf: numbers(tf).batch(2),
    "batch without the remainder": lambda tf: pairs(tf).batch(4, drop_remainder=True),
    "batch of a dict": lambda tf: dicts(tf).batch(2, num_parallel_calls=2),
    "batch of batches": lambda tf: numbers(tf, 8).batch(2).batch(3),
    "batch larger than all": lambda tf: pairs(tf).batch(100),
    "unbatch": lambda tf: pairs(tf).batch(4).unbatch(),
    "unbatch of known lengths": lambda tf: pairs(tf).batch(4, True).unbatch(),
    "unbatch of slices": lambda tf: tf.data.Dataset.from_tensor_slices(np.eye(3)).unbatch(),
    "unbatch of an infinite one": lambda tf: numbers(tf).repeat().batch(2).unbatch().take(3),
    "shuffle": lambda tf: numbers(tf, 20).shuffle(5, seed=3),
    "shuffle of all": lambda tf: pairs(tf).shuffle(100, seed=0),
    "shuffle the same again": lambda tf: numbers(tf, 9).shuffle(4, 7, False).repeat(2),
    "shuffle by a buffer of one": lambda tf: numbers(tf).shuffle(1, seed=3),
    "shuffle of all, whose number is not known": lambda tf: numbers(tf, 9).shuffle(
        tf.data.UNKNOWN_CARDINALITY, seed=1
    ),
    "shuffle and repeat": lambda tf: numbers(tf).shuffle(5, seed=3).repeat(3),
    "repeat and shuffle": lambda tf: numbers(tf).repeat(3).shuffle(4, seed=3),
    "shuffle many": lambda tf: numbers(tf, 3000).shuffle(100, seed=3).batch(100),
    "repeat": lambda tf: numbers(tf, 2).repeat(3),
    "repeat for ever": lambda tf: numbers(tf, 2).repeat(-5).take(5),
    "repeat never": lambda tf: numbers(tf).filter(lambda x: x > 2).repeat(0),
    "repeat nothing": lambda tf: numbers(tf, 0).repeat(),
    "take": lambda tf: numbers(tf).take(2),
    "take too many": lambda tf: numbers(tf).take(20),
    "take all": lambda tf: numbers(tf).take(-1),
    "take none of an unknown number": lambda tf: numbers(tf).filter(lambda x: x > 2).take(0),
    "take some of an unknown number": lambda tf: numbers(tf).filter(lambda x: x > 2).take(1),
    "skip": lambda tf: numbers(tf).skip(2),
    "skip all": lambda tf: numbers(tf).skip(-3),
    "skip too many": lambda tf: pairs(tf).skip(20),
    "skip of an infinite one": lambda tf: numbers(tf, 3).repeat().skip(4).take(4),
    "enumerate": lambda tf: pairs(tf).enumerate(start=5),
    "cache": lambda tf: pairs(tf).cache(),
    "cache after shuffle": lambda tf: pairs(tf).shuffle(6, seed=2).cache().repeat(2),
    "prefetch": lambda tf: pairs(tf).prefetch(tf.data.AUTOTUNE),
    "prefetch none": lambda tf: pairs(tf).prefetch(0),
    "shard": lambda tf: numbers(tf, 11).shard(3, 1),
    "padded_batch": lambda tf: growing(tf).padded_batch(3),
    "padded_batch with values": lambda tf: growing(tf).padded_batch(
        2, padding_values=tf.constant(9, tf.int64)
    ),
    "padded_batch to a length": lambda tf: growing(tf).padded_batch(3, [5], drop_remainder=True),
    "padded_batch of a tuple": lambda tf: pairs(tf).padded_batch(
        4, ([-1], []), padding_values=(7.0, None)
    ),
    "padded_batch of texts": lambda tf: (
        dicts(tf).map(lambda d: (d["b"][0], d["b"][1])).padded_batch(2, padded_shapes=([], [6]))
    ),
    "window": lambda tf: numbers(tf, 7).window(3).flat_map(lambda w: w.batch(3)),
    "window with a shift": lambda tf: (
        numbers(tf, 7).window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))
    ),
    "window with a stride": lambda tf: (
        numbers(tf, 9).window(3, shift=2, stride=2).flat_map(lambda w: w.batch(3))
    ),
    "window with a shift beyond it": lambda tf: (
        numbers(tf, 12).window(2, shift=5).flat_map(lambda w: w.batch(3))
    ),
    "window of tuples": lambda tf: (
        pairs(tf).window(4).flat_map(lambda x, y: tf.data.Dataset.zip(x.batch(4), y.batch(4)))
    ),
    "flat_map": lambda tf: numbers(tf, 4).flat_map(lambda n: tf.data.Dataset.range(n)),
    "flat_map of tuples": lambda tf: pairs(tf).flat_map(
        lambda x, y: tf.data.Dataset.from_tensors((y, x)).repeat(2)
    ),
    "interleave": lambda tf: numbers(tf, 4).interleave(
        lambda n: tf.data.Dataset.range(n).map(lambda m: 10 * n + m), cycle_length=2
    ),
    "interleave blocks": lambda tf: numbers(tf, 5).interleave(
        lambda n: tf.data.Dataset.range(4 - n).map(lambda m: 10 * n + m),
        cycle_length=3,
        block_length=2,
    ),
    "interleave many": lambda tf: numbers(tf, 3).interleave(
        lambda n: tf.data.Dataset.range(2), cycle_length=16
    ),
    "take_while": lambda tf: numbers(tf).take_while(lambda x: x < 3),
    "unique": lambda tf: tf.data.Dataset.from_tensor_slices([3, 1, 3, 2, 1]).unique(),
    "unique texts": lambda tf: tf.data.Dataset.from_tensor_slices(["b", "a", "b"]).unique(),
    "scan": lambda tf: numbers(tf).scan(tf.constant(0, tf.int64), lambda s, x: (s + x, s * x)),
    "scan of a tuple": lambda tf: pairs(tf).scan(0, lambda s, xy: (s + xy[1], (s, xy[0]))),
    "choose_from_datasets": lambda tf: tf.data.Dataset.choose_from_datasets(
        [numbers(tf, 2), tf.data.Dataset.range(10, 12)],
        tf.data.Dataset.from_tensor_slices(np.array([0, 1, 1, 0, 0, 1])),
        stop_on_empty_dataset=False,
    ),
    "choose_from_datasets to an end": lambda tf: tf.data.Dataset.choose_from_datasets(
        [numbers(tf, 2), numbers(tf, 1)], numbers(tf, 2).repeat()
    ),
    "sample_from_datasets": lambda tf: tf.data.Dataset.sample_from_datasets(
        [numbers(tf), tf.data.Dataset.range(10, 20)], weights=[0.2, 0.8], seed=3
    ),
    "apply": lambda tf: numbers(tf).apply(lambda dataset: dataset.take(2)),
}


def described(element):
    """The structure with each tensor as (dtype, shape, values)."""

    def leaf(x):
        return x if x is None else (x.dtype.name, tuple(x.shape), np.asarray(x.numpy()).tolist())

    return mt.nest.map_structure(leaf, element)


@pytest.mark.parametrize("name", PIPELINES)
def test_pipeline(name):
    ours, theirs = PIPELINES[name](mt), PIPELINES[name](tf)
    assert int(ours.cardinality()) == int(theirs.cardinality())
    assert ours.cardinality().dtype == theirs.cardinality().dtype.name
    assert repr(ours.element_spec) == repr(theirs.element_spec)
    for _ in range(2):  # a second pass may be another one
        assert [described(e) for e in ours] == [described(e) for e in theirs]
    for our, their in zip(ours.as_numpy_iterator(), theirs.as_numpy_iterator(), strict=True):
        np.testing.assert_equal(our, their)
        assert [type(x) for x in leaves_of(our)] == [type(x) for x in leaves_of(their)]


CARDINALITIES = {
    "infinite": lambda tf: numbers(tf).repeat(),
    "infinite batches": lambda tf: numbers(tf).repeat().batch(3),
    "infinite at the end": lambda tf: numbers(tf).concatenate(numbers(tf).repeat()),
    "infinite after unknown": lambda tf: (
        numbers(tf).filter(lambda x: x > 2).concatenate(numbers(tf).repeat())
    ),
    "unknown for ever": lambda tf: numbers(tf).filter(lambda x: x > 2).repeat(),
    "unknown twice": lambda tf: numbers(tf).filter(lambda x: x > 2).repeat(2),
    "infinite windows": lambda tf: numbers(tf).repeat().window(2),
    "infinite skipped": lambda tf: numbers(tf).repeat().skip(2),
    "infinite shard": lambda tf: numbers(tf).repeat().shard(2, 0),
    "some of infinite": lambda tf: numbers(tf).repeat().take(3),
    "all of infinite": lambda tf: numbers(tf).repeat().take(-1),
    "infinite filtered": lambda tf: numbers(tf).repeat().filter(lambda x: x > 2),
    "windows": lambda tf: numbers(tf, 7).window(3, 2),
    "whole windows": lambda tf: numbers(tf, 7).window(3, 2, 2, True),
    "no whole windows": lambda tf: numbers(tf, 2).window(3, 1, 2, True),
    "infinite random": lambda tf: tf.data.Dataset.random(),
    "zip of infinite": lambda tf: tf.data.Dataset.zip(numbers(tf).repeat(), numbers(tf).repeat()),
    "infinite sampled": lambda tf: tf.data.Dataset.sample_from_datasets(
        [numbers(tf), numbers(tf).repeat()]
    ),
}


@pytest.mark.parametrize("name", CARDINALITIES)
def test_cardinality(name):
    ours, theirs = CARDINALITIES[name](mt), CARDINALITIES[name](tf)
    assert int(ours.cardinality()) == int(theirs.cardinality())
    assert repr(ours.element_spec) == repr(theirs.element_spec)
    try:
        expected = len(theirs)
    except TypeError as error:
        with pytest.raises(TypeError, match=str(error)):
            len(ours)
    else:
        assert len(ours) == expected


def from_generator(tf, *values, **settings):
    return tf.data.Dataset.from_generator(lambda: iter(values), **settings)


REFUSALS = {
    "slices of a number": lambda tf: tf.data.Dataset.from_tensor_slices(5),
    "slices of other lengths": lambda tf: tf.data.Dataset.from_tensor_slices(([1], [1, 2])),
    "range of nothing": lambda tf: tf.data.Dataset.range(),
    "range of a fraction": lambda tf: tf.data.Dataset.range(3.5),
    "range without a step": lambda tf: tf.data.Dataset.range(1, 5, 0),
    "zip of nothing": lambda tf: tf.data.Dataset.zip(),
    "zip of numbers": lambda tf: tf.data.Dataset.zip(5),
    "zip of both": lambda tf: tf.data.Dataset.zip(numbers(tf), datasets=numbers(tf)),
    "concatenate of dtypes": lambda tf: numbers(tf).concatenate(
        tf.data.Dataset.range(3, output_type=tf.int32)
    ),
    "concatenate of structures": lambda tf: numbers(tf).concatenate(pairs(tf)),
    "map with a number": lambda tf: numbers(tf).map(5),
    "filter with a number": lambda tf: numbers(tf).filter(5),
    "filter by a number": lambda tf: list(numbers(tf).filter(lambda x: x)),
    "map by too many arguments": lambda tf: list(numbers(tf).map(lambda x, y: x)),
    "batch of none": lambda tf: numbers(tf).batch(0),
    "batch of other shapes": lambda tf: list(growing(tf).batch(2)),
    "unbatch of scalars": lambda tf: numbers(tf).unbatch(),
    "shuffle by none": lambda tf: numbers(tf).shuffle(0),
    "take of a fraction": lambda tf: numbers(tf).take(2.5),
    "shard of none": lambda tf: numbers(tf).shard(0, 0),
    "shard beyond": lambda tf: numbers(tf).shard(2, 5),
    "prefetch of less than none": lambda tf: numbers(tf).prefetch(-3),
    "padded_batch of unknown rank": lambda tf: from_generator(
        tf, [1], output_types=tf.int32
    ).padded_batch(2),
    "padded_batch of another rank": lambda tf: growing(tf).padded_batch(2, [3, 3]),
    "padded_batch to too little": lambda tf: list(growing(tf).padded_batch(2, [1])),
    "padded_batch by another dtype": lambda tf: growing(tf).padded_batch(2, padding_values=1.0),
    "window of none": lambda tf: numbers(tf).window(0),
    "window without a shift": lambda tf: numbers(tf).window(2, shift=0),
    "windows as arrays": lambda tf: next(numbers(tf).window(2).as_numpy_iterator()),
    "interleave of none": lambda tf: numbers(tf).interleave(lambda x: numbers(tf), 0, 0),
    "generator that is none": lambda tf: tf.data.Dataset.from_generator([1], tf.int32),
    "generator of anything": lambda tf: from_generator(tf, 1),
    "generator of a dtype": lambda tf: from_generator(tf, 1, output_signature=tf.int32),
    "generator of both": lambda tf: from_generator(
        tf, 1, output_signature=tf.TensorSpec([], tf.int32), output_types=tf.int32
    ),
    "generator of another shape": lambda tf: list(
        from_generator(tf, [1, 2], output_signature=tf.TensorSpec([3], tf.int32))
    ),
    "generator of texts": lambda tf: list(from_generator(tf, "a", output_types=tf.int32)),
    "generator of another structure": lambda tf: list(
        from_generator(tf, (1, 2, 3), output_types=(tf.int32, tf.int32))
    ),
    "scan without an output": lambda tf: list(numbers(tf).scan(0, lambda s, x: s)),
    "reduce to another structure": lambda tf: numbers(tf).reduce(0, lambda s, x: (s, s)),
    "reduce to another dtype": lambda tf: numbers(tf).reduce(0, lambda s, x: x),
    "reduce with a number": lambda tf: numbers(tf).reduce(0, 5),
    "single of none": lambda tf: numbers(tf, 0).get_single_element(),
    "single of two": lambda tf: numbers(tf, 2).get_single_element(),
    "apply without a dataset": lambda tf: numbers(tf).apply(lambda dataset: 3),
    "items": lambda tf: numbers(tf)[0],
    "choose from none": lambda tf: tf.data.Dataset.choose_from_datasets([], numbers(tf)),
    "sample by too few weights": lambda tf: tf.data.Dataset.sample_from_datasets(
        [numbers(tf)] * 2, [1.0]
    ),
    "after the end": lambda tf: iter(numbers(tf, 0)).get_next(),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal(name):
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        REFUSALS[name](tf)
    kind = type(theirs.value).__name__
    kind = "InvalidArgumentError" if kind == "UnknownError" else kind
    with pytest.raises(getattr(mt.errors, kind, type(theirs.value))):
        REFUSALS[name](mt)


def test_without_a_seed_of_its_own_the_global_seed_counts():
    orders = []
    for library in (mt, tf):
        library.random.set_seed(5)
        datasets = [numbers(library, 9).shuffle(9) for _ in range(2)]
        orders.append([list(d.as_numpy_iterator()) for d in datasets for _ in range(2)])
    assert orders[0] == orders[1]


def test_windows():
    for library in (mt, tf):
        windows = [
            (list(x.as_numpy_iterator()), int(y.cardinality()))
            for x, y in library.data.Dataset.zip(numbers(library), numbers(library)).window(3)
        ]
        assert windows == [([0, 1, 2], 3), ([3, 4], 2)]
        spec = numbers(library).window(2).element_spec
        assert spec.element_spec.dtype == library.int64


def test_reduce_and_single():
    for library in (mt, tf):
        total = pairs(library).reduce((0, 0.0), lambda s, xy: (s[0] + xy[1], s[1] + xy[0][1]))
        assert described(total) == (("int32", (), 21), ("float32", (), 36.0))
        assert int(numbers(library, 1).get_single_element()) == 0


SPECS = {
    "scalar": ((), "float32"),
    "unknown length": ((None, 2), "int64"),
    "unknown rank": (None, "string"),
    "named": ((1,), "bool", "flags"),
}


@pytest.mark.parametrize("name", SPECS)
def test_tensor_spec(name):
    ours, theirs = mt.TensorSpec(*SPECS[name]), tf.TensorSpec(*SPECS[name])
    assert repr(ours) == repr(theirs)
    assert ours == mt.TensorSpec(*SPECS[name]) != mt.TensorSpec([7])
    assert hash(ours) == hash(mt.TensorSpec(*SPECS[name]))
    assert repr(mt.TensorSpec.from_spec(ours, "x")) == repr(tf.TensorSpec.from_spec(theirs, "x"))
    for value in (1.0, 1, np.ones([3, 2], "int64"), [True], "a"):
        our, their = (lib.convert_to_tensor(value) for lib in (mt, tf))
        assert ours.is_compatible_with(our) == theirs.is_compatible_with(their)
        assert repr(mt.TensorSpec.from_tensor(our)) == repr(
            tf.TensorSpec.from_tensor(their, name=None)
        ).replace(f"name='{getattr(their, '_name', '')}'", "name=None")
