"""Two kernels fused: a reduction on a card.

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
    float sum = 0;
    for (int i = threadIdx.x; i < size; i += blockDim.x) sum += x[i] * x[i];
    partial[threadIdx.x] = sum;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0) y[0] = partial[0];
}
"""


def sum_of_squares(x):
    x, y = put(np.asarray(x, "float32")), put(np.zeros(1, "float32"))
    launch(kernels_of(SOURCE, "exercise.cu")["sum_of_squares"], (1,), (64,), x, y, x.size)
    return y.get()[0]
