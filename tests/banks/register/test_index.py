"""What is held is found by its words, the same in every database, and as it is on disk."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest

from holdfast.banks.register import Holding, Index, Sought
from holdfast.banks.register import index as module
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.ledger import bank_tables as tables

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
OLD = Holding("yeast", "1", created=NOON, formats=("fasta",), number=1)
NEW = Holding("yeast", "2", created=NOON, tags={"strain": "S288C"}, number=2)
BANK = Holding("yeast", "", "baker's yeast")
NAMES = {
    "1": ["flat/chr1.fa", "flat/chr2.fa", "flat/of the.txt", "flat/1.gz", "flat/Café.md"],
    "2": ["flat/chr1.fa", "blast/yeast.nal"],
}


def bring(index: Index, stamp: str = "s", names: dict[str, list[str]] = NAMES) -> int:
    """Have the index know both releases."""
    holdings = {each.release: (each, stamp) for each in (BANK, OLD, NEW)}
    return index.bring("yeast", holdings, lambda release: names[release])


def found(index: Index, *words: str) -> list[str]:
    """``release:name`` of what has all words."""
    releases = {each.number: each.holding.release for each in index.holdings()}
    hits = index.names(releases, [Sought(word) for word in words])
    return sorted(f"{releases[number]}:{name}" for number, name in hits)


#: What is sought, and where it is found.
CASES = [
    (["chr1"], ["1:flat/chr1.fa", "2:flat/chr1.fa"]),
    (["CH", "fa"], ["1:flat/chr1.fa", "1:flat/chr2.fa", "2:flat/chr1.fa"]),
    (["the"], ["1:flat/of the.txt"]),  # a word that databases like to leave out
    (["1"], ["1:flat/1.gz"]),  # and one that is too short for them
    (["flat/1"], ["1:flat/1.gz"]),
    (["caf"], ["1:flat/Café.md"]),
    (["cafe"], []),
    (["café"], ["1:flat/Café.md"]),
    (["hr1"], []),
    (["chr1", "nal"], []),
    (["yeast.nal"], ["2:blast/yeast.nal"]),
    (["' OR 1=1 --"], []),
    (['fa" OR "gz'], []),
    (["chr | nal & !x"], []),
]


@pytest.fixture
def index(ledger: Ledger) -> Index:
    """An index that knows a bank."""
    index = Index(ledger)
    bring(index)
    return index


def test_what_is_held_is_told_the_newest_release_first(index: Index) -> None:
    assert [each.holding for each in index.holdings("yeast")] == [NEW, OLD, BANK]
    assert index.holdings("fly") == []
    assert index.banks() == {"yeast"}


def test_names_are_found_by_the_beginnings_of_their_words(index: Index) -> None:
    assert {tuple(words): found(index, *words) for words, _ in CASES} == {
        tuple(words): names for words, names in CASES
    }


def test_without_full_text_the_answers_are_the_same(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "has_full_text", lambda _: False)
    assert [found(index, *words) for words, _ in CASES] == [names for _, names in CASES]


def test_only_what_changed_is_read_again(index: Index) -> None:
    assert bring(index) == 0
    assert bring(index, "t", {"1": ["flat/new.fa"], "2": []}) == 2
    assert found(index, "new") == ["1:flat/new.fa"]
    assert found(index, "chr1") == []


def test_what_is_said_of_a_release_changes_without_reading_its_names(index: Index) -> None:
    said = Holding("yeast", "2", created=NEW.created, types=("genome",))
    index.bring("yeast", {"2": (said, "s")}, _never)
    assert [each.holding for each in index.holdings()] == [said]
    assert found(index, "chr1") == ["2:flat/chr1.fa"]


def test_what_is_gone_from_disk_is_gone_from_the_index(index: Index) -> None:
    index.forget("yeast")
    assert index.holdings() == []
    assert found(index, "chr1") == []
    assert bring(index) == 2


def test_names_fill_many_blocks(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NAMES_IN_BLOCK", 3)
    monkeypatch.setattr(module, "BLOCKS_AT_ONCE", 2)
    index = Index(ledger)
    names = [f"flat/{number:02}.fa" for number in range(20)]
    bring(index, names={"1": names, "2": []})
    assert found(index, "fa") == [f"1:{name}" for name in names]
    assert found(index, "07.fa") == ["1:flat/07.fa"]


def test_a_killed_writer_is_followed_by_one_that_begins_anew(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NAMES_IN_BLOCK", 1)
    monkeypatch.setattr(module, "BLOCKS_AT_ONCE", 1)
    index = Index(ledger)

    def names(release: str) -> Iterable[str]:
        yield NAMES[release][0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.bring("yeast", {"1": (OLD, "s")}, names)
    assert bring(index) == 2
    assert found(index, "chr1") == ["1:flat/chr1.fa", "2:flat/chr1.fa"]


def test_of_two_writers_the_last_to_begin_goes_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NAMES_IN_BLOCK", 1)
    monkeypatch.setattr(module, "BLOCKS_AT_ONCE", 1)
    index = Index(ledger)

    def names(_: str) -> Iterable[str]:
        yield "flat/first.fa"
        bring(index)  # another process
        yield "flat/second.fa"

    index.bring("yeast", {"1": (OLD, "s")}, names)
    assert found(index, "fa") == ["1:flat/chr1.fa", "1:flat/chr2.fa", "2:flat/chr1.fa"]


def _never(release: str) -> Sequence[str]:
    raise AssertionError(release)
