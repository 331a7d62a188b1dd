"""A model as boxes and arrows: what is drawn, and where it goes."""

from itertools import pairwise
from typing import Any

from ... import nest
from ..models import Model, Sequential
from ..models.summary import kind_of

TITLE, LINE, _PADDING, _GAP, _RANK_GAP, _MARGIN = 26, 22, 10, 30, 46, 20  # in pixels
_LETTER = 7.7  # the mean width of a letter of 14 pixels; a little more than most fonts need


class Box:
    """A layer, as it is drawn.

    Attributes:
        title: its first line.
        lines: the lines below.
        x, y: its left upper corner.
        width, height: its size.
    """

    def __init__(self, title: str, lines: list[str]):
        self.title = title
        self.lines = lines
        self.x = self.y = 0.0
        letters = max(1.1 * len(title), *map(len, lines), 0)  # the title is bold
        self.width = letters * _LETTER + 2 * _PADDING
        self.height = float(TITLE + LINE * len(lines) + (4 if lines else 0))


class Diagram:
    """The boxes of a model, the arrows between them, and the frames around models inside.

    Args:
        model: a Model that is built.
        show_shapes: whether boxes tell the shapes of inputs and outputs.
        show_dtype: whether they tell the type of the outputs.
        show_layer_names: whether they tell the layer's name.
        expand_nested: whether models inside show their layers, within a frame.
        show_layer_activations: whether they tell the activation.
        show_trainable: whether they tell if training changes the weights.

    Attributes:
        boxes: the boxes, those nearer to the inputs first.
        arrows: pairs of boxes.
        frames: (title, boxes) of each model inside, the outer ones first.
    """

    def __init__(
        self,
        model,
        show_shapes=False,
        show_dtype=False,
        show_layer_names=False,
        expand_nested=False,
        show_layer_activations=False,
        show_trainable=False,
    ):
        if not model.built:
            raise ValueError(
                f"Model '{model.name}' is not built yet, so that there is nothing to draw. Call "
                "`build(input_shape)`, or the model itself on a batch of data."
            )
        self.boxes: list[Box] = []
        self.arrows: list[tuple[Box, Box]] = []
        self.frames: list[tuple[str, list[Box]]] = []
        self._of_layer: dict[int, Box] = {}
        self._finished: list = []  # the models inside whose arrows are there
        self._expand = expand_nested
        self._shown = (
            show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable,
        )  # fmt: skip
        if model._graph is None and not isinstance(model, Sequential):
            self._add_box(model)
        else:
            self._add_layers(model)
            self._add_arrows(model)

    # -- what there is ---------------------------------------------------------------------------

    def _add_layers(self, model: Any) -> None:
        for layer in model.layers if model._is_list else model._graph.layers:
            if self._is_open(layer):
                first = len(self.boxes)
                frame: tuple[str, list[Box]] = (layer.name, [])
                self.frames.append(frame)
                self._add_layers(layer)
                frame[1].extend(self.boxes[first:])
            else:
                self._add_box(layer)

    def _is_open(self, layer: Any) -> bool:
        return self._expand and isinstance(layer, Model) and layer._graph is not None

    def _add_box(self, layer: Any) -> None:
        if id(layer) not in self._of_layer:
            self._of_layer[id(layer)] = box = Box(*_text(layer, *self._shown))
            self.boxes.append(box)

    def _add_arrows(self, model: Any) -> None:
        graph = model._graph
        if graph is None:  # of several inputs
            for one, next_one in pairwise(model.layers):
                self._add_arrow(one, next_one)
            return
        for node in graph.nodes:
            if self._is_open(node.layer) and not any(node.layer is one for one in self._finished):
                self._finished.append(node.layer)
                self._add_arrows(node.layer)
            for place, x in enumerate(node.inputs()):
                self._add_arrow(self._source(graph, x), self._target(node.layer, place))

    def _add_arrow(self, source: Any, target: Any) -> None:
        ends = self._of_layer.get(id(source)), self._of_layer.get(id(target))
        # A Sequential model has an input, but doesn't show it.
        if None not in ends and ends not in self.arrows:
            self.arrows.append(ends)  # type: ignore[arg-type]

    def _source(self, graph: Any, x: Any) -> Any:
        """The layer that made x, within a model that is open."""
        given = dict(zip(nest.flatten(graph.inputs), graph.input_layers, strict=True))
        if x in given:
            return given[x]
        maker = x.node.layer
        if not self._is_open(maker):
            return maker
        place = next(i for i, y in enumerate(nest.flatten(x.node.outputs)) if y is x)
        return self._source(maker._graph, nest.flatten(maker._graph.outputs)[place])

    def _target(self, layer: Any, place: int) -> Any:
        """The layer that takes an input, within a model that is open."""
        while self._is_open(layer):
            layer = layer.layers[0] if layer._is_list else layer._graph.input_layers[place]
        return layer

    # -- where it goes ---------------------------------------------------------------------------

    def lay_out(self, rankdir: str = "TB") -> tuple[float, float, list[list[tuple]]]:
        """Gives each box its place: in ranks, each below (or beside) what it takes.

        Args:
            rankdir: where the arrows lead: "TB" to the bottom, "BT", "LR" to the right, "RL".

        Returns:
            Width and height of the whole, and the points that each arrow passes.

        Raises:
            ValueError: another `rankdir`.
        """
        if rankdir not in ("TB", "BT", "LR", "RL"):
            raise ValueError(f"Expected rankdir 'TB', 'BT', 'LR' or 'RL'. Received: {rankdir!r}.")
        flat = rankdir in ("LR", "RL")
        # Along the ranks and across them: a layout from top to bottom is turned at the end.
        deep = {id(box): box.width if flat else box.height for box in self.boxes}
        wide = {id(box): box.height if flat else box.width for box in self.boxes}
        ranks, chains = self._ranks()
        centers = _centers(ranks, chains, wide)
        places: dict[int, tuple[float, float]] = {}
        # A line passes a rank straight, so that it meets no box there.
        half = {}
        depth = float(_MARGIN)
        for rank in ranks:
            thickness = max(deep.get(id(point), 0) for point in rank)
            for point in rank:
                places[id(point)] = centers[id(point)], depth + thickness / 2
                half[id(point)] = deep.get(id(point), thickness) / 2
            depth += thickness + _RANK_GAP
        total = depth - _RANK_GAP + _MARGIN
        left = min(centers[key] - wide.get(key, 0) / 2 for key in centers) - _MARGIN
        right = max(centers[key] + wide.get(key, 0) / 2 for key in centers) + _MARGIN
        room = 14 * len(self.frames)
        left, right = left - room, right + room

        def turned(across: float, along: float) -> tuple[float, float]:
            along = total - along if rankdir in ("BT", "RL") else along
            return (along, across - left) if flat else (across - left, along)

        for box in self.boxes:
            x, y = turned(*places[id(box)])
            box.x, box.y = x - box.width / 2, y - box.height / 2
        paths = []
        for chain in chains:
            first, last = chain[0], chain[-1]
            if first is last:  # a layer that takes what it gave: an arrow beside its box
                x, y = first.x + first.width, first.y + first.height
                side = _GAP / 2
                if flat:
                    x -= side
                    loop = [(x, y), (x, y + side), (x - side, y + side), (x - side, y)]
                else:
                    y -= side / 2
                    loop = [(x, y), (x + side, y), (x + side, y - side), (x, y - side)]
                paths.append(loop)
                continue
            sign = 1 if places[id(last)][1] >= places[id(first)][1] else -1
            points = []
            for point in chain:
                across, along = places[id(point)]
                if point is not first:
                    points.append(turned(across, along - sign * half[id(point)]))
                if point is not last:
                    points.append(turned(across, along + sign * half[id(point)]))
            paths.append(points)
        size = (total, right - left) if flat else (right - left, total)
        return (*size, paths)

    def _ranks(self) -> tuple[list[list], list[list]]:
        """The boxes by rank, with a point in each rank that an arrow passes; the arrows' points."""
        order = {id(box): i for i, box in enumerate(self.boxes)}
        rank = dict.fromkeys(order, 0)
        # A layer that is used twice may take what comes later: such arrows give no rank.
        onward = [(a, b) for a, b in self.arrows if order[id(a)] < order[id(b)]]
        for box in self.boxes:
            before = [rank[id(a)] + 1 for a, b in onward if b is box]
            rank[id(box)] = max(before, default=0)
        ranks: list[list] = [[] for _ in range(max(rank.values()) + 1)]
        for box in self.boxes:
            ranks[rank[id(box)]].append(box)
        chains = []
        for a, b in self.arrows:
            first, last = rank[id(a)], rank[id(b)]
            step = 1 if last >= first else -1
            between: list[Any] = [object() for _ in range(first + step, last, step)]
            for number, point in zip(range(first + step, last, step), between, strict=True):
                ranks[number].append(point)
            chains.append([a, *between, b])
        return ranks, chains


def _centers(ranks: list[list], chains: list[list], wide: dict) -> dict[int, float]:
    """Where across the ranks each point goes: near those it is joined to, without an overlap."""
    neighbours: dict[int, list[int]] = {id(point): [] for rank in ranks for point in rank}
    for chain in chains:
        for a, b in pairwise(chain):
            if a is not b:
                neighbours[id(a)].append(id(b))
                neighbours[id(b)].append(id(a))
    centers: dict[int, float] = {}
    for rank in ranks:
        _place(rank, {id(point): i for i, point in enumerate(rank)}, centers, wide)
    for sweep in (ranks, ranks[::-1], ranks, ranks[::-1]):
        for rank in sweep:
            wanted = {}
            for point in rank:
                near = [centers[key] for key in neighbours[id(point)]]
                wanted[id(point)] = sum(near) / len(near) if near else centers[id(point)]
            rank.sort(key=lambda point: wanted[id(point)])
            _place(rank, wanted, centers, wide)
    return centers


def _place(rank: list, wanted: dict, centers: dict, wide: dict) -> None:
    """Puts the points of a rank side by side, on the whole where they are wanted."""
    edge = -float("inf")
    for point in rank:
        half = wide.get(id(point), 0) / 2
        centers[id(point)] = max(wanted[id(point)], edge + half)
        edge = centers[id(point)] + half + _GAP
    shift = sum(wanted[id(point)] - centers[id(point)] for point in rank) / len(rank)
    for point in rank:
        centers[id(point)] += shift


def _text(layer, shapes, dtype, names, activations, trainable) -> tuple[str, list[str]]:
    """A box's title and its other lines."""
    kind = kind_of(layer)
    title = f"{layer.name} ({kind})" if names else kind
    lines = []
    activation = getattr(layer, "activation", None)
    if activations and activation is not None:
        name = getattr(activation, "__name__", None) or getattr(activation, "name", activation)
        lines.append(f"Activation: {name}")
    node = layer.inbound_nodes[0] if layer.inbound_nodes else None
    if shapes and kind != "InputLayer":
        given = "?" if node is None else _shapes(node.inputs())
        lines.append(f"Input shape: {given}")
    outputs = None if node is None else nest.flatten(node.outputs)
    if shapes:
        lines.append(f"Output shape: {'?' if outputs is None else _shapes(outputs)}")
    if dtype:
        found = "?" if outputs is None else ", ".join(y.dtype.name for y in outputs)
        lines.append(f"Output dtype: {found}")
    if trainable and getattr(layer, "weights", []):
        lines.append("Trainable" if layer.trainable else "Non-trainable")
    return title, lines


def _shapes(tensors: list) -> str:
    return ", ".join(str(tuple(x.shape)) for x in tensors)
