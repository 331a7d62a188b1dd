"""The table of all ops, by the files of minitape/ops."""

from . import (
    array,
    conv,
    count,
    cumulative,
    engine,
    linalg,
    math,
    nn,
    norm,
    pool,
    random,
    reduce,
    segment,
)

FILES = (
    engine,
    math,
    reduce,
    cumulative,
    norm,
    array,
    segment,
    count,
    linalg,
    nn,
    conv,
    pool,
    random,
)
CASES = [case for file in FILES for case in file.CASES]
