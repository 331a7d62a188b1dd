"""The table of all ops, by the files of minitape/ops."""

from . import array, conv, decompose, einsum, engine, linalg, math, matrix, nn, pool, random, reduce

FILES = (
    engine,
    math,
    reduce,
    array,
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
