"""`tf.nn`: the names alone; the ops stand in `minitape.ops`."""

from .ops import (  # noqa: F401
    avg_pool2d,
    batch_normalization,
    bias_add,
    conv2d,
    elu,
    embedding_lookup,
    gelu,
    in_top_k,
    l2_normalize,
    leaky_relu,
    log_softmax,
    max_pool2d,
    moments,
    relu,
    relu6,
    selu,
    sigmoid,
    sigmoid_cross_entropy_with_logits,
    silu,
    softmax,
    softmax_cross_entropy_with_logits,
    softplus,
    softsign,
    sparse_softmax_cross_entropy_with_logits,
    tanh,
    top_k,
    zero_fraction,
)
from .ops.dropout import dropout  # noqa: F401

swish = silu
