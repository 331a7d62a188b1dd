"""Every layer beside Keras': one table of settings, and what is compared for each row.

A layer of both libraries is given the same weights and the same inputs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

import minitape as mt


class Row(NamedTuple):
    """A layer, its settings and its inputs.

    Attributes:
        name: the name of its class.
        settings: its arguments; or a function that makes them, of the library's module `layers`.
        shape: the shape of the inputs, the batch included; or a list of shapes.
        below: the inputs are integers below this, in place of floats.
    """

    name: str
    settings: dict | Callable
    shape: Any
    below: int = 0


def doubled(x):
    """For Lambda: a function with a name."""
    return x * 2


def scaled(x, factor, training=None):
    """For Lambda: a function with further arguments."""
    return x * (-factor if training else factor)


# Its factor is a number that float32 holds exactly: Keras takes it through that, in float64 too.
L2 = keras.regularizers.serialize(keras.regularizers.L2(2**-7))


def options(*weights: str) -> dict:
    """All that can be said of each of the weights, as arguments of a layer."""
    each = {"initializer": "ones", "regularizer": L2, "constraint": "max_norm"}
    return {f"{weight}_{option}": value for weight in weights for option, value in each.items()}


def _windows() -> list[Row]:
    """Convolutions and pooling, along 1, 2 and 3 axes."""
    rows = []
    for rank in (1, 2, 3):
        lengths = (7, 6, 5)[-rank:] if rank > 1 else (9,)
        shape, first = (2, *lengths, 3), (2, 3, *lengths)
        several = (3, 2, 2)[:rank]
        conv = f"Conv{rank}D"
        small = {"kernel_size": 2, "activity_regularizer": L2}
        said = {"filters": 2, **small, **options("kernel", "bias")}
        rows += [Row(conv, said, shape), Row(f"{conv}Transpose", said, shape)]
        grouped = {"filters": 6, "kernel_size": 2, "groups": 3}
        rows.append(Row(conv, grouped, shape))
        if rank < 3:
            said = {**small, **options("depthwise", "bias")}
            rows.append(Row(f"Depthwise{conv}", said, shape))
            said = {"filters": 2, **small, **options("depthwise", "pointwise", "bias")}
            rows.append(Row(f"Separable{conv}", said, shape))
        for settings in [
            {"kernel_size": 3},
            {"kernel_size": several, "strides": 2, "padding": "same", "activation": "relu"},
            {"kernel_size": 2, "dilation_rate": several, "use_bias": False},
            {"kernel_size": 2, "dilation_rate": 2, "padding": "same", "bias_initializer": "ones"},
        ]:
            rows.append(Row(conv, {"filters": 2, **settings}, shape))
            if rank < 3:
                rows.append(Row(f"Depthwise{conv}", settings, shape))
                rows.append(Row(f"Separable{conv}", {"filters": 2, **settings}, shape))
        for settings in [
            {"kernel_size": 3},
            {"kernel_size": several, "strides": 2, "padding": "same", "activation": "tanh"},
            {"kernel_size": 2, "strides": several, "use_bias": False},
            # Not 1: of those TensorFlow's oneDNN takes a wrong gradient on some processors.
            {"kernel_size": 2, "strides": 3},
            {"kernel_size": 2, "dilation_rate": several, "padding": "same"},
            {"kernel_size": 3, "dilation_rate": 2},
            {"kernel_size": 3, "strides": 2, "padding": "valid", "output_padding": 1},
            {"kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 1},
            {"kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 0},
        ]:
            rows.append(Row(f"{conv}Transpose", {"filters": 2, **settings}, shape))
        layout = {"data_format": "channels_first"}
        there = {"filters": 2, "kernel_size": several, **layout}
        rows.append(Row(conv, {**there, "padding": "same"}, first))
        rows.append(Row(f"{conv}Transpose", {**there, "strides": 2}, first))
        if rank < 3:
            more = {"depth_multiplier": 2, "strides": 2, "padding": "same"}
            rows.append(Row(f"Depthwise{conv}", {"kernel_size": several, **layout}, first))
            rows.append(Row(f"Depthwise{conv}", {"kernel_size": 3, **more}, shape))
            rows.append(Row(f"Separable{conv}", there, first))
            rows.append(Row(f"Separable{conv}", {"filters": 2, "kernel_size": 3, **more}, shape))
            spread = {"kernel_size": 2, "strides": 2, "dilation_rate": 2, "padding": "same"}
            rows.append(Row(f"Depthwise{conv}", spread, shape))
            rows.append(Row(f"Depthwise{conv}", {"kernel_size": 2, "strides": several}, shape))
            rows.append(Row(f"Separable{conv}", {"filters": 2, **spread}, shape))
        for kind in ("Max", "Average"):
            name = f"{kind}Pooling{rank}D"
            rows += [
                Row(name, {"pool_size": 2}, shape),
                Row(name, {"pool_size": several, "strides": 1, "padding": "same"}, shape),
                Row(name, {"pool_size": 2, "strides": several, **layout}, first),
                Row(f"Global{name}", {}, shape),
                Row(f"Global{name}", {"keepdims": True}, shape),
                Row(f"Global{name}", {"keepdims": True, **layout}, first),
                Row(f"Global{name}", layout, first),
            ]
        pairs = tuple((i, 2 - i) for i in range(rank))
        for name, argument in [("ZeroPadding", "padding"), ("Cropping", "cropping")]:
            for given in [1, (1, 2, 0)[: max(rank, 2)], pairs if rank > 1 else (0, 3)]:
                rows.append(Row(f"{name}{rank}D", {argument: given}, shape))
                if rank > 1 or name == "ZeroPadding":
                    rows.append(Row(f"{name}{rank}D", {argument: given, **layout}, first))
        rows.append(Row(f"UpSampling{rank}D", {}, shape))
        rows.append(Row(f"UpSampling{rank}D", {"size": 3}, shape))
        if rank > 1:
            rows.append(Row(f"UpSampling{rank}D", {"size": several, **layout}, first))
            rows.append(Row(f"SpatialDropout{rank}D", {"rate": 0.4, "seed": 3, **layout}, first))
        rows.append(Row(f"SpatialDropout{rank}D", {"rate": 0.4, "seed": 3}, shape))
    return rows


_STATISTICS = {"moving_mean_initializer": "ones", "moving_variance_initializer": "zeros"}
_IMAGES, _FIRST = (2, 4, 3, 2), (2, 3, 4, 2)

ROWS = [
    *_windows(),
    Row("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal"}, (2, 5, 3)),
    Row(
        "Conv1D",
        {"filters": 2, "kernel_size": 2, "padding": "causal", "dilation_rate": 3},
        (2, 5, 3),
    ),
    Row(
        "Conv1D",
        {"filters": 2, "kernel_size": 3, "padding": "causal", "data_format": "channels_first"},
        (2, 3, 5),
    ),
    Row("UpSampling2D", {"size": (2, 3), "interpolation": "bilinear"}, (2, 4, 3, 2)),
    Row(
        "UpSampling2D",
        {"size": (4, 1), "interpolation": "bilinear", "data_format": "channels_first"},
        (2, 2, 4, 1),
    ),
    Row("Dense", {"units": 3, "activation": "softmax", "use_bias": False}, (2, 4)),
    Row("Dense", {"units": 3, "activity_regularizer": L2, **options("kernel", "bias")}, (2, 4)),
    Row("Dense", {"units": 3, "trainable": False, "kernel_regularizer": "l2"}, (2, 3, 4)),
    Row("Embedding", {"input_dim": 5, "output_dim": 3}, (2, 4), below=5),
    Row("Embedding", {"input_dim": 5, "output_dim": 1, **options("embeddings")}, (3,), 5),
    # -- shapes
    Row("Flatten", {}, (2, 3, 4)),
    Row("Flatten", {"data_format": "channels_first"}, (2, 3, 4, 2)),
    Row("Reshape", {"target_shape": (2, -1)}, (2, 3, 4)),
    Row("Permute", {"dims": (2, 3, 1)}, (2, 3, 4, 5)),
    Row("RepeatVector", {"n": 3}, (2, 4)),
    # -- functions
    Row("Identity", {}, (2, 3)),
    Row("Identity", {}, [(2, 3), (2, 4)]),
    Row("Lambda", {"function": doubled}, (2, 3)),
    Row("Lambda", {"function": doubled, "output_shape": (3,)}, (2, 3)),
    Row("Lambda", {"function": scaled, "arguments": {"factor": 3.0}}, (2, 3)),
    Row("Activation", {"activation": "tanh"}, (2, 3)),
    Row("ELU", {}, (2, 3)),
    Row("ELU", {"alpha": 0.5}, (2, 3)),
    Row("LeakyReLU", {"negative_slope": 0.1}, (2, 3)),
    Row("PReLU", {}, (2, 3)),
    Row("PReLU", {"shared_axes": [1, 2], "alpha_initializer": "ones"}, _IMAGES),
    Row("PReLU", {"shared_axes": 2, **options("alpha")}, _IMAGES),
    Row("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.3}, (2, 3)),
    Row("Softmax", {}, (2, 3)),
    Row("Softmax", {"axis": [1, 2]}, (2, 3, 4)),
    Row("Softmax", {"axis": [1]}, (2, 3, 4)),
    Row("Rescaling", {"scale": 0.5}, (2, 3)),
    Row("Rescaling", {"scale": [0.5, 2.0, 3.0], "offset": [1.0, -1.0, 0.0]}, (2, 4, 3), below=9),
    # -- several inputs
    *(
        Row(name, {}, shapes)
        for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")
        for shapes in ([(2, 3)] * 3, [(5, 3), (5, 2, 1), (5, 4, 2, 3)])
    ),
    Row("Subtract", {}, [(2, 3), (2, 3)]),
    Row("Subtract", {}, [(5, 3), (5, 2, 1)]),
    Row("Concatenate", {"axis": 1}, [(2, 3, 1), (2, 1, 1)]),
    Row("Concatenate", {}, [(2, 3), (2, 1), (2, 2)]),
    Row("Dot", {"axes": 1}, [(3, 4), (3, 4)]),
    Row("Dot", {"axes": -1}, [(3, 4, 2), (3, 2)]),
    Row("Dot", {"axes": (1, 2)}, [(3, 4, 2), (3, 5, 4)]),
    Row("Dot", {"axes": [2, 1]}, [(3, 4, 2), (3, 2, 5, 2)]),
    Row("Dot", {"axes": -1, "normalize": True}, [(3, 4, 2), (3, 5, 2)]),
    Row("Dot", {"axes": 1, "normalize": True}, [(3, 4), (3, 4)]),
    # -- normalization
    Row("BatchNormalization", {"axis": 1, "momentum": 0.5, "beta_regularizer": "l2"}, _FIRST),
    Row("BatchNormalization", {"center": False, "scale": False}, (4, 3)),
    Row("BatchNormalization", {"epsilon": 0.1, **_STATISTICS, **options("gamma", "beta")}, (4, 3)),
    Row("LayerNormalization", {}, (2, 3)),
    Row("LayerNormalization", {"axis": 1, "epsilon": 0.1}, _FIRST),
    Row("LayerNormalization", {"axis": (2, 1), "center": False}, _IMAGES),
    Row("LayerNormalization", {"axis": [-1, -2], "scale": False, "beta_regularizer": "l2"}, _FIRST),
    Row("LayerNormalization", options("gamma", "beta"), (2, 3)),
    Row("GroupNormalization", {"groups": 2}, (2, 3, 4)),
    Row("GroupNormalization", {"groups": 2, **options("gamma", "beta")}, (2, 3, 4)),
    Row("GroupNormalization", {"groups": -1, "axis": 1, "center": False}, _FIRST),
    Row("GroupNormalization", {"groups": 2, "axis": -2, "scale": False}, (2, 3, 4, 2)),
    Row("GroupNormalization", {"groups": 1, "epsilon": 0.1, "gamma_regularizer": "l2"}, (2, 4)),
    Row("RMSNormalization", {}, (2, 3)),
    Row("RMSNormalization", {"axis": (1, 2), "epsilon": 0.1}, (2, 4, 3)),
    Row("UnitNormalization", {}, (2, 3)),
    Row("UnitNormalization", {"axis": (1, 2)}, _IMAGES),
    Row("Normalization", {}, (4, 3)),
    Row("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 1.0, 9.0]}, (2, 4, 3)),
    Row("Normalization", {"mean": 2.0, "variance": 4.0, "axis": None, "invert": True}, (2, 3)),
    Row("Normalization", {"axis": (1, -1)}, (2, 4, 5, 3)),
    # -- random numbers
    Row("Dropout", {"rate": 0.4, "seed": 3}, (4, 5)),
    Row("Dropout", {"rate": 0.4, "seed": 3, "noise_shape": [None, 1, 3]}, (4, 5, 3)),
    Row("Dropout", {"rate": 0.0}, (4, 5)),
    Row("AlphaDropout", {"rate": 0.4, "seed": 3}, (4, 5)),
    Row("AlphaDropout", {"rate": 0.4, "seed": 3, "noise_shape": (None, 1)}, (4, 5)),
    Row("GaussianDropout", {"rate": 0.4, "seed": 3}, (4, 5)),
    Row("GaussianNoise", {"stddev": 0.3, "seed": 3}, (4, 5)),
    Row("GaussianNoise", {"stddev": 0.0}, (4, 5)),
    Row("ActivityRegularization", {"l1": 0.125, "l2": 0.25}, (4, 5)),
    # -- around another layer
    Row("TimeDistributed", lambda new: {"layer": new.Dense(2, name="inner")}, (2, 3, 4)),
    Row(
        "TimeDistributed",
        lambda new: {"layer": new.Conv2D(2, 2, padding="same", name="inner")},
        (2, 3, 4, 3, 2),
    ),
    Row(
        "TimeDistributed",
        lambda new: {"layer": new.BatchNormalization(momentum=0.5, name="inner")},
        (4, 2, 3),
    ),
    Row(
        "TimeDistributed", lambda new: {"layer": new.Dropout(0.4, seed=3, name="inner")}, (2, 3, 4)
    ),
    Row("SpectralNormalization", lambda new: {"layer": new.Dense(3, name="inner")}, (2, 4)),
    Row(
        "SpectralNormalization",
        lambda new: {"layer": new.Conv2D(2, 2, name="inner"), "power_iterations": 3},
        (2, 4, 3, 2),
    ),
]

# The functions that stand for a merging layer.
MERGING = ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot")


# On the CPU TensorFlow has no float64 of the first two, and resizes through float32; what is inside
# a wrapper is float32 here.
IN_FLOAT32 = {
    "MaxPooling3D",
    "AveragePooling3D",
    "UpSampling2D",
    "TimeDistributed",
    "SpectralNormalization",
}


def rows_to_train() -> list[tuple[Row, str]]:
    """For each class the row that gives the most arguments, and the dtype to train it in."""
    fullest = {row.name: row for row in sorted(ROWS, key=lambda row: len(settings_of(row)))}
    # In float32 rounding decides which of two numbers is larger, once they have come near each
    # other in training: in these two windows they stay apart.
    fullest["MaxPooling3D"] = Row("MaxPooling3D", {"pool_size": 2}, (1, 2, 2, 4, 1))
    return [(row, "float32" if name in IN_FLOAT32 else "float64") for name, row in fullest.items()]


def settings_of(row: Row, new=mt.keras.layers) -> dict:
    """The settings of a row, with layers inside of the given module."""
    return row.settings(new) if callable(row.settings) else row.settings


def both(row: Row, dtype: str = "float32") -> tuple[Any, Any]:
    """The layer of minitape and that of Keras."""
    ours, theirs = (
        getattr(new, row.name)(name="layer", dtype=dtype, **settings_of(row, new))
        for new in (mt.keras.layers, keras.layers)
    )
    return ours, theirs


def random_numbers(seed: int, shape) -> np.ndarray:
    """Random numbers, none of them near 0, where ReLU has its kink."""
    rng = np.random.default_rng(seed)
    return (rng.uniform(0.1, 2, shape) * rng.choice([-1, 1], shape)).astype("float32")


def inputs_of(row: Row) -> Any:
    """An array for the row, or a list of them."""
    if isinstance(row.shape, list):
        return [random_numbers(seed, shape) for seed, shape in enumerate(row.shape)]
    if row.below:
        return np.random.default_rng(0).integers(0, row.below, row.shape)
    return random_numbers(0, row.shape)


def results(library, layer, inputs, training) -> Any:
    """Output, and the gradients of a weighted sum of it for the inputs and the weights."""
    inputs = library.nest.map_structure(library.constant, inputs)
    with library.GradientTape() as tape:
        tape.watch([x for x in library.nest.flatten(inputs) if x.dtype == "float32"])
        outputs = layer(inputs, training=training)
        loss = 0.0
        for y in library.nest.flatten(outputs):
            size = y.shape.num_elements()
            # All of one sign: a sum that cancels would depend on the order of its additions.
            factors = np.linspace(0.5, 1.5, size).reshape(y.shape).astype("float32")
            loss += library.reduce_sum(y * factors)
    sources = [
        [x for x in library.nest.flatten(inputs) if x.dtype == "float32"],
        layer.trainable_weights,
    ]
    gradients = tape.gradient(loss, sources, unconnected_gradients="zero")
    return outputs, library.nest.map_structure(library.convert_to_tensor, gradients)


def assert_close(ours, theirs, tolerance=2e-5) -> None:
    """Two structures of tensors or arrays: the same shapes, dtypes and, nearly, values."""
    ours, theirs = mt.nest.flatten(ours), tf.nest.flatten(theirs)
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        our, their = np.asarray(our), np.asarray(their)
        assert our.shape == their.shape
        assert our.dtype == their.dtype
        np.testing.assert_allclose(our, their, rtol=tolerance, atol=tolerance)


def described(weights) -> list[tuple]:
    """What can be said of weights without their values."""
    return [(w.path, w.name, tuple(w.shape), w.dtype, w.trainable) for w in weights]
