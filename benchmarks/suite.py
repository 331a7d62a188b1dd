"""What is measured, in sections, and how long that takes."""

from dataclasses import dataclass, replace

from .engines import ENGINES, MODULES
from .measurements import Fresh, Import, Repeated, Training, training
from .worker import WARM_UP
from .workload import BATCH, CHAIN_LENGTH, CHAIN_WIDTH, MODELS, deep

# Who takes part in what. Those that take long to compile, or are another's second face, are left
# out where a model is made in many sizes.
ALL = frozenset(ENGINES)
EAGER = ALL - {"tf.function", "xla", "torch.compile"}
DIFFERENTIATE = ALL - {"tensorflow", "mygrad", "tinygrad"}
TRAIN = ALL - {"autograd", "mygrad", "tinygrad"}
GROWTH = TRAIN - {"minitape-numpy", "xla", "torch.compile"}
OWN_LOOP = ALL & {"minitape", "minitape-numpy", "tensorflow"}  # the programs of examples/
IMPORTED = frozenset(name for name, module in MODULES.items() if module)
BATCHES = (32, 128, 512, 1024)
DEPTHS = (1, 2, 5, 10, 20)
# To make one measurement ready, beyond a round's time, for engines that compile.
COMPILING = {"tf.function": 1.5, "xla": 3, "tensorflow": 1.5, "jax": 2, "torch.compile": 20}
STARTING = 10  # all engines at once


@dataclass(frozen=True)
class Section:
    """Measurements that make a table.

    Attributes:
        peers: The engines that take part.
        most_rounds: So few are enough here, because a round is long or hardly varies.
        cores: How many an engine may use, or None for all.
    """

    name: str
    title: str
    measurements: tuple
    peers: frozenset
    most_rounds: int = 99
    cores: int | None = None

    def engines(self, names):
        return [name for name in names if name in self.peers]

    def only(self, names):
        """The same with nothing but the measurements named, or all if it is named itself."""
        chosen = (m for m in self.measurements if self.name in names or m.key in names)
        return replace(self, measurements=tuple(chosen))


def cpu(quick=False):
    """The suite for a CPU. With `quick` a few short measurements, to see that all of it works."""
    batches, depths = ((32, 128), (1, 4)) if quick else (BATCHES, DEPTHS)
    samples = {"mlp": 256, "cnn": 128} if quick else {"mlp": 8192, "cnn": 1024}
    short = {"steps": 2} if quick else {}
    return [
        Section(
            "ops",
            f"An op of a chain of {CHAIN_LENGTH} on {CHAIN_WIDTH} float32, eager",
            (
                Repeated("chain_forward", "forward, µs", 1e-6, CHAIN_LENGTH, 1e-4),
                Repeated("chain_backward", "forward + backward, µs", 1e-6, CHAIN_LENGTH, 1e-3),
            ),
            peers=EAGER,
        ),
        Section(
            "models",
            f"A training step of batch {BATCH}",
            tuple(
                training(name, seconds, **short)
                for name, seconds in (("mlp", 0.4), ("cnn", 0.7), ("cifar", 0.5))
            ),
            peers=TRAIN,
        ),
        Section(
            "generative",
            f"A training step of batch {BATCH}, two networks",
            tuple(training(name, 0.6, **short) for name in ("gan", "vae")),
            peers=OWN_LOOP,
        ),
        Section(
            "derivatives",
            f"Derivatives of the MLP, batch {BATCH}, compiled where the engine can",
            (
                Repeated("hessian_vector_product", "Hessian-vector product, ms", 1e-3, 1, 1e-4),
                Repeated("batch_jacobian", "batch_jacobian, ms", 1e-3, 1, 1e-4),
            ),
            peers=DIFFERENTIATE,
        ),
        Section(
            "batches",
            "Batch sizes: a sample's share of a training step, µs",
            tuple(
                Training(
                    f"{name}_batch{batch}",
                    f"{name}, batch {batch}",
                    MODELS[name],
                    seconds,
                    unit=1e-6,
                    per=batch,
                    batch=batch,
                    steps=max(1, samples[name] // batch),
                )
                for name, seconds in (("mlp", 0.3), ("cnn", 0.8))
                for batch in batches
            ),
            peers=GROWTH,
            most_rounds=3,
        ),
        Section(
            "depth",
            "Depth: a layer's share of a training step, µs",
            tuple(
                Training(
                    f"depth{layers}",
                    f"{layers} {'layer' if layers == 1 else 'layers'}",
                    deep(layers),
                    0.02 + 0.02 * layers,
                    unit=1e-6,
                    per=layers,
                    **short,
                )
                for layers in depths
            ),
            peers=GROWTH,
            most_rounds=5,
        ),
        Section(
            "one-core",
            f"A training step of batch {BATCH} on one core",
            tuple(
                Training(
                    f"{name}_one_core",
                    f"{name}: training step, ms",
                    MODELS[name],
                    seconds,
                    **short,
                )
                for name, seconds in (("mlp", 0.5), ("cnn", 1.2), ("cifar", 0.8))
            ),
            peers=GROWTH,
            most_rounds=3,
            cores=1,
        ),
        Section(
            "first-step",
            "The first step after the import, and the memory of 21 steps, in a fresh process",
            (Fresh("mlp"),),
            peers=TRAIN,
            most_rounds=1 if quick else 2,
        ),
        Section(
            "larger-first-step",
            "The same of larger models, one round",
            tuple(Fresh(name) for name in (("cnn",) if quick else ("cnn", "cifar"))),
            peers=GROWTH,
            most_rounds=1,
        ),
        Section(
            "import",
            "Import",
            (Import(),),
            peers=IMPORTED,
            most_rounds=2 if quick else 3,
        ),
    ]


SUITES = {"cpu": cpu}


def minutes(sections, names, rounds):
    """About how long the measurements take, on a laptop with two cores."""
    compared = set()
    total = STARTING * (1 + any(section.cores for section in sections))
    for section in sections:
        for measurement in section.measurements:
            in_worker = hasattr(measurement, "prepare")
            runs = min(rounds, section.most_rounds) + (WARM_UP if in_worker else 0)
            compared_here = in_worker and measurement.checked not in compared
            for name in section.engines(names):
                total += runs * measurement.seconds
                total += COMPILING.get(name, 0) * (in_worker + compared_here)
            compared |= {measurement.checked} if in_worker else set()
    return total / 60
