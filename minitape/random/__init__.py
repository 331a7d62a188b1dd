"""`tf.random`: the names alone; the ops stand in `minitape.ops`."""

from ..ops.distributions import (
    gamma,
    poisson,
    stateless_binomial,
    stateless_gamma,
    stateless_poisson,
)
from ..ops.generator import (
    Generator,
    create_rng_state,
    get_global_generator,
    set_global_generator,
)
from ..ops.random import (
    Algorithm,
    categorical,
    fold_in,
    normal,
    set_seed,
    shuffle,
    split,
    stateless_categorical,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
    truncated_normal,
    uniform,
)
from . import experimental
