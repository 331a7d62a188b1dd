"""Layers that work against overfitting."""

from .. import random
from .layer import ShapeKeepingLayer


class Dropout(ShapeKeepingLayer):
    """In training, sets random values to 0 and scales the others up, so that the mean stays.

    Args:
        rate: the share that is set to 0, in [0, 1].
        noise_shape: the shape of the mask, the input's unless given; where it is 1, values
            along that axis are dropped together.
        seed: an integer, for the same masks in each run.
        **kwargs: Layer's arguments.
    """

    _settings = ("rate", "noise_shape", "seed")

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(
                f"Invalid value received for argument `rate`. Expected a float value between 0 "
                f"and 1. Received: rate={rate}"
            )
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        if rate > 0:
            self.seed_generator = random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        """The inputs, with values dropped in training."""
        if not training or self.rate == 0:
            return inputs
        return random.dropout(
            inputs, self.rate, noise_shape=self.noise_shape, seed=self.seed_generator
        )
