"""Einstein's sums."""

from hypothesis import strategies as st

from ..case import COMPLEX, NUMBERS, OVERFLOW, At, Bad, Case, Inputs
from ..inputs import REAL, arrays, call, ones

PRODUCTS = (*NUMBERS, "int64", *COMPLEX)
LABELS = "ijkL"


@st.composite
def equations(draw, count, ellipsis=False):
    """Inputs and an equation: labels anywhere, also twice in a term, with or without an output."""
    lengths = {label: draw(st.integers(0 if i == 3 else 1, 3)) for i, label in enumerate(LABELS)}
    terms, xs = [], []
    batch = draw(st.lists(st.integers(1, 2), max_size=2)) if ellipsis else []
    for _ in range(count):
        labels = draw(st.lists(st.sampled_from(LABELS), max_size=3 if count < 3 else 2))
        shape = [lengths[label] for label in labels]
        if ellipsis and draw(st.booleans()):
            position = draw(st.integers(0, len(labels)))
            own = batch[draw(st.integers(0, len(batch))) :]
            own = [1 if draw(st.booleans()) else n for n in own]
            labels.insert(position, "...")
            shape[position:position] = own
        terms.append("".join(labels))
        xs.append(draw(arrays(REAL, shape)))
    equation = ",".join(terms)
    used = sorted(set(equation) - {",", "."})
    output = draw(st.permutations(used))[: draw(st.integers(0, len(used)))]
    if "..." in equation:
        output = [*output]
        output.insert(draw(st.integers(0, len(output))), "...")
    elif draw(st.booleans()):
        return Inputs(tuple(xs), {"equation": equation})
    arrow = draw(st.sampled_from(["->", " -> "]))
    return Inputs(tuple(xs), {"equation": f"{equation}{arrow}{''.join(output)}"})


def einsum(tf, *xs, equation):
    return tf.einsum(equation, *xs)


def bad(error, equation, *shapes):
    return Bad(error, tuple(ones(*shape) for shape in shapes), {"equation": equation})


CASES = [
    Case(
        "einsum of one",
        einsum,
        equations(1),
        covers=("einsum_of_one",),
        dtypes=PRODUCTS,
        at=(
            At(
                ([[1.0, 2.0], [3.0, 4.0]],),
                [1.0, 4.0],
                ([[5.0, 0.0], [0.0, 6.0]],),
                cotangent=[5.0, 6.0],
                params={"equation": "ii->i"},
            ),
        ),
        raises=(
            bad("ValueError", "i->ii", (2,)),
            bad("ValueError", "ij->iz", (2, 2)),
            bad("ValueError", "i$j->ij", (2, 2)),
            bad("ValueError", "i..j->ij", (2, 2)),
            bad("ValueError", "ij->ij->ij", (2, 2)),
            bad("ValueError", "ij->......", (2, 2)),
            bad("ValueError", "ij,jk->ik", (2, 2)),
            bad("InvalidArgumentError", "ijk->ij", (2, 2)),
            bad("InvalidArgumentError", "i->i", (2, 2)),
            bad("InvalidArgumentError", "...ijk->...", (2, 2)),
            bad("InvalidArgumentError", "...i...j->ij", (2, 2)),
            bad("InvalidArgumentError", "ii->i", (2, 3)),
            bad("InvalidArgumentError", "...i->i", (2, 2)),
        ),
    ),
    Case(
        "einsum of two",
        einsum,
        equations(2),
        covers=("einsum_of_two",),
        dtypes=PRODUCTS,
        largest=OVERFLOW,
        raises=(
            bad("ValueError", "ij->ij", (2, 2), (2, 2)),
            bad("ValueError", "ij,jk->ii", (2, 2), (2, 2)),
            bad("InvalidArgumentError", "ij,jk->ik", (2, 3), (2, 3)),
            bad("InvalidArgumentError", "ij,ij->ij", (2, 2), (1, 2)),
            bad("InvalidArgumentError", "...ij,...jk", (3, 2, 2), (3, 2, 2)),
            bad("InvalidArgumentError", "...i,...i->...i", (2, 2), (3, 2)),
            Bad(
                "InvalidArgumentError",
                (ones(2, 2), ones(2, 2, dtype="float64")),
                {"equation": "ij,jk->ik"},
            ),
        ),
    ),
    Case("einsum of three", einsum, equations(3), dtypes=PRODUCTS, largest=OVERFLOW),
    Case("einsum of four", einsum, equations(4), dtypes=PRODUCTS, largest=(1e3, OVERFLOW[1])),
    Case("einsum with an ellipsis", einsum, equations(1, True), dtypes=PRODUCTS),
    Case(
        "einsum of two that broadcast",
        einsum,
        equations(2, True),
        dtypes=PRODUCTS,
        largest=OVERFLOW,
    ),
    Case(
        "einsum of three that broadcast",
        einsum,
        equations(3, True),
        dtypes=PRODUCTS,
        largest=OVERFLOW,
    ),
    Case(
        "einsum of attention",
        lambda tf, q, k, v: tf.einsum(
            "bhqk,bkhd->bqhd", tf.einsum("bqhd,bkhd->bhqk", q, k), v, optimize="greedy"
        ),
        call(*(arrays(REAL, (1, n, 2, 2)) for n in (2, 3, 3))),
        largest=OVERFLOW,
    ),
]
