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

from holdfast.dotplots import colours
from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.colours import Colouring
from holdfast.dotplots.genome import Genome
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Layout
from holdfast.dotplots.layout.choosing import Order, Side, laid_out
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.scene import Scene, scene_of


@dataclass(frozen=True, slots=True)
class Drawing:
    """How an alignment is drawn."""

    order: Order = Order.REFERENCE
    side: Side = Side.QUERY  #: whose contigs are ordered
    min_length: int = 0  #: bases; matches that span less on both genomes are not drawn
    colouring: Colouring = colours.USUAL

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
        order, side = Order(document["order"]), Side(document["side"])
        colouring = Colouring.of_document(document["colouring"])
        return replace(cls(**document), order=order, side=side, colouring=colouring)


USUAL = Drawing()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A scene, and what it was made of."""

    scene: Scene
    matches: Matches  #: those in the scene, with contigs as in the genomes
    layout: Layout
    left_out: Mapping[str, int]  #: how many matches are not drawn, by the choice that leaves them


def draw(
    drawing: Drawing,
    title: str,
    genomes: tuple[Genome, Genome],
    matches: tuple[Matches, Estimator],
    aligner: AlignerNote,
    provenance: Mapping[str, Any] | None = None,
) -> Drawn:
    """The scene of the matches between `genomes`, target and query, drawn as `drawing` says."""
    target, query = genomes
    every, estimator = matches
    shown = long_enough(every, drawing.min_length)
    layout = laid_out(shown, target, query, drawing.order, drawing.side)
    scene = scene_of(title, genomes, (shown, estimator), layout, aligner, provenance)
    scene = replace(scene, colouring=drawing.colouring)
    return Drawn(scene, shown, layout, {"shorter": len(every) - len(shown)})


def long_enough(matches: Matches, least: int) -> Matches:
    """The matches that span `least` bases or more on one of the genomes."""
    span = np.maximum(
        matches.target_end - matches.target_start, matches.query_end - matches.query_start
    )
    return matches if least <= 0 else matches[span >= least]
