"""`tf.random.experimental`: the names alone; the ops stand in `minitape.ops`."""

from ..ops.generator import (  # noqa: F401
    Generator,
    create_rng_state,
    get_global_generator,
    set_global_generator,
)
from ..ops.random import (  # noqa: F401
    Algorithm,
    index_shuffle,
    stateless_shuffle,
)
from ..ops.random import fold_in as stateless_fold_in  # noqa: F401
from ..ops.random import split as stateless_split  # noqa: F401
