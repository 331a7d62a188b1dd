"""The program of a page as SVG: its ops from top to bottom, each below what it takes."""

from html import escape

_WIDTH, _HEIGHT, _APART, _BELOW = 150, 40, 24, 44
_SHOWN = 24  # ops of a program that isn't folded

_STYLE = """
text { font: 13px ui-monospace, Menlo, Consolas, monospace; text-anchor: middle; fill: #1d2430 }
.small { font-size: 10.5px; fill: #6b7484 }
rect { fill: #fff; stroke: #b9c1cd } .leaf rect { fill: #eef3fd; stroke: #8fb0ea }
.group rect { fill: #f3f4f6; stroke-width: 1.5 } path { fill: none; stroke: #9aa3b0 }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e8ee } .small { fill: #98a2b1 } path { stroke: #5b6675 }
  rect { fill: #1d232c; stroke: #465161 } .leaf rect { fill: #1c2a45; stroke: #3f66ad }
  .group rect { fill: #262d38 }
}
"""


def svg_of(data: dict) -> str:
    """The picture of a page's data: ops, or where there are many their outermost groups."""
    nodes, edges = _program(data)
    ranks = _ranks(nodes, edges)
    rows: dict[int, list] = {}
    for node in nodes:
        rows.setdefault(ranks[node], []).append(node)
    widest = max(map(len, rows.values()), default=1)
    total = widest * (_WIDTH + _APART) + _APART
    x: dict = {}
    above: dict = {}
    for source, end in edges:
        above.setdefault(end, []).append(source)
    for _, row in sorted(rows.items()):
        # Beside each other in the order of what they take, which keeps edges apart.
        row.sort(key=lambda node: _mean([x[s] for s in above.get(node, ()) if s in x], total / 2))
        for i, node in enumerate(row):
            x[node] = total / 2 + (i - (len(row) - 1) / 2) * (_WIDTH + _APART)
    y = {node: _APART + ranks[node] * (_HEIGHT + _BELOW) for node in nodes}
    height = 2 * _APART + _HEIGHT + max(ranks.values(), default=0) * (_HEIGHT + _BELOW)
    drawn = [_edge(x[a], y[a] + _HEIGHT, x[b], y[b]) for a, b in edges]
    drawn += [_box(x[node], y[node], *nodes[node]) for node in nodes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" width="{total}" '
        f'height="{height}" role="img"><title>{escape(data["title"])}</title>'
        f"<style>{_STYLE}</style>\n" + "\n".join(drawn) + "\n</svg>\n"
    )


def _program(data: dict) -> tuple[dict, list]:
    """The nodes, each with its two texts and its class, and the edges between them."""
    groups = data["groups"]
    fold = len(data["ops"]) > _SHOWN

    def node_of(op: int) -> tuple:
        group = data["ops"][op]["group"]
        if not fold or group is None:
            return ("op", op)
        while groups[group]["parent"] is not None:
            group = groups[group]["parent"]
        return ("group", group)

    def shape(tensor: int) -> str:
        value = data["values"][data["tensors"][tensor]["value"]]
        return "×".join(map(str, value["shape"])) or "scalar"

    nodes: dict = {}
    edges: dict = {}
    maker: dict[int, tuple] = {}
    for i, op in enumerate(data["ops"]):
        node = node_of(i)
        for t in op["inputs"]:
            tensor = data["tensors"][t]
            # A folded layer keeps its variables to itself.
            if t not in maker and tensor["kind"] != "constant" and node[0] == "op":
                maker[t] = ("leaf", t)
                nodes[maker[t]] = (tensor["name"], shape(t), "leaf")
            if t in maker and maker[t] != node:
                edges[maker[t], node] = None
        if node[0] == "group":
            group = groups[node[1]]
            count = group["last"] - group["first"] + 1
            nodes[node] = (group["name"], f"{count} op{'s' * (count > 1)}", "group")
        else:
            nodes[node] = (op["name"], ", ".join(map(shape, op["outputs"])), "op")
        maker.update((y, node) for y in op["outputs"])
    return nodes, list(edges)


def _ranks(nodes: dict, edges: list) -> dict:
    """How far below the top each node stands: below all that it takes, leaves just above."""
    rank = dict.fromkeys(nodes, 0)
    takes: dict = {}
    for source, end in edges:
        takes.setdefault(end, []).append(source)
    for node in nodes:  # in the order of recording: what it takes comes before it
        rank[node] = max((rank[s] + 1 for s in takes.get(node, ())), default=0)
    used: dict = {}
    for source, end in edges:
        used.setdefault(source, []).append(rank[end])
    for node, ranks in used.items():
        if node[0] == "leaf":
            rank[node] = max(min(ranks) - 1, 0)
    return rank


def _mean(numbers: list, otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def _edge(x1: float, y1: float, x2: float, y2: float) -> str:
    middle = (y1 + y2) / 2
    return f'<path d="M{x1:g},{y1:g} C{x1:g},{middle:g} {x2:g},{middle:g} {x2:g},{y2:g}"/>'


def _box(x: float, y: float, name: str, below: str, kind: str) -> str:
    radius = _HEIGHT / 2 if kind == "leaf" else 6
    shown = name if len(name) <= 18 else name[:17] + "…"
    return (
        f'<g class="{kind}"><title>{escape(name)}</title><rect x="{x - _WIDTH / 2:g}" y="{y:g}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" rx="{radius:g}"/>'
        f'<text x="{x:g}" y="{y + 17:g}">{escape(shown)}</text>'
        f'<text class="small" x="{x:g}" y="{y + 32:g}">{escape(below)}</text></g>'
    )
