"""Stochastic gradient descent, with momentum."""

from ...arrays import array_module, cpu, cuda
from ...engine import primitive
from .blocks import in_blocks
from .optimizer import Optimizer


class SGD(Optimizer):
    """w -= learning_rate * gradient; with momentum, a velocity that remembers earlier gradients.

    velocity = momentum * velocity - learning_rate * gradient
    w += velocity                                            or, with nesterov,
    w += momentum * velocity - learning_rate * gradient

    Args:
        learning_rate: a float, a schedule or a function.
        momentum: share of the velocity that is kept, in [0, 1].
        nesterov: look ahead along the velocity. Sutskever et al., 2013.
        **kwargs: the arguments of `Optimizer`.
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **kwargs):
        super().__init__(learning_rate, **kwargs)
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(f"Expected momentum to be a float in [0, 1]. Received: {momentum!r}.")
        self.momentum = float(momentum)
        self.nesterov = nesterov

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        if self.momentum:
            self.momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient, variable, learning_rate) -> None:
        if not self.momentum:
            (new_variable,) = _gradient_descent(gradient, learning_rate, variable)
            variable.assign(new_variable)
            return
        velocity = self.momentums[self._get_variable_index(variable)]
        new_variable, new_velocity = _momentum_descent(
            gradient,
            learning_rate,
            variable,
            velocity,
            momentum=self.momentum,
            nesterov=self.nesterov,
        )
        variable.assign(new_variable)
        velocity.assign(new_velocity)

    def get_config(self) -> dict:
        return super().get_config() | {"momentum": self.momentum, "nesterov": self.nesterov}


@primitive(mixed=True, differentiable=False)
def _gradient_descent(gradient, learning_rate, variable, *, in_place=False):
    """variable - learning_rate * gradient, as a tuple of one."""
    xp = array_module(variable)
    rate = learning_rate.astype(variable.dtype)

    def formula(g, w, step):
        xp.multiply(g, rate, out=step)
        w -= step

    arrays = [gradient, variable]
    return in_blocks(formula, arrays, scratch=1, in_place=in_place)


def _descent_kernel(gradient, learning_rate, variable, in_place=None):
    return cpu.descent_update(gradient, variable, rate=learning_rate, in_place=in_place)


_gradient_descent.defkernel(cpu=_descent_kernel, cuda=cuda.descent_update)


@primitive(mixed=True, differentiable=False)
def _momentum_descent(
    gradient, learning_rate, variable, velocity, *, momentum, nesterov, in_place=False
):
    """The new variable and velocity; the formula stands with `SGD`."""
    xp = array_module(variable)
    rate = learning_rate.astype(variable.dtype)

    def formula(g, w, v, step, ahead):
        xp.multiply(g, rate, out=step)
        v *= momentum
        v -= step
        if nesterov:
            xp.multiply(v, momentum, out=ahead)
            ahead -= step
            w += ahead
        else:
            w += v

    arrays = [gradient, variable, velocity]
    return in_blocks(formula, arrays, scratch=2, in_place=in_place)


def _momentum_kernel(
    gradient, learning_rate, variable, velocity, *, momentum, nesterov, in_place=None
):
    return cpu.momentum_update(
        gradient,
        variable,
        velocity,
        rate=learning_rate,
        momentum=momentum,
        nesterov=nesterov,
        in_place=in_place,
    )


_momentum_descent.defkernel(cpu=_momentum_kernel, cuda=cuda.momentum_update)
