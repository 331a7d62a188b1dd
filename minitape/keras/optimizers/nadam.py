"""Nadam: Adam that looks ahead along its momentum, as Nesterov does."""

from ... import ops
from ...arrays import array_module
from ...engine import primitive
from .blocks import in_blocks
from .formula import FormulaOptimizer


class Nadam(FormulaOptimizer):
    """Adam with Nesterov's momentum. Dozat, 2015.

    m and v as in `Adam`; u_t = beta_1 * (1 - 0.96^t / 2), U_t = u_1 * ... * u_t, t = 1, 2, ...
    m' = u_(t+1) * m / (1 - U_(t+1)) + (1 - u_t) * gradient / (1 - U_t)
    w -= learning_rate * m' / (sqrt(v / (1 - beta_2^t)) + epsilon)

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

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        dtype = variables[0].dtype if variables else None
        self._u_product = self.add_variable((), "ones", dtype, name="u_product")

    def _update_all(self, grads, variables, learning_rate) -> None:
        # Once for all weights.
        t = ops.cast(self.iterations + 1, self._u_product.dtype)
        self._u_product.assign(self._u_product * self.beta_1 * (1.0 - 0.5 * ops.pow(0.96, t)))
        super()._update_all(grads, variables, learning_rate)

    def _new_values(self, gradient, learning_rate, variable, *state):
        return _nadam_update(
            gradient,
            learning_rate,
            self.iterations,
            self._u_product,
            variable,
            *state,
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )


@primitive(mixed=True, differentiable=False)
def _nadam_update(
    gradient, learning_rate, iterations, u_product, variable, *state, beta_1, beta_2, epsilon
):
    """The new variable and state (m and v); the formula stands with `Nadam`."""
    xp = array_module(variable)
    dtype = variable.dtype
    number, t = dtype.type, (iterations + 1).astype(dtype)
    rate, beta_1, beta_2 = learning_rate.astype(dtype), number(beta_1), number(beta_2)
    u, next_u = (beta_1 * (1 - number(0.5) * number(0.96) ** step) for step in (t, t + 1))
    product = u_product.astype(dtype)
    next_product = product * next_u
    correction = 1 - beta_2**t

    def formula(g, w, m, v):
        m += (g - m) * (1 - beta_1)
        v += (g * g - v) * (1 - beta_2)
        ahead = next_u * m / (1 - next_product) + (1 - u) * g / (1 - product)
        w -= rate * ahead / (xp.sqrt(v / correction) + epsilon)

    return in_blocks(formula, [gradient, variable, *state])
