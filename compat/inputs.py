"""The inputs that ops are tried on: Hypothesis strategies of numbers, arrays and whole calls."""

import math
from functools import partial

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

from .case import Inputs


def numbers(low: float, high: float, *, apart_from=(), margin=1 / 8, steps=32):
    """Multiples of 1/steps from `low` to `high`, except those within `margin` of the given ones.

    A grid has ties and exact hits often enough, and every float dtype holds it exactly.
    """
    grid = [n / steps for n in range(round(low * steps), round(high * steps) + 1)]
    kept = [x for x in grid if all(abs(x - point) >= margin for point in apart_from)]
    strategy = st.sampled_from(sorted(kept, key=abs))
    strategy.grid = np.array(sorted(kept, key=abs))  # for `arrays`
    return strategy


REAL = numbers(-3, 3)
POSITIVE = numbers(1 / 4, 4)
NONZERO = numbers(-3, 3, apart_from=[0], margin=1 / 4)
UNIT = numbers(1 / 8, 7 / 8)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, max_side=3)
SHAPES_OR_EMPTY = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
AXES = hnp.array_shapes(min_dims=1, max_dims=3, max_side=3)


def arrays(elements, shape=SHAPES, dtype=np.float64, unique=False):
    """Arrays of these elements: `numbers` by one seed for all, to be quick, others each drawn."""
    grid = getattr(elements, "grid", None)
    if grid is None:
        return hnp.arrays(dtype, shape, elements=elements, fill=st.nothing(), unique=unique)
    drawn = (x if isinstance(x, st.SearchStrategy) else st.just(x) for x in (shape, dtype))
    return st.builds(partial(_from_grid, grid, unique), *drawn, st.integers(0, 2**32 - 1))


def _from_grid(grid, unique, shape, dtype, seed):
    """An array of numbers of the grid: of few different ones, for ties, or of many."""
    rng, count = np.random.default_rng(seed), math.prod(np.atleast_1d(shape).tolist())
    if unique:
        chosen = rng.permutation(grid)[:count]
    elif seed == 0:  # what Hypothesis shrinks to
        chosen = np.full(count, grid[0])
    else:
        chosen = rng.choice(grid[: rng.integers(1, len(grid) + 1)], count)
    return chosen.reshape(shape).astype(dtype)


def integers(low: int, high: int, shape=SHAPES, dtype=np.int32):
    """Arrays of integers from `low` to `high`."""
    return arrays(st.integers(low, high), shape, dtype)


def booleans(shape=SHAPES):
    """Arrays of booleans."""
    return arrays(st.booleans(), shape, np.bool_)


def call(*given, **params):
    """A call on arrays of these strategies, with parameters that are strategies or values."""
    strategies = {
        key: value if isinstance(value, st.SearchStrategy) else st.just(value)
        for key, value in params.items()
    }
    return st.builds(Inputs, st.tuples(*given), st.fixed_dictionaries(strategies))


def one(elements, **params):
    """A call on one array of any shape, also an empty one."""
    return call(arrays(elements, SHAPES_OR_EMPTY), **params)


def same(*elements, **params):
    """A call on arrays of one shape."""
    return SHAPES.flatmap(lambda shape: call(*(arrays(e, shape) for e in elements), **params))


def broadcast(*elements, **params):
    """A call on arrays whose shapes broadcast; np.bool_ stands for booleans."""
    shapes = hnp.mutually_broadcastable_shapes(num_shapes=len(elements), max_dims=3, max_side=3)

    def of(drawn):
        return call(
            *(
                booleans(shape) if e is np.bool_ else arrays(e, shape)
                for e, shape in zip(elements, drawn.input_shapes, strict=True)
            ),
            **params,
        )

    return shapes.flatmap(of)


@st.composite
def reduction(draw, elements, unique=False, dtype=np.float64):
    """A call on one array, with `axis` (None, a number, a list) and `keepdims`."""
    x = draw(arrays(elements, SHAPES, dtype, unique))
    axes = st.none()
    if x.ndim:
        axis = st.integers(-x.ndim, x.ndim - 1)
        several = st.lists(axis, unique_by=lambda a: a % x.ndim, max_size=x.ndim)
        axes = axes | axis | several
    return Inputs((x,), {"axis": draw(axes), "keepdims": draw(st.booleans())})


@st.composite
def along(draw, elements, unique=False, **params):
    """A call on one array of at least one axis, with an `axis`."""
    x = draw(arrays(elements, AXES, unique=unique))
    chosen = {key: draw(strategy) for key, strategy in params.items()}
    return Inputs((x,), {"axis": draw(st.integers(-x.ndim, x.ndim - 1)), **chosen})


def ones(*shape: int, dtype="float32") -> np.ndarray:
    """An array of ones: for calls of which only shapes and dtypes matter."""
    return np.ones(shape, dtype)
