"""FormulaOptimizer: an optimizer whose update is one formula for each weight by itself."""

from typing import Any

from .optimizer import Optimizer


class FormulaOptimizer(Optimizer):
    """Base class of optimizers that name a weight's state and compute its new values.

    Subclasses set `_state_names`, and `_settings`, the constructor's own arguments, which are
    kept as attributes; they write `_new_values`.
    """

    _state_names: tuple[str, ...]
    _settings: tuple[str, ...]

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        kept = self.add_optimizer_variables(
            variables, list(self._state_names), self._initial_values()
        )
        self._state = list(zip(*kept, strict=True))

    def _initial_values(self) -> Any:
        """The initializer of the state, or a list with one for each name."""
        return "zeros"

    def _new_values(self, gradient, learning_rate, variable, *state) -> tuple:
        """The new value of the variable and those of its state; subclasses write this."""
        raise NotImplementedError

    def update_step(self, gradient, variable, learning_rate) -> None:
        state = self._state[self._get_variable_index(variable)]
        new_values = self._new_values(gradient, learning_rate, variable, *state)
        for kept, value in zip((variable, *state), new_values, strict=True):
            kept.assign(value)

    def get_config(self) -> dict:
        return super().get_config() | {name: getattr(self, name) for name in self._settings}
