"""Where TensorFlow is no measure, so that random programs keep clear of it: each with the reason.

docs/deviations.md has the same for users. What is avoided here has its proof in compat/cases.
"""

# Ops that are left out of programs of a mode.
NOT_IN = {
    "second": {
        "nn.moments": "TensorFlow takes the mean for a constant",
        "nn.softmax_cross_entropy_with_logits": "TensorFlow leaves out what the labels contribute",
    },
    "forward over reverse": {
        "nn.moments": "TensorFlow takes the mean for a constant",
        "nn.softmax_cross_entropy_with_logits": "TensorFlow leaves out what the labels contribute",
        **dict.fromkeys(("pow", "**", "math.pow"), "at 0 TensorFlow's second tangents are nan"),
    },
}

# Ops that aren't called on inf and nan.
FINITE = {
    "math.erf": "TensorFlow's vectorized erf(-inf) is nan",
}

# Ops that aren't called on float64.
NOT_IN_FLOAT64 = {
    "nn.gelu": "TensorFlow's constants are float32's, also here",
}
