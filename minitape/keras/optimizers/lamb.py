"""Lamb: Adam's steps, scaled to the size of the weights."""

from ...arrays import array_module
from ...engine import primitive
from .formula import FormulaOptimizer


class Lamb(FormulaOptimizer):
    """Adam whose step is as long as the weights themselves: for large batches. You et al., 2019.

    m and v as in `Adam`
    step = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon), t = 1, 2, ...
    w -= learning_rate * |w| / |step| * step, where either norm is 0: w -= learning_rate * step

    Args:
        learning_rate: a float, a schedule or a function.
        beta_1: share of the old mean gradient that is kept.
        beta_2: share of the old mean square that is kept.
        epsilon: keeps the denominator from 0.
        **kwargs: the arguments of `Optimizer`.
    """

    _state_names = ("momentum", "velocity")
    _settings = ("beta_1", "beta_2", "epsilon")

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def _new_values(self, gradient, learning_rate, variable, *state):
        return _lamb_update(
            gradient,
            learning_rate,
            self.iterations,
            variable,
            *state,
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )


@primitive(mixed=True, differentiable=False)
def _lamb_update(gradient, learning_rate, iterations, variable, m, v, *, beta_1, beta_2, epsilon):
    """The new variable, m and v; the formula stands with `Lamb`."""
    xp = array_module(variable)
    dtype = variable.dtype
    number, t = dtype.type, (iterations + 1).astype(dtype)
    gradient = gradient.astype(dtype, copy=False)
    m = m + (gradient - m) * (1 - beta_1)
    v = v + (gradient * gradient - v) * (1 - beta_2)
    root = xp.sqrt(v / (1 - number(beta_2) ** t)) + epsilon
    step = m / (1 - number(beta_1) ** t) / root
    weight_norm, step_norm = (xp.sqrt((x * x).sum(dtype=dtype)) for x in (variable, step))
    usable = (weight_norm > 0) & (step_norm > 0)
    ratio = xp.where(usable, weight_norm / xp.where(usable, step_norm, 1), 1).astype(dtype)
    return variable - ratio * learning_rate.astype(dtype) * step, m, v
