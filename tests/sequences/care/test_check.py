"""A flipped bit anywhere is found."""

import errno
import io
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from holdfast.errors import StoreDamaged, StoreError
from holdfast.sequences import SequenceStore
from holdfast.sequences.care.check import Part
from holdfast.sequences.care.gc import Wish
from holdfast.sequences.storage.journal import Entry, Moved
from holdfast.sequences.storage.rows import WIDTH, RowsFile


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with bases, proteins with a dictionary, a long protein, two commits, a snapshot."""
    folder = tmp_path_factory.mktemp("check") / "store"
    rng = np.random.default_rng(1)
    letters = np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", np.uint8)
    proteins = [rng.choice(letters, rng.integers(20, 90)).tobytes() for _ in range(250)]
    bases = rng.choice(np.frombuffer(b"ACGT", np.uint8), 3000).tobytes()
    text = (
        b">chr\n" + bases + b"NNNN\n" + b">long\n" + rng.choice(letters, 70_000).tobytes() + b"\n"
    )
    text += b"".join(b">p%d\n%s\n" % pair for pair in enumerate(proteins))
    with SequenceStore.create(folder) as store:
        store.load(io.BytesIO(text), "lab", "first")
        store.snapshot("then")
        store.load(io.BytesIO(b">chr\nGATTACA\n"), "lab", "second", reassign=True)
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy of that store to damage."""
    shutil.copytree(whole, tmp_path / "store")
    return tmp_path / "store"


def problems(folder: Path) -> tuple[str, ...]:
    """What a check of the store in `folder` finds, or what keeps it from being opened."""
    try:
        with SequenceStore.open(folder) as store:
            return store.check().problems
    except StoreDamaged as error:
        return (str(error),)


def flip(path: Path, place: int) -> None:
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << place % 8
    path.chmod(0o644)
    path.write_bytes(content)


@contextmanager
def busy(folder: Path, also: Callable[[SequenceStore, int], object]) -> Iterator[None]:
    """While the block runs, another thread loads into the store, and does that `also`."""
    stop = threading.Event()

    def write() -> None:
        with SequenceStore.open(folder, wait=10) as writer:
            for number in count():
                if stop.is_set():
                    return
                writer.load(io.BytesIO(b">n%d\n%s\n" % (number, b"ACGT" * (number + 1))), "busy")
                also(writer, number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_whole_store_has_no_problems(whole: Path) -> None:
    assert problems(whole) == ()


@pytest.mark.parametrize("part", ["packs/*/*.pack", "journal/*.zst", "snapshots/*.json", "*.toml"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 0.6, 0.85, 1.0])
def test_a_flipped_bit_is_found(copy: Path, part: str, share: float) -> None:
    for path in copy.glob(part):
        before = path.read_bytes()
        flip(path, int(share * (len(before) - 1)))
        found = problems(copy)
        assert found, path
        path.write_bytes(before)


def test_a_flipped_bit_in_the_index_is_found_or_changes_nothing(copy: Path) -> None:
    path = copy / "index.sqlite"
    before = {file: file.read_bytes() for file in copy.glob("index*")}
    with SequenceStore.open(copy) as store:
        digests = [member.digest for member in store.collection("first").members]
        truth = [store.fetch(digest) for digest in digests]
    for place in np.random.default_rng(2).integers(0, len(before[path]), 40).tolist():
        flip(path, place)
        if not problems(copy):
            with SequenceStore.open(copy) as store:
                assert [store.fetch(digest) for digest in digests] == truth
        for file in copy.glob("index*"):
            file.unlink()
        for file, content in before.items():
            file.write_bytes(content)


def test_a_damaged_index_is_made_anew(copy: Path) -> None:
    for place in range(0, 4096, 7):
        flip(copy / "index.sqlite", place)
    with SequenceStore.open(copy) as store:
        assert store.fetch("lab:chr") == "GATTACA"
        assert store.check().problems == ()


def test_a_missing_pack_is_found(copy: Path) -> None:
    next(copy.glob("packs/*/*.pack")).unlink()
    assert any("cannot be read" in problem for problem in problems(copy))


def test_a_pack_cut_short_is_found(copy: Path) -> None:
    path = max(copy.glob("packs/*/*.pack"), key=lambda path: path.stat().st_size)
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-9])
    assert any("is damaged" in problem for problem in problems(copy))


def test_a_missing_journal_entry_is_found(copy: Path) -> None:
    min((copy / "journal").iterdir()).unlink()
    assert any("is missing" in problem for problem in problems(copy))


def test_a_snapshot_of_a_journal_that_is_gone_is_found(copy: Path) -> None:
    with SequenceStore.open(copy) as store:
        store.snapshot("late")
    max((copy / "journal").glob("*.zst")).unlink()
    for path in copy.glob("index.sqlite*"):
        path.unlink()
    assert any("late" in problem for problem in problems(copy))


def test_leftover_temporary_files_are_no_problem_and_go_with_the_next_writer(copy: Path) -> None:
    for part in ("packs", "journal", "snapshots"):
        (copy / part / ".tmp-abc").write_bytes(b"cut off")
    assert problems(copy) == ()
    with SequenceStore.open(copy) as store:
        store.load(io.BytesIO(b">new\nACCA\n"), "lab", "new")
    assert not list(copy.rglob(".tmp-*"))


def test_a_check_while_others_write_finds_nothing_wrong(copy: Path) -> None:
    with (
        busy(copy, lambda writer, number: writer.snapshot(f"busy-{number}")),
        SequenceStore.open(copy) as store,
    ):
        reports = [store.check() for _ in range(8)]
    assert [report.problems for report in reports] == [()] * 8
    assert reports[-1].entries > reports[0].entries


def test_a_journal_that_ends_too_early_is_found_by_what_the_index_knows(copy: Path) -> None:
    max((copy / "journal").glob("*.zst")).unlink()
    assert any("ends before the entry 2" in problem for problem in problems(copy))


def test_a_damaged_layout_is_found(copy: Path) -> None:
    with SequenceStore.open(copy) as store:
        (row,) = store.room.index.ask(
            'SELECT p.sha256, c."offset", c.size FROM contents c JOIN packs p ON p.id = c.pack'
            " WHERE c.entry = 1"
        )
    (pack,) = copy.glob(f"packs/*/{row[0]}.pack")
    flip(pack, row[1] + row[2] // 2)
    with SequenceStore.open(copy) as store:
        found = store.check()
    assert any("the layout of the collection 0" in problem for problem in found.problems)
    assert {each.pack for each in found.damage} == {row[0]}


def test_a_check_while_packs_are_joined_finds_nothing_wrong(copy: Path) -> None:
    with busy(copy, lambda writer, _: writer.gc(Wish(fraction=0, compact=True))):
        reports = []
        for _ in range(6):
            with SequenceStore.open(copy) as store:
                reports.append(store.check())
    assert [report.problems for report in reports] == [()] * 6


def tidied(folder: Path) -> list[Path]:
    """Have the store in `folder` tidied, and used on; the files of its entries, in order."""
    with SequenceStore.open(folder) as store:
        store.gc(Wish(fraction=0, compact=True))
        store.load(io.BytesIO(b">later\nTTTTGGGG\n"), "lab", "later")
    return sorted((folder / "journal").glob("*.zst"))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_packs_that_were_dropped_are_not_missed_when_an_entry_is_damaged(
    copy: Path, number: int
) -> None:
    with SequenceStore.open(copy) as store:
        store.load(io.BytesIO(b">more\nACACACGT\n"), "lab", "more")
    entry = tidied(copy)[number - 1]
    flip(entry, 50)
    with SequenceStore.open(copy) as store:
        report = store.check()
    assert [(each.part, each.name) for each in report.damage] == [(Part.JOURNAL, str(number))]


def test_a_pack_that_is_missing_is_told_also_when_a_later_entry_is_damaged(copy: Path) -> None:
    entries = tidied(copy)
    with SequenceStore.open(copy) as store:
        (pack,) = {pack.sha256 for pack in store.entry(3).packs}
    flip(entries[3], 50)
    (found,) = copy.glob(f"packs/*/{pack}.pack")
    found.unlink()
    with SequenceStore.open(copy) as store:
        report = store.check()
    assert {each.part for each in report.damage} == {
        Part.JOURNAL,
        Part.PACK,
        Part.SEQUENCE,
        Part.LAYOUT,
    }
    assert {each.pack for each in report.damage if each.part is not Part.JOURNAL} == {pack}


def test_an_entry_that_speaks_of_what_there_is_not_is_found(copy: Path) -> None:
    with SequenceStore.open(copy) as store:
        last = store.status()
        wrong = Entry(
            number=last.position + 1,
            previous=store.room.journal.names()[-1].sha256,
            time="2026-11-21T12:00:00+00:00",
            moved=Moved([last.sequences + 7], [0], [16], [4]),
        )
        store.room.journal.write(wrong)
        report = store.check()
    assert [(each.part, each.name) for each in report.damage] == [(Part.JOURNAL, "3")]
    assert "speaks of what there is not" in report.problems[0]
    assert report.sequences == last.sequences


def test_entries_that_are_taken_in_by_parts_make_the_same_index(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.sequences.care.check.ROWS", 100)
    monkeypatch.setattr("holdfast.sequences.reading.verifying.TOGETHER", 64)
    pack = max(copy.glob("packs/*/*.pack"), key=lambda path: path.stat().st_size)
    with SequenceStore.open(copy) as store:
        assert store.check().problems == ()
        total = store.status().sequences
    flip(pack, pack.stat().st_size // 2)
    with SequenceStore.open(copy) as store:
        report = store.check()
    assert (report.sequences, len(report.damage)) == (total, 2)
    assert {each.part for each in report.damage} == {Part.PACK, Part.SEQUENCE}
    assert {each.pack for each in report.damage} == {pack.stem}


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE aliases SET retired = 2 WHERE alias = 'p7'", "aliases differs from"),
        ("UPDATE aliases SET sequence = 3 WHERE alias = 'p7'", "aliases differs from"),
        ("DELETE FROM aliases WHERE alias = 'p7'", "aliases differs from"),
        ("INSERT INTO aliases VALUES ('made up', 1, 1, NULL, 3)", "aliases differs from"),
        ("UPDATE collections SET origin = '{}'", "collections differs from"),
        ("UPDATE contents SET residues = residues + 1", "contents differs from"),
        ("DELETE FROM pages", "keys differ from"),
    ],
)
def test_an_index_that_tells_something_else_is_found(copy: Path, sql: str, table: str) -> None:
    with SequenceStore.open(copy) as store:
        store.room.index._connection().execute(sql)
        assert any(f"{table} the journal" in problem for problem in store.check().problems)


@pytest.mark.parametrize("harm", ["flip", "zeros", "swap", "cut", "lose"])
def test_rows_that_tell_something_else_are_found_or_made_anew(copy: Path, harm: str) -> None:
    (path,) = copy.glob("index-*.rows")
    with SequenceStore.open(copy) as store:
        truth = store.fetch("lab:p7")
    content = bytearray(path.read_bytes())
    match harm:
        case "flip":
            content[9 * WIDTH + 50] ^= 1
        case "zeros":
            content[9 * WIDTH : 10 * WIDTH] = bytes(WIDTH)
        case "swap":  # each is sound, at the other's place
            content[: 2 * WIDTH] = content[WIDTH : 2 * WIDTH] + content[:WIDTH]
        case "cut":
            del content[-1:]
    path.write_bytes(content)
    if harm == "lose":
        path.unlink()
    found = [problem for problem in problems(copy) if "rows of sequences differ" in problem]
    assert len(found) == (harm in {"flip", "zeros", "swap"})  # what is too short is no index
    with SequenceStore.open(copy) as store:
        store.reindex()
        assert store.check().problems == ()
        assert store.fetch("lab:p7") == truth
    assert len(list(copy.glob("index-*.rows"))) == 1


def test_a_disk_too_full_for_a_second_index_is_said_and_taken_for_no_damage(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with SequenceStore.open(copy) as store:
        monkeypatch.setattr(RowsFile, "write", refuse)
        with pytest.raises(StoreError, match="cannot be made afresh") as raised:
            store.check()
    assert not isinstance(raised.value, StoreDamaged)
