"""RMSprop: gradients divided by the root of their running mean square."""

from ...arrays import array_module, cpu, cuda
from ...engine import primitive
from .blocks import in_blocks
from .optimizer import Optimizer


class RMSprop(Optimizer):
    """Each weight steps by its gradient over the gradient's recent size. Tieleman, Hinton, 2012.

    velocity = rho * velocity + (1 - rho) * gradient²
    step = learning_rate * gradient / sqrt(velocity + epsilon)
    w -= step

    With `centered`, the velocity in the root is less the square of the gradients' own running mean
    (their variance is left). With `momentum`, w -= m where m = momentum * m + step.

    Args:
        learning_rate: a float, a schedule or a function.
        rho: share of the old mean square that is kept.
        momentum: share of the old step that is kept; 0 for none.
        epsilon: keeps the root from 0.
        centered: whether to divide by the standard deviation.
        **kwargs: the arguments of `Optimizer`.
    """

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.9,
        momentum=0.0,
        epsilon=1e-7,
        centered=False,
        **kwargs,
    ):
        super().__init__(learning_rate, **kwargs)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        names = ["velocity"]
        names += ["momentum"] if self.momentum > 0 else []
        names += ["average_gradient"] if self.centered else []
        kept = [self.add_optimizer_variables(variables, name) for name in names]
        self._state = list(zip(*kept, strict=True))

    def update_step(self, gradient, variable, learning_rate) -> None:
        state = self._state[self._get_variable_index(variable)]
        new_variable, *new_state = _rmsprop_update(
            gradient,
            learning_rate,
            variable,
            *state,
            rho=self.rho,
            momentum=self.momentum,
            epsilon=self.epsilon,
            centered=self.centered,
        )
        variable.assign(new_variable)
        for kept, value in zip(state, new_state, strict=True):
            kept.assign(value)

    def get_config(self) -> dict:
        return super().get_config() | {
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }


@primitive(mixed=True, differentiable=False)
def _rmsprop_update(
    gradient,
    learning_rate,
    variable,
    *state,
    rho,
    momentum,
    epsilon,
    centered,
    in_place=False,
):
    """The new variable and state (velocity, momentum if any, average gradient if centered).

    The formula stands with `RMSprop`.
    """
    xp = array_module(variable)
    rate = learning_rate.astype(variable.dtype)

    def formula(g, w, velocity, *rest):
        *others, root, step = rest
        xp.multiply(g, g, out=root)
        root *= 1 - rho
        velocity *= rho
        velocity += root
        if centered:
            average = others[-1]
            xp.multiply(g, 1 - rho, out=root)
            average *= rho
            average += root
            xp.multiply(average, average, out=root)
            xp.subtract(velocity, root, out=root)
            root += epsilon
        else:
            xp.add(velocity, epsilon, out=root)
        xp.sqrt(root, out=root)
        xp.multiply(g, rate, out=step)
        step /= root
        if momentum > 0:
            others[0] *= momentum
            others[0] += step
            w -= others[0]
        else:
            w -= step

    arrays = [gradient, variable, *state]
    return in_blocks(formula, arrays, scratch=2, in_place=in_place)


def _rmsprop_kernel(
    gradient,
    learning_rate,
    variable,
    *state,
    rho,
    momentum,
    epsilon,
    centered,
    in_place=None,
):
    if momentum > 0 or centered:
        return NotImplemented
    return cpu.rmsprop_update(
        gradient,
        variable,
        *state,
        rate=learning_rate,
        rho=rho,
        epsilon=epsilon,
        in_place=in_place,
    )


_rmsprop_update.defkernel(cpu=_rmsprop_kernel, cuda=cuda.rmsprop_update)
