"""What `tf.nest` makes of structures, and what it refuses."""

import collections
from collections import Counter, OrderedDict, defaultdict

import numpy as np
from hypothesis import strategies as st

from .programs import Programs, Raises

NESTS = Programs()

Point = collections.namedtuple("Point", "x y")
Pair = collections.namedtuple("Pair", "x y")
OtherPoint = collections.namedtuple("Point", "x y")


class MyList(list):
    pass


class MyDict(dict):
    pass


def nests(name, ours, function):
    NESTS.add(name, ours)(lambda tf: repr(function(tf.nest)))


nests("flatten_a_leaf", "[1]", lambda nest: nest.flatten(1))
nests("flatten_none", "[None]", lambda nest: nest.flatten(None))
nests("flatten_text", "['ab', b'c']", lambda nest: nest.flatten(["ab", b"c"]))
nests("flatten_a_set", "[{1}]", lambda nest: nest.flatten({1}))
nests("flatten_an_array", "1", lambda nest: len(nest.flatten([np.ones(3)])))
nests("flatten_dict_by_sorted_keys", "[1, 2]", lambda nest: nest.flatten({"b": 2, "a": 1}))
nests("flatten_int_keys", "[1, 2]", lambda nest: nest.flatten({2: 2, 1: 1}))
nests("flatten_named_tuple", "[2, 1]", lambda nest: nest.flatten(Point(y=1, x=[2])))
nests("flatten_nothing", "[]", lambda nest: nest.flatten([[], (), {}]))
nests(
    "flatten_keys_of_two_types", Raises("TypeError", "<"), lambda nest: nest.flatten({1: 1, "a": 2})
)
nests("is_nested", "[True, True, True, True, True, False, False, False, False]", lambda nest: [
    nest.is_nested(x)
    for x in ([], (), {}, Point(1, 2), MyList(), "ab", 1, None, np.ones(2))
])  # fmt: skip

nests("pack_a_leaf", "5", lambda nest: nest.pack_sequence_as(1, [5]))
nests("pack_nothing", "[(), {}]", lambda nest: nest.pack_sequence_as([(), {}], []))
nests("pack_a_tuple", "[5, 6]", lambda nest: nest.pack_sequence_as([1, 2], (5, 6)))
nests("pack_keeps_the_order_of_keys", "{'b': 20, 'a': 10}",
      lambda nest: nest.pack_sequence_as({"b": 0, "a": 0}, [10, 20]))  # fmt: skip
nests("pack_ordered_dict", repr(OrderedDict(b=20, a=10)),
      lambda nest: nest.pack_sequence_as(OrderedDict(b=0, a=0), [10, 20]))  # fmt: skip
nests("pack_too_few", Raises("ValueError", "Could not pack sequence"),
      lambda nest: nest.pack_sequence_as([1, 2], [5]))  # fmt: skip
nests("pack_too_many", Raises("ValueError"), lambda nest: nest.pack_sequence_as([1], [5, 6]))
nests("pack_no_sequence", Raises("TypeError"), lambda nest: nest.pack_sequence_as([1, 2], 5))


def increment(structure):
    return lambda nest: nest.map_structure(lambda x: x + 1, structure)


def add(*structures, **options):
    return lambda nest: nest.map_structure(lambda x, y: x + y, *structures, **options)


nests("map_named_tuple", "Point(x=2, y=[3])", increment(Point(1, [2])))
nests(
    "map_default_dict", "defaultdict(<class 'list'>, {'b': 3})", increment(defaultdict(list, b=2))
)
nests("map_counter", "Counter({'a': 3, 'b': 2})", increment(Counter("aab")))
nests("map_two", "{'a': 11, 'b': (22,)}", add({"a": 1, "b": (2,)}, {"b": (20,), "a": 10}))
nests("map_list_and_tuple", Raises("TypeError", "same nested structure"), add([1], (2,)))
nests("map_list_and_tuple_unchecked", "[3]", add([1], (2,), check_types=False))
nests("map_two_lengths", Raises("ValueError", "same nested structure"), add([1, 2], [2]))
nests("map_two_depths", Raises("ValueError", "same nested structure"), add([1], [[2]]))
nests("map_two_keys", Raises("ValueError", "same nested structure"), add({"a": 1}, {"b": 2}))
nests("map_nothing", Raises("ValueError", "at least one structure"), add())
nests("map_keeps_types", "['MyList', 'MyDict']", lambda nest: [
    type(nest.map_structure(lambda x: x, structure)).__name__
    for structure in (MyList([1]), MyDict(a=1))
])  # fmt: skip


def same(name, nest1, nest2, error=None, **options):
    expected = Raises(error, "same nested structure") if error else "None"
    nests(
        f"same_{name}", expected, lambda nest: nest.assert_same_structure(nest1, nest2, **options)
    )


same("list_and_tuple", [1], (1,), "TypeError")
same("list_and_tuple_unchecked", [1], (1,), check_types=False)
same("dict_and_ordered_dict", {"a": 1}, OrderedDict(a=1))
same("dict_and_its_subclass", MyDict(a=1), {"a": 1})
same("list_and_its_subclass", MyList([1]), [1])
same("named_tuple_and_tuple", Point(1, 2), (1, 2), "TypeError")
same("alike_named_tuples", Point(1, 2), OtherPoint(1, 2))
same("other_named_tuples", Point(1, 2), Pair(1, 2), "TypeError")
same("leaf_and_list", 1, [1], "ValueError")
same("depths", [1, [2]], [1, 2], "ValueError")
same("lengths", [1, [2]], [1, [2, 3]], "ValueError")
same("keys", {"a": 1}, {"b": 1}, "ValueError")
same("dict_and_list", {"a": 1}, [1], "TypeError")

LEAVES = st.integers(0, 9) | st.none() | st.text(max_size=2) | st.floats(allow_nan=False)


def containers(children):
    """Lists, tuples, named tuples and dicts of these children."""
    return (
        st.lists(children, max_size=3)
        | st.lists(children, max_size=3).map(tuple)
        | st.builds(Point, children, children)
        | st.dictionaries(st.text("abc", max_size=2), children, max_size=3)
        | st.dictionaries(st.text("abc", max_size=2), children, max_size=3).map(OrderedDict)
    )


STRUCTURES = st.recursive(LEAVES, containers, max_leaves=12)
