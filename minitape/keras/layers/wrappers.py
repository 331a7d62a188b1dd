"""Layers around another layer."""

from ... import ops
from ...settings import epsilon
from .. import initializers
from .input_spec import InputSpec
from .layer import Layer
from .serialization import deserialize, serialize


class Wrapper(Layer):
    """A layer around another one; subclass it and write `call`.

    Args:
        layer: the layer inside.
        **kwargs: Layer's arguments.
    """

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(
                f"{type(self).__name__} takes a Layer to wrap. Received: {layer!r} (of type "
                f"{type(layer).__name__})"
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        """Makes the weights of the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "layer": serialize(self.layer)}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> "Wrapper":
        """A layer with the arguments that `get_config` returned, without weights."""
        config = dict(config)
        return cls(deserialize(config.pop("layer"), custom_objects), **config)


class TimeDistributed(Wrapper):
    """The layer inside, called on each step of sequences: (batch, steps, ...).

    Args:
        layer: the layer inside, which takes (batch, ...).
        **kwargs: Layer's arguments.
    """

    def build(self, input_shape):
        """Makes the weights of the layer inside."""
        super().build(self._step_shape(input_shape))

    def _step_shape(self, shape) -> tuple:
        if len(shape) < 3:
            raise ValueError(
                f"Layer '{self.name}' (TimeDistributed) takes inputs with at least 3 axes: (batch, "
                f"steps, ...). Received: input shape {tuple(shape)}"
            )
        return (shape[0], *shape[2:])

    def call(self, inputs, training=None):
        """What the layer gives for each step, one after the other as in Keras.

        A layer that draws random numbers or looks at its batch would give something else for all
        steps at once.
        """
        steps = [self.layer(x) for x in ops.unstack(inputs, axis=1)]
        return ops.stack(steps, axis=1)

    def compute_output_shape(self, input_shape):
        """The shape of the layer's output, with the steps after the batch."""
        batch, *lengths = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (batch, input_shape[1], *lengths)


class SpectralNormalization(Wrapper):
    """The layer inside, its kernel divided at each training step by its largest singular value.

    That value is found by power iteration, which goes on from step to step. From Miyato et al.,
    "Spectral Normalization for Generative Adversarial Networks", 2018.

    Args:
        layer: the layer inside, with a `kernel` or `embeddings`.
        power_iterations: how many iterations a training step makes.
        **kwargs: Layer's arguments.
    """

    _settings = ("power_iterations",)

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ValueError(
                "`power_iterations` should be greater than zero. Received: "
                f"power_iterations={power_iterations}"
            )
        self.power_iterations = power_iterations

    def build(self, input_shape):
        """Makes the weights of the layer inside, and the vector that the iteration moves."""
        super().build(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        for name in ("kernel", "embeddings"):
            if hasattr(self.layer, name):
                self.kernel = getattr(self.layer, name)
                break
        else:
            raise ValueError(
                f"{type(self.layer).__name__} object has neither a `kernel` nor `embeddings`, "
                f"which layer '{self.name}' could normalize."
            )
        self.vector_u = self.add_weight(
            (1, self.kernel.shape[-1]),
            initializers.TruncatedNormal(stddev=0.02),
            dtype=self.kernel.dtype,
            trainable=False,
            name="vector_u",
        )

    def call(self, inputs, training=False):
        """What the layer gives; in training, with its kernel normalized for good."""
        if training:
            self._normalize()
        outputs = self.layer(inputs)
        # The layer inside may be of another dtype; numbers that it looks up are no floats.
        return ops.cast(outputs, inputs.dtype) if inputs.dtype.is_floating else outputs

    def _normalize(self) -> None:
        kernel = ops.stop_gradient(self.kernel.value)
        is_zero = ops.reduce_all(kernel == 0)  # then it stays so
        weights = ops.reshape(kernel, (-1, kernel.shape[-1]))
        u = ops.stop_gradient(self.vector_u.value)
        for _ in range(self.power_iterations):
            v = ops.l2_normalize(ops.matmul(u, weights, transpose_b=True), epsilon=epsilon() ** 2)
            u = ops.l2_normalize(ops.matmul(v, weights), epsilon=epsilon() ** 2)
        largest = ops.reduce_sum(ops.matmul(v, weights) * u)
        self.vector_u.assign(ops.where(is_zero, self.vector_u, u))
        self.kernel.assign(kernel / ops.where(is_zero, 1.0, largest))

    def compute_output_shape(self, input_shape):
        """The layer's output shape."""
        return self.layer.compute_output_shape(input_shape)
