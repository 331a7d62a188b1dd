"""Where a gradient becomes zero on its way back."""

from .. import nest
from ..engine import Entry, GradientTape, only
from ..engine.tensor import full_like

_FLAT = (
    "it is so near its limit that its slope is 0 in this dtype",
    "Give losses logits, with from_logits=True; scale or normalize what it is given.",
)
# What makes a rule give zeros everywhere, and the cure, for the ops of which that is often asked.
_BECAUSE = {
    "multiply": ("the other factor is 0 there", ""),
    "relu": (
        "all it was given is negative or 0, where it is flat",
        "leaky_relu, another start or a lower learning rate keep units alive.",
    ),
    "where": ("only the other branch was chosen", ""),
    "sigmoid": _FLAT,
    "tanh": _FLAT,
    "softmax": _FLAT,
    "maximum": ("the other argument is larger everywhere", ""),
    "minimum": ("the other argument is smaller everywhere", ""),
}

_OTHERWISE = ("its derivative is 0 for these values", "")


def killer(entries: list[Entry], tape: GradientTape, target, source) -> tuple:
    """The entry that gets a gradient and gives none on: with the reason and the cure.

    The entry is None where there is none.
    """
    reached = {source.id: source}
    made_by = {}
    for entry in entries:
        if any(x.id in reached for x in entry.inputs):
            for y in nest.flatten(entry.output):
                reached[y.id], made_by[y.id] = y, entry
    with only(()):
        found = tape._pull([target], [full_like(target, 1)], list(reached.values()))
        gradients = {
            i: None if d is None else d.__tensor__() for i, d in zip(reached, found, strict=True)
        }
        for entry in reversed(entries):
            if any(_is_some(gradients.get(y.id)) for y in nest.flatten(entry.output)):
                for x in entry.inputs:
                    if x.id in reached and not _is_some(gradients[x.id]):
                        if _gives_some(entry, x, gradients):
                            why = "what several uses of the same value contribute adds up to 0"
                            return made_by.get(x.id, entry), why, ""
                        return entry, *_BECAUSE.get(entry.op.name, _OTHERWISE)
    return None, "", ""


def _is_some(d) -> bool:
    return d is not None and bool(d.numpy().any())


def _gives_some(entry: Entry, x, gradients: dict) -> bool:
    """Whether an entry by itself gives a gradient to its input x that isn't zero."""
    outputs = nest.flatten(entry.output)
    g = tuple(full_like(y, 0) if gradients[y.id] is None else gradients[y.id] for y in outputs)
    whole = g if type(entry.output) is tuple else g[0]
    pairs = entry.op.vjp(whole, entry.output, entry.inputs, entry.params, {x.id})
    return any(d is not None and _is_some(d.__tensor__()) for _, d in pairs)
