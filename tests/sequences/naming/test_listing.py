import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.errors import UsageError
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.naming.listing import NamespaceRecord, blocks, write_table


@pytest.fixture
def made(store: SequenceStore) -> SequenceStore:
    """A store with aliases in two namespaces, one moved and one retired."""
    with store.write() as batch:
        batch.add(b"ACGT", [Alias("lab", "b"), Alias("lab", "a"), Alias("NCBI", "NM_1.1")])
        batch.add(b"GGGG", [Alias("lab", "é:1")])
        batch.commit()
    store.snapshot("first")
    store.add_alias(Alias("lab", "a"), "lab:é:1", reassign=True)
    store.retire_alias(Alias("lab", "b"))
    return store


def table(store: SequenceStore, at: str | None = None, **wanted: object) -> list[list[str]]:
    view = store.at(at) if at else store
    file = io.BytesIO()
    history = bool(wanted.get("history"))
    count = write_table(file, view.alias_blocks(**wanted), history=history)  # type: ignore[arg-type]  # a test's words
    heading, *lines = file.getvalue().decode().splitlines()
    assert heading.startswith("namespace\talias\tdigest")
    assert count == len(lines)
    return [line.split("\t") for line in lines]


def test_all_aliases_are_listed_as_they_are_now_or_were_then(made: SequenceStore) -> None:
    acgt, gggg = str(made.resolve("refseq:NM_1.1")), str(made.resolve("lab:é:1"))
    assert table(made) == [
        ["refseq", "NM_1.1", acgt], ["lab", "a", gggg], ["lab", "é:1", gggg],
    ]  # fmt: skip
    assert table(made, "first") == [
        ["refseq", "NM_1.1", acgt], ["lab", "a", acgt], ["lab", "b", acgt], ["lab", "é:1", gggg],
    ]  # fmt: skip


def test_history_lists_what_was_retired_too(made: SequenceStore) -> None:
    acgt, gggg = str(made.resolve("refseq:NM_1.1")), str(made.resolve("lab:é:1"))
    assert table(made, namespace="lab", history=True) == [
        ["lab", "a", acgt, "1", "2"],
        ["lab", "a", gggg, "2", ""],
        ["lab", "b", acgt, "1", "3"],
        ["lab", "é:1", gggg, "1", ""],
    ]
    then = table(made, "first", namespace="lab", history=True)
    assert [row[4] for row in then] == ["", "", ""]


def test_one_namespace_is_listed_by_any_of_its_names(made: SequenceStore) -> None:
    assert [row[1] for row in table(made, namespace="RefSeq")] == ["NM_1.1"]
    assert table(made, namespace="none") == []
    with pytest.raises(UsageError):
        table(made, namespace="md5")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(together=st.integers(1, 6), history=st.booleans())
def test_blocks_of_any_size_list_the_same(
    made: SequenceStore, together: int, history: bool
) -> None:
    index = made.room.index
    whole = list(blocks(index, history=history, together=100))
    parts = list(blocks(index, history=history, together=together))
    assert all(len(part.texts) <= together for part in parts)
    assert [text for part in parts for text in part.texts] == list(whole[0].texts)
    assert b"".join(part.digests for part in parts) == whole[0].digests


def test_a_list_shows_one_position_whatever_is_committed_meanwhile(made: SequenceStore) -> None:
    listed = blocks(made.room.index, together=1)
    texts = [*next(listed).texts]
    made.add_alias(Alias("lab", "zzz"), "lab:a")
    made.retire_alias(Alias("lab", "a"))
    texts += [text for part in listed for text in part.texts]
    assert texts == ["NM_1.1", "a", "é:1"]


def test_namespaces_are_counted_now_and_then(made: SequenceStore) -> None:
    assert made.namespaces() == [NamespaceRecord("lab", 2), NamespaceRecord("refseq", 1)]
    assert made.at("first").namespaces()[0] == NamespaceRecord("lab", 3)


def test_what_was_exported_is_loaded_again(made: SequenceStore, tmp_path: Path) -> None:
    path = tmp_path / "aliases.tsv"
    for history in (False, True):
        with path.open("wb") as file:
            write_table(file, made.alias_blocks(history=history), history=history)
        with SequenceStore.create(tmp_path / f"other-{history}") as other:
            with other.write() as batch:
                batch.add(b"ACGT")
                batch.add(b"GGGG")
                batch.commit()
            assert other.load_aliases(path).aliases_added == 3
            assert table(other) == table(made)
