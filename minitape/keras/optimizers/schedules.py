"""Learning rates that change with the step."""


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
