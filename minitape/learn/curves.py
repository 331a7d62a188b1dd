"""Training curves: what the logs of one training, or of several, look like."""

from collections.abc import Mapping
from typing import Any


def plot_history(histories, to_file=None, metrics=None, dpi=120) -> Any:
    """Draws the curves of one training or of several: a picture beside the other for each metric.

    Each training has one color. What was measured on the training data is dashed where a
    validation was measured too, which is drawn in full. The names of more than ten trainings stand
    beside the pictures.

    Args:
        histories: a History, or the dict of lists in it; or several: a list, or a dict from names,
            which the legend shows.
        to_file: a file to write, such as "curves.png"; None to write none.
        metrics: the names of what is drawn, all unless given.
        dpi: dots per inch.

    Returns:
        The matplotlib Figure, which a notebook shows.

    Raises:
        ValueError: there is nothing to draw.
        ImportError: matplotlib is missing.
    """
    try:
        from matplotlib import colormaps
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            "plot_history draws with matplotlib, which is missing: pip install 'minitape[plot]'."
        ) from error
    runs = _runs(histories)
    names = _names(runs) if metrics is None else list(metrics)
    if not any(name in logs for logs, _ in runs.values() for name in names):
        raise ValueError(
            f"There are no curves to draw of {names}: expected some of those in the logs, "
            f"{sorted(set().union(*(logs for logs, _ in runs.values())))}."
        )
    many = len(runs) > 10  # as many colors as matplotlib has by itself
    figure = Figure(figsize=(4.5 * len(names), 3.5), layout="constrained")
    lines: dict = {}
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        for number, (run, (logs, epochs)) in enumerate(runs.items()):
            color = colormaps["turbo"](number / (len(runs) - 1)) if many else f"C{number}"
            validated = f"val_{name}" in logs
            for key, kind in ((name, "training"), (f"val_{name}", "validation")):
                if key in logs:
                    dashed = validated and key == name
                    label = f"{run}, {kind}" if run and validated else run or kind
                    (lines[label],) = axes.plot(
                        _x(epochs, logs[key]),
                        logs[key],
                        color=color if len(runs) > 1 else None,
                        linestyle="--" if dashed else "-",
                        marker="." if len(logs[key]) == 1 else None,
                        label=label,
                    )
        axes.set(title=name, xlabel="epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        if not many:
            axes.legend()
    if many:
        figure.set_figheight(max(3.5, 0.3 + 0.18 * len(lines)))
        figure.legend(lines.values(), lines.keys(), loc="outside right upper", fontsize="x-small")
    if to_file is not None:
        figure.savefig(to_file, dpi=dpi)
    return figure


def _runs(histories: Any) -> dict[str, tuple[Mapping, list]]:
    """Each training's logs and epochs, by its name; a single one has none."""
    if hasattr(histories, "history"):
        return {"": _logs(histories)}
    if isinstance(histories, Mapping):
        is_one = all(isinstance(value, (list, tuple)) for value in histories.values())
        if is_one:
            return {"": _logs(histories)}
        return {str(name): _logs(history) for name, history in histories.items()}
    return {f"run {i + 1}": _logs(history) for i, history in enumerate(histories)}


def _logs(history: Any) -> tuple[Mapping, list]:
    return getattr(history, "history", history), getattr(history, "epoch", [])


def _x(epochs: list, values: list) -> list:
    """The numbers of the epochs, from 1: those of a History, or of a validation now and then."""
    if len(epochs) == len(values):
        return [epoch + 1 for epoch in epochs]
    step = max(len(epochs) // max(len(values), 1), 1)
    return [step * (i + 1) for i in range(len(values))]


def _names(runs: dict) -> list[str]:
    """What was measured, the loss first and the learning rate last."""
    found = {key.removeprefix("val_"): None for logs, _ in runs.values() for key in logs}
    return sorted(found, key=lambda name: (name != "loss", name == "learning_rate", name))
