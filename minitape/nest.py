"""Nested structures of lists, tuples, named tuples and dicts: `tf.nest`.

Anything else (a tensor, an array, a number, None) is a leaf. Dicts are walked in the order of their
sorted keys, as TensorFlow does, so that two equal dicts always flatten alike.
"""

import copy


def is_nested(seq) -> bool:
    """True for a list, tuple or dict; False for a leaf, which a TensorShape is."""
    return isinstance(seq, (list, tuple, dict)) and not hasattr(seq, "as_list")


def flatten(structure) -> list:
    """The leaves of `structure` from left to right; a leaf alone gives a list of one."""
    leaves: list = []
    _collect(structure, leaves)
    return leaves


def pack_sequence_as(structure, flat_sequence):
    """A copy of `structure` with its leaves replaced, in order, by those of `flat_sequence`.

    Raises:
        ValueError: where the number of leaves differs.
    """
    leaves = list(flat_sequence)
    expected = len(flatten(structure))
    if len(leaves) != expected:
        raise ValueError(
            f"Could not pack sequence: the structure has {expected} leaves, but flat_sequence has "
            f"{len(leaves)}. Structure: {structure!r}."
        )
    return _rebuild(structure, iter(leaves))


def map_structure(func, *structure, check_types: bool = True):
    """Applies `func` to the leaves that stand at the same place of each structure."""
    if not structure:
        raise ValueError("map_structure needs at least one structure, got none.")
    first = structure[0]
    for other in structure[1:]:
        assert_same_structure(first, other, check_types)
    columns = zip(*(flatten(one) for one in structure), strict=True)
    return _rebuild(first, iter([func(*leaves) for leaves in columns]))


def assert_same_structure(nest1, nest2, check_types: bool = True) -> None:
    """Raises ValueError (or TypeError where only the container types differ) unless nests match."""
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(_different(nest1, nest2, "one is a leaf and the other is not"))
    if not is_nested(nest1):
        return
    if isinstance(nest1, dict) != isinstance(nest2, dict) or (
        check_types and not _same_kind(nest1, nest2)
    ):
        raise TypeError(
            _different(nest1, nest2, f"types {type(nest1).__name__} and {type(nest2).__name__}")
        )
    if len(nest1) != len(nest2):
        raise ValueError(_different(nest1, nest2, f"lengths {len(nest1)} and {len(nest2)}"))
    if isinstance(nest1, dict) and set(nest1) != set(nest2):
        raise ValueError(_different(nest1, nest2, f"keys {sorted(nest1)} and {sorted(nest2)}"))
    for child1, child2 in zip(_children(nest1), _children(nest2), strict=True):
        assert_same_structure(child1, child2, check_types)


def _same_kind(nest1, nest2) -> bool:
    """Whether one type derives from the other, or both are dicts or alike named tuples."""
    if isinstance(nest1, dict):
        return True
    fields1, fields2 = getattr(nest1, "_fields", None), getattr(nest2, "_fields", None)
    if fields1 or fields2:
        return type(nest1).__name__ == type(nest2).__name__ and fields1 == fields2
    return isinstance(nest1, type(nest2)) or isinstance(nest2, type(nest1))


def _children(structure):
    if isinstance(structure, dict):
        return [structure[key] for key in sorted(structure)]
    return structure


def _collect(structure, leaves: list) -> None:
    if not is_nested(structure):
        leaves.append(structure)
        return
    for child in _children(structure):
        _collect(child, leaves)


def _rebuild(structure, leaves):
    if not is_nested(structure):
        return next(leaves)
    children = [_rebuild(child, leaves) for child in _children(structure)]
    if isinstance(structure, dict):
        # A copy keeps the kind of dict and the caller's order of keys.
        rebuilt = copy.copy(structure)
        for key, child in zip(sorted(structure), children, strict=True):
            rebuilt[key] = child
        return rebuilt
    if hasattr(structure, "_fields"):  # a named tuple takes its fields one by one
        return type(structure)(*children)
    return type(structure)(children)


def _different(nest1, nest2, how: str) -> str:
    return (
        f"The two structures don't have the same nested structure, which is expected ({how}): "
        f"{nest1!r}, {nest2!r}."
    )
