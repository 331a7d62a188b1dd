"""Lion: steps of one size, in the direction of a momentum's sign."""

from ...arrays import array_module
from ...engine import primitive
from .blocks import in_blocks
from .formula import FormulaOptimizer


class Lion(FormulaOptimizer):
    """Only the sign of the momentum counts. Chen et al., 2023.

    w -= learning_rate * sign(beta_1 * m + (1 - beta_1) * gradient)
    m = beta_2 * m + (1 - beta_2) * gradient

    Args:
        learning_rate: a float, a schedule or a function; a third to a tenth of Adam's.
        beta_1: share of the momentum in the step, in (0, 1].
        beta_2: share of the old momentum that is kept.
        **kwargs: the arguments of `Optimizer`.
    """

    _state_names = ("momentum",)
    _settings = ("beta_1", "beta_2")

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99, **kwargs):
        super().__init__(learning_rate, **kwargs)
        if not 0 < beta_1 <= 1:
            raise ValueError(f"Expected beta_1 in (0, 1]. Received: beta_1={beta_1}.")
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def _new_values(self, gradient, learning_rate, variable, *state):
        return _lion_update(
            gradient, learning_rate, variable, *state, beta_1=self.beta_1, beta_2=self.beta_2
        )


@primitive(mixed=True, differentiable=False)
def _lion_update(gradient, learning_rate, variable, momentum, *, beta_1, beta_2):
    """The new variable and momentum; the formula stands with `Lion`."""
    xp = array_module(variable)
    dtype = variable.dtype
    rate, beta_1, beta_2 = learning_rate.astype(dtype), dtype.type(beta_1), dtype.type(beta_2)

    def formula(g, w, m):
        w -= rate * xp.sign(m * beta_1 + g * (1 - beta_1))
        m[...] = m * beta_2 + g * (1 - beta_2)

    return in_blocks(formula, [gradient, variable, momentum])
