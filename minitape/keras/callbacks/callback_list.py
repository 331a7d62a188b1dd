"""CallbackList: several callbacks as one."""

from collections.abc import Callable

from ... import nest
from .callback import Callback
from .history import History
from .progress import ProgbarLogger


class CallbackList(Callback):
    """Tells several callbacks of each moment, in their order. For training loops of one's own.

    Args:
        callbacks: a Callback, or a list of them.
        add_history: whether a History follows them, unless there is one.
        add_progbar: whether a ProgbarLogger follows, unless there is one.
        model: the model that is trained.
        **params: what `set_params` tells them: "verbose", "epochs", "steps".
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        self.callbacks = [] if callbacks is None else nest.flatten(callbacks)
        for callback in self.callbacks:
            if isinstance(callback, type) or not hasattr(callback, "set_model"):
                raise TypeError(
                    "callbacks must be Callback objects. Received: "
                    f"{callback!r} of type {type(callback).__name__}."
                )
        for kind, wanted in ((History, add_history), (ProgbarLogger, add_progbar)):
            if wanted and not any(isinstance(callback, kind) for callback in self.callbacks):
                self.callbacks.append(kind())
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def set_params(self, params: dict) -> None:
        super().set_params(params)
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model) -> None:
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)


def _passing_on(hook: str) -> Callable:
    """The hook of a CallbackList: that of every callback in turn; logs are always there."""

    def with_logs(self, logs=None):
        for callback in self.callbacks:
            getattr(callback, hook)({} if logs is None else logs)

    def with_number_and_logs(self, number, logs=None):
        for callback in self.callbacks:
            getattr(callback, hook)(number, {} if logs is None else logs)

    return with_number_and_logs if "_batch_" in hook or "_epoch_" in hook else with_logs


for _hook in vars(Callback):
    if _hook.startswith("on_"):
        setattr(CallbackList, _hook, _passing_on(_hook))
