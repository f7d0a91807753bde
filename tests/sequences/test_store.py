import gzip
import io
import json
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.base.digests import Digest, Digests
from holdfast.base.locks import exclusive
from holdfast.base.progress import Progress
from holdfast.errors import (
    AliasAmbiguous,
    AliasConflict,
    AliasNotFound,
    CollectionNotFound,
    FormatError,
    SequenceNotFound,
    SnapshotExists,
    SnapshotNotFound,
    StoreBusy,
    StoreDamaged,
    StoreError,
    UsageError,
)
from holdfast.sequences import Alias, LoadReport, Origin, SequenceStore
from holdfast.sequences.care.gc import Wish
from holdfast.sequences.storage.index import Index

FASTA = b">chr1 first\nACGTNNACGT\nacgt\n>p1\nMKVLLEDI*\n>gi|2|x:y/z\nGGGG\n"


def load(store: SequenceStore, text: bytes, namespace: str = "lab", **said: object) -> LoadReport:
    """Load a text as the collection "made" unless it is said otherwise."""
    return store.load(io.BytesIO(text), namespace, **({"collection": "made"} | said))  # type: ignore[arg-type]  # what is said is checked by running


def digest(residues: bytes) -> Digest:
    return Digests.of(residues).ga4gh


# Loading


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
@pytest.mark.parametrize("kind", ["path", "stream"])
def test_a_loaded_file_is_read_back(
    store: SequenceStore, tmp_path: Path, form: str, kind: str
) -> None:
    content = {"plain": bytes, "gzip": gzip.compress, "zstd": zstandard.compress}[form](FASTA)
    path = tmp_path / "made.fa"
    path.write_bytes(content)
    report = store.load(path if kind == "path" else io.BytesIO(content), "lab")
    assert (report.sequences_seen, report.sequences_new) == (3, 3)
    assert report.aliases_added == 4  # the third is gi:2 too
    assert (report.residues_seen, report.residues_new) == (26, 26)
    assert store.fetch("lab:chr1") == "ACGTNNACGTACGT"
    assert store.fetch("p1") == "MKVLLEDI"
    assert store.fetch("lab:gi|2|x:y/z") == store.fetch("gi|2|x:y/z") == "GGGG"
    assert store.check().problems == ()


def test_the_bytes_a_load_adds_are_those_of_its_pack_and_entry(store: SequenceStore) -> None:
    report = load(store, FASTA)
    status = store.status()
    assert report.bytes_added == status.pack_bytes + status.journal_bytes


def test_loading_the_same_again_adds_nothing(store: SequenceStore) -> None:
    load(store, FASTA)
    before = store.status()
    again = load(store, FASTA)
    assert (again.sequences_new, again.aliases_added, again.bytes_added) == (0, 0, 0)
    assert store.status() == before


def test_a_second_release_stores_only_what_is_new(store: SequenceStore) -> None:
    load(store, FASTA, collection="release 1")
    report = load(store, FASTA + b">p2\nMMMM\n", collection="release 2")
    assert (report.sequences_seen, report.sequences_new, report.residues_new) == (4, 1, 4)
    assert [record.name for record in store.collections()] == ["release 1", "release 2"]


def test_one_sequence_under_two_names_is_stored_once(store: SequenceStore) -> None:
    report = load(store, b">a\nACGT\n>b\nacgt\n")
    assert (report.sequences_seen, report.sequences_new) == (2, 1)
    assert store.resolve("a") == store.resolve("b") == digest(b"ACGT")


def test_a_chromosome_longer_than_a_block_is_loaded_in_pieces(store: SequenceStore) -> None:
    rng = np.random.default_rng(5)
    bases = rng.choice(np.frombuffer(b"ACGT", np.uint8), 20_000_003)
    bases[7_999_999:8_400_001] = ord("N")
    residues = bases.tobytes()
    lines = b"\n".join(residues[at : at + 80] for at in range(0, len(residues), 80))
    told: list[Progress] = []
    report = load(store, b">big\n" + lines + b"\n>small\nAC\n", listener=told.append)
    assert (report.sequences_new, report.residues_new) == (2, 20_000_005)
    assert told[-1].done == 20_000_005
    assert store.resolve("big") == digest(residues)
    whole = store.fetch("big")
    assert whole.encode() == residues
    for start in (0, 1, 7_999_990, 8_399_990, 19_999_990):
        assert store.fetch("big", start, start + 50) == whole[start : start + 50]
    assert store.info("big").size <= 0.2501 * len(residues)
    again = load(store, b">another name\n" + lines)
    assert (again.sequences_new, again.bytes_added < 1000) == (0, True)
    assert store.check().problems == ()


def test_a_long_protein_is_kept_in_blocks(store: SequenceStore) -> None:
    residues = np.random.default_rng(1).choice(list(b"MKVLEDIG"), 9_000_000).astype("u1").tobytes()
    load(store, b">titin\n" + residues)
    assert store.info("titin").encoding == "blocks"
    assert store.fetch("titin", 8_999_990, 10**9) == residues[-10:].decode()
    assert store.check().problems == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b">a\nACGT\n>b\nAC!T\n", "standard input:4: '!' is not a residue"),
        (b">a\nACGT\n>a\nGG\n", "standard input:3: the name a already stands for another"),
        (b">a\nACGT\n>known\nGG\n", "standard input:3: the alias lab:known belongs to another"),
        (b"", "standard input: is empty"),
        (gzip.compress(FASTA, mtime=0)[:-5], "cut short"),
    ],
)
def test_a_broken_text_stores_nothing(store: SequenceStore, text: bytes, sentence: str) -> None:
    load(store, b">known\nTTTT\n")
    before = store.status(), sorted(p for p in store.folder.rglob("*") if "index" not in p.name)
    with pytest.raises((FormatError, AliasConflict), match=sentence):
        load(store, text)
    after = store.status(), sorted(p for p in store.folder.rglob("*") if "index" not in p.name)
    assert after == before
    assert digest(b"ACGT") not in store


def test_a_name_twice_for_the_same_sequence_is_one_alias(store: SequenceStore) -> None:
    report = load(store, b">a\nACGT\n>a\nACGT\n")
    assert (report.sequences_seen, report.aliases_added) == (2, 1)


@pytest.mark.parametrize("namespace", ["", "a:b", "a b", "md5", "ga4gh", "x" * 65])
def test_a_namespace_that_cannot_be_one_is_refused(store: SequenceStore, namespace: str) -> None:
    with pytest.raises(UsageError):
        load(store, FASTA, namespace)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.text("ACGTN", min_size=1, max_size=300),
            st.text("ACDEFGHIKLMNPQRSTVWYX", min_size=1, max_size=300),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_is_loaded_is_fetched(store: SequenceStore, sequences: list[str]) -> None:
    text = "".join(f">{digest(s.encode())}\n{s}\n" for s in sequences)
    load(store, text.encode())
    for residues in sequences:
        name = digest(residues.encode())
        assert store.fetch(name) == residues
        assert store.fetch(str(name), 1, 5) == residues[1:5]


# Names


def test_every_name_of_a_sequence_finds_it(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    for name in (
        "SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
        "ga4gh:SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
        "sha512t24u:aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
        "md5:f1f8f4bf413b16ad135722aa4591043e",
        "f1f8f4bf413b16ad135722aa4591043e",
        "sha1:2108994e17f6cca9ff2352ada92b6511db076034",
        "2108994e17f6cca9ff2352ada92b6511db076034",
        "seguid:IQiZThf2zKn/I1KtqStlEdsHYDQ",
        "IQiZThf2zKn/I1KtqStlEdsHYDQ",
        "trunc512:68a178f7c740c5c240aa67ba41843b119d3bf9f8b0f0ac36",
        "lab:a",
        "a",
    ):
        assert store.fetch(name) == "ACGT"
        assert name in store
        assert str(store.resolve(name)) == "SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("nothing", AliasNotFound),
        ("lab:nothing", AliasNotFound),
        ("SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw3", SequenceNotFound),
        ("md5:00000000000000000000000000000000", SequenceNotFound),
        ("00000000000000000000000000000000", AliasNotFound),
        ("md5:xyz", UsageError),
        ("SQ.short", UsageError),
    ],
)
def test_an_unknown_name_is_said_to_be_one(
    store: SequenceStore, name: str, error: type[Exception]
) -> None:
    load(store, b">a\nACGT\n")
    with pytest.raises(error):
        store.fetch(name)


def test_a_name_in_two_namespaces_is_ambiguous_only_if_they_differ(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n>b\nGG\n", "one")
    load(store, b">a\nACGT\n>b\nTT\n", "two")
    assert store.fetch("a") == "ACGT"
    with pytest.raises(AliasAmbiguous, match=r"SQ\.\S+ in one, SQ\.\S+ in two;"):
        store.fetch("b")
    assert (store.fetch("one:b"), store.fetch("two:b")) == ("GG", "TT")


def test_an_alias_is_moved_only_when_it_is_said_and_keeps_its_history(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    with pytest.raises(AliasConflict):
        load(store, b">a\nGGGG\n")
    report = load(store, b">a\nGGGG\n", reassign=True)
    assert (report.aliases_added, report.aliases_retired) == (1, 1)
    assert store.fetch("a") == "GGGG"
    assert store.aliases(digest(b"ACGT")) == []
    old, new = store.aliases(digest(b"ACGT"), history=True)
    assert (str(old.alias), old.digest, old.added, old.retired) == ("lab:a", digest(b"ACGT"), 1, 2)
    assert (str(new.alias), new.digest, new.added, new.retired) == (
        "lab:a",
        digest(b"GGGG"),
        2,
        None,
    )
    assert store.aliases("a", history=True) == [old, new]


def test_an_alias_can_be_added_and_retired(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    store.add_alias(Alias("imgt", "HLA:A*01"), "a")
    assert store.fetch("imgt:HLA:A*01") == "ACGT"
    store.retire_alias(Alias("imgt", "HLA:A*01"))
    with pytest.raises(AliasNotFound):
        store.fetch("imgt:HLA:A*01")
    with pytest.raises(AliasNotFound):
        store.retire_alias(Alias("imgt", "HLA:A*01"))
    assert [record.retired for record in store.aliases("a", history=True)] == [3, None]
    (past,) = store.aliases("imgt:HLA:A*01", history=True)
    assert (past.digest, past.added, past.retired) == (digest(b"ACGT"), 2, 3)
    assert store.aliases("HLA:A*01", history=True) == [past]
    for name, history in (("imgt:HLA:A*01", False), ("imgt:HLA:A*02", True)):
        with pytest.raises(AliasNotFound):
            store.aliases(name, history)


# Slices


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, "ACGTNN"), (4, None, "NN"), (None, 4, "ACGT"), (2, 5, "GTN"), (3, 3, ""),
        (2, 99, "GTNN"), (6, 6, ""), (99, 120, ""), (99, None, ""),
    ],
)  # fmt: skip
def test_slices_are_zero_based_and_end_at_the_end(
    store: SequenceStore, start: int | None, end: int | None, expected: str
) -> None:
    load(store, b">a\nACGTNN\n")
    assert store.fetch("a", start, end) == expected


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 2), (0, -2)])
def test_slices_out_of_order_are_refused(store: SequenceStore, start: int, end: int) -> None:
    load(store, b">a\nACGTNN\n")
    with pytest.raises(UsageError):
        store.fetch("a", start, end)


def test_a_sequence_behaves_as_python_sequences_do(store: SequenceStore) -> None:
    load(store, b">a\nACGTNN\n")
    sequence = store["a"]
    assert (len(sequence), sequence[0], sequence[-1], sequence[1:3]) == (6, "A", "N", "CG")
    assert sequence[::-1] == "NNTGCA"
    assert sequence[5:2] == ""
    assert list(sequence) == list("ACGTNN")
    assert "GTN" in sequence
    assert sequence.index("T") == 3
    assert sequence == "ACGTNN"
    assert sequence == store["lab:a"]
    assert hash(sequence) == hash("ACGTNN")
    with pytest.raises(IndexError):
        sequence[6]


def test_many_threads_read_at_once(store: SequenceStore) -> None:
    load(store, b"".join(b">s%d\n%s\n" % (n, b"ACGT" * (n + 1)) for n in range(200)))
    wrong: list[int] = []

    def read(start: int) -> None:
        numbers = [n % 200 for n in range(start, start + 100)]
        wrong.extend(n for n in numbers if store.fetch(f"s{n}") != "ACGT" * (n + 1))

    readers = [threading.Thread(target=read, args=(30 * n,)) for n in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert wrong == []


# Batches


def test_leaving_a_batch_without_commit_leaves_nothing(store: SequenceStore) -> None:
    with store.write() as batch:
        added = batch.add(b"acgt", [Alias("lab", "a")])
    assert added not in store
    assert store.status().position == 0
    assert not list(store.folder.rglob(".tmp-*"))


def test_a_batch_stages_sequences_and_aliases_together(store: SequenceStore) -> None:
    with store.write() as batch:
        first = batch.add("AC GT*", [Alias("lab", "a")])
        batch.alias(Alias("lab", "b"), first)
        assert batch.add(b"acgt") == first
        with pytest.raises(AliasConflict):
            batch.add(b"GG", [Alias("lab", "a")])
        with pytest.raises(UsageError):
            batch.add(b"AC-GT")
        with pytest.raises(SequenceNotFound):
            batch.alias(Alias("lab", "c"), digest(b"TTTTTT"))
        batch.commit("one")
        with pytest.raises(UsageError, match="has ended"):
            batch.commit()
    assert store.fetch("lab:b") == "ACGT"


# Collections


def test_a_collection_has_the_standards_digest_and_its_members_in_order(
    store: SequenceStore,
) -> None:
    text = b">chrX\nTTGGGGAA\n>chr1 one\nGGAA\n>chr2\nGCGC\n"
    origin = Origin("http://x/base.fa", "base.fa", "00", "1")
    report = load(store, text, collection="base", origin=origin)
    assert report.digest == "XZlrcEGi6mlopZ2uD8ObHkQB1d0oDwKk"
    found = store.collection("base")
    assert found == store.collection(report.digest)
    assert [(m.name, m.length, m.description) for m in found.members] == [
        ("chrX", 8, ""), ("chr1", 4, "one"), ("chr2", 4, ""),
    ]  # fmt: skip
    assert found.origin == origin
    (record,) = store.collections()
    assert (record.name, record.sequences, record.residues, record.added) == ("base", 3, 16, 1)
    written = io.BytesIO()
    assert store.write_fasta("base", written) == 3
    assert written.getvalue() == text


def test_a_name_moves_to_a_new_collection_and_the_old_one_stays(store: SequenceStore) -> None:
    first = load(store, b">a\nACGT\n")
    second = load(store, b">b\nGG\n")
    assert store.collection("made").digest == second.digest
    assert [m.name for m in store.collection(first.digest).members] == ["a"]
    with pytest.raises(CollectionNotFound):
        store.collection("nothing")


def test_the_same_records_under_another_name_are_referred_to(store: SequenceStore) -> None:
    text = b"".join(b">name%d described\n%s\n" % (n, b"ACGT" * n) for n in range(1, 500))
    first = load(store, text, collection="one")
    second = load(store, text, collection="two")
    assert first.digest == second.digest
    assert second.bytes_added < 600
    assert store.collection("two").members == store.collection("one").members


# Snapshots


def test_a_snapshot_shows_what_was_then(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n", collection="made")
    made = store.snapshot("then")
    assert (made.position, made.sequences, made.aliases, made.collections) == (1, 1, 1, 1)
    load(store, b">a\nGGGG\n>b\nTT\n", reassign=True)
    then = store.at("then")
    assert (then.fetch("a"), store.fetch("a")) == ("ACGT", "GGGG")
    assert [record.retired for record in then.aliases("a", history=True)] == [None]
    assert then.collection("made").digest != store.collection("made").digest
    assert len(then.collections()) == 1
    assert "b" not in then
    store.fetch(digest(b"TT"))
    for question in (then.fetch, then.resolve, then.info):
        with pytest.raises(SequenceNotFound):
            question(digest(b"TT"))
    assert [snapshot.name for snapshot in store.snapshots()] == ["then"]


def test_a_snapshot_is_one_small_file_and_never_changes(store: SequenceStore) -> None:
    load(store, FASTA)
    store.snapshot("then")
    (file,) = (store.folder / "snapshots").glob("*.json")
    assert file.stat().st_size < 1000
    assert json.loads(file.read_bytes())["position"] == 1
    with pytest.raises(SnapshotExists):
        store.snapshot("then")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "a b", "x\n"])
def test_a_snapshots_name_cannot_leave_its_folder(store: SequenceStore, name: str) -> None:
    with pytest.raises(UsageError):
        store.snapshot(name)
    with pytest.raises(SnapshotNotFound):
        store.at(name)


# The folder


def test_a_store_is_made_once(store: SequenceStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="already"):
        SequenceStore.create(store.folder)
    with pytest.raises(StoreError, match="not empty"):
        SequenceStore.create(tmp_path)
    with pytest.raises(StoreError, match="no store"):
        SequenceStore.open(tmp_path / "nowhere")


def test_an_index_is_made_again_from_the_journal_alone(store: SequenceStore) -> None:
    load(store, FASTA)
    load(store, b">chr1\nTTT\n", reassign=True)
    before = store.status(), store.collections(), store.aliases("chr1", history=True)
    store.close()
    for path in store.folder.glob("index.sqlite*"):
        path.unlink()
    with SequenceStore.open(store.folder) as again:
        found = again.status(), again.collections(), again.aliases("chr1", history=True)
        assert found[1:] == before[1:]
        assert (found[0].sequences, found[0].position) == (4, 2)
        assert again.reindex() == 2
        assert again.fetch("chr1") == "TTT"


def test_a_store_can_be_opened_where_nothing_may_be_written(store: SequenceStore) -> None:
    load(store, FASTA)
    store.close()
    script = (
        "import os, sys\n"
        "import numpy.ma  # loaded late by NumPy, when the installation may be out of reach\n"
        "from holdfast.sequences import SequenceStore\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "print(SequenceStore.open(sys.argv[1]).fetch('chr1', 2, 6))\n"
    )
    parents = [parent for parent in store.folder.parents if parent.stat().st_mode & 0o5 != 0o5]
    modes = {parent: parent.stat().st_mode for parent in parents}
    try:
        for parent in parents:
            parent.chmod(0o755)
        store.folder.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", script, str(store.folder)],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        store.folder.chmod(0o755)
        for parent, mode in modes.items():
            parent.chmod(mode)
    assert done.stdout == "GTNN\n", done.stderr


# One writer, many readers


def test_a_second_writer_is_told_that_the_store_is_busy(store: SequenceStore) -> None:
    with exclusive(store.folder / "lock"), pytest.raises(StoreBusy, match="is writing"):
        load(store, FASTA)


def test_a_second_writer_waits_when_it_may(store: SequenceStore) -> None:
    held = threading.Event()

    def hold() -> None:
        with exclusive(store.folder / "lock"):
            held.set()
            time.sleep(0.2)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    with store.write(wait=10) as batch:
        batch.add(b"ACGT", [Alias("lab", "a")])
        batch.commit()
    holder.join()
    assert store.fetch("a") == "ACGT"


def test_readers_see_the_old_or_the_new_during_commits(store: SequenceStore) -> None:
    versions = ["ACGT" * n for n in range(1, 25)]
    load(store, f">a\n{versions[0]}\n".encode())
    seen: list[str] = []
    ended = threading.Event()

    def read() -> None:
        with SequenceStore.open(store.folder) as reader:
            while not ended.is_set():
                seen.append(reader.fetch("lab:a"))

    reader = threading.Thread(target=read)
    reader.start()
    for version in versions[1:]:
        load(store, f">a\n{version}\n".encode(), reassign=True)
    ended.set()
    reader.join()
    order = [versions.index(each) for each in seen]
    assert order == sorted(order)


def test_another_process_sees_a_commit_at_once(store: SequenceStore) -> None:
    with SequenceStore.open(store.folder) as other:
        load(store, FASTA)
        assert other.fetch("p1") == "MKVLLEDI"


def test_an_opened_store_catches_up_with_the_journal(store: SequenceStore, tmp_path: Path) -> None:
    load(store, FASTA)
    store.close()
    index = (store.folder / "index.sqlite").read_bytes()
    with SequenceStore.open(store.folder) as again:
        load(again, b">late\nTTTTT\n")
    for path in store.folder.glob("index.sqlite*"):
        path.unlink()
    (store.folder / "index.sqlite").write_bytes(index)
    with exclusive(store.folder / "lock"), SequenceStore.open(store.folder) as behind:
        assert "late" not in behind  # a writer is at it: the reader has what the index has
    with SequenceStore.open(store.folder) as caught_up:
        assert caught_up.fetch("late") == "TTTTT"
        assert caught_up.check().problems == ()


def test_an_older_database_beside_newer_rows_comes_up_to_the_journal(store: SequenceStore) -> None:
    load(store, b">a\n%s\n>b\nMKVLAW\n" % (b"ACGT" * 90))
    load(store, b">b\nMKVL\n", reassign=True)
    load(store, b">c\nGATTACA\n")
    store.close()
    (rows,) = store.folder.glob("index-*.rows")
    database, before = (store.folder / "index.sqlite").read_bytes(), rows.read_bytes()
    with SequenceStore.open(store.folder) as again:
        again.gc(Wish(fraction=0, compact=True, target=200))
    assert rows.read_bytes()[: len(before)] != before
    for path in store.folder.glob("index.sqlite*"):
        path.unlink()
    (store.folder / "index.sqlite").write_bytes(database)
    with SequenceStore.open(store.folder) as caught_up:
        assert (caught_up.fetch("b"), caught_up.fetch("c")) == ("MKVL", "GATTACA")
        assert caught_up.check().problems == ()


def test_entries_before_one_that_is_damaged_are_taken_in(store: SequenceStore) -> None:
    for number in range(5):
        load(store, b">s%d\n%s\n" % (number, b"ACGT" * (number + 1)))
    store.close()
    entry = sorted((store.folder / "journal").glob("*.zst"))[3]
    entry.chmod(0o644)
    entry.write_bytes(b"no entry")
    for path in store.folder.glob("index*"):
        path.unlink()
    with pytest.raises(StoreDamaged):
        SequenceStore.open(store.folder)
    index = Index(store.folder / "index.sqlite")
    assert index.position().number == 3
    index.close()


def test_an_index_of_another_journal_is_refused(store: SequenceStore, tmp_path: Path) -> None:
    load(store, FASTA)
    with SequenceStore.create(tmp_path / "other") as other:
        load(other, b">a\nAC\n")
    for path in store.folder.glob("index*"):
        path.unlink()
    for path in (tmp_path / "other").glob("index*"):
        shutil.copy(path, store.folder)
    with SequenceStore.open(store.folder) as opened, pytest.raises(StoreDamaged, match="reindex"):
        load(opened, b">b\nAC\n")


def test_the_yeast_genome_is_stored_in_a_quarter(store: SequenceStore, real_data: Path) -> None:
    report = store.load(real_data / "yeast/genomes/S288C.genome.fa.gz", "s288c")
    assert report.sequences_seen == 16
    assert report.bytes_added < 0.251 * report.residues_seen
    assert "alias" not in store.info("s288c:chrI").alphabet
    assert store.check().problems == ()


def test_a_release_that_changed_little_costs_little(store: SequenceStore, real_data: Path) -> None:
    first, *later = sorted((real_data / "yeast/proteomes").glob("*/S288C.pep.fa.gz"))
    whole = store.load(first, "sgd", "one").bytes_added
    for number, path in enumerate(later):
        report = store.load(path, "sgd", f"later {number}", reassign=True)
        assert report.bytes_added < 0.05 * whole


def test_a_snapshot_is_not_called_like_a_position(store: SequenceStore) -> None:
    store.load(io.BytesIO(b">a\nACGT\n"), "lab", "a")
    with pytest.raises(UsageError, match="taken for a position"):
        store.snapshot("12")
