"""The table of all ops, by the files of minitape/ops."""

from . import (
    array,
    complex,
    conv,
    engine,
    linalg,
    logic,
    math,
    nn,
    pool,
    random,
    reduce,
    special,
    types,
)

FILES = (
    engine,
    types,
    logic,
    complex,
    math,
    special,
    reduce,
    array,
    linalg,
    nn,
    conv,
    pool,
    random,
)
CASES = [case for file in FILES for case in file.CASES]
