"""Optimizer: from gradients to new weights. It is `build`, then `update_step` for each weight.

One `apply` does, in this order: skip weights without a gradient, divide by the loss scale,
accumulate, clip, decay, update, average, constrain, count.
"""

import re
import warnings
from collections.abc import Callable
from typing import Any

from ... import ops
from ...arrays import beside, tell_look
from ...arrays.devices import near
from ...engine import GradientTape
from ...engine import Variable as EngineVariable
from ...learn.histories import is_listening
from ...settings import floatx
from .. import initializers
from ..naming import auto_name, require_init
from ..variables import Variable, assign_stored
from . import schedules
from .schedules import LearningRateSchedule

# How the error begins about a step that gives no gradient at all.
NO_GRADIENTS = "No gradients provided for any variable."


class Optimizer:
    """Base class: subclass it and write `build(variables)` and `update_step(...)`.

    Args:
        learning_rate: a float, a LearningRateSchedule, or a function without arguments.
        weight_decay: before each update, weights shrink by this times the learning rate.
        clipnorm: largest norm of each gradient.
        clipvalue: largest absolute value in a gradient.
        global_clipnorm: largest norm of all gradients together. Give at most one of the three.
        use_ema: keep a moving average of the weights.
        ema_momentum: share of the old average that is kept.
        ema_overwrite_frequency: every so many steps the weights become their average; None to
            leave that to `finalize_variable_values`.
        loss_scale_factor: gradients are divided by it; multiply the loss by it (`scale_loss`).
        gradient_accumulation_steps: update only every so many steps, with the mean gradient.
        name: name in logs and of its variables.

    Attributes:
        gradient_listener: called with the gradients and their variables at each step, before
            they are clipped; None for nobody.
    """

    gradient_listener: Callable[[list, list], None] | None = None

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        if kwargs.pop("decay", None) is not None:
            warnings.warn(
                "The argument `decay` is ignored: use a learning rate schedule, or `weight_decay`.",
                stacklevel=3,
            )
        if kwargs:
            hint = " Use `learning_rate` for `lr`." if "lr" in kwargs else " Leave them out."
            raise ValueError(f"Argument(s) not recognized: {kwargs}.{hint}")
        if sum(clip is not None for clip in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                "Only one of clipnorm, clipvalue and global_clipnorm can be set. Received: "
                f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}."
            )
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ValueError(f"Expected ema_momentum in [0, 1]. Received: {ema_momentum}.")
        if use_ema and ema_overwrite_frequency and not _is_count(ema_overwrite_frequency):
            raise ValueError(
                "Expected ema_overwrite_frequency to be an integer >= 1 or None. Received: "
                f"{ema_overwrite_frequency}."
            )
        if gradient_accumulation_steps is not None and gradient_accumulation_steps < 2:
            raise ValueError(
                "Expected gradient_accumulation_steps to be an integer >= 2. Received: "
                f"{gradient_accumulation_steps}."
            )
        self.name = name or auto_name(type(self).__name__)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._variables: list[Variable] = []
        self._trainable_variables: list[Any] = []
        self._positions: dict[int, int] = {}  # where each trainable variable stands, by its id
        self._undecayed: tuple[set[int], Any] = (set(), None)
        self._iterations = self.add_variable((), dtype="int64", name="iteration")
        if not callable(learning_rate):
            initial = _as_rate(learning_rate)
            learning_rate = self.add_variable((), dtype=floatx(), name="learning_rate")
            learning_rate.assign(initial)
        self._learning_rate = learning_rate

    # -- state -------------------------------------------------------------------------------

    def build(self, variables) -> None:
        """Makes the state for these trainable variables; subclasses add theirs."""
        require_init(self, "_variables")
        self._trainable_variables = list(variables)
        self._positions = {v.id: i for i, v in enumerate(self._trainable_variables)}
        for v in self._variables if variables else ():  # the counter and the rate
            v.array = beside(v.array, variables[0].array)
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = self.add_optimizer_variables(variables, "gradient_accumulator")
        self.built = True

    def add_variable(self, shape, initializer="zeros", dtype=None, name=None) -> Variable:
        """A new state variable."""
        require_init(self, "_variables")
        variable = Variable(
            initializers.get(initializer), shape=shape, dtype=dtype, trainable=False, name=name
        )
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(self, reference_variable, name="var", initializer="zeros"):
        """A new state variable of the shape and dtype of a trainable one."""
        owner = _name_of(reference_variable).replace("/", "_").replace(":", "_")
        with near(reference_variable.array):
            return self.add_variable(
                reference_variable.shape, initializer, reference_variable.dtype, f"{owner}_{name}"
            )

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """One state variable for each trainable one; a list of names gives a list for each name.

        With a list of names `initializer` may be a list too, with one for each of them.
        """
        if isinstance(name, str):
            return [
                self.add_variable_from_reference(v, name, initializer) for v in trainable_variables
            ]
        starts = (
            initializer if isinstance(initializer, (list, tuple)) else [initializer] * len(name)
        )
        lists: tuple[list, ...] = tuple([] for _ in name)
        for variable in trainable_variables:
            for one, start, kept in zip(name, starts, lists, strict=True):
                kept.append(self.add_variable_from_reference(variable, one, start))
        return lists

    @property
    def variables(self) -> list:
        """The optimizer's own variables: iteration, learning rate, then the state."""
        return list(self._variables)

    @property
    def iterations(self):
        """How many updates were made."""
        if self.gradient_accumulation_steps:
            return self._iterations // self.gradient_accumulation_steps
        return self._iterations

    @property
    def learning_rate(self):
        """The current learning rate: a Variable, or what the schedule gives for this step."""
        if isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate(self._iterations)
        if isinstance(self._learning_rate, EngineVariable):
            return self._learning_rate
        return self._learning_rate()

    @learning_rate.setter
    def learning_rate(self, value):
        if callable(value):
            self._variables = [v for v in self._variables if v is not self._learning_rate]
            self._learning_rate = value
        elif isinstance(self._learning_rate, EngineVariable):
            self._learning_rate.assign(_as_rate(value))
        else:
            raise TypeError(
                "This optimizer was made with a schedule as its learning_rate, so the rate can't "
                f"be set to a number. Received: {value}. Make it with a float to have it settable."
            )

    def _get_variable_index(self, variable) -> int:
        """Where a trainable variable stands in the lists of state variables."""
        return self._positions[variable.id]

    # -- applying gradients ------------------------------------------------------------------

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Updates one variable; subclasses write this."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method update_step(gradient, variable, learning_rate)."
        )

    def apply_gradients(self, grads_and_vars):
        """Updates variables from (gradient, variable) pairs, as `zip(gradients, variables)` gives.

        Raises:
            ValueError: no pairs, no gradient that isn't None, a variable the optimizer wasn't
                built with, or a gradient of another shape than its variable.
            TypeError: pairs in the wrong order.
        """
        pairs = list(grads_and_vars)
        if not pairs:
            raise ValueError(
                "apply_gradients expects (gradient, variable) pairs, and received none. Is the "
                "list of trainable variables empty, or was a zip() used up before?"
            )
        for gradient, variable in pairs:
            if not isinstance(variable, EngineVariable):
                swapped = isinstance(gradient, EngineVariable)
                raise TypeError(
                    "apply_gradients expects (gradient, variable) pairs. Received "
                    + ("(variable, gradient)" if swapped else f"a {type(variable).__name__}")
                    + (": write zip(gradients, variables)." if swapped else " as the variable.")
                )
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def apply(self, grads, trainable_variables=None) -> None:
        """Updates variables from a list of gradients.

        Args:
            grads: a gradient, or None, for each variable.
            trainable_variables: the variables; those the optimizer was built with if not given.
        """
        require_init(self, "_variables")
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is None and not self.built:
            raise ValueError(
                "apply(grads) without variables needs an optimizer that was built: call "
                "optimizer.build(trainable_variables) first, or apply(grads, variables)."
            )
        variables = list(
            self._trainable_variables if trainable_variables is None else trainable_variables
        )
        if len(grads) != len(variables):
            raise ValueError(
                f"Expected a gradient, or None, for each of the {len(variables)} variables. "
                f"Received: {len(grads)} gradients."
            )
        if not self.built:
            self.build(variables)
        if "_awaited" in vars(self):  # a checkpoint was restored before
            vars(self).pop("_awaited")()
        self._check_known(variables)
        # Of a table of which some rows were used: rows used twice are added.
        grads = [g.__tensor__() if isinstance(g, ops.IndexedSlices) else g for g in grads]
        grads, variables = _with_gradient(grads, variables)
        if self.loss_scale_factor is not None:
            grads = [g / self.loss_scale_factor for g in grads]
        if self.gradient_listener is not None:
            tell_look(None)  # a function calls it at each step, in Python
            self.gradient_listener(grads, variables)
        self._update(grads, variables)
        for variable in variables:
            constraint = getattr(variable, "constraint", None)
            if constraint is not None:
                variable.assign(constraint(variable))
        self._iterations.assign_add(1)

    def minimize(self, loss, var_list, tape=None):
        """Keras 2's shortcut: differentiates `loss` and updates `var_list`.

        Args:
            loss: a function without arguments; or a tensor, with the `tape` that saw it made.
            var_list: the variables.
            tape: a GradientTape.
        """
        if callable(loss):
            with GradientTape() as tape:
                loss = loss()
        elif tape is None:
            raise ValueError(
                "minimize() of a tensor needs the tape that recorded it: tape=tape. Received: "
                "tape=None."
            )
        return self.apply_gradients(zip(tape.gradient(loss, var_list), var_list, strict=True))

    def scale_loss(self, loss):
        """The loss to differentiate: times `loss_scale_factor`, if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def _update(self, grads, variables) -> None:
        if self.gradient_accumulation_steps:
            sums = [self._accumulators[self._get_variable_index(v)] for v in variables]
            steps = self.gradient_accumulation_steps
            if (self._iterations.value + 1) % steps:  # type: ignore[operator]
                for total, g in zip(sums, grads, strict=True):
                    total.assign_add(g)
                grads = []
            else:
                grads = [(g + total) / steps for total, g in zip(sums, grads, strict=True)]
                for total in self._accumulators:
                    total.assign(ops.zeros_like(total))
        if grads:
            grads = self._clipped(grads)
            self._decay(variables)
            self._update_all(grads, variables, self.learning_rate)
        if self.use_ema:
            self._average()

    def _update_all(self, grads, variables, learning_rate) -> None:
        for g, variable in zip(grads, variables, strict=True):
            self.update_step(g, variable, learning_rate)

    def _check_known(self, variables) -> None:
        for variable in variables:
            if variable.id not in self._positions:
                raise ValueError(
                    f"Unknown variable: {_name_of(variable)} of shape {variable.shape}. The "
                    f"optimizer {self.name!r} was built with {len(self._positions)} other "
                    "variables, and keeps state for those alone. Use a new optimizer for a new "
                    "model, or build() this one with all variables before its first step."
                )

    # -- clipping, decay, averaging ----------------------------------------------------------

    def _clipped(self, grads: list) -> list:
        if self.clipnorm:
            norms = [ops.sqrt(ops.reduce_sum(ops.square(g))) for g in grads]
            limit = self.clipnorm
            return [
                g * limit / ops.maximum(norm, limit) for g, norm in zip(grads, norms, strict=True)
            ]
        if self.global_clipnorm:
            squares = [ops.reduce_sum(ops.square(g)) for g in grads]
            norm = ops.sqrt(sum(squares[1:], squares[0]))
            scale = self.global_clipnorm / ops.maximum(norm, self.global_clipnorm)
            # A norm that isn't finite makes all gradients NaN, rather than a silent 0.
            scale = ops.where(ops.is_finite(norm), scale, float("nan"))
            return [g * scale for g in grads]
        if self.clipvalue:
            return [ops.clip_by_value(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads

    def exclude_from_weight_decay(self, var_list=None, var_names=None) -> None:
        """Weights that don't decay: variables, or parts of their names; call it before `build`."""
        if self.built:
            raise ValueError(
                "exclude_from_weight_decay() must be called before build(), and the first step "
                f"calls that. Received: the built optimizer {self.name}."
            )
        pattern = re.compile("|".join(var_names)) if var_names else None
        self._undecayed = ({v.id for v in var_list or ()}, pattern)

    def _decay(self, variables) -> None:
        if self.weight_decay is None:
            return
        ids, pattern = self._undecayed
        rate = self.learning_rate
        for variable in variables:
            if variable.id in ids or (pattern and pattern.search(variable.name)):
                continue
            value = ops.convert_to_tensor(variable)
            shrink = value * self.weight_decay * ops.cast(rate, value.dtype)
            variable.assign(value - shrink)

    def _average(self) -> None:
        kept, every = self.ema_momentum, self.ema_overwrite_frequency
        first = ops.equal(self.iterations, 0)
        is_time = ops.equal(ops.floormod(self.iterations + 1, every), 0) if every else None
        for variable, average in zip(self._trainable_variables, self._averages, strict=True):
            value = ops.convert_to_tensor(variable)
            mean = ops.where(first, value, kept * average + (1 - kept) * value)
            average.assign(mean)
            if is_time is not None:
                variable.assign(ops.where(is_time, mean, value))

    def finalize_variable_values(self, var_list) -> None:
        """With `use_ema`, gives the variables their moving averages."""
        if self.use_ema:
            for variable, average in zip(var_list, self._averages, strict=True):
                variable.assign(average)

    # -- saving ------------------------------------------------------------------------------

    def save_own_variables(self, store) -> None:
        """Puts its variables into what a file keeps for it: a dict from "0", "1", ... to arrays."""
        for i, v in enumerate(self.variables):
            store[str(i)] = v.numpy()

    def load_own_variables(self, store) -> None:
        """Assigns what `save_own_variables` put there.

        The state of an optimizer of other weights, or of other settings, is left out with a
        warning. That of one that made no step yet is its counter and its learning rate.

        Args:
            store: a dict from "0", "1", ... to arrays.

        Raises:
            ValueError: a wrong shape; nothing is then changed.
        """
        first = [v for v in self.variables if v is self._iterations or v is self._learning_rate]
        known = first if len(store) == len(first) else self.variables
        if len(store) != len(known):
            warnings.warn(
                f"The state of optimizer '{self.name}' was not loaded: it has {len(known)} "
                f"variables, and the saved one {len(store)}. It starts anew.",
                stacklevel=2,
            )
            return
        assign_stored(f"Optimizer '{self.name}'", known, store)

    # -- config ------------------------------------------------------------------------------

    def get_config(self) -> dict:
        """The constructor's arguments, with the current learning rate."""
        rate: Any = self._learning_rate
        if isinstance(rate, EngineVariable):
            rate = float(rate)
        elif isinstance(rate, LearningRateSchedule):
            rate = schedules.serialize(rate)
        return {
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None):
        """An optimizer with the arguments that `get_config` returned, and no state.

        Args:
            config: those arguments.
            custom_objects: your own learning rate schedules by name.
        """
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            config = config | {"learning_rate": schedules.deserialize(rate, custom_objects)}
        return cls(**config)


def _is_count(value) -> bool:
    return isinstance(value, int) and value >= 1


def _as_rate(value) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(
            "Expected learning_rate to be a float, a LearningRateSchedule or a function without "
            f"arguments. Received: learning_rate={value!r}."
        ) from None


def _name_of(variable) -> str:
    return str(getattr(variable, "path", None) or variable.name)


def _reasons(variables: list) -> str:
    """Why these have no gradient: the names of those that share a reason, and the reason."""
    names: dict[str, list[str]] = {}
    for v in variables:
        reason = getattr(v, "no_gradient_reason", None) or "its gradient is None"
        names.setdefault(reason, []).append(_name_of(v))
    return "; ".join(f"{', '.join(those)} ({reason})" for reason, those in names.items())


def _with_gradient(grads: list, variables: list) -> tuple[list, list]:
    """The gradients that aren't None and their variables; says what is missing and why."""
    missing = [v for g, v in zip(grads, variables, strict=True) if g is None]
    if len(missing) == len(grads):
        lines = "" if is_listening() else " `with minitape.learn.history():` around it gives lines."
        raise ValueError(
            f"{NO_GRADIENTS} {_reasons(missing)}. Compute the loss from the variables inside "
            "`with GradientTape() as tape:`, with minitape's ops alone (NumPy and Python numbers "
            f"leave no trace), and call tape.gradient on that loss.{lines}"
        )
    if missing:
        warnings.warn(
            f"Gradients do not exist for these variables, which stay as they are: "
            f"{_reasons(missing)}.",
            stacklevel=4,
        )
    pairs = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
    for g, variable in pairs:
        if tuple(g.shape) != tuple(variable.shape):
            raise ValueError(
                f"The gradient of {_name_of(variable)} must have its shape, {variable.shape}. "
                f"Received: shape {g.shape}. Are gradients and variables in the same order?"
            )
    return [g for g, _ in pairs], [variable for _, variable in pairs]
