"""How a program folds: by layers and name scopes, and where there are too many ops, by number."""

_CHILDREN = 40  # ops and groups that may stand beside each other


def groups_of(paths: list[tuple[tuple[str, int], ...]]) -> tuple[list[dict], list[int | None]]:
    """Groups of ops that follow each other, from their paths of layers and scopes.

    A group is a stretch of the program, so that a folded one never stands before and after
    another. A layer that is called again makes another group, "dense (2)".

    >>> mlp, dense = ("mlp", 1), ("dense", 2)  # the numbers tell calls apart
    >>> groups, of = groups_of([(mlp, dense), (mlp, dense), (mlp,), ()])
    >>> [(g["name"], g["parent"], g["first"], g["last"]) for g in groups]
    [('mlp', None, 0, 2), ('dense', 0, 0, 1)]
    >>> of
    [1, 1, 0, None]

    Returns:
        The groups, each with its name, the number of the group that it is in, its first and last op
        and whether it has the name of a layer or scope; and for each op its innermost group.
    """
    root = _Group(("", 0), 0, "scope")
    open_groups = [root]
    for i, path in enumerate(paths):
        names = [group.called for group in open_groups[1:]]
        same = 0
        while same < min(len(names), len(path)) and names[same] == path[same]:
            same += 1
        del open_groups[same + 1 :]
        for name in path[same:]:
            open_groups.append(open_groups[-1].opened(name, i))
        open_groups[-1].children.append(i)
    root.fold()
    groups: list[dict] = []
    group_of: list[int | None] = [None] * len(paths)
    _listed(root, None, groups, group_of)
    return groups, group_of


class _Group:
    """A stretch of the program: ops, by number, and groups, in order."""

    def __init__(self, called: tuple[str, int], first: int, kind: str):
        self.called, self.name = called, called[0]
        self.first, self.kind = first, kind
        self.children: list = []
        self._times: dict[str, int] = {}

    def opened(self, called: tuple[str, int], first: int) -> "_Group":
        """A new group in this one."""
        name = called[0]
        self._times[name] = times = self._times.get(name, 0) + 1
        group = _Group(called, first, "scope")
        group.name = name if times == 1 else f"{name} ({times})"
        self.children.append(group)
        return group

    @property
    def last(self) -> int:
        last = self.children[-1]
        return last if isinstance(last, int) else last.last

    def fold(self) -> None:
        """Puts children into groups by number until few enough stand beside each other."""
        for child in self.children:
            if isinstance(child, _Group):
                child.fold()
        while len(self.children) > _CHILDREN:
            self.children = [
                _stretch(self.children[i : i + _CHILDREN])
                for i in range(0, len(self.children), _CHILDREN)
            ]


def _stretch(children: list) -> _Group:
    first = children[0]
    group = _Group(("", 0), first if isinstance(first, int) else first.first, "stretch")
    group.children = children
    group.name = f"ops {group.first + 1} to {group.last + 1}"
    return group


def _listed(group: _Group, number: int | None, groups: list[dict], group_of: list) -> None:
    """Writes a group's children into the lists; as deep as groups nest, which is not deep."""
    for child in group.children:
        if isinstance(child, int):
            group_of[child] = number
            continue
        groups.append(
            {
                "name": child.name,
                "parent": number,
                "first": child.first,
                "last": child.last,
                "kind": child.kind,
            }
        )
        _listed(child, len(groups) - 1, groups, group_of)
