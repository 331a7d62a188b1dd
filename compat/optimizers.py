"""Every optimizer and schedule beside Keras': the table of settings."""

NAMES = [
    "SGD",
    "RMSprop",
    "Adam",
    "AdamW",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Nadam",
]
DEFAULTS = [("SGD", {"momentum": 0.9}), *((name, {}) for name in NAMES)]
# Keras takes some of its Python numbers through float32 even where the weights are float64. Those
# that float32 holds exactly are the same in both libraries: so float64 can be compared closely.
BETA_2 = 1 - 2**-10
CASES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.875}),
    ("SGD", {"momentum": 0.875, "nesterov": True}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.875}),
    ("RMSprop", {"centered": True, "epsilon": 1e-3}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "rho": 0.7, "epsilon": 1e-3}),
    ("Adam", {"beta_1": 0.875, "beta_2": BETA_2}),
    ("Adam", {"beta_1": 0.875, "beta_2": BETA_2, "amsgrad": True}),
    ("Adam", {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 1e-3}),
    ("AdamW", {"beta_1": 0.875, "beta_2": BETA_2, "weight_decay": 0.0625}),
    (
        "AdamW",
        # The default of weight_decay is none of float32's numbers, through which Keras passes it.
        {
            "beta_1": 0.875,
            "beta_2": BETA_2,
            "epsilon": 2**-10,
            "amsgrad": True,
            "weight_decay": 0.0625,
        },
    ),
    ("Adadelta", {"rho": 0.75, "epsilon": 2**-10}),
    ("Adagrad", {"initial_accumulator_value": 0.25, "epsilon": 2**-10}),
    ("Adamax", {"beta_1": 0.875, "beta_2": 0.75, "epsilon": 2**-10}),
    ("Ftrl", {"initial_accumulator_value": 0.25}),
    (
        "Ftrl",
        {
            "initial_accumulator_value": 0.5,
            "learning_rate_power": -0.25,
            "l1_regularization_strength": 0.125,
            "l2_regularization_strength": 0.25,
            "l2_shrinkage_regularization_strength": 0.0625,
            "beta": 0.5,
        },
    ),
    ("Lion", {"beta_1": 0.875, "beta_2": 0.75}),
    ("Lamb", {"beta_1": 0.875, "beta_2": BETA_2, "epsilon": 2**-10}),
]
# Their own constants (0.96, epsilon_2) pass through float32 in Keras.
IN_FLOAT32 = [
    ("Adafactor", {"relative_step": False}),
    ("Nadam", {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 1e-3}),
    (
        "Adafactor",
        {"beta_2_decay": -0.5, "epsilon_1": 1e-6, "epsilon_2": 0.5, "clip_threshold": 0.5},
    ),
]
AROUND = [
    {"clipnorm": 0.5},
    {"clipvalue": 0.1},
    {"global_clipnorm": 0.5},
    {"weight_decay": 0.125},
    {"use_ema": True, "ema_momentum": 0.875},
    {"use_ema": True, "ema_momentum": 0.875, "ema_overwrite_frequency": 3},
    {"loss_scale_factor": 8.0},
    {"gradient_accumulation_steps": 3},
    {"gradient_accumulation_steps": 2, "clipnorm": 0.5, "weight_decay": 0.0625},
]
# All of these with every optimizer; the three ways to clip exclude each other.
TOGETHER = [
    {
        "gradient_accumulation_steps": 2,
        "clipnorm": 0.5,
        "weight_decay": 0.0625,
        "use_ema": True,
        "ema_momentum": 0.875,
        "ema_overwrite_frequency": 2,
        "loss_scale_factor": 8.0,
    },
    {"clipvalue": 0.1, "weight_decay": 0.125, "use_ema": True, "ema_momentum": 0.875},
    {"global_clipnorm": 0.5, "loss_scale_factor": 8.0, "gradient_accumulation_steps": 3},
]
AROUND_EACH = [
    *((name, settings) for name in ("SGD", "RMSprop", "Adam") for settings in AROUND),
    *((name, settings) for name in NAMES for settings in TOGETHER),
]
SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9}),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.9, "staircase": True},
    ),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True},
    ),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10], "values": [0.1, 0.05, 0.01]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 12}),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 12, "end_learning_rate": 0.01},
    ),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 6, "power": 0.5, "cycle": True},
    ),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20, "alpha": 0.1}),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.0, "decay_steps": 9, "warmup_target": 0.1, "warmup_steps": 5},
    ),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 9, "warmup_target": 0.2},
    ),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 5}),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.8},
    ),
    (
        "CosineDecayRestarts",
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 6,
            "t_mul": 1.5,
            "m_mul": 0.5,
            "alpha": 0.1,
        },
    ),
]
