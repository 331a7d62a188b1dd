// One result for each element, or several, by the expressions of ops: y[i] = f(x[i], ...), then
// perhaps z[i] = g(y[i], ...) and so on. elementwise.py writes the capital words, and compiles a
// kernel for each expression:
//
//   INPUTS    const float* __restrict__ x_, ...: where the inputs lie
//   STEPS     long long x_step, ...: 1, or 0 for an input of one element
//   AXES      long long x_0, long long x_1, ...: how far an input's element lies behind the last
//             along each of four axes; 0 where it is repeated
//   RESULTS   float* __restrict__ y_, ...: where the results go
//   READ      const float x = x_[i * x_step]; ...
//   READ_AT   const float x = x_[i0 * x_0 + i1 * x_1 + i2 * x_2 + i3 * x_3]; ...
//   COMPUTE   const float y = x * x; ...
//   WRITE     y_[i] = y; ...
//
// Launch: 256 threads a block, one for each element up to 2,048 blocks; see EACH.
// Traffic: each input is read once and each result written once: 12 bytes of float32 for a sum. That
// takes longer than the arithmetic, whatever the expression is; so ops that follow each other had
// better be one kernel, and what only the next one needs stays in a register.

#include "common.cuh"

// Inputs in one piece, of the result's shape or of one element.
__global__ void elementwise(INPUTS, STEPS, RESULTS, long long size) {
    for EACH (i, size) {
        READ
        COMPUTE
        WRITE
    }
}

// Inputs that are broadcast, or lie in memory in another order. Four axes of lengths n0 to n3 are
// enough, as neighbouring axes that lie behind each other in all inputs are one.
__global__ void elementwise_along_axes(INPUTS, AXES, RESULTS, long long size, long long n1,
                                       long long n2, long long n3) {
    for EACH (i, size) {
        const long long i3 = i % n3, i2 = i / n3 % n2, i1 = i / n3 / n2 % n1, i0 = i / n3 / n2 / n1;
        READ_AT
        COMPUTE
        WRITE
    }
}
