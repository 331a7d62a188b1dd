"""Einstein's sums: products of tensors over the axes that an equation names.

In the equations of the two primitives the output may also have a label twice (its diagonal is
filled) or one that no input has (the result is repeated along it). That closes them under
transposition: the rule of each input is the same op, with that input and the output exchanged.
"""

import re
from collections import Counter
from string import ascii_letters

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
    y = xp.asarray(xp.einsum(f"{inputs}->{known}", *operands, optimize=len(operands) > 1))
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
    terms, output, lengths = _parsed(equation, tensors)
    for i, (x, term) in enumerate(zip(tensors, terms, strict=True)):
        # An axis of length 1 that is broadcast is dropped: its label comes from another input.
        kept = [n == lengths[label] for n, label in zip(x.shape, term, strict=True)]
        if not all(kept):
            tensors[i] = reshape(x, [n for n, keep in zip(x.shape, kept, strict=True) if keep])
            terms[i] = "".join(c for c, keep in zip(term, kept, strict=True) if keep)

    def shape_of(labels):
        return tuple(lengths[label] for label in labels)

    for step in _steps(terms, output, tensors):
        b, a = (tensors.pop(i) for i in step)
        term_b, term_a = (terms.pop(i) for i in step)
        needed = {*output, *"".join(terms)}
        made = "".join(c for c in dict.fromkeys(term_a + term_b) if c in needed)
        made = made if terms else output
        tensors.append(
            _einsum_of_two(a, b, equation=f"{term_a},{term_b}->{made}", shape=shape_of(made))
        )
        terms.append(made)
    if terms[0] == output:
        return tensors[0]
    return _einsum_of_one(tensors[0], equation=f"{terms[0]}->{output}", shape=shape_of(output))


def _steps(terms, output, tensors):
    """Yields the positions (the larger one first) of the two tensors to multiply next."""
    if len(tensors) > 2:
        like = [numpy.broadcast_to(0.0, x.shape) for x in tensors]
        path = numpy.einsum_path(f"{','.join(terms)}->{output}", *like, optimize="greedy")[0][1:]
    else:
        path = [tuple(range(len(tensors)))]
    for positions in path:
        yield from _pairs(sorted(positions, reverse=True), len(terms))


def _pairs(positions, count):
    """The tensors at these positions, of `count`, two at a time; a product goes to the end."""
    while len(positions) > 1:
        first, second, *rest = positions
        yield first, second
        count -= 1
        positions = [count - 1, *rest]


def _parsed(equation: str, tensors) -> tuple[list[str], str, dict[str, int]]:
    """The terms and the output, with a letter for each axis of "...", and each label's length."""
    text = equation.replace(" ", "")
    form = re.fullmatch(r"((?:[a-zA-Z,]|\.{3})*)(?:->((?:[a-zA-Z]|\.{3})*))?", text)
    if not form:
        raise ValueError(
            f"einsum: the equation {equation!r} has an incorrect format. Expected letters and "
            "'...', ',' between the inputs and '->' before the output, as in '...ij,jk->...ik'."
        )
    terms = form[1].split(",")
    if len(terms) != len(tensors):
        raise ValueError(
            f"einsum: got {len(tensors)} inputs for equation {equation!r}, expecting {len(terms)}."
        )
    counts = Counter(_labels(form[1]))
    output = form[2]
    if output is None:
        output = "".join(sorted(label for label, n in counts.items() if n == 1))
    repeated = [label for label, n in Counter(_labels(output)).items() if n > 1]
    unknown = [label for label in _labels(output) if label not in counts and label != "..."]
    if repeated or unknown:
        raise ValueError(
            f"einsum: the output of {equation!r} has {(repeated or unknown)[0]!r} "
            f"{'twice' if repeated else 'which no input has'}."
        )
    spare = "".join(label for label in ascii_letters if label not in text)
    ranks = [_broadcast_rank(equation, *pair) for pair in zip(terms, tensors, strict=True)]
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
    for term, x in zip(terms, tensors, strict=True):
        for label, n in zip(term, x.shape, strict=True):
            known = lengths.setdefault(label, n)
            if label in letters and known == 1:
                lengths[label] = n
            elif n != known and not (label in letters and n == 1):
                raise InvalidArgumentError(
                    f"einsum: expected length {known} for {label!r} in {equation!r}, but got {n}. "
                    f"Received: shapes {', '.join(str(x.shape) for x in tensors)}."
                )
    return terms, output.replace("...", letters), lengths


def _labels(text: str) -> list[str]:
    return re.findall(r"\.{3}|[a-zA-Z]", text)


def _broadcast_rank(equation: str, term: str, x) -> int:
    """How many axes of x the "..." of its term stands for."""
    named = [label for label in _labels(term) if label != "..."]
    dots = term.count("...")
    rank = x.ndim - len(named)
    if dots > 1 or rank < 0 or (rank > 0 and not dots):
        raise InvalidArgumentError(
            f"einsum: the term {term!r} of {equation!r} doesn't fit an input of {x.ndim} axes. "
            f"Received: shape {x.shape}."
        )
    return rank
