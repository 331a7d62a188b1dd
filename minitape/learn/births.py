"""What is told about a NaN or Inf: the op that made it, where, out of what, and the usual cure."""

import textwrap
from dataclasses import dataclass
from typing import Any

import numpy

from ..arrays import to_numpy
from ..errors import InvalidArgumentError
from .places import Place

_WIDTH = 84  # of a cure


@dataclass(frozen=True)
class Numbers:
    """What stands in an array, in short.

    Attributes:
        shape: of the array.
        dtype: the name of its type.
        low: the smallest of its finite numbers; None where there is none.
        high: the largest of them; the range of complex numbers is that of their absolute values.
        zeros: how many numbers are 0.
        negative: how many are below 0, -inf too.
        nans: how many are nan.
        infs: how many are infinite.
        first: the index of the first that isn't finite; None where all are.
        source: where the array comes from, in words; "" where that isn't known.
        maker: the name of the op that made it; None where none was seen to.
    """

    shape: tuple
    dtype: str
    low: float | None
    high: float | None
    zeros: int
    negative: int
    nans: int
    infs: int
    first: tuple | None
    source: str = ""
    maker: str | None = None

    @classmethod
    def of(cls, array: Any, source="", maker=None) -> "Numbers":
        """Looks at an array, on any device."""
        x = numpy.asarray(to_numpy(array))
        name = x.dtype.name
        if x.dtype.kind not in "fciub":  # texts and the like
            return cls(x.shape, name, None, None, 0, 0, 0, 0, None, source, maker)
        nan, inf = numpy.isnan(x), numpy.isinf(x)
        size = numpy.abs(x) if x.dtype.kind == "c" else x
        finite = size[~(nan | inf)]
        bad = numpy.argwhere(nan | inf)
        return cls(
            shape=x.shape,
            dtype=name,
            low=float(finite.min()) if finite.size else None,
            high=float(finite.max()) if finite.size else None,
            zeros=int((size == 0).sum()),
            negative=int((size < 0).sum()),
            nans=int(nan.sum()),
            infs=int(inf.sum()),
            first=tuple(map(int, bad[0])) if len(bad) else None,
            source=source,
            maker=maker,
        )

    def __str__(self) -> str:
        counts = {
            "zero": self.zeros,
            "negative": self.negative,
            "nan": self.nans,
            "inf": self.infs,
        }
        told = [f"{count:,} {what}" for what, count in counts.items() if count]
        if not self.size:
            told = ["empty"]
        elif self.low is not None:
            one = f"{self.low:.4g}"
            told.insert(0, one if self.low == self.high else f"{one} to {self.high:.4g}")
        text = f"{self.dtype} {self.shape}: {', '.join(told)}"
        return f"{text}; {self.source}" if self.source else text

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(numpy.prod(self.shape, dtype=int))


@dataclass(frozen=True)
class Birth:
    """An op that made a NaN or Inf.

    Attributes:
        what: "NaN", "Inf" or "NaN and Inf".
        op: the name of the op.
        direction: "forward"; "backward" for an op of a gradient's rule; "tangent" for one of a
            rule of ForwardAccumulator.
        of: the name of the op whose rule it was; None in the forward direction.
        came_in: whether the NaN wasn't born in the op, but came with an input that nobody made
            while the tracer looked: data, a constant or a variable.
        inputs: the op's inputs.
        output: what it made, the first output that isn't finite.
        of_inputs: the inputs of the op whose rule it was; empty in the forward direction.
        masked: whether the cotangent was 0 where the NaN is: as behind a `where`.
        layer: the name of the layer in whose `call` the op ran: for a rule, the op whose rule it
            is. Also that of a loss, metric or optimizer; None outside.
        layer_class: the name of its class.
        epoch: the epoch of `fit`, from 0; None outside.
        batch: the batch of `fit`, `evaluate` or `predict`, from 0; elsewhere what the tracer's
            `batch` was set to, or None.
        place: the user's line that ran the op; None where the user has none.
        of_place: the user's line that ran the op whose rule it was; None where it wasn't seen.
        cure: what usually helps.
    """

    what: str
    op: str
    direction: str
    of: str | None
    came_in: bool
    inputs: tuple[Numbers, ...]
    output: Numbers
    of_inputs: tuple[Numbers, ...]
    masked: bool
    layer: str | None
    layer_class: str | None
    epoch: int | None
    batch: int | None
    place: Place | None
    of_place: Place | None
    cure: str = ""

    @property
    def subject(self) -> str:
        """The op to think of: the one that the user called, as far as that is known."""
        return (self.of or self.op).removesuffix("_grad")

    @property
    def subject_inputs(self) -> tuple[Numbers, ...]:
        """Its inputs."""
        return self.inputs if self.of is None else self.of_inputs

    def __str__(self) -> str:
        came = "came in with an input of" if self.came_in else "was born in"
        rule = {"backward": "gradient", "tangent": "tangent"}.get(self.direction)
        told = f", in the {rule} of op {self.of!r}" if rule else ", forward"
        rows = [("line", _line(self.place))]
        if rule:
            rows.append((f"{self.of} ran", _line(self.of_place)))
        if self.layer is not None:
            rows.append(("in", f"{self.layer!r}, a {self.layer_class}"))
        if self.batch is not None:
            epoch = "" if self.epoch is None else f" of epoch {self.epoch}"
            rows.append(("batch", f"{self.batch}{epoch}, counted from 0"))
        rows += [(f"input {i}", str(x)) for i, x in enumerate(self.inputs)]
        rows += [(f"{self.of}'s input {i}", str(x)) for i, x in enumerate(self.of_inputs)]
        first = f"; the first at {list(self.output.first or ())}" if self.output.shape else ""
        rows.append(("output", f"{self.output}{first}"))
        rows.append(("cure", _wrapped(self.cure)))
        width = max(len(name) for name, text in rows if text)
        indent = "\n" + " " * (width + 4)
        lines = [f"  {name:{width}}  " + text.replace("\n", indent) for name, text in rows if text]
        return "\n".join([f"{self.what} {came} op {self.op!r}{told}.", *lines])


def _wrapped(text: str) -> str:
    """Long lines of prose as several; code, which is indented, as it is."""
    lines = [[x] if x.startswith(" ") else textwrap.wrap(x, _WIDTH) for x in text.splitlines()]
    return "\n".join(line for group in lines for line in group)


def _line(place: Place | None) -> str:
    if place is None:
        return ""
    return f"{place}, in {place.function}\n{place.code}" if place.code else str(place)


class NaNError(InvalidArgumentError):
    """A NaN or Inf appeared; the text tells all that `birth` holds.

    Attributes:
        birth: the Birth.
    """

    def __init__(self, birth: Birth, message=""):
        super().__init__(f"{message}{birth}")
        self.birth = birth
