"""Adagrad: gradients divided by the root of the sum of all their squares."""

from ...arrays import array_module
from ...engine import primitive
from ..initializers import Constant
from .blocks import in_blocks
from .formula import FormulaOptimizer


class Adagrad(FormulaOptimizer):
    """Weights that were moved often move less. Duchi, Hazan and Singer, 2011.

    accumulator += gradient²
    w -= learning_rate * gradient / sqrt(accumulator + epsilon)

    Args:
        learning_rate: a float, a schedule or a function.
        initial_accumulator_value: where the sum of squares begins.
        epsilon: keeps the root from 0.
        **kwargs: the arguments of `Optimizer`.
    """

    _state_names = ("accumulator",)
    _settings = ("initial_accumulator_value", "epsilon")

    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def _initial_values(self):
        return Constant(self.initial_accumulator_value)

    def _new_values(self, gradient, learning_rate, variable, *state):
        return _adagrad_update(gradient, learning_rate, variable, *state, epsilon=self.epsilon)


@primitive(mixed=True, differentiable=False)
def _adagrad_update(gradient, learning_rate, variable, accumulator, *, epsilon):
    """The new variable and accumulator; the formula stands with `Adagrad`."""
    xp = array_module(variable)
    rate = learning_rate.astype(variable.dtype)

    def formula(g, w, a):
        a += g * g
        w -= rate * g / xp.sqrt(a + epsilon)

    arrays = [gradient, variable, accumulator]
    return in_blocks(formula, arrays)
