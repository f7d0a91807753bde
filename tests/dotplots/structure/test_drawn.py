"""What differs in structure is in the scene where that was asked for, on the contigs as drawn."""

from dataclasses import replace

import numpy as np

from dotplots.examples import NOTE, genome, matches_in
from dotplots.structure.woven import woven
from holdfast.dotplots.drawing import USUAL, draw
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.choosing import Order
from holdfast.dotplots.scene import Scene
from holdfast.dotplots.small import Small
from holdfast.dotplots.structure.events import EventKind
from holdfast.formats.paf_gaps import Gaps

MARKED = replace(USUAL, structure=True, order=Order.REFERENCE)


def places(scene: Scene) -> list[tuple[str, str | None, str | None]]:
    """The kinds of a scene's events, and the contigs they are on."""
    return [
        (
            event.kind.value,
            event.target and scene.target.contigs[event.target.contig].name,
            event.query and scene.query.contigs[event.query.contig].name,
        )
        for event in scene.events
    ]


def test_events_are_on_the_contigs_as_they_are_drawn() -> None:
    matches, target, query = woven(
        [("U", 0, 200, "+")], [("T", 0, 80, "+"), ("T", 80, 100, "-"), ("T", 100, 200, "+")], [7]
    )
    drawn = draw(MARKED, "x", (target, query), (matches, Estimator.DE), NOTE)
    assert [contig.name for contig in drawn.scene.query.contigs] == ["b", "a", "c"]
    assert places(drawn.scene) == [("inversion", "T", "b"), ("unaligned query", None, "c")]
    usual = replace(MARKED, structure=False)
    assert draw(usual, "x", (target, query), (matches, Estimator.DE), NOTE).scene.events == ()


def test_events_on_hidden_contigs_are_hidden_with_them() -> None:
    matches, target, query = woven([("T", 0, 200, "+")], [("U", 0, 200, "+")], [7])
    hiding = replace(MARKED, small=Small.HIDE, small_under=10_000)
    drawn = draw(hiding, "x", (target, query), (matches, Estimator.DE), NOTE)
    assert drawn.scene.events == ()


def test_matches_that_are_not_drawn_tell_structure_all_the_same() -> None:
    target, query = genome("t", T=20_000), genome("q", a=20_000)
    matches = matches_in(
        """a 20000 0    9000  + T 20000 0    9000  9000 9000 60
           a 20000 9000 10000 - T 20000 9000 10000 1000 1000 60
           a 20000 10000 20000 + T 20000 10000 20000 10000 10000 60""",
        target,
        query,
    )
    gaps = Gaps(*(np.array([each]) for each in (2, 500, 600, 500, 500)))
    drawing = replace(MARKED, min_length=5_000)
    drawn = draw(drawing, "x", (target, query), (matches, Estimator.DE), NOTE, gaps=gaps)
    assert len(drawn.matches) == 2
    assert [event.kind for event in drawn.scene.events] == [
        EventKind.INVERSION,
        EventKind.DELETION,
    ]
