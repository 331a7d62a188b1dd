"""Einstein's sums: products of tensors over the axes that an equation names.

In the equations of the two primitives the output may also have a label twice (its diagonal is
filled) or one that no input has (the result is repeated along it). That closes them under
transposition: the rule of each input is the same op, with that input and the output exchanged.
"""

import re
from collections import Counter
from functools import lru_cache
from itertools import compress
from string import ascii_letters
from typing import NamedTuple

import numpy

from ..arrays import array_module
from ..engine import alike, primitive
from ..errors import InvalidArgumentError
from .array import reshape


def _einsum_arrays(equation, shape, *operands):
    """The sum of products of one or two arrays, by an equation with labels alone."""
    xp = array_module(operands[0])
    inputs, output = equation.split("->")
    once = "".join(dict.fromkeys(output))
    known = "".join(label for label in once if label in inputs)
    # By BLAS, where its speed is worth some microseconds of preparations.
    optimize = len(operands) > 1 and operands[0].size * operands[1].size > 10_000
    y = xp.asarray(xp.einsum(f"{inputs}->{known}", *operands, optimize=optimize))
    if known != once:
        lengths = dict(zip(output, shape, strict=True))
        y = y.reshape([lengths[label] if label in known else 1 for label in once])
        y = xp.broadcast_to(y, [lengths[label] for label in once])
    if once != output:
        whole = xp.zeros(shape, y.dtype)
        xp.einsum(f"{output}->{once}", whole)[...] = y  # this is a view of the diagonal
        return whole
    return y


@primitive(kinds="iufc")
def _einsum_of_one(x, *, equation, shape):
    """A tensor with its axes permuted, summed over, or reduced to a diagonal."""
    return _einsum_arrays(equation, shape, x)


def _einsum_of_one_vjp(g, y, x, *, equation, shape):
    inputs, output = equation.split("->")
    return _einsum_of_one(g, equation=f"{output}->{inputs}", shape=x.array.shape)


_einsum_of_one.linear(_einsum_of_one_vjp)


@primitive(kinds="iufc")
def _einsum_of_two(a, b, *, equation, shape):
    """The sum of products of two tensors over every label that the output lacks."""
    return _einsum_arrays(equation, shape, a, b)


def _einsum_vjp_a(g, y, a, b, *, equation, shape):
    label_a, label_b, output = re.split(",|->", equation)
    return _einsum_of_two(g, b, equation=f"{output},{label_b}->{label_a}", shape=a.array.shape)


def _einsum_vjp_b(g, y, a, b, *, equation, shape):
    label_a, label_b, output = re.split(",|->", equation)
    return _einsum_of_two(g, a, equation=f"{output},{label_a}->{label_b}", shape=b.array.shape)


_einsum_of_two.linear(_einsum_vjp_a, _einsum_vjp_b)


def einsum(equation, *inputs, **kwargs):
    """The sum of products over every label that the equation's output lacks.

    Args:
        equation: a label for each axis: "ij,jk->ik" is the matrix product, "ii->i" the diagonal,
            "bij->bji" a transposition. "..." stands for axes that are broadcast. Without "->" the
            output has the labels that occur once, in alphabetical order.
        *inputs: a tensor for each term.
        **kwargs: name, optimize and greedy, which are not used: three tensors and more are
            multiplied two at a time, in the order that `numpy.einsum_path` finds.

    Raises:
        ValueError: an equation that is not of this form.
        InvalidArgumentError: inputs of another rank, or lengths that differ.
    """
    if not kwargs.keys() <= {"name", "optimize", "greedy"}:
        raise TypeError(
            f"Invalid keyword arguments for einsum: {', '.join(kwargs)}. Valid arguments: name, "
            "optimize, greedy."
        )
    tensors = list(alike(*inputs))
    plan = _plan(equation, tuple(x.shape for x in tensors))
    for i, shape in plan.without_broadcast:
        tensors[i] = reshape(tensors[i], shape)
    for i, j, of_two, shape in plan.products:
        b, a = tensors.pop(j), tensors.pop(i)
        tensors.append(_einsum_of_two(a, b, equation=of_two, shape=shape))
    for of_one, shape in plan.last:
        tensors[0] = _einsum_of_one(tensors[0], equation=of_one, shape=shape)
    return tensors[0]


class _Plan(NamedTuple):
    """What is to be done for an equation and inputs of some shapes.

    Attributes:
        without_broadcast: (position, shape): inputs with axes of length 1 that are broadcast. They
            are dropped, since another input has their label.
        products: (i, j, equation, shape): tensors i < j are replaced by their product, at the end.
        last: (equation, shape), if a single tensor isn't the result yet.
    """

    without_broadcast: list
    products: list
    last: list


@lru_cache(maxsize=256)
def _plan(equation: str, shapes: tuple) -> _Plan:
    terms, output, lengths = _parsed(equation, shapes)
    without_broadcast = []
    for position, (term, shape) in enumerate(zip(terms, shapes, strict=True)):
        kept = [n != 1 or lengths[label] == 1 for n, label in zip(shape, term, strict=True)]
        if not all(kept):
            terms[position] = "".join(compress(term, kept))
            without_broadcast.append((position, tuple(compress(shape, kept))))

    def making(labels, of):
        return f"{of}->{labels}", tuple(map(lengths.get, labels))

    products = []
    for i, j in _pairs(terms, output, lengths):
        term_b, term_a = terms.pop(j), terms.pop(i)
        needed = {*output, *"".join(terms)}
        shared = "".join(label for label in dict.fromkeys(term_a + term_b) if label in needed)
        terms.append(shared if terms else output)
        products.append((i, j, *making(terms[-1], f"{term_a},{term_b}")))
    last = [] if terms[0] == output else [making(output, terms[0])]
    return _Plan(without_broadcast, products, last)


def _pairs(terms, output, lengths) -> list[tuple[int, int]]:
    """Which two tensors to multiply next, step by step; a product goes to the end."""
    count = len(terms)
    if count < 3:
        return [(0, 1)][: count - 1]
    like = [numpy.broadcast_to(0.0, [lengths[c] or 1 for c in term]) for term in terms]
    path = numpy.einsum_path(f"{','.join(terms)}->{output}", *like, optimize="greedy")[0][1:]
    pairs = []
    for positions in path:  # several at a time: the last two, and their product with each before
        *others, i, j = sorted(positions)
        pairs.append((i, j))
        count -= 1
        for i in reversed(others):
            pairs.append((i, count - 1))
            count -= 1
    return pairs


def _parsed(equation: str, shapes: tuple) -> tuple[list[str], str, dict[str, int]]:
    """The terms and the output, with a letter for each axis of "...", and each label's length."""
    text = equation.replace(" ", "")
    form = re.fullmatch(r"((?:[a-zA-Z,]|\.{3})*)(?:->((?:[a-zA-Z]|\.{3})*))?", text)
    if not form:
        raise ValueError(
            f"einsum: the equation {equation!r} has an incorrect format. Expected letters and "
            "'...', ',' between the inputs and '->' before the output, as in '...ij,jk->...ik'."
        )
    terms = form[1].split(",")
    if len(terms) != len(shapes):
        raise ValueError(
            f"einsum: got {len(shapes)} inputs for equation {equation!r}, expecting {len(terms)}."
        )
    counts = Counter(_labels(form[1]))
    output = form[2]
    if output is None:
        output = "".join(sorted(label for label, n in counts.items() if n == 1))
    repeated = [label for label, n in Counter(_labels(output)).items() if n > 1]
    unknown = [label for label in _labels(output) if label not in counts and label != "..."]
    if repeated or unknown:
        raise ValueError(
            "einsum: the output must name labels of the inputs, each once. Received: "
            f"{equation!r}, with {(repeated or unknown)[0]!r} "
            f"{'twice' if repeated else 'that no input has'}."
        )
    spare = "".join(label for label in ascii_letters if label not in text)
    ranks = [_broadcast_rank(equation, *pair) for pair in zip(terms, shapes, strict=True)]
    letters = spare[: max(ranks, default=0)]
    if letters and "..." not in output:
        raise InvalidArgumentError(
            f"einsum: '...' stands for {len(letters)} axes of the inputs of {equation!r}, but is "
            "not in its output. Write it there, or sum over axes that have labels."
        )
    terms = [
        term.replace("...", letters[len(letters) - rank :])
        for term, rank in zip(terms, ranks, strict=True)
    ]
    lengths: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for label, n in zip(term, shape, strict=True):
            known = lengths.setdefault(label, n)
            if label in letters and known == 1:
                lengths[label] = n
            elif n != known and None not in (n, known) and not (label in letters and n == 1):
                raise InvalidArgumentError(
                    f"einsum: expected length {known} for {label!r} in {equation!r}, but got {n}. "
                    f"Received: shapes {', '.join(map(str, shapes))}."
                )
    return terms, output.replace("...", letters), lengths


def _labels(text: str) -> list[str]:
    return re.findall(r"\.{3}|[a-zA-Z]", text)


def _broadcast_rank(equation: str, term: str, shape: tuple) -> int:
    """How many axes of an input the "..." of its term stands for."""
    named = [label for label in _labels(term) if label != "..."]
    dots = term.count("...")
    rank = len(shape) - len(named)
    if dots > 1 or rank < 0 or (rank > 0 and not dots):
        raise InvalidArgumentError(
            f"einsum: the term {term!r} of {equation!r} must have a label for each of its input's "
            f"{len(shape)} axes, or '...'. Received: shape {shape}."
        )
    return rank
