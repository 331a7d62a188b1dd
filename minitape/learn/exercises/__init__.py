"""The exercises of `minitape learn`, in their order.

A module is an exercise: START is the file that a reader begins with, HINTS help on, and `check`
raises `framework.Wrong` where the reader's file is. Solutions stand in tests/learn/exercises.
"""

from . import (
    e01_by_hand,
    e02_vjp,
    e03_diamond,
    e04_unbroadcast,
    e05_matmul,
    e06_tape,
    e07_jvp,
    e08_wrong_rule,
    e09_kinks,
    e10_softmax,
    e11_cross_entropy,
    e12_where,
    e13_conv,
    e14_max_pool,
    e15_batch_norm,
    e16_dropout,
    e17_adam,
    e18_hessian_vector,
    e19_gan,
    e20_cuda,
)

EXERCISES = (
    e01_by_hand,
    e02_vjp,
    e03_diamond,
    e04_unbroadcast,
    e05_matmul,
    e06_tape,
    e07_jvp,
    e08_wrong_rule,
    e09_kinks,
    e10_softmax,
    e11_cross_entropy,
    e12_where,
    e13_conv,
    e14_max_pool,
    e15_batch_norm,
    e16_dropout,
    e17_adam,
    e18_hessian_vector,
    e19_gan,
    e20_cuda,
)
