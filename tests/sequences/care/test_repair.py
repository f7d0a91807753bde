"""What is damaged is mended where that can be proven right; the rest is told by name."""

import io
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from holdfast.errors import SequenceNotFound, StoreBusy
from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.care.check import Part
from holdfast.sequences.care.gc import Wish
from holdfast.sequences.care.repair import RepairReport
from holdfast.sequences.sync import open_depot


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a history: two texts, a snapshot, an undo, a tidying."""
    folder = tmp_path_factory.mktemp("repair") / "store"
    rng = np.random.default_rng(7)
    bases = rng.choice(np.frombuffer(b"ACGT", np.uint8), 3000).tobytes()
    with SequenceStore.create(folder) as store:
        store.load(io.BytesIO(b">chr\n" + bases + b"\n>p\nMKVLAWQ\n"), "lab", "first")
        store.add_alias(Alias("my", "own"), "lab:chr")
        store.snapshot("then")
        store.load(io.BytesIO(b">q\nMKVLLLL\n"), "lab", "second")
        store.load(io.BytesIO(b">z\nTTTT\n"), "lab", "third")
        store.undo()
        store.gc(Wish(fraction=0))
        store.snapshot("late")
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy of that store to damage."""
    shutil.copytree(whole, tmp_path / "store")
    return tmp_path / "store"


def flip(path: Path, share: float = 0.5) -> None:
    """Turn over one bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(share * (len(content) - 1))] ^= 4
    path.chmod(0o644)
    path.write_bytes(content)


def lose_p(folder: Path) -> tuple[str, Path]:
    """Turn over one bit of the residues of ``lab:p``: its digest, and the pack they are in."""
    with SequenceStore.open(folder) as store:
        info = store.info("lab:p")
        row = store.room.index.find("digest", info.digest.raw)
        assert row is not None
    (pack,) = folder.glob(f"packs/*/{info.pack}.pack")
    content = bytearray(pack.read_bytes())
    content[row.offset + row.size // 2] ^= 4
    pack.chmod(0o644)
    pack.write_bytes(content)
    return str(info.digest), pack


def mend(folder: Path, *copies: Path) -> RepairReport:
    depots = [open_depot(str(each), TransferPolicy()) for each in copies]
    return SequenceStore.repair(folder, depots)


def contents(folder: Path) -> dict[str, bytes]:
    """All immutable files of a store."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("index") and path.name != "lock"
    }


def test_a_sound_store_is_left_as_it_is(copy: Path, whole: Path) -> None:
    before = contents(copy)
    assert mend(copy, whole) == RepairReport((), (), ())
    assert contents(copy) == before


@pytest.mark.parametrize(
    ("pattern", "harm"),
    [
        (pattern, harm)
        for pattern in ("packs/*/*.pack", "journal/*.zst", "snapshots/*.json")
        for harm in ("flip", "cut", "lose")
        if (pattern, harm) != ("snapshots/*.json", "lose")  # it may have been removed
    ],
)
def test_whatever_a_copy_has_is_taken_from_it(
    copy: Path, whole: Path, pattern: str, harm: str
) -> None:
    before = contents(copy)
    for path in list(copy.glob(pattern)):
        match harm:
            case "flip":
                flip(path)
            case "cut":
                path.chmod(0o644)
                path.write_bytes(path.read_bytes()[:-3])
            case "lose":
                path.unlink()
    report = mend(copy, whole)
    assert report.mended
    assert (report.problems, report.lost) == ((), ())
    assert contents(copy) == before


def test_the_newest_entries_are_known_from_the_index_or_a_snapshot(copy: Path, whole: Path) -> None:
    before = contents(copy)
    for path in sorted(copy.glob("journal/*.zst"))[2:]:
        path.unlink()
    for path in copy.glob("index.sqlite*"):
        path.unlink()
    report = mend(copy, whole)
    assert {each.part for each in report.mended} >= {Part.JOURNAL, Part.INDEX}
    assert report.problems == ()
    assert contents(copy) == before


def test_a_damaged_index_is_made_anew(copy: Path) -> None:
    for place in range(0, 4096, 7):
        content = bytearray((copy / "index.sqlite").read_bytes())
        content[place] ^= 255
        (copy / "index.sqlite").write_bytes(content)
    report = mend(copy)
    assert [each.part for each in report.mended] == [Part.INDEX]
    assert report.problems == ()


def test_an_index_that_tells_something_else_is_made_anew(copy: Path) -> None:
    with SequenceStore.open(copy) as store:
        connection = store.room.index._connection()
        connection.execute("UPDATE aliases SET retired = 2 WHERE alias = 'p'")
    report = mend(copy)
    assert [each.part for each in report.mended] == [Part.INDEX]
    with SequenceStore.open(copy) as store:
        assert store.fetch("lab:p") == "MKVLAWQ"


def test_lists_and_leftovers_are_put_in_order(copy: Path) -> None:
    before = contents(copy)
    (copy / "journal" / "LIST").write_bytes(b"nonsense\n")
    (copy / "snapshots" / "LIST").unlink()
    (copy / "packs" / ".tmp-left").write_bytes(b"cut off")
    report = mend(copy)
    assert {(each.part, each.name) for each in report.mended} == {
        (Part.LIST, "journal"), (Part.LIST, "snapshots"), (Part.LEFTOVER, "packs/.tmp-left")
    }  # fmt: skip
    assert report.problems == ()
    assert contents(copy) == before


def test_a_flipped_bit_anywhere_in_a_snapshot_is_mended_without_a_copy(
    copy: Path, whole: Path
) -> None:
    path = copy / "snapshots" / "then.json"
    right = path.read_bytes()
    mended = 0
    for place in range(0, len(right), 9):
        hurt = bytearray(right)
        hurt[place] ^= 4
        path.chmod(0o644)
        path.write_bytes(hurt)
        report = mend(copy)
        assert report.problems == ()
        with SequenceStore.open(copy) as store:
            assert store.find_snapshot("then").position == 2
        mended += path.read_bytes() == right
    assert mended > 0.8 * len(right) / 9, "only the time of its making may be lost"


def test_a_snapshot_that_nothing_proves_is_told_and_kept(copy: Path) -> None:
    path = copy / "snapshots" / "then.json"
    path.chmod(0o644)
    path.write_bytes(b"nothing of it is left")
    (copy / "snapshots" / "LIST").unlink()
    report = mend(copy)
    assert len(report.problems) == 1
    assert "then" in report.problems[0]
    assert path.read_bytes() == b"nothing of it is left"


@pytest.mark.parametrize("harm", ["flip", "lose"])
def test_an_index_that_knows_more_than_the_journal_is_kept(copy: Path, harm: str) -> None:
    path = sorted(copy.glob("journal/*.zst"))[1]
    if harm == "flip":
        flip(path)
    else:
        path.unlink()
    report = mend(copy)
    assert report.mended == () or {each.part for each in report.mended} == {Part.LIST}
    assert report.problems
    with sqlite3.connect(copy / "index.sqlite") as index:
        assert index.execute("SELECT max(number) FROM entries").fetchone() == (6,)
    index.close()
    if harm == "flip":
        with SequenceStore.open(copy) as store:
            assert len(store.fetch("my:own")) == 3000


def test_what_is_lost_is_told_by_name_and_nothing_that_reads_is_removed(copy: Path) -> None:
    digest, pack = lose_p(copy)
    content = pack.read_bytes()
    report = mend(copy)
    assert report.mended == ()
    (lost,) = report.lost
    assert (lost.digest, lost.aliases, lost.collections) == (digest, ("lab:p",), ("first",))
    assert pack.read_bytes() == content
    with SequenceStore.open(copy) as store:
        assert len(store.fetch("lab:chr")) == 3000


def test_what_is_lost_is_given_up_and_comes_back_when_loaded_again(copy: Path) -> None:
    digest, _ = lose_p(copy)
    report = SequenceStore.repair(copy, drop_lost=True, who="ada")
    assert (report.problems, report.lost) == ((), ())
    assert [(each.part, each.name) for each in report.mended] == [(Part.SEQUENCE, digest)]
    with SequenceStore.open(copy) as store:
        assert store.log()[0].who == "ada"
        assert len(store.fetch("lab:chr")) == len(store.at("then").fetch("my:own")) == 3000
        with pytest.raises(SequenceNotFound, match="load them again"):
            store.fetch(digest)
        store.load(io.BytesIO(b">p\nMKVLAWQ\n"), "lab", "again", reassign=True)
        assert store.fetch("lab:p") == store.at("then").fetch("lab:p") == "MKVLAWQ"
        assert store.check().problems == ()


def test_a_pack_that_is_gone_is_given_up(copy: Path) -> None:
    for path in copy.glob("packs/*/*.pack"):
        path.unlink()
    report = SequenceStore.repair(copy, drop_lost=True)
    assert (report.problems, report.lost) == ((), ())
    with SequenceStore.open(copy) as store:
        assert store.status().packs == 0
        store.load(io.BytesIO(b">q\nMKVLLLL\n"), "lab", "again", reassign=True)
        assert store.fetch("lab:q") == "MKVLLLL"


def test_a_wrong_copy_mends_nothing_and_harms_nothing(copy: Path, tmp_path: Path) -> None:
    with SequenceStore.create(tmp_path / "other") as other:
        other.load(io.BytesIO(b">a\nACGT\n"), "lab", "x")
    for path in copy.glob("packs/*/*.pack"):
        flip(path)
    before = contents(copy)
    report = mend(copy, tmp_path / "other", tmp_path / "nowhere")
    assert report.mended == ()
    assert report.problems
    assert contents(copy) == before


def test_a_damaged_copy_is_not_believed(copy: Path, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "bad")
    for path in (tmp_path / "bad").glob("packs/*/*.pack"):
        flip(path, 0.9)
    for path in copy.glob("packs/*/*.pack"):
        flip(path)
    assert mend(copy, tmp_path / "bad").mended == ()
    report = mend(copy, tmp_path / "bad", whole)
    assert report.problems == ()
    assert not (copy / "mending").exists()


def test_nothing_is_mended_while_another_writes(copy: Path) -> None:
    with SequenceStore.open(copy) as store, store.write(), pytest.raises(StoreBusy):
        mend(copy)
