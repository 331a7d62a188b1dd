"""The table of all ops, by the files of minitape/ops."""

from . import (
    array,
    clip,
    conv,
    debugging,
    embedding,
    engine,
    gather,
    graph,
    index,
    linalg,
    math,
    nn,
    order,
    pool,
    random,
    reduce,
    scatter,
    variable,
)

FILES = (
    engine,
    math,
    reduce,
    array,
    index,
    gather,
    scatter,
    variable,
    order,
    embedding,
    linalg,
    nn,
    conv,
    pool,
    random,
    clip,
    debugging,
    graph,
)
CASES = [case for file in FILES for case in file.CASES]
