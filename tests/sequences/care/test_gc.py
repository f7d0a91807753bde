"""What nothing names makes room; every snapshot stays readable."""

import errno
import gzip
import io
import threading
from collections import Counter
from hashlib import sha512
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.base.digests import Digest
from holdfast.errors import (
    AliasNotFound,
    SequenceNotFound,
    StoreDamaged,
    StoreError,
    UsageError,
)
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.care.gc import GcReport, Wish
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.packs import PackWriter

ALL = Wish(fraction=0)


def load(store: SequenceStore, text: bytes, name: str = "file") -> None:
    store.load(io.BytesIO(text), "lab", name, reassign=True)


def readable(store: SequenceStore) -> dict[tuple[str, str], str]:
    """Each sequence that each snapshot (and now) names, fetched and hashed."""
    found = {}
    for view_name in ["", *(each.name for each in store.snapshots())]:
        view = store.at(view_name) if view_name else store
        names = {
            f"{space}:{text}"
            for space, text in store.room.index.ask(
                "SELECT s.name, a.alias FROM aliases a JOIN namespaces s ON s.id = a.namespace"
            )
        }
        for name in sorted(names):
            try:
                residues = view.fetch(name)
            except (AliasNotFound, SequenceNotFound):
                continue
            found[view_name, name] = residues
            assert Digest(sha512(residues.encode()).digest()[:24]) == view.resolve(name)
        for record in view.collections():
            for member in view.collection(record.name).members:
                found[view_name, f"{record.name}/{member.name}"] = view.fetch(member.digest)
    return found


def packs(store: SequenceStore) -> list[Path]:
    return sorted(store.folder.glob("packs/*/*.pack"))


def tidy(store: SequenceStore, wish: Wish = ALL) -> GcReport:
    """Tidy up, and see that it was as foreseen and that nothing named is lost."""
    before = readable(store)
    foreseen = store.gc(wish, dry_run=True)
    assert readable(store) == before
    report = store.gc(wish)
    assert foreseen.position is None
    assert foreseen == GcReport(None, *(getattr(report, each) for each in report.__slots__[1:]))
    assert readable(store) == before
    assert store.check().problems == ()
    assert sum(path.stat().st_size for path in packs(store)) == report.bytes_after
    assert len(packs(store)) == report.packs_after
    return report


def test_a_store_without_garbage_is_left_as_it_is(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    before = packs(store)
    report = tidy(store)
    assert (report.position, report.garbage, report.bytes_before) == (None, 0, report.bytes_after)
    assert packs(store) == before


def test_what_an_undone_load_brought_is_gone_after_gc(store: SequenceStore) -> None:
    load(store, b">kept\nGATTACA\n", "one")
    load(store, b">a\nACGTACGT\n", "two")
    digest = store.resolve("lab:a")
    store.undo()
    assert store.fetch(digest) == "ACGTACGT"
    report = tidy(store)
    assert (report.dropped, report.packs_before, report.packs_after) == (1, 2, 1)
    with pytest.raises(SequenceNotFound, match=r"dropped by the commit 4; *load"):
        store.fetch(digest)
    assert store.fetch("lab:kept") == "GATTACA"
    with (
        SequenceStore.open(store.folder) as again,
        pytest.raises(SequenceNotFound, match="dropped by the commit 4"),
    ):
        again.at(2).fetch("lab:a")


def test_a_pack_is_written_anew_with_what_is_kept(store: SequenceStore) -> None:
    texts = (
        b">%s%d\nMKVL%s\n" % (kind, number, b"ACDEFGHIKL"[number % 7 :] * (number % 40 + 1))
        for number in range(400)
        for kind in [b"even" if number % 2 else b"odd"]
    )
    load(store, b"".join(texts))
    with store.write() as batch:
        for number in range(1, 300, 2):
            batch.retire(Alias("lab", f"even{number}"))
        batch.commit()
    store.retire_collection("file")
    half = tidy(store, Wish(fraction=0.99))
    assert (half.position, half.dropped) == (None, 0)
    report = tidy(store)
    assert report.dropped == half.garbage > 0
    assert report.bytes_after < report.bytes_before
    assert tidy(store).position is None


def test_what_a_snapshot_names_is_kept_until_it_is_removed(store: SequenceStore) -> None:
    load(store, b">a\nACGTACGT\n")
    store.snapshot("then")
    load(store, b">a\nTTTT\n")
    assert tidy(store).garbage == 0
    assert store.at("then").fetch("lab:a") == "ACGTACGT"
    store.remove_snapshot("then")
    assert tidy(store).dropped == 1
    assert store.fetch("lab:a") == "TTTT"


def test_a_sequence_that_never_had_a_name_is_kept(store: SequenceStore) -> None:
    with store.write() as batch:
        digest = batch.add(b"GATTACA")
        batch.commit()
    assert tidy(store).garbage == 0
    store.undo()
    assert tidy(store).dropped == 1
    with pytest.raises(SequenceNotFound):
        store.fetch(digest)


def test_a_snapshot_keeps_what_it_knows_by_digest_alone(store: SequenceStore) -> None:
    with store.write() as batch:
        digest = batch.add(b"GATTACA")
        batch.commit()
    store.snapshot("then")
    store.add_alias(Alias("lab", "late"), digest)
    store.retire_alias(Alias("lab", "late"))
    assert tidy(store).garbage == 0
    store.undo_to(0)
    assert tidy(store).garbage == 0
    assert store.at("then").fetch(digest) == "GATTACA"


def test_a_dropped_sequence_comes_back_when_it_is_loaded_again(store: SequenceStore) -> None:
    load(store, b">a\nACGTACGT\n>b\nMKVL\n")
    digest = store.resolve("lab:a")
    exact = io.BytesIO()
    store.write_exact("file", exact)
    store.undo()
    tidy(store)
    load(store, b">a\nACGTACGT\n>b\nMKVL\n")
    assert store.fetch("lab:a") == store.fetch(digest) == "ACGTACGT"
    assert store.at(1).fetch("lab:a") == store.at(1).fetch(digest) == "ACGTACGT"
    again = io.BytesIO()
    store.write_exact("file", again)
    assert again.getvalue() == exact.getvalue()
    assert tidy(store).garbage == 0
    assert store.diff(1, 4).counts().nothing
    assert store.diff(3, 4).counts().sequences_added == 2
    assert store.diff(1, 3).counts().sequences_removed == 2
    store.retire_namespace("lab")
    assert tidy(store).garbage == 0, "the collection still names them"
    store.retire_collection("file")
    assert tidy(store).dropped == 2


def test_a_collection_keeps_what_it_names_by_an_earlier_number(store: SequenceStore) -> None:
    load(store, b">a\nACGTACGT\n")
    store.retire_collection("file")
    store.retire_alias(Alias("lab", "a"))
    assert tidy(store).dropped == 1
    load(store, b">again\nACGTACGT\n", "other")
    store.undo(2)
    store.retire_collection("other")
    store.retire_alias(Alias("lab", "again"))
    assert tidy(store).garbage == 0, "the first collection has it under its first number"
    (member,) = store.collection("file").members
    assert store.fetch(member.digest) == "ACGTACGT"
    store.retire_collection("file")
    assert tidy(store).dropped == 1


def test_a_text_is_written_exactly_after_its_pack_moved(store: SequenceStore) -> None:
    text = b">a x\nacgtNN\nAC\n\n>b\nMKVL*\n"
    store.load(io.BytesIO(text), "lab", "exact")
    load(store, b">c\nTTTT\n", "more")
    tidy(store, Wish(compact=True))
    for opened in (store, SequenceStore.open(store.folder)):
        written = io.BytesIO()
        opened.write_exact("exact", written)
        assert written.getvalue() == text
    opened.close()


def test_compacting_joins_small_packs_up_to_a_target(store: SequenceStore) -> None:
    for number in range(12):
        load(store, b">s%d\n%s\n" % (number, b"ACGTTGCA" * (number + 30)), f"f{number}")
    report = tidy(store, Wish(compact=True))
    assert (report.packs_before, report.packs_after, report.dropped) == (12, 1, 0)
    assert tidy(store, Wish(compact=True)).position is None
    load(store, b">more\nMKVL\n", "more")
    small = tidy(store, Wish(compact=True, target=400))
    assert small.position is None or small.packs_after >= 2


def test_many_packs_become_several_of_the_target_size(store: SequenceStore) -> None:
    for number in range(12):
        load(store, b">s%d\n%s\n" % (number, b"ACGTTGCA" * (number + 30)), f"f{number}")
    report = tidy(store, Wish(compact=True, target=500))
    assert 1 < report.packs_after < 8


def test_dictionaries_move_with_their_sequences(store: SequenceStore) -> None:
    proteins = [b"MKVLAWQSTNHY" * 3 + b"ACDEFGHIKL"[n % 9 :] + b"%c" % (65 + n % 25)
                for n in range(300)]  # fmt: skip
    load(store, b"".join(b">p%d\n%s\n" % pair for pair in enumerate(proteins)))
    load(store, b">x\nACGT\n", "x")
    assert store.status().packs == 2
    assert tidy(store, Wish(compact=True)).packs_after == 1
    with SequenceStore.open(store.folder) as again:
        assert again.fetch("lab:p7") == proteins[7].decode()
        load(again, b">new\nMKVLAWQSTNHYMKVLAWQSTNHYMKV\n", "new")
        assert again.check().problems == ()


def test_orphans_of_an_interrupted_commit_are_removed(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    folder = store.folder / "packs" / "ab"
    folder.mkdir(exist_ok=True)
    (folder / f"ab{'0' * 62}.pack").write_bytes(b"holdfast pack 1\nleft")
    (store.folder / "packs" / ".tmp-left").write_bytes(b"cut off")
    report = tidy(store)
    assert (report.orphans, report.position) == (1, None)
    assert len(packs(store)) == 1
    assert not list(store.folder.rglob(".tmp-*"))


def test_a_damaged_pack_is_left_as_it_is(store: SequenceStore) -> None:
    load(store, b">a\nACGTACGT\n>b\nMKVL\n", "one")
    store.retire_collection("one")
    store.retire_alias(Alias("lab", "a"))
    (pack,) = packs(store)
    content = bytearray(pack.read_bytes())
    content[-1] ^= 1
    pack.chmod(0o644)
    pack.write_bytes(content)
    report = store.gc(ALL)
    assert (report.position, report.damaged) == (None, (pack.stem,))
    assert packs(store) == [pack]


@pytest.mark.parametrize("step", ["append", "finish"])
def test_a_full_disk_leaves_the_store_as_it_was(
    store: SequenceStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    load(store, b">a\n%s\n" % (b"ACGTTGCA" * 40), "one")
    load(store, b">b\nTTTT\n", "two")
    before, texts = packs(store), readable(store)
    calls = count()
    real = getattr(PackWriter, step)

    def full(*arguments: object) -> object:
        if next(calls) == (3 if step == "append" else 0):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(PackWriter, step, full)
        with pytest.raises(StoreError, match="No space left"):
            store.gc(Wish(compact=True))
    assert (packs(store), readable(store)) == (before, texts)
    assert not list(store.folder.rglob(".tmp-*"))
    assert tidy(store, Wish(compact=True)).packs_after == 1


def test_a_commit_the_index_could_not_take_is_said_and_taken_in_later(
    store: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(store, b">a\nACGT\n", "one")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Index, "settle", full)
        with pytest.raises(StoreError, match="commit 2 is in the journal"):
            store.undo()
    assert store.fetch("lab:a") == "ACGT"
    with SequenceStore.open(store.folder) as again:
        assert again.log()[0].undoes == (1,)
        assert again.check().problems == ()


def test_a_snapshot_that_cannot_be_read_keeps_everything(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    store.snapshot("then")
    store.undo()
    path = store.folder / "snapshots" / "then.json"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"then", b"than"))
    with pytest.raises(StoreDamaged):
        store.gc(ALL)
    assert len(packs(store)) == 1


def test_readers_go_on_while_packs_move_under_them(store: SequenceStore) -> None:
    load(store, b">a\nACGTACGT\n>b\nMKVL\n", "one")
    load(store, b">c\nTTTTNNNN\n", "two")
    with SequenceStore.open(store.folder) as reader, SequenceStore.open(store.folder) as late:
        held = reader["lab:a"]
        seen = late.room.index.find("digest", reader.resolve("lab:c").raw)
        assert seen is not None
        real, late.room.index.find = late.room.index.find, lambda *_: seen
        store.gc(Wish(compact=True))
        asked: list[object] = []

        def find(kind: str, digest: bytes) -> object:
            asked.append(kind)
            return seen if len(asked) == 1 else real(kind, digest)

        late.room.index.find = find  # type: ignore[method-assign,assignment] # the row of before
        assert late.fetch(reader.resolve("lab:c")) == "TTTTNNNN"
        assert len(asked) == 3
        assert held[2:6] == "GTAC"
        assert reader.fetch("lab:b") == "MKVL"


def test_who_tidied_is_in_the_log_and_tidying_is_not_undone(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    load(store, b">a\nTTTT\n")
    with SequenceStore.open(store.folder, who="ada") as hers:
        hers.gc(ALL)
    newest = store.log()[0]
    assert (newest.who, newest.note, newest.dropped) == ("ada", "gc", 1)
    with pytest.raises(UsageError, match="changed no name"):
        store.undo(3)


def test_an_undo_does_not_bring_back_a_name_for_what_is_gone(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    load(store, b">a\nTTTT\n")
    tidy(store)
    with pytest.raises(Exception, match="were garbage and are gone"):
        store.undo()
    assert store.fetch("lab:a") == "TTTT"
    load(store, b">z\nACGT\n", "z")
    store.undo(2)
    assert store.fetch("lab:a") == "ACGT"
    assert store.check().problems == ()


@pytest.mark.parametrize("fraction", [-0.1, 1.1])
def test_a_share_that_is_none_is_misuse(fraction: float) -> None:
    with pytest.raises(UsageError):
        Wish(fraction=fraction)


def test_the_yeast_proteomes_of_three_years_survive_being_tidied(
    store: SequenceStore, real_data: Path
) -> None:
    files = sorted((real_data / "yeast" / "proteomes").glob("*/S288C.pep.fa.gz"))
    assert len(files) == 3
    for file in files[:2]:
        store.load(file, "sgd", file.parent.name, reassign=True)
    store.snapshot("second")
    third = store.load(files[2], "sgd", "third", reassign=True)
    store.undo()
    report = store.gc(Wish(fraction=0, compact=True))
    assert report.dropped == report.garbage == third.sequences_new > 0
    assert report.packs_after == 1
    assert store.check().problems == ()
    store.load(files[2], "sgd", files[2].parent.name, reassign=True)
    for file in files:
        written = io.BytesIO()
        store.write_exact(file.parent.name, written)
        assert written.getvalue() == gzip.decompress(file.read_bytes())
    for member in store.at("second").collection(files[1].parent.name).members:
        assert store.at("second").resolve(f"sgd:{member.name}") == member.digest


STEPS = st.lists(
    st.tuples(
        st.sampled_from("load load load bare retire undo drop snap unsnap gc compact".split()),
        st.sampled_from("abc"),
        st.sampled_from(["ACGT", "GGGGNNNN", "MKVL", "TTTT", "AAAA"]),
    ),
    max_size=25,
)


@settings(max_examples=20)
@given(STEPS)
def test_no_history_loses_what_has_a_name(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    with SequenceStore.create(tmp_path_factory.mktemp("gc") / "store") as store:
        for number, (step, name, residues) in enumerate(steps):
            before = readable(store)
            try:
                take(store, step, name, residues, number)
            except StoreDamaged:
                raise
            except (StoreError, UsageError):
                continue
            if step in ("gc", "compact"):
                assert readable(store) == before
        tidy(store)
        with SequenceStore.open(store.folder) as again:
            assert readable(again) == readable(store)
            again.reindex()
            assert readable(again) == readable(store)


def take(store: SequenceStore, step: str, name: str, residues: str, number: int) -> None:
    match step:
        case "load":
            load(store, f">{name}\n{residues}\n>d{number}\n{residues[::-1]}\n".encode(), name)
        case "bare":
            with store.write() as batch:
                batch.add(residues[:3])
                batch.commit()
        case "retire":
            store.retire_alias(Alias("lab", name))
        case "undo":
            store.undo()
        case "drop":
            store.retire_collection(name)
        case "snap":
            store.snapshot(f"s{number}")
        case "unsnap" if store.snapshots():
            store.remove_snapshot(store.snapshots()[0].name)
        case "gc":
            store.gc(ALL)
        case "compact":
            store.gc(Wish(compact=True))
        case _:
            pass


def test_who_reads_while_packs_are_joined_and_dropped_sees_no_gap(store: SequenceStore) -> None:
    """Readers that open every pack anew, in slices, whole, and exactly as loaded."""
    text = b">kept0 x\nACGTNNACGT\n>kept1\nMKVLAWQ\n"
    load(store, text, "kept")
    stop, seen, failed = threading.Event(), Counter[str](), list[BaseException]()

    def read(how: str) -> None:
        with SequenceStore.open(store.folder) as reader:
            try:
                while not stop.is_set():
                    reader.room.packs.forget()
                    match how:
                        case "whole":
                            assert reader.fetch("lab:kept1") == "MKVLAWQ"
                        case "slices":
                            found = reader.slices(["lab:kept0", "lab:kept1"], [2, 1], [6, 3])
                            assert found.texts() == ["GTNN", "KV"]
                        case "exact":
                            written = io.BytesIO()
                            reader.write_exact("kept", written)
                            assert written.getvalue() == text
                    seen[how] += 1
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test shall tell it
                failed.append(error)

    readers = [threading.Thread(target=read, args=[how]) for how in ("whole", "slices", "exact")]
    for reader in readers:
        reader.start()
    for number in range(8):
        load(store, b">other\n%s\n" % (b"GATTACA" * (number + 1)), "other")
        store.gc(Wish(fraction=0, compact=True))
    stop.set()
    for reader in readers:
        reader.join()
    assert failed == []
    assert min(seen.values()) > 3
    assert store.status().packs == 1
