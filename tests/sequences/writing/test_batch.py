"""What a batch takes beside sequences and names."""

import sqlite3
from collections.abc import Iterator

import pytest

from holdfast.errors import UsageError
from holdfast.formats.residues import letter_set
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.storage import applying
from holdfast.sequences.storage.journal import Aliases
from holdfast.sequences.writing import batch as batches
from holdfast.sequences.writing import staged_aliases


def test_bytes_appended_between_sequences_are_found_where_it_says(store: SequenceStore) -> None:
    blobs = {}
    with store.write() as batch:
        for number in range(1, 9):
            batch.add(b"MKVL" * number)
            content = bytes([number]) * number
            blobs[batch.append_blob(content)] = content
        batch.commit()
    (pack,) = store.folder.glob("packs/*/*.pack")
    whole = pack.read_bytes()
    assert {place: whole[place.offset :][: place.size] for place in blobs} == blobs
    assert store.check().problems == ()


def test_bytes_cannot_part_the_record_of_a_long_sequence(store: SequenceStore) -> None:
    with store.write() as batch:

        def pieces() -> Iterator[tuple[bytes, int]]:
            yield b"ACGT", letter_set("ACGT")
            batch.append_blob(b"between")

        with pytest.raises(UsageError, match="not between its pieces"):
            batch.add_long(pieces())


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The aliases that the index takes in while a batch goes on, and after each part its name."""
    monkeypatch.setattr(batches, "INDEXED_TOGETHER", 1)
    monkeypatch.setattr(staged_aliases, "BLOCK_LEAST", 1)
    found: list[str] = []
    take = applying._apply_aliases

    def noting(
        connection: sqlite3.Connection, aliases: Aliases, number: int, start: int = 0
    ) -> None:
        found.extend(f"{aliases.namespace}:{text}" for text in aliases.texts[start:])
        take(connection, aliases, number, start)

    monkeypatch.setattr(applying, "_apply_aliases", noting)
    return found


def give(batch: batches.Batch, namespace: str, *texts: str) -> None:
    """Stage a sequence for each of `texts`, and the aliases; the index may take all before in."""
    numbers = batch.add_many([f"MKV{namespace}{text}".upper().encode() for text in texts])
    batch.alias_numbers(namespace, texts, numbers)


def expect(store: SequenceStore, *aliases: str) -> None:
    """The store has these aliases alone, and its index is the one that the journal makes."""
    rows = store.room.index.ask(
        "SELECT s.name, a.alias FROM aliases a JOIN namespaces s ON s.id = a.namespace"
        " WHERE a.retired IS NULL"
    )
    assert sorted(f"{space}:{text}" for space, text in rows) == sorted(aliases)
    assert store.check().problems == ()


def test_aliases_are_taken_in_while_a_batch_goes_on_each_once(
    store: SequenceStore, taken: list[str]
) -> None:
    with store.write() as batch:
        for nth in range(6):
            give(batch, "lab", f"A{nth}", f"B{nth}")
        batch.flush()
        assert len(taken) >= 8
        batch.commit()
    assert len(taken) == len(set(taken)) == 12
    expect(store, *(f"lab:{letter}{nth}" for letter in "AB" for nth in range(6)))


def test_an_alias_that_was_taken_in_may_be_taken_back(
    store: SequenceStore, taken: list[str]
) -> None:
    with store.write() as batch:
        for nth in range(4):
            give(batch, "lab", f"A{nth}")
        batch.flush()
        assert "lab:A1" in taken
        batch.retire(Alias("lab", "A1"))
        give(batch, "lab", "A4")
        batch.commit()
    expect(store, "lab:A0", "lab:A2", "lab:A3", "lab:A4")


def test_namespaces_have_the_numbers_of_the_whole_entry_whichever_came_first(
    store: SequenceStore, taken: list[str]
) -> None:
    with store.write() as batch:
        for nth in range(3):
            give(batch, "lab", f"L{nth}")
        for nth in range(3):
            give(batch, "first", f"F{nth}")
        batch.flush()
        assert "lab:L0" in taken
        batch.commit()
    expect(store, *(f"lab:L{nth}" for nth in range(3)), *(f"first:F{nth}" for nth in range(3)))


def test_an_alias_that_moves_is_not_ended_by_its_own_commit(
    store: SequenceStore, taken: list[str]
) -> None:
    with store.write() as batch:
        give(batch, "lab", "A0", "A1")
        batch.commit()
    taken.clear()
    with store.write() as batch:
        give(batch, "lab", "B0")
        moved = batch.add_many([b"MKVMOVED"])
        batch.alias_numbers("lab", ["A1"], moved, reassign=True)
        give(batch, "lab", "B1")
        batch.commit()
    expect(store, "lab:A0", "lab:A1", "lab:B0", "lab:B1")
    assert str(store["lab:A1"]) == "MKVMOVED"
