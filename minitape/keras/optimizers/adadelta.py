"""Adadelta: gradients scaled by the ratio of recent steps to recent gradients."""

from ...arrays import array_module
from ...engine import primitive
from .blocks import in_blocks
from .formula import FormulaOptimizer


class Adadelta(FormulaOptimizer):
    """Steps of the size that recent steps had, whatever the scale of the gradients. Zeiler, 2012.

    a = rho * a + (1 - rho) * gradient²
    step = -sqrt(d + epsilon) * gradient / sqrt(a + epsilon)
    d = rho * d + (1 - rho) * step²
    w += learning_rate * step

    Args:
        learning_rate: a float, a schedule or a function; 1.0 gives the paper's steps.
        rho: share of the old mean squares that is kept.
        epsilon: keeps the roots from 0.
        **kwargs: the arguments of `Optimizer`.
    """

    _state_names = ("accumulated_grad", "accumulated_delta_var")
    _settings = ("rho", "epsilon")

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.rho = rho
        self.epsilon = epsilon

    def _new_values(self, gradient, learning_rate, variable, *state):
        return _adadelta_update(
            gradient, learning_rate, variable, *state, rho=self.rho, epsilon=self.epsilon
        )


@primitive(mixed=True, differentiable=False)
def _adadelta_update(gradient, learning_rate, variable, *state, rho, epsilon):
    """The new variable and state (a and d); the formula stands with `Adadelta`."""
    xp = array_module(variable)
    rate = learning_rate.astype(variable.dtype)

    def formula(g, w, a, d):
        a[...] = rho * a + (1 - rho) * (g * g)
        step = xp.sqrt(d + epsilon) * g / xp.sqrt(a + epsilon)
        d[...] = rho * d + (1 - rho) * (step * step)
        w -= rate * step

    arrays = [gradient, variable, *state]
    return in_blocks(formula, arrays)
