import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.base.locks import exclusive
from holdfast.errors import StoreBusy, StoreError, UsageError
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.reading import outgoing
from holdfast.sequences.seqrepo import Question, SeqRepoInstance, export_instance, packing


def add(store: SequenceStore, residues: str, *names: str) -> None:
    """One commit with one sequence."""
    with store.write() as batch:
        digest = batch.add(residues, [])
        for name in names:
            batch.alias(Alias.parse(name), digest, reassign=True)
        batch.commit()


def rows(folder: Path, sql: str, database: str = "aliases.sqlite3") -> list[tuple[Any, ...]]:
    """What an exported database answers."""
    with closing(sqlite3.connect(folder / database)) as connection:
        return connection.execute(sql).fetchall()


def names(folder: Path) -> list[tuple[Any, ...]]:
    """The aliases that are no digests, in the order of their rows."""
    return rows(
        folder,
        "SELECT namespace, alias, is_current FROM seqalias"
        " WHERE namespace NOT IN ('VMC', 'MD5', 'SHA1', 'SEGUID') ORDER BY seqalias_id",
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def filled(store: SequenceStore) -> SequenceStore:
    """A store with a name that moved."""
    add(store, "ACGTACGTNNACGT", "refseq:NM_1.1", "lab:first")
    add(store, "MKVLLEDI" * 100, "ensembl:ENSP1.1")
    add(store, "GGGG", "refseq:NM_1.1")
    return store


def test_an_instance_has_seqrepos_names_rows_and_history(
    filled: SequenceStore, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    report = export_instance(filled, folder)
    assert (report.sequences_added, report.residues_added, report.files_added) == (3, 818, 1)
    assert (report.aliases_added, report.aliases_retired, report.position) == (4, 0, 3)
    assert names(folder) == [
        ("NCBI", "NM_1.1", 0), ("lab", "first", 1), ("Ensembl", "ENSP1.1", 1),
        ("NCBI", "NM_1.1", 1),
    ]  # fmt: skip
    first = rows(folder, "SELECT namespace, alias FROM seqalias ORDER BY seqalias_id LIMIT 6")
    assert first == [
        ("VMC", "GS_kDTtMBuCr_wlTU4UcFBFuq2Dk44FYroM"),
        ("SHA1", "3e76005ac15e6b1ca8ed473fa82e0f4a60cf9a21"),
        ("MD5", "e8abc8ab7d048eb48c5f6a1953b58d50"),
        ("SEGUID", "PnYAWsFeaxyo7Uc/qC4PSmDPmiE"),
        ("NCBI", "NM_1.1"),
        ("lab", "first"),
    ]


def test_the_files_are_as_seqrepo_writes_them(filled: SequenceStore, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export_instance(filled, folder)
    (relpath,) = {path for (path,) in rows(folder, "SELECT relpath FROM seqinfo",
                                           "sequences/db.sqlite3")}  # fmt: skip
    path = folder / "sequences" / relpath
    for suffix in ("", ".fai", ".gzi"):
        assert path.with_name(path.name + suffix).stat().st_mode & 0o777 == 0o444
    index = path.with_name(path.name + ".fai").read_text().splitlines()
    assert index[0] == "kDTtMBuCr_wlTU4UcFBFuq2Dk44FYroM\t14\t34\t14\t15"
    assert index[1].split("\t")[1:] == ["800", "83", "100", "101"]
    assert path.with_name(path.name + ".gzi").read_bytes() == bytes(8)
    found = rows(folder, "SELECT len, alpha FROM seqinfo ORDER BY rowid", "sequences/db.sqlite3")
    assert found == [(14, "ACGNT"), (800, "DEIKLMV"), (4, "G")]


def test_no_user_and_no_host_stand_in_the_databases(filled: SequenceStore, tmp_path: Path) -> None:
    export_instance(filled, tmp_path / "out")
    for database in ("aliases.sqlite3", "sequences/db.sqlite3"):
        assert rows(tmp_path / "out", "SELECT * FROM _yoyo_log", database) == []
        migrations = rows(tmp_path / "out", "SELECT migration_id FROM _yoyo_migration", database)
        assert migrations == [("0000-base",), ("0001-initial",)]


def test_the_same_export_gives_the_same_bytes(filled: SequenceStore, tmp_path: Path) -> None:
    export_instance(filled, tmp_path / "one")
    export_instance(filled, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_later_export_adds_only_what_is_new(filled: SequenceStore, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export_instance(filled, folder)
    before = {name: text for name, text in contents(folder).items() if ".bgz" in name}
    add(filled, "TTTT", "lab:first")
    filled.retire_alias(Alias("ensembl", "ENSP1.1"))
    report = export_instance(filled, folder)
    assert (report.files_added, report.sequences_added, report.aliases_added) == (1, 1, 1)
    assert report.aliases_retired == 2
    assert before.items() <= contents(folder).items()
    assert names(folder) == [
        ("NCBI", "NM_1.1", 0), ("lab", "first", 0), ("Ensembl", "ENSP1.1", 0),
        ("NCBI", "NM_1.1", 1), ("lab", "first", 1),
    ]  # fmt: skip
    assert export_instance(filled, folder).files_added == 0
    whole = tmp_path / "whole"
    export_instance(filled, whole)
    assert names(whole) == names(folder)


def test_a_snapshot_is_exported_as_it_was(filled: SequenceStore, tmp_path: Path) -> None:
    filled.snapshot("then")
    add(filled, "TTTT", "lab:first")
    folder = tmp_path / "out"
    assert export_instance(filled, folder, filled.at("then")).sequences_added == 3
    with SeqRepoInstance.open(folder) as instance:
        assert instance.fetch("lab:first") == "ACGTACGTNNACGT"
    assert export_instance(filled, folder).sequences_added == 1
    with pytest.raises(UsageError, match="later than 3"):
        export_instance(filled, folder, filled.at("then"))


def test_an_empty_store_is_an_empty_instance(store: SequenceStore, tmp_path: Path) -> None:
    assert export_instance(store, tmp_path / "out").files_added == 0
    with SeqRepoInstance.open(tmp_path / "out") as instance:
        assert list(instance.alias_rows(Question())) == []


def test_what_is_something_else_is_refused(filled: SequenceStore, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        export_instance(filled, other)
    with SequenceStore.create(tmp_path / "second") as second:
        export_instance(second, tmp_path / "theirs")
    with pytest.raises(UsageError, match="was not exported from this store"):
        export_instance(filled, tmp_path / "theirs")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "other", "second", "store", "theirs",
    ]  # fmt: skip


def test_two_exports_to_one_folder_do_not_meet(filled: SequenceStore, tmp_path: Path) -> None:
    with exclusive(tmp_path / ".tmp-out.lock"), pytest.raises(StoreBusy, match="is exporting to"):
        export_instance(filled, tmp_path / "out")


def test_a_database_that_another_program_writes_to_is_left_alone(
    filled: SequenceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.sequences.seqrepo.exporting.BUSY_WAIT", 0.05)
    folder = tmp_path / "out"
    export_instance(filled, folder)
    add(filled, "TTTT", "lab:first")
    with closing(sqlite3.connect(folder / "aliases.sqlite3")) as writing:
        writing.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="no other program writes to it"):
            export_instance(filled, folder)
    assert export_instance(filled, folder).sequences_added == 1


def test_files_end_at_their_limits(
    store: SequenceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "FILE_SEQUENCES", 4)
    monkeypatch.setattr(packing, "FILE_RESIDUES", 100)
    with store.write() as batch:
        texts = ["A" * n for n in (10, 20, 30, 40, 90, 9, 200, 1, 1)]
        for text in texts:
            batch.add(text)
        batch.commit()
    report = export_instance(store, tmp_path / "out")
    counts = rows(
        tmp_path / "out",
        "SELECT count(*) FROM seqinfo GROUP BY relpath ORDER BY min(rowid)",
        "sequences/db.sqlite3",
    )
    assert report.files_added == len(counts)
    assert counts == [(4,), (2,), (1,), (1,)]  # the last 1 is the same sequence twice


def test_a_sequence_longer_than_a_piece_is_whole(
    store: SequenceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "SHORT", 50)
    monkeypatch.setattr(outgoing, "PIECE", 333)
    text = "ACGTTGCATN" * 123
    add(store, text, "lab:long")
    export_instance(store, tmp_path / "out")
    with SeqRepoInstance.open(tmp_path / "out") as instance:
        assert instance.fetch("long") == text
        assert instance.fetch("long", 295, 805) == text[295:805]


@settings(max_examples=10)  # each makes a store and an instance
@given(
    st.lists(st.text("ACGTNRMKW", min_size=1, max_size=350), min_size=1, max_size=6, unique=True)
)
def test_any_sequences_come_through(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with SequenceStore.create(folder / "store") as store:
        with store.write() as batch:
            for nth, text in enumerate(texts):
                batch.add(text, [Alias("lab", f"s{nth}")])
            batch.commit()
        export_instance(store, folder / "out")
    with SeqRepoInstance.open(folder / "out") as instance:
        assert [instance.fetch(f"lab:s{nth}") for nth in range(len(texts))] == texts


KILLED = """
import sys
from pathlib import Path
from holdfast.sequences import SequenceStore
from holdfast.sequences.seqrepo import export_instance
import os, signal
steps = int(sys.argv[3])
def trace(event, arguments):
    global steps
    if event in ("os.rename", "os.mkdir", "sqlite3.connect", "open", "os.remove", "shutil.rmtree"):
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
store = SequenceStore.open(Path(sys.argv[1]))
sys.addaudithook(trace)
export_instance(store, Path(sys.argv[2]))
"""


@pytest.mark.parametrize("existing", [False, True])
def test_an_export_that_is_killed_is_finished_by_the_next(
    filled: SequenceStore, tmp_path: Path, existing: bool
) -> None:
    whole = tmp_path / "whole"
    if existing:
        export_instance(filled, tmp_path / "start")
        add(filled, "TTTT", "lab:first")
    export_instance(filled, whole)
    died = 0
    for steps in (2, 8, 13, 18):
        folder = tmp_path / f"out{steps}"
        if existing:
            subprocess.run(["cp", "-r", tmp_path / "start", folder], check=True)
        command = [sys.executable, "-c", KILLED, filled.folder, folder, str(steps)]
        ended = subprocess.run(command, check=False, env=dict(os.environ)).returncode
        assert ended in (0, -signal.SIGKILL)
        died += ended != 0
        if folder.exists():  # what is there under its name can be read
            with SeqRepoInstance.open(folder) as instance:
                assert instance.fetch("lab:first") in ("ACGTACGTNNACGT", "TTTT")
        export_instance(filled, folder)
        assert names(folder) == names(whole)
        assert not [path for path in folder.rglob("*") if path.name.startswith(".tmp-")]
    assert died >= 2
