"""
Drawing: what a person chooses about how an alignment is drawn, and the scene that comes of it.

The choices are one value, which travels as JSON with the plot; the scene is a function of it and of
the alignment, which is never changed. What is left out of a scene is counted, never forgotten.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.dotplots import colours
from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.colours import Colouring
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Order, Side, laid_out
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.noise import drawn_lengths, noise_end
from holdfast.dotplots.scene import Scene, scene_of
from holdfast.dotplots.small import Small, SmallContigs
from holdfast.dotplots.structure.events import largest
from holdfast.dotplots.structure.finding import structure_of
from holdfast.formats.paf_gaps import Gaps

MOST_EVENTS = 20_000  #: marked in a plot, the largest; a table has them all


@dataclass(frozen=True, slots=True)
class Drawing:
    """How an alignment is drawn."""

    order: Order = Order.CHAIN
    side: Side = Side.QUERY  #: whose contigs are ordered
    min_length: int = 0  #: bases; matches that span less on both genomes are not drawn
    hide_noise: bool = False  #: the many short matches are not drawn
    small: Small = Small.GROUP  #: what becomes of small contigs
    small_under: int | None = None  #: bases; None: 0.2 % of the genome
    colouring: Colouring = colours.USUAL
    structure: bool = False  #: what differs in structure is marked

    def document(self) -> dict[str, Any]:
        """The choices as JSON has them."""
        choices = {
            key: value.value if isinstance(value, Enum) else value
            for key, value in asdict(self).items()
        }
        return {**choices, "colouring": self.colouring.document()}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> "Drawing":
        """What :meth:`document` wrote."""
        return replace(
            cls(**document),
            order=Order(document["order"]),
            side=Side(document["side"]),
            small=Small(document["small"]),
            colouring=Colouring.of_document(document["colouring"]),
        )


USUAL = Drawing()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A scene, and what it was made of."""

    scene: Scene
    matches: Matches  #: those in the scene, with contigs as in the genomes
    layout: Layout
    left_out: Mapping[str, int]  #: matches not drawn, by why: shorter, noise, on_hidden
    rows: NDArray[np.int64]  #: of all matches, which are drawn


def draw(
    drawing: Drawing,
    title: str,
    genomes: tuple[Genome, Genome],
    matches: tuple[Matches, Estimator],
    aligner: AlignerNote,
    provenance: Mapping[str, Any] | None = None,
    layout: Layout | None = None,
    gaps: Gaps | None = None,
) -> Drawn:
    """The scene of the matches between `genomes`, target and query, drawn as `drawing` says.

    Contigs stand where all matches put them, whichever of these are drawn; or by `layout`, where
    one is known already. `gaps` are the long ones inside of matches; structure is told from them.
    """
    target, query = genomes
    every, estimator = matches
    layout = layout or laid_out(every, target, query, drawing.order, drawing.side)
    small = SmallContigs(drawing.small, drawing.small_under)
    placed = Layout(small.left(target, layout.target), small.left(query, layout.query))
    rows, left_out = _rows_shown(drawing, every, placed)
    shown = every if len(rows) == len(every) else every[rows]
    events = structure_of(every, target, query, gaps) if drawing.structure else ()
    scene = scene_of(
        title,
        genomes,
        (shown, estimator),
        placed,
        aligner,
        provenance,
        largest(events, MOST_EVENTS),
    )
    scene = replace(
        scene,
        target=replace(scene.target, groups=small.groups(target, placed.target)),
        query=replace(scene.query, groups=small.groups(query, placed.query)),
        colouring=drawing.colouring,
    )
    return Drawn(scene, shown, layout, left_out, rows)


def _rows_shown(
    drawing: Drawing, every: Matches, placed: Layout
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """The matches that are drawn, and how many each choice leaves out of those before it left."""
    rows = np.flatnonzero(_are_long(every, drawing.min_length))
    left_out = {"shorter": len(every) - len(rows)}
    if drawing.hide_noise:
        lengths = drawn_lengths(every[rows])
        least = noise_end(lengths)
        above = rows if least is None else rows[lengths >= least]
        left_out["noise"] = len(rows) - len(above)
        rows = above
    if drawing.small is Small.HIDE:
        before = len(rows)
        on_target, on_query = _on(placed.target, every.target), _on(placed.query, every.query)
        rows = rows[(on_target & on_query)[rows]]
        left_out["on_hidden"] = before - len(rows)
    return rows, left_out


def _on(arrangement: Arrangement, contigs: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which of `contigs` stand on the axis."""
    placed = np.zeros(len(arrangement.reversed), dtype=bool)
    placed[list(arrangement.order)] = True
    on_axis: NDArray[np.bool_] = placed[contigs]
    return on_axis


def long_enough(matches: Matches, least: int) -> Matches:
    """The matches that span `least` bases or more on one of the genomes."""
    return matches if least <= 0 else matches[_are_long(matches, least)]


def _are_long(matches: Matches, least: int) -> NDArray[np.bool_]:
    span = np.maximum(
        matches.target_end - matches.target_start, matches.query_end - matches.query_start
    )
    long: NDArray[np.bool_] = span >= least
    return long
