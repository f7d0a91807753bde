"""What differs between the genomes of a plot, as a list, a table and BED."""

import io
import json

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.drawn import drawn_plot
from dotplots.examples import genome
from holdfast.app.plots.structure import (
    COLUMNS,
    Difference,
    Interval,
    bed_lines,
    find_structure,
    table_lines,
)
from holdfast.dotplots.layout.choosing import Side
from holdfast.dotplots.structure.events import EventKind
from holdfast.errors import FormatError, UsageError
from holdfast.formats.bed import read_bed

TARGET, QUERY = genome("t", T=100_000, U=50_000), genome("q", a=101_000, b=50_000)
PAF = """
a 101000 0     40000  + T 100000 0     40000  39600 40000 60 de:f:0.01 cg:Z:40000M
a 101000 40000 50000  - T 100000 40000 50000  9900  10000 60 de:f:0.01 cg:Z:10000M
a 101000 50000 101000 + T 100000 50000 100000 49500 50000 60 de:f:0.01 cg:Z:20000M1000I30000M
b 50000  0     49980  + U 50000  0     50000  49500 50000 60 de:f:0.01 cg:Z:20000M60D100M40I29840M
"""


@pytest.fixture(autouse=True)
def _plot(container: QuickContainer) -> None:
    drawn_plot(container, "mine", TARGET, QUERY, PAF)


def test_differences_are_told_by_the_names_of_contigs(container: QuickContainer) -> None:
    found = find_structure(container, "mine")
    assert (found.plot, found.title, found.least) == ("mine", "The plot mine", 50)
    turned, added, lost = found.differences
    assert turned == Difference(
        kind=EventKind.INVERSION,
        target=Interval("T", 40_000, 50_000),
        query=Interval("a", 40_000, 50_000),
        strand=-1,
        identity=0.99,
        matches=1,
        matching_bases=9900,
    )
    assert (added.kind, added.query) == (EventKind.INSERTION, Interval("a", 70_000, 71_000))
    assert (lost.kind, lost.target) == (EventKind.DELETION, Interval("U", 20_000, 20_060))


def test_kinds_and_sizes_are_chosen(container: QuickContainer) -> None:
    kinds = (EventKind.INSERTION, EventKind.DELETION)
    chosen = find_structure(container, "mine", kinds, 100)
    assert [each.kind for each in chosen.differences] == [EventKind.INSERTION]
    assert len(find_structure(container, "mine", kinds, 40).differences) == 3
    with pytest.raises(UsageError, match="there is no plot"):
        find_structure(container, "nobody")


def test_the_table_has_a_line_for_each(container: QuickContainer) -> None:
    heading, *rows = "".join(table_lines(find_structure(container, "mine"))).splitlines()
    assert tuple(heading.split("\t")) == COLUMNS
    assert rows[0].split("\t") == [
        *("inversion", "T", "40000", "50000", "a", "40000", "50000", "-", "10000", "10000"),
        *("0.990000", "1", "9900"),
    ]
    assert rows[1].split("\t") == [
        *("insertion", "T", "70000", "70000", "a", "70000", "71000", "+", "0", "1000"),
        *("", "1", "0"),
    ]


@pytest.mark.parametrize(
    ("side", "names"),
    [
        (
            Side.TARGET,
            ["inversion(a:40001-50000)", "insertion(a:70001-71000)", "deletion(b:20001-20000)"],
        ),
        (
            Side.QUERY,
            ["inversion(T:40001-50000)", "insertion(T:70001-70000)", "deletion(U:20001-20060)"],
        ),
    ],
)
def test_bed_is_read_as_bed(container: QuickContainer, side: Side, names: list[str]) -> None:
    lines = "".join(bed_lines(find_structure(container, "mine"), side))
    assert [region.name for region in read_bed(io.BytesIO(lines.encode()))] == names
    first = lines.splitlines()[0].split("\t")
    assert first[4:] == ["990", "-", "40000", "50000", "194,24,91"]


def test_what_only_the_other_genome_tells_has_no_place_in_bed(container: QuickContainer) -> None:
    drawn_plot(container, "apart", TARGET, QUERY, PAF.splitlines()[1])
    found = find_structure(container, "apart", (EventKind.UNALIGNED_QUERY,))
    assert len(found.differences) == 2
    assert "".join(bed_lines(found, Side.TARGET)) == ""
    assert len(list(bed_lines(found, Side.QUERY))) == 2


@pytest.mark.parametrize(
    ("command", "hides"),
    [
        ("minimap2 -c -x asm5 t.fa q.fa", True),
        ("minimap2 -c -x asm5 t.fa q.fa, and what it hides by itself", False),
        ("nucmer t.fa q.fa", False),
        ("", False),
    ],
)
def test_it_is_known_when_the_alignment_hides_what_was_moved(
    container: QuickContainer, command: str, hides: bool
) -> None:
    folder = container.settings.plots / "mine"
    document = json.loads((folder / "plot.json").read_text())
    document["aligner"]["command"] = command
    (folder / "plot.json").write_text(json.dumps(document))
    assert find_structure(container, "mine").hides is hides


def test_a_genome_differs_from_itself_in_nothing(container: QuickContainer) -> None:
    drawn_plot(container, "self", TARGET, TARGET, "T 100000 0 9 + U 50000 0 9 9 9 60", alone=True)
    with pytest.raises(UsageError, match="differs from itself in nothing"):
        find_structure(container, "self")


def test_a_damaged_alignment_is_told_with_its_line(container: QuickContainer) -> None:
    drawn_plot(container, "torn", TARGET, QUERY, PAF.replace("cg:Z:10000M", "cg:Z:10Q"))
    with pytest.raises(FormatError, match=r"alignment\.paf:2: the tag cg:Z: is not a CIGAR"):
        find_structure(container, "torn")
