"""Of fifty changes made to a genome nine in ten are told, and nine in ten told are right."""

from pathlib import Path

import pytest

from dotplots.made_up import FIFTY, MadeUp, Plan, cut_up, made_up
from dotplots.scored import Score, scores, tells
from holdfast.dotplots.aligners.interface import Question
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner
from holdfast.dotplots.matches import matches_of
from holdfast.dotplots.structure.events import Event, EventKind, Place
from holdfast.dotplots.structure.finding import structure_of
from holdfast.formats.paf import read_paf
from holdfast.formats.paf_gaps import read_gaps
from thoroughness import thorough

LEAST = 0.9  #: of recall and of precision, over all kinds
LEAST_OF_KIND = 0.75


def events_between(made: MadeUp, folder: Path) -> tuple[Event, ...]:
    """What is told of these genomes when they are aligned."""
    alignment = folder / "alignment.paf"
    question = Question(*made.write(folder), options=("hidden:align",))
    answer = MappyAligner().align(question, alignment)
    matches, _ = matches_of(read_paf(alignment), answer.target, answer.query)
    return structure_of(matches, answer.target, answer.query, read_gaps(alignment, 50))


@pytest.mark.parametrize(
    ("plan", "contigs"),
    [
        pytest.param(Plan(seed=1, substitutions=0.02), 0, id="chromosomes"),
        pytest.param(Plan(seed=2), 25, id="contigs"),
        pytest.param(Plan(seed=3, families=20, copies=40), 0, id="repeats", marks=thorough),
        pytest.param(
            Plan(seed=4, slot=7_000, sizes=(800, 3_000), indels=(60, 1_500)),
            0,
            id="dense",
            marks=thorough,
        ),
        pytest.param(Plan(seed=5, substitutions=0.05), 25, id="distant", marks=thorough),
        pytest.param(
            Plan(seed=6, slot=100_000, sizes=(5_000, 50_000)), 0, id="large", marks=thorough
        ),
    ],
)
def test_fifty_changes_are_told(plan: Plan, contigs: int, tmp_path: Path) -> None:
    made = made_up(plan)
    made = cut_up(made, contigs) if contigs else made
    assert len(made.changes) == sum(FIFTY.values()) == 50
    found = scores(made.changes, events_between(made, tmp_path))
    assert found[None].recall >= LEAST
    assert found[None].precision >= LEAST
    assert {kind: s for kind, s in found.items() if s.recall < LEAST_OF_KIND} == {}
    assert {kind: s for kind, s in found.items() if s.precision < LEAST_OF_KIND} == {}


def test_a_change_is_told_only_by_its_kind_at_its_place() -> None:
    made = made_up(Plan(seed=1))
    change = next(each for each in made.changes if each.kind is EventKind.INVERSION)
    assert change.target is not None
    event = Event(change.kind, change.target, change.query, -1, 0.99, 1, 100)
    assert tells(event, change)
    elsewhere = Place(change.target.contig, change.target.end, change.target.end + 5_000)
    wrong = Event(change.kind, elsewhere, change.query, -1, 0.99, 1, 100)
    found = scores(made.changes, [event, event, wrong])
    assert found[EventKind.INVERSION] == Score(made=8, told=3, right=1)
    assert (found[None].recall, found[None].precision) == (1 / 50, 1 / 3)


def test_changes_are_where_the_genomes_have_them() -> None:
    made = cut_up(made_up(Plan(seed=7, substitutions=0, gaps=0)), 12)
    assert len(made.query) == 12
    for change in made.changes:
        if change.kind in (EventKind.TRANSLOCATION, EventKind.DUPLICATION):
            assert change.target is not None
            assert change.query is not None
            one = made.target[change.target.contig][change.target.start : change.target.end]
            other = made.query[change.query.contig][change.query.start : change.query.end]
            turned = bytes.maketrans(b"ACGT", b"TGCA")
            assert one.tobytes() in (other.tobytes(), other.tobytes().translate(turned)[::-1])
