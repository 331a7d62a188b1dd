"""Ftrl: follow the regularized leader, which leaves many weights at exactly 0."""

from ...arrays import array_module
from ...engine import primitive
from ..initializers import Constant
from .blocks import in_blocks
from .formula import FormulaOptimizer


class Ftrl(FormulaOptimizer):
    """For sparse models with very many weights. McMahan et al., 2013.

    n' = n + gradient²; l2' = l2 + beta / (2 * learning_rate); p = -learning_rate_power
    z += gradient + 2 * l2_shrinkage * w - (n'^p - n^p) / learning_rate * w
    w = (clip(z, -l1, l1) - z) / (n'^p / learning_rate + 2 * l2')
    n = n'

    Args:
        learning_rate: a float, a schedule or a function.
        learning_rate_power: at most 0: how the rate falls with the gradients; 0 for not at all.
        initial_accumulator_value: where n begins, at least 0.
        l1_regularization_strength: l1, at least 0.
        l2_regularization_strength: l2, at least 0.
        l2_shrinkage_regularization_strength: l2_shrinkage, at least 0; it acts on the loss, as a
            penalty on large weights, whereas l2 acts on the steps.
        beta: the paper's beta.
        **kwargs: the arguments of `Optimizer`.
    """

    _state_names = ("accumulator", "linear")
    _settings = (
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    )

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        **kwargs,
    ):
        super().__init__(learning_rate, **kwargs)
        if learning_rate_power > 0:
            raise ValueError(f"Expected learning_rate_power <= 0. Received: {learning_rate_power}.")
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        for name in self._settings[1:-1]:
            if getattr(self, name) < 0:
                raise ValueError(f"Expected {name} >= 0. Received: {getattr(self, name)}.")

    def _initial_values(self):
        return [Constant(self.initial_accumulator_value), "zeros"]

    def _new_values(self, gradient, learning_rate, variable, *state):
        return _ftrl_update(
            gradient,
            learning_rate,
            variable,
            *state,
            power=-self.learning_rate_power,
            l1=self.l1_regularization_strength,
            l2=self.l2_regularization_strength,
            shrinkage=self.l2_shrinkage_regularization_strength,
            beta=self.beta,
        )


@primitive(mixed=True, differentiable=False)
def _ftrl_update(gradient, learning_rate, variable, *state, power, l1, l2, shrinkage, beta):
    """The new variable and state (n and z); the formula stands with `Ftrl`."""
    xp = array_module(variable)
    rate = learning_rate.astype(variable.dtype)
    l2 = l2 + beta / (2 * rate)

    def formula(g, w, n, z):
        before = n**power
        n += g * g
        grown = n**power
        z += g + 2 * shrinkage * w - (grown - before) / rate * w
        w[...] = (xp.clip(z, -l1, l1) - z) / (grown / rate + 2 * l2)

    arrays = [gradient, variable, *state]
    return in_blocks(formula, arrays)
