"""What was loaded is written again byte for byte."""

import gzip
import io
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import StoreDamaged, UsageError
from holdfast.sequences import SequenceStore, Source
from holdfast.sequences.collections.collection import collection_digest
from holdfast.sequences.storage.journal import NamedCollection, Origin

MASKED = b">a  first \nacgtACGTNN\nAC\n\n>b\r\nMKV*\nACGT"


def exact(store: SequenceStore, name: str) -> bytes:
    file = io.BytesIO()
    store.write_exact(name, file)
    return file.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> SequenceStore:
    return SequenceStore.create(tmp_path / "store")


def test_a_loaded_text_is_written_again_byte_for_byte(store: SequenceStore) -> None:
    store.load(io.BytesIO(MASKED), "made", "odd")
    assert exact(store, "odd") == MASKED


@given(texts=st.lists(st.text("ACGTNacgtn*\n ", min_size=1, max_size=90), min_size=1, max_size=4))
def test_any_text_is_written_again(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any") / "store"
    text = "".join(f">r{n} d\nA{body}\n" for n, body in enumerate(texts)).encode()
    with SequenceStore.create(folder) as store:
        store.load(io.BytesIO(text), "made", "any")
        assert exact(store, "any") == text


def test_the_same_residues_in_two_cases_are_one_sequence_and_two_texts(
    store: SequenceStore,
) -> None:
    upper, lower = b">a\nACGTACGT\n", b">a\nacgtacgt\n"
    first = store.load(io.BytesIO(upper), "made", "upper")
    second = store.load(io.BytesIO(lower), "made", "lower")
    assert first.digest == second.digest
    assert second.sequences_new == 0
    assert (exact(store, "upper"), exact(store, "lower")) == (upper, lower)


def test_two_texts_of_one_commit_keep_their_layouts(store: SequenceStore) -> None:
    upper, lower = io.BytesIO(b">a\nACGTACGT\n"), io.BytesIO(b">a\nacgt\nacgt\n")
    store.load_together([Source(upper, "m", "upper"), Source(lower, "m", "lower")], "both")
    assert exact(store, "upper") == upper.getvalue()
    assert exact(store, "lower") == lower.getvalue()


def test_loading_the_same_text_again_changes_nothing(store: SequenceStore, tmp_path: Path) -> None:
    path = tmp_path / "odd.fa"
    path.write_bytes(MASKED)
    store.load(path, "made")
    before = store.status().position
    assert store.load(path, "made").bytes_added == 0
    assert store.status().position == before


def test_a_snapshot_still_writes_the_text_of_then(store: SequenceStore) -> None:
    store.load(io.BytesIO(b">a\nacgt\n"), "made", "text")
    store.snapshot("then")
    store.load(io.BytesIO(b">a\nACGT\n"), "made", "text")
    file = io.BytesIO()
    store.at("then").write_exact("text", file)
    assert file.getvalue() == b">a\nacgt\n"
    assert exact(store, "text") == b">a\nACGT\n"


def test_the_digest_of_the_file_that_was_read_is_kept(store: SequenceStore, tmp_path: Path) -> None:
    path = tmp_path / "odd.fa.gz"
    path.write_bytes(gzip.compress(MASKED))
    store.load(path, "made")
    (record,) = store.collections()
    assert record.origin == Origin(file="odd.fa.gz", sha256=sha256(path.read_bytes()).hexdigest())
    assert exact(store, "odd.fa.gz") == MASKED


def test_the_layout_is_found_after_the_index_is_made_anew(store: SequenceStore) -> None:
    store.load(io.BytesIO(MASKED), "made", "odd")
    store.reindex()
    assert exact(store, "odd") == MASKED


def test_a_collection_without_a_layout_says_so(store: SequenceStore) -> None:
    with store.write() as batch:
        digest = batch.add(b"ACGT")
        names = NamedCollection(
            "made", collection_digest(["a"], digest.raw), Origin(), names=["a"], sequences=[0]
        )
        batch.add_collection(names)
        batch.commit()
    with pytest.raises(UsageError, match="'made' has no layout"):
        exact(store, "made")


def test_a_damaged_layout_is_never_written(tmp_path: Path) -> None:
    with SequenceStore.create(tmp_path / "store") as store:
        store.load(io.BytesIO(MASKED), "made", "odd")
        kept = store.collection("odd")
        offset, size = store.room.index.ask('SELECT "offset", size FROM contents')[0]
    (pack,) = (tmp_path / "store" / "packs").glob("*/*")
    content = bytearray(pack.read_bytes())
    content[offset + size // 2] ^= 1
    pack.chmod(0o644)
    pack.write_bytes(content)
    with SequenceStore.open(tmp_path / "store") as store:
        assert store.collection("odd") == kept
        with pytest.raises(StoreDamaged, match="the layout of a collection"):
            exact(store, "odd")


def test_real_genomes_and_proteomes_are_written_again(
    store: SequenceStore, real_data: Path
) -> None:
    files = sorted((real_data / "yeast").rglob("*.gz"))
    plain = {path: gzip.decompress(path.read_bytes()) for path in files}
    texts = {path: text for path, text in plain.items() if text.startswith(b">")}
    assert len(texts) > 5
    for number, path in enumerate(texts):
        store.load(path, f"n{number}", str(number))
    for number, text in enumerate(texts.values()):
        assert exact(store, str(number)) == text


def test_empty_records_are_kept_and_written_again(store: SequenceStore) -> None:
    text = b">a\n>b\nACGT\n>stop\n*\n"
    report = store.load(io.BytesIO(text), "made", "empties")
    assert (report.sequences_seen, report.sequences_new, report.residues_seen) == (3, 2, 4)
    assert store.fetch("made:a") == store.fetch("made:stop") == ""
    assert len(store["made:a"]) == 0
    assert str(store.resolve("made:a")) == "SQ.z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXc"
    assert store.check().problems == ()
    store.reindex()
    assert exact(store, "empties") == text
