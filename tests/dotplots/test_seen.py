"""A scene as a person looks at it."""

import numpy as np
import pytest

from holdfast.dotplots.aligners.interface import AlignerNote
from holdfast.dotplots.drawing import USUAL
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Layout
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.scene import Group, Scene, scene_of
from holdfast.dotplots.seen import Sight, Window, regions_seen, seen_scene
from holdfast.dotplots.structure.events import Event, EventKind, Place
from holdfast.errors import UsageError

TARGET = Genome("t", (Contig("chr10", 300), Contig("chr2", 900), Contig("chr1", 300)))
QUERY = Genome("q", (Contig("a", 800), Contig("b", 400)))


@pytest.fixture
def scene() -> Scene:
    rows = [  # target, query, target start and end, query start and end, strand, identity
        (0, 0, 100, 300, 50, 250, -1, 0.9),
        (2, 1, 0, 100, 100, 200, 1, 0.95),
        (1, 0, 0, 20, 0, 20, 1, 1.0),
    ]
    columns = list(zip(*rows, strict=True))
    names = ("target", "query", "target_start", "target_end", "query_start", "query_end")
    places = {name: np.array(each) for name, each in zip(names, columns[:6], strict=True)}
    matches = Matches(
        **{name: each.astype(np.int64) for name, each in places.items()},
        strand=np.array(columns[6], np.int8),
        identity=np.array(columns[7], np.float32),
        bases=np.array([180, 95, 20]),
        mapq=np.zeros(3, np.uint8),
    )
    genomes, note = (TARGET, QUERY), AlignerNote("hand", "1", "", "")
    lost = Event(EventKind.DELETION, Place(0, 5, 9), None, 1, None, 0, 0)
    layout = Layout.as_given(*genomes)
    made = scene_of("s", genomes, (matches, Estimator("de")), layout, note, {}, [lost])
    groups = (Group(0, 2, "two"),)
    return Scene(
        **{name: getattr(made, name) for name in Scene.__slots__ if name != "target"},
        target=type(made.target)("t", made.target.contigs, groups),
    )


def names(axis: object) -> list[str]:
    return [contig.name for contig in axis.contigs]  # type: ignore[attr-defined]  # an axis


def test_contigs_stand_in_the_order_asked_and_matches_follow(scene: Scene) -> None:
    seen = seen_scene(scene, Sight(USUAL, target_order="name"))
    assert names(seen.scene.target) == ["chr1", "chr2", "chr10"]
    assert seen.scene.target.groups == ()
    assert seen.scene.matches.target.tolist() == [2, 0, 1]
    assert names(seen_scene(scene, Sight(USUAL, query_order="length")).scene.query) == ["a", "b"]


def test_what_is_hidden_takes_matches_events_and_groups_along(scene: Scene) -> None:
    kinds = frozenset(EventKind)
    seen = seen_scene(scene, Sight(USUAL, hidden=frozenset({"x0"}), kinds=kinds))
    assert names(seen.scene.target) == ["chr2", "chr1"]
    assert (seen.rows.tolist(), seen.scene.events) == ([1, 2], ())
    assert seen.scene.target.groups == ()
    everything = seen_scene(scene, Sight(USUAL, hidden=frozenset({"y0", "y1"}), kinds=kinds))
    assert names(everything.scene.query) == ["a", "b"]  # an axis keeps a contig at least
    assert len(everything.scene.events) == 1
    assert everything.scene.target.groups == (Group(0, 2, "two"),)


def test_filters_leave_what_is_as_alike_and_as_long(scene: Scene) -> None:
    assert seen_scene(scene, Sight(USUAL, min_identity=0.9)).rows.tolist() == [0, 1, 2]
    assert seen_scene(scene, Sight(USUAL, min_identity=0.95)).rows.tolist() == [1, 2]
    assert seen_scene(scene, Sight(USUAL, min_length=100)).rows.tolist() == [0, 1]


def test_axes_are_exchanged_and_what_one_lacks_the_other_has_more(scene: Scene) -> None:
    kinds = frozenset(EventKind)
    seen = seen_scene(scene, Sight(USUAL, swapped=True, turned=frozenset({"y0"}), kinds=kinds))
    assert (seen.scene.target.name, seen.scene.query.name) == ("q", "t")
    assert seen.scene.target.contigs[0].reversed
    assert seen.scene.matches.target_start.tolist() == [50, 100, 0]
    assert [(each.kind, each.target) for each in seen.scene.events] == [(EventKind.INSERTION, None)]


def test_a_window_is_told_in_regions_of_the_contigs_as_they_lie(scene: Scene) -> None:
    seen = seen_scene(scene, Sight(USUAL, turned=frozenset({"x1"})))
    window = Window(250.0, 400.5, 0.0, 1200.0)
    assert regions_seen(seen.scene, window) == (("chr10:250-300", "chr2:799-900"), ())
    assert regions_seen(seen.scene, None) == ((), ())
    with pytest.raises(UsageError, match="nothing of t is in view"):
        regions_seen(seen.scene, Window(9000, 9001, 0, 1))
