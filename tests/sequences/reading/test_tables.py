"""Tables hold what questions answer one by one."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from holdfast.base.digests import Digest
from holdfast.errors import UsageError
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.care.gc import Wish
from holdfast.sequences.naming import listing as alias_listing
from holdfast.sequences.reading import tables
from holdfast.sequences.reading.tables import SEQUENCE_COLUMNS

TEXTS = ["ACGT", "ACGTN", "MKVL", "ACGTACGTACGTRY", "MKVLWW"]


@pytest.fixture(params=[2, 1 << 16])
def filled(
    request: pytest.FixtureRequest, store: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> SequenceStore:
    """A store with five sequences; tables are made in batches of two rows, and in one."""
    monkeypatch.setattr(tables, "TOGETHER", request.param)
    monkeypatch.setattr(alias_listing.blocks, "__kwdefaults__", {
        **(alias_listing.blocks.__kwdefaults__ or {}), "together": request.param,
    })  # fmt: skip
    for number, text in enumerate(TEXTS):
        with store.write() as batch:
            batch.add(text, [Alias("lab", f"s{number}"), Alias("other", f"t{number % 2}-{number}")])
            batch.commit()
    return store


def test_the_table_of_sequences_says_what_info_says(filled: SequenceStore) -> None:
    table = filled.sequences_table()
    assert table.column_names == list(SEQUENCE_COLUMNS)
    rows = table.to_pylist()
    assert len(rows) == len(TEXTS)
    for number, row in enumerate(rows):
        info = filled.info(f"lab:s{number}")
        assert row == {
            "digest": str(info.digest),
            "length": info.length,
            "md5": info.md5,
            "sha1": info.sha1,
            "alphabet": info.alphabet,
            "encoding": info.encoding,
            "size": info.size,
        }
    table.validate(full=True)


def test_columns_are_chosen_in_the_order_asked_for(filled: SequenceStore) -> None:
    table = filled.sequences_table(["length", "digest"])
    assert table.column_names == ["length", "digest"]
    assert table["length"].to_pylist() == list(map(len, TEXTS))
    assert filled.sequences_table([]).column_names == []
    with pytest.raises(UsageError, match="no column 'name'; choose from digest, length"):
        filled.sequences_table(["name"])


def test_a_snapshot_has_the_table_of_its_time(filled: SequenceStore) -> None:
    filled.snapshot("then")
    with filled.write() as batch:
        batch.add("GGGG", [Alias("lab", "new")])
        batch.retire(Alias("lab", "s0"))
        batch.commit()
    then = filled.at("then")
    assert len(filled.sequences_table()) == 6
    assert len(then.sequences_table()) == 5
    assert filled.aliases_table("lab")["alias"].to_pylist() == ["new", "s1", "s2", "s3", "s4"]
    assert then.aliases_table("lab")["alias"].to_pylist() == ["s0", "s1", "s2", "s3", "s4"]


def test_the_table_of_aliases_says_which_sequence_each_means(filled: SequenceStore) -> None:
    table = filled.aliases_table()
    assert table.column_names == ["namespace", "alias", "digest"]
    rows = table.to_pylist()
    assert len(rows) == 10
    for row in rows:
        assert row["digest"] == str(filled.resolve(f"{row['namespace']}:{row['alias']}"))
    table.validate(full=True)


def test_history_has_what_was_retired_and_when(filled: SequenceStore) -> None:
    with filled.write() as batch:
        batch.alias(Alias("lab", "s0"), filled.resolve("lab:s1"), reassign=True)
        batch.commit()
    rows = filled.aliases_table("lab", history=True).to_pylist()
    first = [row for row in rows if row["alias"] == "s0"]
    assert [(row["added"], row["retired"]) for row in first] == [(1, 6), (6, None)]
    assert first[1]["digest"] == str(filled.resolve("lab:s1"))
    assert len(filled.aliases_table("lab")) == 5


def test_an_empty_store_has_tables_without_rows(store: SequenceStore) -> None:
    assert len(store.sequences_table()) == 0
    assert store.sequences_table().column_names == list(SEQUENCE_COLUMNS)
    assert store.aliases_table("lab", history=True).column_names[-1] == "retired"


def test_batches_are_written_to_parquet_as_they_come(filled: SequenceStore, tmp_path: Path) -> None:
    for name, reader in (
        ("sequences", filled.sequence_batches()),
        ("aliases", filled.alias_batches(history=True)),
    ):
        with pq.ParquetWriter(tmp_path / name, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
    assert pq.read_table(tmp_path / "sequences")["length"].to_pylist() == list(map(len, TEXTS))
    assert len(pq.read_table(tmp_path / "aliases")) == 10


def test_digests_become_texts_of_one_length() -> None:
    raws = [np.random.default_rng(number).bytes(24) for number in range(20)]
    texts = tables.digest_texts(b"".join(raws))
    assert texts.type == pa.string()
    assert texts.to_pylist() == [str(Digest(raw)) for raw in raws]
    assert tables.digest_texts(b"").to_pylist() == []


def test_what_was_dropped_is_in_no_table_until_it_is_loaded_again(store: SequenceStore) -> None:
    with store.write() as batch:
        kept = batch.add("ACGTACGT", [Alias("lab", "kept")])
        gone = batch.add("GGGGCCCCAA", [Alias("lab", "gone")])
        batch.commit()
    store.retire_alias(Alias("lab", "gone"))
    assert store.gc(Wish(fraction=0.0)).dropped == 1
    assert store.sequences_table(["digest"])["digest"].to_pylist() == [str(kept)]
    with store.write() as batch:
        batch.add("GGGGCCCCAA", [Alias("lab", "back")])
        batch.commit()
    both = [str(kept), str(gone)]
    assert store.sequences_table(["digest"])["digest"].to_pylist() == both
    # A view from before the loss knows it again, too.
    then = store.at(1)
    assert gone in then
    assert then.sequences_table(["digest"])["digest"].to_pylist() == both
    assert then.slices([kept, gone], [0, 0], [4, 4]).texts() == ["ACGT", "GGGG"]
