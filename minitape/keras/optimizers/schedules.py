"""Learning rates that change with the step."""

import math

from ... import ops
from ..naming import Registry


class LearningRateSchedule:
    """Base class: subclass it and write `__call__(step)` and `get_config()`.

    An optimizer calls it with its step counter (an int64 variable) and takes the result, a scalar,
    for its learning rate.
    """

    def __call__(self, step):
        """The learning rate at `step`; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} needs a method __call__(step).")

    def get_config(self) -> dict:
        """The constructor's arguments; subclasses that are saved write this."""
        raise NotImplementedError(f"{type(self).__name__} needs a method get_config().")

    @classmethod
    def from_config(cls, config: dict):
        """A schedule with the arguments that `get_config` returned."""
        return cls(**config)


class _Schedule(LearningRateSchedule):
    """A schedule whose attributes named in `_settings` are its constructor's arguments."""

    _settings: tuple[str, ...]

    def get_config(self) -> dict:
        return {name: getattr(self, name) for name in self._settings}


def _positive(name: str, value):
    if value <= 0:
        raise ValueError(f"Expected {name} > 0. Received: {name}={value}.")
    return value


def _as_numbers(rate, step):
    """Both as tensors of the rate's float type."""
    rate = ops.convert_to_tensor(rate)
    return rate, ops.cast(step, rate.dtype)


class ExponentialDecay(_Schedule):
    """initial_learning_rate * decay_rate^(step / decay_steps).

    Args:
        initial_learning_rate: the rate at the first step.
        decay_steps: after so many steps the rate has changed by the factor decay_rate.
        decay_rate: that factor.
        staircase: whether the rate changes only once in decay_steps.
        name: kept in the config.
    """

    _settings = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="ExponentialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        rate, step = _as_numbers(self.initial_learning_rate, step)
        times = step / float(self.decay_steps)
        times = ops.floor(times) if self.staircase else times
        return rate * ops.pow(ops.cast(self.decay_rate, rate.dtype), times)


class InverseTimeDecay(_Schedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    Args:
        initial_learning_rate: the rate at the first step.
        decay_steps: how many steps are one unit of time.
        decay_rate: how much the denominator grows in it.
        staircase: whether the rate changes only once in decay_steps.
        name: kept in the config.
    """

    _settings = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="InverseTimeDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        rate, step = _as_numbers(self.initial_learning_rate, step)
        times = step / float(self.decay_steps)
        times = ops.floor(times) if self.staircase else times
        return rate / (1.0 + self.decay_rate * times)


class PiecewiseConstantDecay(_Schedule):
    """values[0] up to the step boundaries[0], then values[1] up to boundaries[1], and so on.

    Args:
        boundaries: the last steps of all values but the last, in rising order.
        values: the rates, one more than there are boundaries.
        name: kept in the config.
    """

    _settings = ("boundaries", "values", "name")

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                "Expected one more of values than of boundaries. Received: "
                f"boundaries={boundaries}, values={values}."
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step):
        step = ops.convert_to_tensor(step)
        rate = ops.convert_to_tensor(self.values[0])
        for boundary, value in zip(self.boundaries, self.values[1:], strict=True):
            passed = ops.greater(step, ops.cast(boundary, step.dtype))
            rate = ops.where(passed, ops.cast(value, rate.dtype), rate)
        return rate


class PolynomialDecay(_Schedule):
    """From initial_learning_rate to end_learning_rate along (1 - step / decay_steps)^power.

    Args:
        initial_learning_rate: the rate at the first step.
        decay_steps: the step from which the rate stays as it is.
        end_learning_rate: the rate from there on.
        power: 1 for a straight line.
        cycle: whether the rate rises again then, for a decay over the next multiple of
            decay_steps.
        name: kept in the config.
    """

    _settings = (
        "initial_learning_rate",
        "decay_steps",
        "end_learning_rate",
        "power",
        "cycle",
        "name",
    )

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step):
        rate, step = _as_numbers(self.initial_learning_rate, step)
        steps = float(self.decay_steps)
        if self.cycle:
            steps = steps * ops.maximum(ops.ceil(step / steps), 1.0)
        else:
            step = ops.minimum(step, steps)
        rest = ops.pow(1.0 - step / steps, ops.cast(self.power, rate.dtype))
        return (rate - self.end_learning_rate) * rest + self.end_learning_rate


class CosineDecay(_Schedule):
    """Half a cosine wave from the rate down to alpha times it. Loshchilov and Hutter, 2016.

    Args:
        initial_learning_rate: the rate at the first step.
        decay_steps: how many steps the decay takes.
        alpha: the share of the rate that is left.
        name: kept in the config.
        warmup_target: the rate that is first approached in a straight line; None for no warmup.
        warmup_steps: how many steps that takes.
    """

    _settings = (
        "initial_learning_rate",
        "decay_steps",
        "alpha",
        "name",
        "warmup_target",
        "warmup_steps",
    )

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        rate, step = _as_numbers(self.initial_learning_rate, step)
        if self.warmup_target is None:
            return self._decayed(rate, step)
        warmup = ops.cast(self.warmup_steps, rate.dtype)
        target = ops.cast(self.warmup_target, rate.dtype)
        rising = (target - rate) * ops.divide_no_nan(step, warmup) + rate
        return ops.where(ops.less(step, warmup), rising, self._decayed(target, step - warmup))

    def _decayed(self, rate, step):
        share = ops.minimum(step, float(self.decay_steps)) / float(self.decay_steps)
        wave = 0.5 * (1.0 + ops.cos(math.pi * share))
        return rate * ((1.0 - self.alpha) * wave + self.alpha)


class CosineDecayRestarts(_Schedule):
    """Cosine decays one after the other, each longer than the last. Loshchilov and Hutter, 2016.

    Args:
        initial_learning_rate: the rate at the first step.
        first_decay_steps: how many steps the first decay takes.
        t_mul: how many times as long the next one is.
        m_mul: the share of the rate with which the next one begins.
        alpha: the share of the initial rate that is left at the end of each.
        name: kept in the config.
    """

    _settings = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name")

    def __init__(
        self,
        initial_learning_rate,
        first_decay_steps,
        t_mul=2.0,
        m_mul=1.0,
        alpha=0.0,
        name="SGDRDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = _positive("first_decay_steps", first_decay_steps)
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step):
        rate, step = _as_numbers(self.initial_learning_rate, step)
        share = step / float(self.first_decay_steps)
        t_mul = ops.cast(self.t_mul, rate.dtype)
        if self.t_mul == 1:
            restarts = ops.floor(share)
            share = share - restarts
        else:  # the restarts are at 1, 1 + t_mul, 1 + t_mul + t_mul², ...
            restarts = ops.floor(ops.log(1.0 - share * (1.0 - t_mul)) / ops.log(t_mul))
            length = ops.pow(t_mul, restarts)
            share = (share - (1.0 - length) / (1.0 - t_mul)) / length
        height = ops.pow(ops.cast(self.m_mul, rate.dtype), restarts)
        wave = 0.5 * height * (1.0 + ops.cos(math.pi * share))
        return rate * ((1.0 - self.alpha) * wave + self.alpha)


_SCHEDULES = (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
    CosineDecay,
    CosineDecayRestarts,
)
_REGISTRY = Registry(
    "learning rate schedule",
    "keras.optimizers.schedules",
    {schedule.__name__: schedule for schedule in _SCHEDULES},
)
serialize = _REGISTRY.serialize
deserialize = _REGISTRY.deserialize
