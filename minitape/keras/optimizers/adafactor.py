"""Adafactor: mean squares kept for rows and columns, rather than for each weight."""

from ...arrays import array_module
from ...engine import Variable, primitive
from .optimizer import Optimizer


class Adafactor(Optimizer):
    """Adaptive steps for large matrices. Shazeer and Stern, 2018.

    beta = 1 - t^beta_2_decay, t = 1, 2, ...; s = gradient² + epsilon_1
    r = beta * r + (1 - beta) * (the mean of s over columns), c likewise over rows
    v = r / mean(r) * c for matrices; for vectors v = beta * v + (1 - beta) * s
    step = gradient / sqrt(v), divided by max(1, rms(step) / clip_threshold)
    w -= min(learning_rate, 1 / sqrt(t)) * max(epsilon_2, rms(w)) * step

    Args:
        learning_rate: a float, a schedule or a function.
        beta_2_decay: how fast the means turn from the last gradients to all of them.
        epsilon_1: added to the squares.
        epsilon_2: the least size of a weight that a step is measured by.
        clip_threshold: the largest root mean square of a step.
        relative_step: kept for Keras' sake: the rate never exceeds 1 / sqrt(t).
        **kwargs: the arguments of `Optimizer`.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
        **kwargs,
    ):
        super().__init__(learning_rate, **kwargs)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        self._state: list[list[Variable]] = []
        for variable in variables:
            shape, dtype, name = tuple(variable.shape), variable.dtype, variable.name
            if len(shape) < 2:  # Keras has two numbers there which are never used
                rows, columns = (self.add_variable((), "zeros", "int32", name) for _ in "rc")
            else:
                rows = self.add_variable(shape[:-1], "zeros", dtype, name)
                columns = self.add_variable(shape[:-2] + shape[-1:], "zeros", dtype, name)
            squares = self.add_variable_from_reference(variable, "velocity")
            self._state.append([squares] if len(shape) < 2 else [squares, rows, columns])

    def update_step(self, gradient, variable, learning_rate) -> None:
        state = self._state[self._get_variable_index(variable)]
        new_values = _adafactor_update(
            gradient,
            learning_rate,
            self.iterations,
            variable,
            *state,
            beta_2_decay=self.beta_2_decay,
            epsilon_1=self.epsilon_1,
            epsilon_2=self.epsilon_2,
            clip_threshold=self.clip_threshold,
        )
        for kept, value in zip((variable, *state), new_values, strict=True):
            kept.assign(value)

    def get_config(self) -> dict:
        return super().get_config() | {
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }


@primitive(mixed=True, differentiable=False)
def _adafactor_update(
    gradient,
    learning_rate,
    iterations,
    variable,
    *state,
    beta_2_decay,
    epsilon_1,
    epsilon_2,
    clip_threshold,
):
    """The new variable and state (v, and for matrices r and c); as stands with `Adafactor`."""
    xp = array_module(variable)
    dtype = variable.dtype
    t = (iterations + 1).astype(dtype)
    gradient = gradient.astype(dtype, copy=False)
    beta = 1 - t**beta_2_decay
    squares = gradient * gradient + epsilon_1
    if len(state) == 1:
        state = (beta * state[0] + (1 - beta) * squares,)
    else:
        _, rows, columns = state
        rows = beta * rows + (1 - beta) * squares.mean(axis=-1)
        columns = beta * columns + (1 - beta) * squares.mean(axis=-2)
        share = rows / rows.mean(axis=-1, keepdims=True)
        state = (share[..., None] * columns[..., None, :], rows, columns)
    step = gradient / xp.sqrt(state[0])
    step = step / xp.maximum(1, xp.sqrt((step * step).mean()) / clip_threshold)
    size = xp.maximum(dtype.type(epsilon_2), xp.sqrt((variable * variable).mean()))
    rate = xp.minimum(learning_rate.astype(dtype), 1 / xp.sqrt(t))
    return variable - size * rate * step, *state
