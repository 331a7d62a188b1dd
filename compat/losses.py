"""Every loss beside Keras': the table of settings, and how its arrays are drawn."""

import numpy as np

# How the arrays of a loss are drawn: (rng, shape) -> (y_true, y_pred).
REAL = "real numbers"
POSITIVE = "positive numbers"
ONE_HOT = "one-hot labels and probabilities"
SOFT = "label probabilities and probabilities"
SPARSE = "integer labels and probabilities"
BINARY = "bits and probabilities"
SIGNS = "signs and real numbers"
EMBEDDED = "integer labels and embeddings of length 1"

CASES = [
    ("mean_squared_error", "MeanSquaredError", {}, REAL),
    ("mean_absolute_error", "MeanAbsoluteError", {}, REAL),
    ("mean_absolute_percentage_error", "MeanAbsolutePercentageError", {}, POSITIVE),
    ("mean_squared_logarithmic_error", "MeanSquaredLogarithmicError", {}, POSITIVE),
    ("huber", "Huber", {}, REAL),
    ("huber", "Huber", {"delta": 0.3}, REAL),
    ("log_cosh", "LogCosh", {}, REAL),
    ("hinge", "Hinge", {}, SIGNS),
    ("squared_hinge", "SquaredHinge", {}, BINARY),
    ("categorical_hinge", "CategoricalHinge", {}, ONE_HOT),
    ("kl_divergence", "KLDivergence", {}, SOFT),
    ("poisson", "Poisson", {}, POSITIVE),
    ("categorical_crossentropy", "CategoricalCrossentropy", {}, ONE_HOT),
    ("categorical_crossentropy", "CategoricalCrossentropy", {"from_logits": True}, ONE_HOT),
    ("categorical_crossentropy", "CategoricalCrossentropy", {"label_smoothing": 0.1}, SOFT),
    ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", {}, SPARSE),
    (
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
        SPARSE,
    ),
    (
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy",
        {"ignore_class": 0, "axis": -1},
        SPARSE,
    ),
    ("binary_crossentropy", "BinaryCrossentropy", {}, BINARY),
    ("binary_crossentropy", "BinaryCrossentropy", {"from_logits": True}, BINARY),
    ("binary_crossentropy", "BinaryCrossentropy", {"label_smoothing": 0.2}, BINARY),
    ("binary_crossentropy", "BinaryCrossentropy", {"axis": 0}, BINARY),
    ("categorical_crossentropy", "CategoricalCrossentropy", {"axis": 1}, ONE_HOT),
    ("categorical_focal_crossentropy", "CategoricalFocalCrossentropy", {"axis": 1}, ONE_HOT),
    ("binary_focal_crossentropy", "BinaryFocalCrossentropy", {"axis": 0}, BINARY),
    ("cosine_similarity", "CosineSimilarity", {}, REAL),
    ("cosine_similarity", "CosineSimilarity", {"axis": 0}, REAL),
    ("categorical_focal_crossentropy", "CategoricalFocalCrossentropy", {}, ONE_HOT),
    (
        "categorical_focal_crossentropy",
        "CategoricalFocalCrossentropy",
        {"alpha": 0.5, "gamma": 3.0, "from_logits": True, "label_smoothing": 0.1},
        ONE_HOT,
    ),
    ("binary_focal_crossentropy", "BinaryFocalCrossentropy", {}, BINARY),
    (
        "binary_focal_crossentropy",
        "BinaryFocalCrossentropy",
        {
            "apply_class_balancing": True,
            "alpha": 0.3,
            "gamma": 1.5,
            "from_logits": True,
            "label_smoothing": 0.1,
        },
        BINARY,
    ),
    (
        "categorical_generalized_cross_entropy",
        "CategoricalGeneralizedCrossEntropy",
        {"q": 0.5},
        SPARSE,
    ),
    ("dice", "Dice", {"axis": None}, BINARY),
    ("dice", "Dice", {"axis": -1}, BINARY),
    ("tversky", "Tversky", {"axis": None}, BINARY),
    ("tversky", "Tversky", {"alpha": 0.3, "beta": 0.8, "axis": -1}, BINARY),
    ("circle", "Circle", {}, EMBEDDED),
    ("circle", "Circle", {"gamma": 2, "margin": 0.2, "remove_diagonal": False}, EMBEDDED),
]


def draw_arrays(kind, shape, seed):
    rng = np.random.default_rng(seed)
    if kind == EMBEDDED:  # they have no axes between batch and size
        shape = (shape[0], shape[-1])
    real = rng.uniform(-3, 3, shape)
    probabilities = rng.dirichlet(np.ones(shape[-1]), shape[:-1])
    labels = rng.integers(0, shape[-1], shape[:-1])
    y_true, y_pred = {
        REAL: (rng.uniform(-3, 3, shape), real),
        POSITIVE: (rng.uniform(0.1, 3, shape), rng.uniform(0.1, 3, shape)),
        ONE_HOT: (np.eye(shape[-1])[labels], probabilities),
        SOFT: (rng.dirichlet(np.ones(shape[-1]), shape[:-1]), probabilities),
        SPARSE: (labels, probabilities),
        BINARY: (rng.integers(0, 2, shape), rng.uniform(0, 1, shape)),
        SIGNS: (rng.choice([-1.0, 1.0], shape), real),
        EMBEDDED: (
            rng.integers(0, 2, shape[:1]),
            real / np.linalg.norm(real, axis=-1, keepdims=True),
        ),
    }[kind]
    return y_true, y_pred.astype("float32")
