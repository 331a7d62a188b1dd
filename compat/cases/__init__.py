"""The table of all ops, by the files of minitape/ops."""

from . import array, conv, engine, index, linalg, math, nn, pool, random, reduce

FILES = (engine, math, reduce, array, index, linalg, nn, conv, pool, random)
CASES = [case for file in FILES for case in file.CASES]
