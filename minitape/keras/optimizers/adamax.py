"""Adamax: Adam with the largest recent gradient in place of the mean square."""

from ...arrays import array_module
from ...engine import primitive
from .blocks import in_blocks
from .formula import FormulaOptimizer


class Adamax(FormulaOptimizer):
    """Adam in the infinity norm. Kingma and Ba, 2014, section 7.

    m += (1 - beta_1) * (gradient - m)
    u = max(beta_2 * u, |gradient|)
    w -= learning_rate / (1 - beta_1^t) * m / (u + epsilon), t = 1, 2, ...

    Args:
        learning_rate: a float, a schedule or a function.
        beta_1: share of the old mean gradient that is kept.
        beta_2: how slowly the largest gradient is forgotten.
        epsilon: keeps the denominator from 0.
        **kwargs: the arguments of `Optimizer`.
    """

    _state_names = ("momentum", "norm")
    _settings = ("beta_1", "beta_2", "epsilon")

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def _new_values(self, gradient, learning_rate, variable, *state):
        return _adamax_update(
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
def _adamax_update(gradient, learning_rate, iterations, variable, *state, beta_1, beta_2, epsilon):
    """The new variable and state (m and u); the formula stands with `Adamax`."""
    xp = array_module(variable)
    dtype = variable.dtype
    rate = learning_rate.astype(dtype)
    correction = 1 - dtype.type(beta_1) ** (iterations + 1).astype(dtype)

    def formula(g, w, m, u):
        m += (g - m) * (1 - beta_1)
        xp.maximum(beta_2 * u, abs(g), out=u)
        w -= rate * m / (correction * (u + epsilon))

    return in_blocks(formula, [gradient, variable, *state])
