"""What of the store a person may see, and what is told of where sequences are and were."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sequences.store_world import FIRST, SECOND, fill, hide_bank
from holdfast.accounts.people import GUEST, Person
from holdfast.app.container import Container
from holdfast.app.sequences.beside import Fate, compare_beside, pairs
from holdfast.app.sequences.contents import (
    Order,
    collection_facts,
    list_collections,
    members,
    sizes_text,
)
from holdfast.app.sequences.downloads import Kind as Written
from holdfast.app.sequences.downloads import collection_download, sequence_fasta
from holdfast.app.sequences.finding import find
from holdfast.app.sequences.freezing import Kind, difference, list_snapshots
from holdfast.app.sequences.journal import journal
from holdfast.app.sequences.loading_wishes import ask_for_urls, files_of, load_release
from holdfast.app.sequences.naming import end_name, give_name
from holdfast.app.sequences.occurrences import occurrences
from holdfast.app.sequences.overview import overview
from holdfast.app.sequences.sequence import alias_history, show_sequence
from holdfast.app.sequences.shown import words_lock
from holdfast.errors import (
    AliasNotFound,
    BankNotFound,
    CollectionNotFound,
    ReleaseNotFound,
    UsageError,
)
from holdfast.sequences.collections.membership import Membership
from holdfast.settings import Settings
from holdfast.web.outgoing import written

ROOT, ANN, BEN = Person("root", is_administrator=True), Person("ann"), Person("ben")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """The store, whose namespace ``secret`` is private, and a private bank of ann's."""
    home: Path = tmp_path_factory.mktemp("shown")
    with Container(Settings.read(home, private_namespaces=["secret"])) as made:
        fill(made)
        hide_bank(made)
        yield made


def names(found: object) -> list[str]:
    return [each.name for each in found]  # type: ignore[attr-defined]  # records of some sort


def test_administrators_and_the_command_line_see_all(held: Container) -> None:
    everything = ["first.fa", "pep.fa", "second.fa", "secret.fa", "x:2024:own.fa"]
    assert names(list_collections(held)) == everything
    assert names(list_collections(held.asked_by(ROOT))) == everything


@pytest.mark.parametrize("person", [GUEST, BEN])
def test_a_stranger_sees_no_private_namespace_and_no_private_bank(
    held: Container, person: Person
) -> None:
    asked = held.asked_by(person)
    assert names(list_collections(asked)) == ["first.fa", "pep.fa", "second.fa"]
    for name in ("secret.fa", "x:2024:own.fa", collection_facts(held, "secret.fa").digest):
        with pytest.raises(CollectionNotFound):
            collection_facts(asked, name)
    with pytest.raises(AliasNotFound):
        show_sequence(asked, "secret:hidden")
    assert find(asked, "hidd").is_empty
    assert find(asked, "topsecret").is_empty
    assert find(asked, "protein").is_empty, "a description does not say whose it is"
    shown = overview(asked)
    assert shown is not None
    assert {each.namespace for each in shown.namespaces} == {"imgt", "lab", "pep"}
    with pytest.raises(AliasNotFound):
        show_sequence(asked, "x:owned")
    history = alias_history(asked, show_sequence(asked, "lab:one").digest)
    assert [space.namespace for space in history] == ["lab"]
    digest = show_sequence(held, "x:owned").digest
    assert occurrences(asked, digest).items == ()
    assert alias_history(asked, digest) == (), "who knows the digest knows the sequence, no more"


def test_nobody_waits_while_words_are_indexed(
    held: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.app.sequences.finding.INDEXING", 0.01)
    assert find(held, "protein").sequences[0].description == "a protein of no use"
    with words_lock(held):
        found = find(held, "chr")
    assert found.is_indexing
    assert len(found.sequences) == 4, "beginnings are found all the same"


def test_an_owner_sees_the_collections_of_their_bank(held: Container) -> None:
    (found,) = occurrences(held.asked_by(ANN), "x:owned").items
    assert (found.collection, found.bank, found.release) == ("x:2024:own.fa", "x", "2024")
    assert found.origin.url == "https://example.org/own.fa"


def test_the_journal_tells_guests_neither_who_nor_which_names(held: Container) -> None:
    whole = journal(held.asked_by(ROOT))
    assert any("secret" in commit.note for commit in whole)
    assert all(commit.who for commit in whole)
    told = journal(held.asked_by(GUEST))
    assert len(told) == len(whole)
    assert not any(commit.note or commit.who for commit in told)
    assert "secret" not in repr(told)
    assert "own.fa" not in repr(told)
    assert all(commit.who for commit in journal(held.asked_by(BEN)))


def test_a_difference_leaves_private_names_out(held: Container) -> None:
    asked = held.asked_by(GUEST)
    rows = difference(asked, "early", "now", Kind.ADDED).changes.items
    assert "secret:hidden" not in names(rows)
    assert "imgt:HLA:A/01" in names(rows)
    assert difference(asked, "early", "now", Kind.ADDED).counts is None
    collections = difference(asked, "early", "now", Kind.COLLECTIONS).changes.items
    assert names(collections) == ["pep.fa", "second.fa"]


def test_a_difference_comes_in_pages(held: Container) -> None:
    everything = names(difference(held, "early", "now", Kind.ADDED).changes.items)
    pages = []
    start: int | None = 0
    while start is not None:
        changes = difference(held, "early", "now", Kind.ADDED, start, 3).changes
        pages += names(changes.items)
        start = changes.next
    assert pages == everything
    moved = difference(held, "early", "now", Kind.REPOINTED).changes.items
    assert names(moved) == ["lab:chrII"]
    assert names(list_snapshots(held)) == ["early"]


def test_a_private_name_can_be_neither_given_nor_ended_nor_probed(held: Container) -> None:
    asked = held.asked_by(BEN)
    with pytest.raises(UsageError, match="administrator"):
        give_name(asked, "secret:hidden", "lab:one")
    with pytest.raises(AliasNotFound) as hidden:
        end_name(asked, "secret:hidden")
    with pytest.raises(AliasNotFound) as absent:
        end_name(asked, "secret:absent")
    assert str(hidden.value).replace("hidden", "absent") == str(absent.value)
    with pytest.raises(AliasNotFound):
        give_name(asked, "lab:new", "secret:hidden")


def test_a_name_is_given_and_ended_with_who_did_it(held: Container) -> None:
    asked = held.asked_by(BEN)
    given = give_name(asked, " lab:given ", "lab:chrIII")
    assert given.alias == "lab:given"
    end_name(asked, "lab:given")
    (told,) = [each for each in alias_history(held, given.digest) if each.namespace == "lab"]
    past = next(each for each in told.past if each.text == "given")
    assert past.added_by is not None
    assert past.retired_by is not None
    assert (past.added_by.who, past.retired_by.who) == ("ben", "ben")


def test_what_was_is_told_apart_from_what_is(held: Container) -> None:
    (lab,) = alias_history(held, show_sequence(held, "lab:chrII").digest)
    assert [each.text for each in lab.current] == ["chrII"]
    (before,) = lab.past
    assert not before.is_own
    assert before.retired == lab.current[0].added
    assert lab.current[0].added_by is not None
    assert lab.current[0].added_by.files == ("second.fa",)


def test_a_sequence_says_where_it_stands_and_under_which_name(held: Container) -> None:
    found = occurrences(held, "lab:one")
    assert [(each.collection, each.names) for each in found.items] == [
        ("second.fa", ("one",)),
        ("first.fa", ("chrI",)),
    ]
    assert found.is_whole


def test_a_store_with_too_many_records_looks_through_the_newest(held: Container) -> None:
    room = held.store.room
    few = Membership(room.index, room.journal, most=4)
    row = room.sequence(show_sequence(held, "lab:one").digest).row
    places, is_whole = few.of({row.id})
    assert (places, is_whole) == ([], False)
    assert len(Membership(room.index, room.journal).of({row.id})[0]) == 2


def test_members_are_sorted_searched_and_in_pages(held: Container) -> None:
    assert names(members(held, "first.fa", order=Order.SHORTEST).items) == [
        "chrIII",
        "chrII",
        "chrI",
    ]
    page = members(held, "first.fa", start=1, limit=1)
    assert (names(page.items), page.found, page.next) == (["chrII"], 3, 2)
    assert names(members(held, "second.fa", words="CHR").items) == ["chrIII", "chrII"]
    with pytest.raises(UsageError):
        members(held, "first.fa", limit=0)


def test_two_collections_are_told_apart_record_by_record(held: Container) -> None:
    beside = compare_beside(held, "first.fa", "second.fa")
    assert {fate: count for fate, count in beside.counts.items() if count} == {
        Fate.KEPT: 1,
        Fate.RENAMED: 1,
        Fate.CHANGED: 1,
        Fate.ONLY_B: 1,
    }
    assert beside.moved == 1
    assert beside.agreement.verdict == "some sequences are in both"
    (renamed,) = pairs(held, "first.fa", "second.fa", Fate.RENAMED).items
    assert renamed.a is not None
    assert renamed.b is not None
    assert (renamed.a.name, renamed.b.name) == ("chrI", "one")
    (lone,) = pairs(held, "first.fa", "second.fa", Fate.ONLY_B).items
    assert lone.a is None
    with pytest.raises(CollectionNotFound):
        compare_beside(held.asked_by(BEN), "first.fa", "secret.fa")


def test_a_path_on_this_machine_is_no_collection_to_compare(held: Container) -> None:
    file = held.settings.home / "first.fa"
    assert file.is_file()
    with pytest.raises(CollectionNotFound):
        compare_beside(held, str(file), "first.fa")


@pytest.mark.parametrize(("name", "content"), [("first.fa", FIRST), ("second.fa", SECOND)])
def test_a_collection_is_kept_byte_for_byte_as_it_was_loaded(
    held: Container, name: str, content: bytes
) -> None:
    download = collection_download(held, name, Written.FASTA)
    assert b"".join(written(download.write)) == content
    assert download.file == name


def test_a_collection_is_kept_in_other_forms(held: Container) -> None:
    twobit = b"".join(written(collection_download(held, "first.fa", Written.TWOBIT).write))
    assert twobit[:4] == bytes.fromhex("4327411a")
    assert sizes_text(held, "first.fa") == "chrI\t5000\nchrII\t12\nchrIII\t8\n"
    with pytest.raises(UsageError, match="write FASTA instead"):
        written(collection_download(held, "pep.fa", Written.TWOBIT).write)


def test_a_part_of_a_sequence_is_kept_with_its_place(held: Container) -> None:
    part = sequence_fasta(held, "lab:chrIII", 2, 6, turned=True)
    assert b"".join(written(part.write)) == b">lab:chrIII 2-6 reverse complement\nGGCC\n"
    assert part.file == "lab_chrIII_2-6_reverse.fa"
    for start, end in ((5, 4), (0, 9)):
        with pytest.raises(UsageError, match="no part"):
            sequence_fasta(held, "lab:chrIII", start, end)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "/etc/passwd", "-", "https://", "s3://bucket/x", "http://a b/",
        "https://ann:secret@example.org/x", "https://[::1", "\x00http://x",
    ],
)  # fmt: skip
def test_only_urls_of_other_machines_are_asked_for(held: Container, url: str) -> None:
    with pytest.raises(UsageError):
        ask_for_urls(held, [url], "lab")


def test_what_is_asked_for_is_looked_at_first(held: Container) -> None:
    asked = held.asked_by(BEN)
    with pytest.raises(UsageError, match="administrator"):
        ask_for_urls(asked, ["https://example.org/x.fa"], "secret")
    with pytest.raises(UsageError, match="one by one"):
        ask_for_urls(asked, ["https://a.org/x", "https://a.org/y"], "lab", collection="c")
    with pytest.raises(UsageError, match="digests"):
        ask_for_urls(asked, ["https://a.org/x"], "md5")


def test_files_of_a_release_are_loaded_with_their_origin(held: Container) -> None:
    assert [file.path for file in files_of(held, "x", "2024")] == ["own.fa"]
    (report,) = load_release(held, "x:2024", ["own.fa"], "again")
    assert (report.collection, report.sequences_new) == ("x:2024:own.fa", 0)
    origin = collection_facts(held, "x:2024:own.fa").origin
    assert (origin.url, origin.release) == ("https://example.org/own.fa", "x:2024")
    with pytest.raises(ReleaseNotFound):
        load_release(held, "x:2024", ["../../holdfast.toml"], "again")
    with pytest.raises(BankNotFound):
        files_of(held.asked_by(BEN), "x", "2024")


def test_a_home_without_a_store_has_nothing_to_show(tmp_path: Path) -> None:
    with Container(Settings.read(tmp_path)) as empty:
        assert overview(empty) is None
        assert find(empty, "x").is_empty
        assert list_snapshots(empty) == []
        assert journal(empty) == []
