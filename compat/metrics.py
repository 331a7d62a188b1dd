"""Every metric beside Keras': the table of settings, and how its arrays are drawn."""

import numpy as np

CASES = [
    ("Accuracy", {}, "labels and labels"),
    ("BinaryAccuracy", {}, "bits and probabilities"),
    ("BinaryAccuracy", {"threshold": 0.3}, "bits and probabilities"),
    ("CategoricalAccuracy", {}, "one-hot and probabilities"),
    ("SparseCategoricalAccuracy", {}, "labels and probabilities"),
    ("SparseCategoricalAccuracy", {}, "column labels and probabilities"),
    ("TopKCategoricalAccuracy", {"k": 2}, "one-hot and probabilities"),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, "labels and probabilities"),
    ("MeanSquaredError", {}, "numbers and numbers"),
    ("MeanAbsoluteError", {}, "numbers and numbers"),
    ("MeanAbsolutePercentageError", {}, "numbers and numbers"),
    ("MeanSquaredLogarithmicError", {}, "numbers and numbers"),
    ("RootMeanSquaredError", {}, "numbers and numbers"),
    ("CategoricalCrossentropy", {}, "one-hot and probabilities"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "one-hot and probabilities"),
    ("SparseCategoricalCrossentropy", {}, "labels and probabilities"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "labels and probabilities"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0, "axis": -1}, "labels and probabilities"),
    ("BinaryCrossentropy", {}, "bits and probabilities"),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "bits and probabilities"),
]
# Run on a few given batches of five classes: most of them are no means over samples.
STATE_CASES = [
    ("CategoricalCrossentropy", {"from_logits": True, "axis": 0}, "one-hot and numbers"),
    ("ConcordanceCorrelation", {"axis": 0}, "numbers and numbers"),
    ("PearsonCorrelation", {"axis": 0}, "numbers and numbers"),
    ("F1Score", {"threshold": 0.3}, "bits and probabilities"),
    ("TruePositives", {"thresholds": [0.1, 0.3]}, "bits and probabilities"),
    ("Precision", {"class_id": 2}, "bits and probabilities"),
    ("PrecisionAtRecall", {"recall": 0.5, "class_id": 0}, "bits and probabilities"),
    ("RecallAtPrecision", {"precision": 0.5, "num_thresholds": 9}, "bits and probabilities"),
    (
        "SensitivityAtSpecificity",
        {"specificity": 0.4, "num_thresholds": 9, "class_id": 3},
        "bits and probabilities",
    ),
    ("SpecificityAtSensitivity", {"sensitivity": 0.4, "class_id": 3}, "bits and probabilities"),
    ("AUC", {"num_labels": 5, "multi_label": True, "curve": "PR"}, "bits and probabilities"),
    ("AUC", {"label_weights": [1.0, 2.0, 0.5, 0.0, 1.0]}, "bits and probabilities"),
    ("R2Score", {"num_regressors": 2}, "numbers and numbers"),
    (
        "IoU",
        {"num_classes": 5, "target_class_ids": [1], "sparse_y_true": False, "ignore_class": 2},
        "one-hot and five classes",
    ),
    (
        "IoU",
        {"num_classes": 5, "target_class_ids": [1], "sparse_y_pred": False, "axis": -1},
        "labels and probabilities",
    ),
    (
        "MeanIoU",
        {"num_classes": 5, "sparse_y_true": False, "axis": -1},
        "one-hot and five classes",
    ),
    (
        "OneHotIoU",
        {
            "num_classes": 5,
            "target_class_ids": [0, 1],
            "sparse_y_pred": True,
            "ignore_class": 3,
            "axis": -1,
        },
        "one-hot and five classes",
    ),
    (
        "OneHotMeanIoU",
        {"num_classes": 5, "sparse_y_pred": True, "ignore_class": 3, "axis": -1},
        "one-hot and five classes",
    ),
    ("SparseTopKCategoricalAccuracy", {"from_sorted_ids": True}, "five classes and orders"),
    ("KLDivergence", {}, "distributions and probabilities"),
    ("Poisson", {}, "numbers and numbers"),
    ("LogCoshError", {}, "numbers and numbers"),
    ("Hinge", {}, "bits and numbers"),
    ("SquaredHinge", {}, "bits and numbers"),
    ("CategoricalHinge", {}, "one-hot and numbers"),
    ("CosineSimilarity", {}, "numbers and numbers"),
    ("CosineSimilarity", {"axis": 1}, "numbers and numbers"),
    ("PearsonCorrelation", {}, "numbers and numbers"),
    ("ConcordanceCorrelation", {}, "numbers and numbers"),
    ("R2Score", {}, "numbers and numbers"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "numbers and numbers"),
    ("R2Score", {"class_aggregation": None}, "numbers and numbers"),
    ("FBetaScore", {}, "one-hot and probabilities"),
    ("FBetaScore", {"average": "macro", "beta": 2.0}, "one-hot and probabilities"),
    ("FBetaScore", {"average": "micro", "threshold": 0.3}, "bits and probabilities"),
    ("F1Score", {"average": "weighted"}, "one-hot and probabilities"),
    ("TruePositives", {}, "bits and probabilities"),
    ("FalsePositives", {"thresholds": [0.7, 0.2]}, "bits and probabilities"),
    ("TrueNegatives", {"thresholds": [0.0, 0.5, 1.0]}, "bits and probabilities"),
    ("FalseNegatives", {"thresholds": 0.2}, "bits and probabilities"),
    ("Precision", {}, "bits and probabilities"),
    ("Precision", {"thresholds": [0.1, 0.4]}, "bits and probabilities"),
    ("Precision", {"top_k": 2}, "bits and probabilities"),
    ("Recall", {"top_k": 1, "class_id": 1}, "one-hot and probabilities"),
    ("Recall", {"class_id": 0, "thresholds": 0.3}, "one-hot and probabilities"),
    ("SensitivityAtSpecificity", {"specificity": 0.4}, "bits and probabilities"),
    (
        "SpecificityAtSensitivity",
        {"sensitivity": 0.4, "num_thresholds": 5},
        "bits and probabilities",
    ),
    ("PrecisionAtRecall", {"recall": 0.3, "num_thresholds": 1}, "bits and probabilities"),
    ("RecallAtPrecision", {"precision": 0.6, "class_id": 1}, "bits and probabilities"),
    ("AUC", {}, "bits and probabilities"),
    ("AUC", {"num_thresholds": 10, "summation_method": "minoring"}, "bits and probabilities"),
    ("AUC", {"thresholds": [0.9, 0.2, 0.3]}, "bits and probabilities"),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75], "from_logits": True}, "bits and probabilities"),
    ("AUC", {"curve": "PR"}, "bits and probabilities"),
    ("AUC", {"curve": "PR", "summation_method": "majoring"}, "bits and probabilities"),
    ("AUC", {"curve": "PRGAIN", "num_thresholds": 20}, "bits and probabilities"),
    ("AUC", {"multi_label": True, "num_thresholds": 7}, "bits and probabilities"),
    ("AUC", {"multi_label": True, "thresholds": [0.1]}, "bits and probabilities"),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 2]}, "three classes and three classes"),
    ("IoU", {"num_classes": 2, "target_class_ids": [1]}, "three classes and three classes"),
    ("BinaryIoU", {"threshold": 0.3}, "bits and probabilities"),
    ("BinaryIoU", {"target_class_ids": [1]}, "bits and probabilities"),
    ("MeanIoU", {"num_classes": 3, "ignore_class": 0}, "three classes and three classes"),
    (
        "MeanIoU",
        {"num_classes": 5, "sparse_y_pred": False},
        "labels and probabilities",
    ),
    ("OneHotIoU", {"num_classes": 5, "target_class_ids": [0, 1]}, "one-hot and probabilities"),
    ("OneHotMeanIoU", {"num_classes": 5}, "one-hot and probabilities"),
]

# These take values, in place of labels and predictions.
OF_VALUES: list[tuple[str, dict]] = [("Mean", {}), ("Sum", {})]
# The functions beside the classes that are no losses, and their arrays.
FUNCTIONS = {
    "binary_accuracy": "bits and probabilities",
    "categorical_accuracy": "one-hot and probabilities",
    "sparse_categorical_accuracy": "labels and probabilities",
    "top_k_categorical_accuracy": "one-hot and probabilities",
    "sparse_top_k_categorical_accuracy": "labels and probabilities",
    "pearson_correlation": "numbers and numbers",
    "concordance_correlation": "numbers and numbers",
}


def draw_arrays(kind, shape, rng):
    labels = rng.integers(0, shape[-1], shape[:-1])
    draws = {
        "labels": lambda: labels,
        "column labels": lambda: labels[..., None],
        "bits": lambda: rng.integers(0, 2, shape),
        "one-hot": lambda: np.eye(shape[-1])[labels],
        "three classes": lambda: rng.integers(0, 3, shape[:-1]),
        "five classes": lambda: rng.integers(0, 5, shape[:-1]),
        "orders": lambda: rng.permuted(np.broadcast_to(np.arange(shape[-1]), shape), axis=-1),
        "distributions": lambda: rng.dirichlet(np.ones(shape[-1]), shape[:-1]),
        "numbers": lambda: rng.uniform(0.1, 3, shape).astype("float32"),
        "probabilities": lambda: rng.dirichlet(np.ones(shape[-1]), shape[:-1]).astype("float32"),
    }
    y_true, y_pred = kind.split(" and ")
    predictions = rng.integers(0, 3, shape[:-1]) if y_pred == "labels" else draws[y_pred]()
    return draws[y_true](), predictions
