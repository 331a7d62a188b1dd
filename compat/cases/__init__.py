"""The table of all ops, by the files of minitape/ops."""

from . import (
    array,
    conv,
    embedding,
    engine,
    gather,
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
from . import array, conv, decompose, einsum, engine, linalg, math, matrix, nn, pool, random, reduce

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
    linalg,
    einsum,
    matrix,
    decompose,
    nn,
    conv,
    pool,
    random,
)
CASES = [case for file in FILES for case in file.CASES]
