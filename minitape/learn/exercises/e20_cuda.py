"""Exercise 20: two kernels fused, and a reduction on a card."""

import numpy as np

from .drawn import array, for_lengths, together
from .framework import Wrong, compare, function_of

START = '''"""Two kernels fused: a reduction on a card.

A card has thousands of threads; a block of them shares some memory and can wait for each other. To
sum up an array: each thread sums some of the elements, at a stride, into its place of the shared
memory; then half of the threads add the other half's, then a quarter, until one number is left.
Between two rounds all wait, with __syncthreads(): or one reads what another hasn't written yet.

Memory is what takes time. A kernel that squares and a second one that sums would write the squares
and read them again. Fused into one, they are never written: square on the way into the sum.

Fill in the kernel. It runs on the simulated card, which sees whoever reads past an array.

Check it:  minitape learn check 20
A hint:    minitape learn hint 20
"""

import numpy as np
from minitape.arrays.cuda.kernels import kernels_of
from minitape.arrays.cuda.launching import launch
from minitape.arrays.cuda.simulator import put

SOURCE = """
__global__ void sum_of_squares(const float* __restrict__ x, float* __restrict__ y, int size) {
    __shared__ float partial[64];  // a place for each of the block's 64 threads, blockDim.x
    ...
    if (threadIdx.x == 0) y[0] = partial[0];
}
"""


def sum_of_squares(x):
    x, y = put(np.asarray(x, "float32")), put(np.zeros(1, "float32"))
    launch(kernels_of(SOURCE, "exercise.cu")["sum_of_squares"], (1,), (64,), x, y, x.size)
    return y.get()[0]
'''

HINTS = (
    "for (int i = threadIdx.x; i < size; i += blockDim.x) visits this thread's elements. Sum into "
    "a variable of the thread's own, then write partial[threadIdx.x].",
    "for (int half = blockDim.x / 2; half > 0; half /= 2): the threads below `half` add "
    "partial[threadIdx.x + half] to theirs.",
    "__syncthreads() stands where all threads come by: after partial is written first, and at the "
    "end of each round, outside of the if.",
)


def right(x):
    return np.sum(x**2)


ORDER = (
    "With the threads in another order the sum is another one: a __syncthreads() is missing. All "
    "must have written before anyone reads, in each round."
)
MISTAKES = [
    (lambda x: np.sum(x), "That is the sum of the elements: each is to be squared on the way."),
    (lambda x: np.sum(x) ** 2, "That is the square of the sum. Square first."),
    (
        lambda x: np.sum(x[:64] ** 2),
        "Only the first 64 elements are in it: each thread goes on by blockDim.x, in a loop.",
    ),
    (
        lambda x: np.sum(x[::64] ** 2),
        "Only thread 0's part is in it: the others' are to be added to it in shared memory.",
    ),
    (
        lambda x: np.sum(x[np.arange(x.size) % 64 < 2] ** 2),
        "Only two threads' parts are in it: the loop over halves begins at blockDim.x / 2.",
    ),
    (
        lambda x: np.sum(x[np.isin(np.arange(x.size) % 64, [0, 1, 2, 4, 8, 16, 32])] ** 2),
        "Thread 0 adds in all rounds before the others have added in any: a __syncthreads() is "
        "missing in the loop.",
    ),
    (lambda x: 0.0, "The sum is 0: is partial written before it is added up?"),
]
FAILS = (
    "What went wrong stands above: an element past the end, say, needs a look whether i < size; "
    "and all threads of the block must come to each __syncthreads(), before each round."
)


def call(function, x):
    return float(function(x))


def in_another_order(function, x):
    """The result with the threads' turns from the last to the first, as a card may do it."""
    from ...arrays.cuda.simulator import compiler

    with compiler.backwards():
        return float(function(x))


def check(user):
    """Compares sums of arrays that are shorter and longer than the block, in two orders."""
    from ...arrays.cuda.simulator import compiler

    if "..." in function_of(user, "SOURCE"):
        raise Wrong("In SOURCE, the `...` is yours to fill in.")
    if not compiler.has_compiler():
        raise Wrong("The simulated card needs a C++ compiler: install g++ or clang++.")
    name, xs = "sum_of_squares", for_lengths(lambda n: together(array(n)), range(1, 140, 23))
    compare(user, name, right, together(np.ones(64)), MISTAKES, FAILS, call, examples=1)
    compare(user, name, right, xs, MISTAKES, FAILS, call, 1e-5)
    compare(user, name, right, xs, (), ORDER, in_another_order, 1e-5)
