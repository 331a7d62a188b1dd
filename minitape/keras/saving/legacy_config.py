"""Configs of Keras 2, and of Keras 3's `.h5` files, in today's form.

The older ones name classes without their modules, and functions by plain names; write calls of
layers as lists; and know a few arguments under other names. Nothing is looked up here.
"""

from typing import Any

# Arguments of Keras 2's that mean nothing today.
_GONE = {
    "optimizers": {"decay", "is_legacy_optimizer", "jit_compile"},
    "losses": {"fn"},
    "metrics": set(),
}


def todays_layer(config: Any) -> Any:
    """The config of a layer or model."""
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
        return config
    name, settings = config.get("class_name"), dict(config["config"])
    shape = settings.pop("batch_input_shape", None)
    if name == "InputLayer" and shape is not None:
        settings["batch_shape"] = shape
    axis = settings.get("axis")
    if isinstance(axis, list) and len(axis) == 1:
        settings["axis"] = axis[0]
    if name == "LeakyReLU" and "alpha" in settings:
        settings["negative_slope"] = settings.pop("alpha")
    if isinstance(settings.get("layer"), dict):  # the one inside a wrapper
        settings["layer"] = todays_layer(settings["layer"])
    if isinstance(settings.get("layers"), list):
        settings["layers"] = [todays_layer(layer) for layer in settings["layers"]]
        if "input_layers" in settings:
            _call_in_todays_form(settings)
    return config | {"config": settings}


def _call_in_todays_form(graph: dict) -> None:
    """Changes the calls of a graph's layers, where they are lists [[name, call, output, kwargs]].

    Keras 2 counts the making of an inner model as its first call, and says nothing of it.
    """
    layers = [layer for layer in graph["layers"] if isinstance(layer, dict)]
    calls = {layer.get("name"): layer.get("inbound_nodes") or [] for layer in layers}
    if not any(isinstance(call, list) for nodes in calls.values() for call in nodes):
        return
    places = [place for nodes in calls.values() for call in nodes for place in call]
    places += [*_as_places(graph["input_layers"]), *_as_places(graph["output_layers"])]
    highest: dict[str, int] = {}
    for name, call, *_ in places:
        highest[name] = max(highest.get(name, 0), call)
    unsaid = {name: max(top + 1 - max(len(calls[name]), 1), 0) for name, top in highest.items()}

    def tensor(place: list) -> dict:
        name, call, output = place[:3]
        history = [name, call - unsaid[name], output]
        config = {"shape": None, "dtype": None, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}

    def todays(call: list) -> dict:
        kwargs = call[0][3] if len(call[0]) > 3 else {}
        tensors = [tensor(place) for place in call]
        return {"args": [tensors if len(tensors) > 1 else tensors[0]], "kwargs": kwargs}

    graph["layers"] = [
        layer | {"inbound_nodes": [todays(call) for call in layer["inbound_nodes"]]}
        for layer in layers
    ]
    for key in ("input_layers", "output_layers"):
        found = [[n, call - unsaid[n], output] for n, call, output in _as_places(graph[key])]
        graph[key] = found[0] if graph[key] and isinstance(graph[key][0], str) else found


def _as_places(places: list) -> list:
    """One place [name, call, output] or several as a list of them."""
    return [places] if places and isinstance(places[0], str) else places


def todays_compilation(config: dict) -> dict:
    """What a model was compiled with."""
    kinds = {
        "optimizer": "optimizers",
        "loss": "losses",
        "metrics": "metrics",
        "weighted_metrics": "metrics",
    }
    config = dict(config)
    config["optimizer"] = config.pop("optimizer_config", None)
    return {key: _with_module(v, kinds[key]) if key in kinds else v for key, v in config.items()}


def _with_module(config: Any, kind: str) -> Any:
    """The config of one object, or of a list or dict of them, in whom Keras' modules are named."""
    if isinstance(config, list):
        return [_with_module(item, kind) for item in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config:
        return {key: _with_module(value, kind) for key, value in config.items()}
    name, settings = config["class_name"], config.get("config")
    if "module" in config or not isinstance(settings, dict):
        return config
    function = settings.get("fn")
    if name == "MeanMetricWrapper" and isinstance(function, str):
        settings = settings | {"fn": {"class_name": "function", "config": function}}
    settings = {key: value for key, value in settings.items() if key not in _GONE[kind]}
    if settings.get("reduction") == "auto":
        settings["reduction"] = "sum_over_batch_size"
    known = name.removeprefix("Custom>") if isinstance(name, str) and kind == "optimizers" else name
    return config | {"class_name": known, "module": f"keras.{kind}", "config": settings}
