"""Adam: momentum and a running mean square, both corrected for starting at 0."""

from functools import lru_cache

import numpy

from ...arrays import array_module, cpu, cuda
from ...engine import primitive
from .blocks import in_blocks
from .optimizer import Optimizer


class Adam(Optimizer):
    """Adam of Kingma and Ba, 2014, as Keras and the paper's section 2.1 (end) order it.

    m += (1 - beta_1) * (gradient - m)
    v += (1 - beta_2) * (gradient² - v)
    alpha = learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t), t = 1, 2, ...
    w -= alpha * m / (sqrt(v) + epsilon)

    With `amsgrad`, the largest v so far takes the place of v in the last line (Reddi et al., 2018).

    Args:
        learning_rate: a float, a schedule or a function.
        beta_1: share of the old mean gradient that is kept.
        beta_2: share of the old mean square that is kept.
        epsilon: keeps the denominator from 0 (the paper's "epsilon hat").
        amsgrad: never let the denominator shrink.
        **kwargs: the arguments of `Optimizer`.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        **kwargs,
    ):
        super().__init__(learning_rate, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        kept = list(self.add_optimizer_variables(variables, ["momentum", "velocity"]))
        if self.amsgrad:
            kept.append(self.add_optimizer_variables(variables, "velocity_hat"))
        self._state = list(zip(*kept, strict=True))

    def update_step(self, gradient, variable, learning_rate) -> None:
        state = self._state[self._get_variable_index(variable)]
        new_variable, *new_state = _adam_update(
            gradient,
            learning_rate,
            self.iterations,
            variable,
            *state,
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )
        variable.assign(new_variable)
        for kept, value in zip(state, new_state, strict=True):
            kept.assign(value)

    def get_config(self) -> dict:
        return super().get_config() | {
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }


class AdamW(Adam):
    """Adam whose weights decay by themselves, not through the loss. Loshchilov and Hutter, 2017.

    Before each of Adam's updates, w -= learning_rate * weight_decay * w.

    Args:
        learning_rate: a float, a schedule or a function.
        weight_decay: how fast weights shrink.
        beta_1: share of the old mean gradient that is kept.
        beta_2: share of the old mean square that is kept.
        epsilon: keeps the denominator from 0.
        amsgrad: never let the denominator shrink.
        **kwargs: the arguments of `Optimizer`.
    """

    def __init__(
        self,
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        **kwargs,
    ):
        if weight_decay is None:
            raise ValueError("Expected weight_decay to be a float. Received: weight_decay=None.")
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **kwargs
        )


@primitive(mixed=True, differentiable=False)
def _adam_update(
    gradient,
    learning_rate,
    iterations,
    variable,
    *state,
    beta_1,
    beta_2,
    epsilon,
    in_place=False,
):
    """The new variable and state (m, v and, for amsgrad, the largest v so far).

    The formula stands with `Adam`; `iterations` is t - 1.
    """
    xp = array_module(variable)
    dtype = variable.dtype
    alpha = _alpha(learning_rate, iterations, dtype, beta_1, beta_2)

    def formula(g, w, m, v, *rest):
        *largest, step, root = rest
        xp.subtract(g, m, out=step)
        step *= 1 - beta_1
        m += step
        xp.multiply(g, g, out=step)
        step -= v
        step *= 1 - beta_2
        v += step
        if largest:
            xp.maximum(largest[0], v, out=largest[0])
        xp.sqrt(largest[0] if largest else v, out=root)
        root += epsilon
        xp.multiply(m, alpha, out=step)
        step /= root
        w -= step

    arrays = [gradient, variable, *state]
    return in_blocks(formula, arrays, scratch=2, in_place=in_place)


def _alpha(learning_rate, iterations, dtype, beta_1, beta_2):
    """The learning rate, corrected for means that start at 0."""
    # As Keras does, powers and differences are taken in the variable's own precision: 1 - beta^t
    # of float32 differs from that of float64 in the fifth digit.
    number, t = dtype.type, (iterations + 1).astype(dtype)
    root = array_module(t).sqrt(1 - number(beta_2) ** t)
    return learning_rate.astype(dtype) * (root / (1 - number(beta_1) ** t))


@lru_cache(maxsize=16)  # the variables of a step have it in common
def _known_alpha(rate: float, iterations: int, dtype, beta_1, beta_2) -> float:
    return float(_alpha(numpy.asarray(rate), numpy.asarray(iterations), dtype, beta_1, beta_2))


def _adam_kernel(
    gradient,
    learning_rate,
    iterations,
    variable,
    *state,
    beta_1,
    beta_2,
    epsilon,
    in_place=None,
):
    def alpha():
        t = iterations.item()
        return _known_alpha(learning_rate.item(), t, variable.dtype, beta_1, beta_2)

    return cpu.adam_update(
        gradient,
        variable,
        *state,
        alpha=alpha,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=epsilon,
        in_place=in_place,
    )


_adam_update.defkernel(cpu=_adam_kernel, cuda=cuda.adam_update)
