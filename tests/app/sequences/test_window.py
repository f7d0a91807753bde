"""The window on a sequence's residues, and places as people write them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sequences.store_world import BASES, PROTEIN, fill
from holdfast.app.container import Container
from holdfast.app.sequences.composition import composition
from holdfast.app.sequences.window import MOST, Window, read_place, window
from holdfast.errors import UsageError
from holdfast.formats.residues import reverse_complement
from holdfast.settings import Settings


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    home: Path = tmp_path_factory.mktemp("windows")
    with Container(Settings.read(home)) as made:
        fill(made)
        yield made


def text(seen: Window) -> str:
    return "".join(
        piece.text for line in seen.lines for group in line.groups for piece in group.pieces
    )


@pytest.mark.parametrize(("start", "size"), [(0, 600), (7, 61), (4980, 300), (0, 1), (4999, 60)])
def test_a_window_has_the_residues_from_its_start(
    container: Container, start: int, size: int
) -> None:
    seen = window(container, "lab:one", start, size)
    assert text(seen) == BASES[seen.start : seen.end]
    assert seen.end - seen.start == min(size, len(BASES) - seen.start)
    assert seen.lines[0].position == seen.start + 1


def test_a_start_beyond_the_end_shows_the_last_window(container: Container) -> None:
    seen = window(container, "lab:one", 10**12, 600)
    assert (seen.start, seen.end) == (4440, 5000)


def test_positions_stand_by_their_groups(container: Container) -> None:
    seen = window(container, "lab:one", 60, 120)
    assert [line.position for line in seen.lines] == [61, 121]
    assert [group.position for group in seen.lines[0].groups] == [61, 71, 81, 91, 101, 111]


def test_the_other_strand_is_read_from_the_end_down(container: Container) -> None:
    seen = window(container, "lab:one", 60, 60, turned=True)
    assert text(seen).encode() == reverse_complement(BASES[60:120].encode())
    assert [group.position for group in seen.lines[0].groups] == [120, 110, 100, 90, 80, 70]


def test_a_protein_has_no_other_strand(container: Container) -> None:
    assert not window(container, "pep:pep").is_nucleotides
    with pytest.raises(UsageError, match="no nucleotide"):
        window(container, "pep:pep", turned=True)


def test_small_letters_are_those_of_the_collection_that_is_asked_for(container: Container) -> None:
    seen = window(container, "lab:one", 95, 10, collection="first.fa")
    pieces = seen.lines[0].groups[0].pieces
    assert [(piece.text, piece.is_masked) for piece in pieces] == [
        (BASES[95:100], False),
        (BASES[100:105], True),
    ]
    assert (seen.masked, seen.masked_in) == (5, "first.fa")
    turned = window(container, "lab:one", 95, 10, turned=True, collection="first.fa")
    assert [piece.is_masked for piece in turned.lines[0].groups[0].pieces] == [True, False]
    for other in ("second.fa", "pep.fa", "no such collection", ""):
        assert window(container, "lab:one", 95, 10, collection=other).masked == 0


@pytest.mark.parametrize(("start", "size"), [(-1, 10), (0, 0), (0, MOST + 1)])
def test_what_cannot_be_a_window_is_refused(container: Container, start: int, size: int) -> None:
    with pytest.raises(UsageError, match="a window shows"):
        window(container, "lab:one", start, size)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("1", (0, 1)),
        ("1,204", (1203, 1204)),
        ("1204-1300", (1203, 1300)),
        ("chr1:1,204..1,300", (1203, 1300)),
        (" 7 - 9 ", (6, 9)),
        ("4999–5000", (4998, 5000)),
    ],
)
def test_a_place_is_read_as_people_write_it(said: str, expected: tuple[int, int]) -> None:
    assert read_place(said, 5000) == expected


@pytest.mark.parametrize("said", ["0", "", "-", "9-7", "5001", "1-5001", "x", "1e3", "٣", "1" * 60])
def test_what_is_no_place_is_refused(said: str) -> None:
    with pytest.raises(UsageError):
        read_place(said, 5000)


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_range_comes_back_from_its_text(first: int, more: int) -> None:
    assert read_place(f"{first:,}-{first + more:,}", 10**7) == (first - 1, first + more)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader_of_places(said: str) -> None:
    try:
        first, last = read_place(said, 1000)
    except UsageError:
        return
    assert 0 <= first < last <= 1000


def test_composition_counts_what_is_there(container: Container) -> None:
    made = composition(container, "lab:one")
    assert made.is_whole
    assert dict(made.letters)["A"] == pytest.approx(BASES.count("A") / len(BASES))
    assert made.gc_share == pytest.approx(sum(map(BASES.count, "GC")) / len(BASES))
    with_n = composition(container, container.store.resolve("lab:chrII").__str__())
    assert with_n.unknown[4:8] == (1.0, 1.0, 1.0, 1.0)
    assert with_n.gc[4] is None
    protein = composition(container, "pep:pep")
    assert (protein.gc, protein.length) == ((), len(PROTEIN))
