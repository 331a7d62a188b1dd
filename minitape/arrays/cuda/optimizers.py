"""Optimizers' updates on a card: new weights and state, of one variable or of many in one launch.

What updates one variable has the forward's signature. With `in_place` the new values are written
over the old ones.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ..module import array_module
from .kernels import Kernel, Parameter, kernel, kernels_of
from .launching import FLOATS, THREADS, blocks_for, empty, launch

_FILE = "optimizers.cu"
# Variables in a launch. A card takes 4 KB of arguments, and those of amsgrad are 80 bytes for each
# variable; with fewer than the 50 that go in, fewer kernels are there to compile.
_MOST = 16
# Blocks for each of many variables: as many as the largest cards run at a time. With more of them,
# those that small variables don't need would take longer than they save.
_BLOCKS = 1024


def _update(shared: int, kernel_of: Callable) -> Callable:
    """What updates one variable; its attribute `of_many`, several.

    Args:
        shared: how many inputs there are between the gradient and the old values.
        kernel_of: it gives, of an op's parameters, the name of its kernel and the kernel's numbers;
            None where there is none.
    """

    def of_many(gradients: Sequence, others: Sequence, old: Sequence, in_place, **params) -> Any:
        """The new values of each of several variables, or NotImplemented.

        Args:
            gradients: one for each variable.
            others: the inputs that all variables share.
            old: each variable's weights and state.
            in_place: whether these may be written over, for each variable.
            **params: the op's.
        """
        found, dtype = kernel_of(**params), old[0][0].dtype
        gradients = [array_module(g).ascontiguousarray(g) for g in gradients]
        arrays = [*gradients, *(x for some in old for x in some)]
        suit = dtype in FLOATS and all(x.dtype == dtype and x.flags.c_contiguous for x in arrays)
        if found is None or not suit:
            return NotImplemented
        name, numbers = found
        new = [
            some if over else tuple(empty(x.shape, dtype, x) for x in some)
            for some, over in zip(old, in_place, strict=True)
        ]
        each = list(zip(gradients, old, new, strict=True))
        for start in range(0, len(each), _MOST):
            _launch(name, each[start : start + _MOST], (*others, *numbers))
        return new

    def run(g, *inputs, in_place=False, **params) -> Any:
        others, old = inputs[:shared], inputs[shared:]
        new = of_many([g], others, [old], [in_place], **params)
        return new if new is NotImplemented else new[0]

    run.of_many = of_many  # type: ignore[attr-defined]
    return run


adam_update = _update(2, lambda beta_1, beta_2, epsilon: ("adam", (beta_1, beta_2, epsilon)))
rmsprop_update = _update(
    1,
    lambda rho, momentum, epsilon, centered: (
        None if momentum > 0 or centered else ("rmsprop", (rho, epsilon))
    ),
)
descent_update = _update(1, lambda: ("descent", ()))
momentum_update = _update(1, lambda momentum, nesterov: ("momentum", (momentum, int(nesterov))))


def _launch(name: str, updates: list, shared: tuple) -> None:
    """Renews variables, each given as its gradient, old values and new ones."""
    own = []
    for g, old, new in updates:
        missing = [None] * (name == "adam" and len(old) == 3)  # what amsgrad keeps
        own += [g, *old, *missing, *new, *missing, g.size]
    (blocks,) = blocks_for(max(g.size for g, _, _ in updates))
    if len(updates) > 1:
        blocks = min(blocks, _BLOCKS)
    grid = blocks, len(updates)
    launch(_kernel(name, len(updates)), grid, (THREADS,), *own, *shared)


@cache
def _kernel(name: str, count: int) -> Kernel:
    """The kernel for so many variables, of which blockIdx.y picks one."""
    one = kernel(_FILE, name)
    if count == 1:
        return one
    own = one.parameters[: 1 + [p.name for p in one.parameters].index("size")]
    numbers = range(count)
    signature = ", ".join(_parameter(p, n) for n in numbers for p in own)
    first = " ".join(f"auto {p.name} = {p.name}_0;" for p in own)
    cases = "\n".join(
        f"        case {n}: {' '.join(f'{p.name} = {p.name}_{n};' for p in own)} break;"
        for n in numbers[1:]
    )
    before, begin, rest = one.source.partition(f"void {name}(")
    _, _, rest = rest.partition("long long size")
    shared, _, body = rest.partition(") {\n")
    pick = f"    {first}\n    switch (blockIdx.y) {{\n{cases}\n    }}\n"
    source = f"{before}{begin}{signature}{shared}) {{\n{pick}{body}"
    return kernels_of(source, _FILE)[name]


def _parameter(p: Parameter, number: int) -> str:
    """One of a variable's own parameters in C++."""
    const, pointer = "const " * p.is_const, "* __restrict__" * p.is_array
    return f"{const}{p.type}{pointer} {p.name}_{number}"
