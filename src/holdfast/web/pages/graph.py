"""
The picture of a plan: its jobs in layers, each to the right of all it needs, and what joins them.

Coordinates are pixels of an SVG. Within a layer, jobs stand where those they need stand, as far as
there is room, so that few lines cross.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 164, 46  #: of a job's box
ACROSS, BETWEEN = 34, 14  #: between layers, and between the boxes of one
MARGIN = 6
MOST = 150  #: jobs; a picture of more tells nobody anything
LETTERS = 14  #: of a job's name that its box has room for


@dataclass(frozen=True, slots=True)
class Node:
    """A job's box; `x` and `y` are its upper left corner."""

    name: str
    x: float
    y: float

    @property
    def label(self) -> str:
        """The name, as much of it as there is room for."""
        return self.name if len(self.name) <= LETTERS else f"{self.name[: LETTERS - 1]}…"


@dataclass(frozen=True, slots=True)
class Edge:
    """What joins a job to one that needs it: the path of a curve."""

    before: str
    after: str
    path: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The boxes and curves, and how large they are together."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


def draw(needs: Mapping[str, Sequence[str]]) -> Picture | None:
    """The picture of jobs, each with the names of those it needs; None if they are too many."""
    if not needs or len(needs) > MOST:
        return None
    layers = _layers(needs)
    tallest = max(map(len, layers))
    places: dict[str, Node] = {}
    for number, layer in enumerate(layers):
        ordered = _ordered(layer, needs, places)
        top = (tallest - len(ordered)) * (HEIGHT + BETWEEN) / 2
        for nth, name in enumerate(ordered):
            x = MARGIN + number * (WIDTH + ACROSS)
            places[name] = Node(name, x, MARGIN + top + nth * (HEIGHT + BETWEEN))
    edges = (
        Edge(need, name, _curve(places[need], places[name]))
        for name, wanted in _nearest(needs).items()
        for need in wanted
    )
    width = 2 * MARGIN + len(layers) * (WIDTH + ACROSS) - ACROSS
    height = 2 * MARGIN + tallest * (HEIGHT + BETWEEN) - BETWEEN
    return Picture(tuple(places[name] for name in needs), tuple(edges), width, height)


def _nearest(needs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Of those that each job needs, the ones that no other of them needs in turn.

    >>> _nearest({"fetch": [], "unpack": ["fetch"], "load": ["fetch", "unpack"]})["load"]
    ['unpack']
    """
    before: dict[str, set[str]] = {}
    for layer in _layers(needs):
        for name in layer:
            before[name] = {*needs[name], *(each for need in needs[name] for each in before[need])}
    return {
        name: [need for need in wanted if not any(need in before[other] for other in wanted)]
        for name, wanted in needs.items()
    }


def _layers(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The jobs by how many stand one after another before them. The needs make no circle."""
    layer: dict[str, int] = {}
    left = dict.fromkeys(needs)
    while left:
        for name in list(left):
            if all(need in layer for need in needs[name]):
                layer[name] = 1 + max((layer[need] for need in needs[name]), default=-1)
                del left[name]
    found: list[list[str]] = [[] for _ in range(1 + max(layer.values()))]
    for name in needs:
        found[layer[name]].append(name)
    return found


def _ordered(
    layer: Sequence[str], needs: Mapping[str, Sequence[str]], places: Mapping[str, Node]
) -> list[str]:
    """The jobs of a layer from top to bottom: beside the middle of what they need."""

    def middle(name: str) -> float:
        above = [places[need].y for need in needs[name]]
        return sum(above) / len(above) if above else 0.0

    return sorted(layer, key=middle)


def _curve(before: Node, after: Node) -> str:
    """From the right edge of a box to the left edge of another."""
    x, y = before.x + WIDTH, before.y + HEIGHT / 2
    to_x, to_y = after.x, after.y + HEIGHT / 2
    bend = max(ACROSS / 2, (to_x - x) / 2)
    return f"M{x:g} {y:g}C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"
