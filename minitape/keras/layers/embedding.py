"""Rows of a table that is learned, looked up by number."""

import warnings

from ... import ops
from .. import regularizers
from .layer import Layer
from .weights import keep_options, make_weight, weight_config


class Embedding(Layer):
    """A vector for each of `input_dim` numbers: integers of any shape to (*shape, output_dim).

    The gradient of the table is IndexedSlices: the rows that were looked up.

    Args:
        input_dim: how many vectors there are.
        output_dim: how long they are.
        embeddings_initializer: first values of the table, (input_dim, output_dim).
        embeddings_regularizer: a penalty on the table.
        embeddings_constraint: applied to the table after each update.
        mask_zero: False: minitape has no masks.
        weights: the table, or a list with it, in place of the first values.
        **kwargs: Layer's arguments.
    """

    _settings = ("input_dim", "output_dim", "mask_zero")
    _without = {"quantization_config": None}

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        **kwargs,
    ):
        for argument, value in [("input_dim", input_dim), ("output_dim", output_dim)]:
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
                raise ValueError(
                    f"`{argument}` must be a positive integer. Received: {argument}={value} (of "
                    f"type {type(value).__name__})."
                )
        if kwargs.pop("input_length", None) is not None:
            warnings.warn("Argument `input_length` is deprecated. Just remove it.", stacklevel=2)
        super().__init__(**kwargs)
        if mask_zero:
            raise ValueError(
                f"Layer '{self.name}': mask_zero=True is not supported, as minitape passes no "
                "masks from layer to layer. Use mask_zero=False; a 0 is then looked up as any "
                "other number."
            )
        self.input_dim = input_dim
        self.output_dim = output_dim
        keep_options(
            self,
            "embeddings",
            embeddings_initializer,
            embeddings_regularizer,
            embeddings_constraint,
        )
        self.mask_zero = mask_zero
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) else [weights])

    def build(self, input_shape=None):
        """Makes the table."""
        if not self.built:
            shape = (self.input_dim, self.output_dim)
            self.embeddings = make_weight(self, "embeddings", shape)

    def call(self, inputs):
        """The rows; a number below 0 counts from the end."""
        if inputs.dtype.name not in ("int32", "int64"):
            inputs = ops.cast(inputs, "int32")
        inputs = ops.where(inputs < 0, inputs + self.input_dim, inputs)
        return ops.gather(self.embeddings, inputs)

    def compute_output_shape(self, input_shape):
        """(*input_shape, output_dim)."""
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        penalty = regularizers.serialize(self.activity_regularizer)
        return {
            **super().get_config(),
            **weight_config(self, "embeddings"),
            "activity_regularizer": penalty,
        }
