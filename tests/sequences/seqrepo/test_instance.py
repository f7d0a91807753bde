import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.base.digests import Digest, Digests
from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    CollectionNotFound,
    SequenceNotFound,
    StoreDamaged,
    StoreError,
    UsageError,
)
from holdfast.sequences.seqrepo import Question, SeqRepoInstance
from sequences.seqrepo.old_instances import LAYOUTS, OldInstance, key

FIRST, SECOND = "ACGTACGTNNACGT", "MKVLLEDI" * 100


@pytest.fixture(params=LAYOUTS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> OldInstance:
    """A small instance, as it was laid out in three years."""
    made = OldInstance(tmp_path / "instance", LAYOUTS[request.param])
    made.file([FIRST, SECOND])
    made.alias("NCBI", "NM_1.1", key(FIRST))
    made.alias("Ensembl", "ENSP1.1", key(SECOND))
    return made


@pytest.fixture
def plain(tmp_path: Path) -> OldInstance:
    """An instance to put things into."""
    return OldInstance(tmp_path / "instance")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    "name",
    [
        "NM_1.1", "NCBI:NM_1.1", "refseq:NM_1.1", "RefSeq:NM_1.1", "VMC:GS_" + key(FIRST),
        "SQ." + key(FIRST), "ga4gh:SQ." + key(FIRST), "sha512t24u:" + key(FIRST),
        "GS_" + key(FIRST), "MD5:e8abc8ab7d048eb48c5f6a1953b58d50",
        "md5:E8ABC8AB7D048EB48C5F6A1953B58D50", "E8ABC8AB7D048EB48C5F6A1953B58D50",
        "3e76005ac15e6b1ca8ed473fa82e0f4a60cf9a21", "SEGUID:PnYAWsFeaxyo7Uc/qC4PSmDPmiE",
    ],
)  # fmt: skip
def test_a_sequence_is_found_by_each_of_its_names(made: OldInstance, name: str) -> None:
    with SeqRepoInstance.open(made.folder) as instance:
        assert instance.fetch(name) == FIRST
        assert name in instance
        assert str(instance[name]) == FIRST
        assert instance.resolve(name) == Digest.parse(key(FIRST))


def test_what_is_known_of_a_sequence_is_what_a_store_would_know(made: OldInstance) -> None:
    with SeqRepoInstance.open(made.folder) as instance:
        info = instance.info("NM_1.1")
    digests = Digests.of(FIRST.encode())
    assert (info.length, info.alphabet, info.seguid) == (14, "ACGNT", digests.seguid)
    assert (info.md5, info.sha1) == (digests.md5.hex(), digests.sha1.hex())


def test_reading_leaves_the_folder_as_it_was(made: OldInstance) -> None:
    before = contents(made.folder)
    with SeqRepoInstance.open(made.folder) as instance:
        assert instance.fetch("ENSP1.1", 790) == SECOND[790:]
        assert len(list(instance.alias_rows(Question()))) == 10
        assert contents(made.folder) == before
    assert contents(made.folder) == before


@settings(max_examples=40)  # each writes two databases
@given(
    texts=st.lists(st.text("ACGTN", min_size=1, max_size=450), min_size=1, max_size=8, unique=True),
    data=st.data(),
)
def test_any_slice_is_that_of_the_text(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], data: st.DataObject
) -> None:
    made = OldInstance(tmp_path_factory.mktemp("any") / "instance")
    made.file(texts)
    with SeqRepoInstance.open(made.folder) as instance:
        for text in texts:
            start = data.draw(st.integers(0, len(text)))
            end = data.draw(st.integers(start, len(text) + 5))
            assert instance.fetch(f"SQ.{key(text)}", start, end) == text[start:end]


def test_slices_past_the_end_are_cut_and_those_out_of_order_refused(made: OldInstance) -> None:
    with SeqRepoInstance.open(made.folder) as instance:
        assert instance.fetch("NM_1.1", 12, 99) == "GT"
        assert instance.fetch("NM_1.1", 99) == instance.fetch("NM_1.1", 3, 3) == ""
        for start, end in ((5, 2), (-1, 3), (0, -2)):
            with pytest.raises(UsageError, match="is not a slice"):
                instance.fetch("NM_1.1", start, end)


def test_aliases_have_their_history(plain: OldInstance) -> None:
    plain.file([FIRST, SECOND])
    plain.alias("NCBI", "NM_1.1", key(FIRST))  # row 9, after the digests
    plain.move("NCBI", "NM_1.1", key(SECOND), "2020-01-01")
    plain.alias("lab", "gone", key(FIRST), current=0)
    with SeqRepoInstance.open(plain.folder) as instance:
        first, second = (Digest.parse(key(text)) for text in (FIRST, SECOND))
        assert instance.aliases(first) == []
        (now,) = instance.aliases(second)
        assert (str(now.alias), now.added, now.retired) == ("refseq:NM_1.1", 10, None)
        past = [(str(a.alias), a.digest, a.added, a.retired) for a in instance.aliases(first, True)]
    assert past == [
        ("refseq:NM_1.1", first, 9, 10),
        ("refseq:NM_1.1", second, 10, None),
        ("lab:gone", first, 11, 11),
    ]


def test_a_definition_line_as_an_alias_is_found_as_it_is_and_is_no_alias_of_ours(
    plain: OldInstance,
) -> None:
    line = "NM_1.1 Homo sapiens 100% mRNA"
    plain.file([FIRST])
    plain.alias("NCBI", line, key(FIRST))
    with SeqRepoInstance.open(plain.folder) as instance:
        assert instance.fetch(line) == instance.fetch(f"refseq:{line}") == FIRST
        assert instance.aliases(line) == []


def test_a_percent_sign_in_a_name_is_no_pattern(made: OldInstance) -> None:
    with SeqRepoInstance.open(made.folder) as instance:
        assert "NM_1%" not in instance
        assert "MD5:e8%" not in instance


def test_a_name_of_two_sequences_is_refused_with_their_namespaces(plain: OldInstance) -> None:
    plain.file([FIRST, SECOND])
    plain.alias("GRCh37", "1", key(FIRST))
    plain.alias("GRCh38", "1", key(SECOND))
    with SeqRepoInstance.open(plain.folder) as instance:
        with pytest.raises(AliasAmbiguous, match="GRCh37, GRCh38"):
            instance.fetch("1")
        assert "1" in instance
        assert instance.fetch("GRCh38:1") == SECOND


def test_what_is_not_there_is_not_found(made: OldInstance) -> None:
    with SeqRepoInstance.open(made.folder) as instance:
        with pytest.raises(AliasNotFound, match="nothing"):
            instance.fetch("nothing")
        with pytest.raises(SequenceNotFound):
            instance.fetch("SQ." + "A" * 32)
        with pytest.raises(CollectionNotFound):
            instance.collection("any")
        assert instance.collections() == []
        assert 3 not in instance


@pytest.mark.parametrize("text", ["MKV*", "AC GT\tAC", "acgt" * 60, "M*" * 300, "*"])
def test_a_text_that_is_not_its_residues_is_given_as_its_key_says(
    plain: OldInstance, text: str
) -> None:
    residues = "".join(text.split()).replace("*", "").upper()
    plain.file(["GGGG", text, "TTTT"])
    with SeqRepoInstance.open(plain.folder) as instance:
        name = f"SQ.{key(text)}"
        assert instance.fetch(name) == residues
        assert instance.fetch(name, 1, 3) == residues[1:3]
        info = instance.info(name)
        assert (info.length, info.alphabet) == (len(residues), "".join(sorted(set(residues))))


def test_an_empty_sequence_is_empty(plain: OldInstance) -> None:
    plain.file(["ACGT", "", "GGGG"])
    with SeqRepoInstance.open(plain.folder) as instance:
        assert instance.fetch(f"SQ.{key('')}") == ""
        assert instance.fetch(f"SQ.{key('GGGG')}") == "GGGG"


def test_a_file_that_is_not_there_is_named_and_the_others_are_read(plain: OldInstance) -> None:
    plain.file([FIRST])
    gone = plain.file([SECOND], "2019/0521/0000/1558366900.1.fa.bgz")
    gone.unlink()
    with SeqRepoInstance.open(plain.folder) as instance:
        assert instance.info(f"SQ.{key(SECOND)}").length == 800
        with pytest.raises(StoreDamaged, match=r"1558366900\.1\.fa\.bgz"):
            instance.fetch(f"SQ.{key(SECOND)}")
        assert instance.fetch(f"SQ.{key(FIRST)}") == FIRST


def test_without_gzi_the_blocks_are_walked_through(plain: OldInstance) -> None:
    long = "ACGTTGCA" * 20_000
    path = plain.file([FIRST, long])
    path.with_name(path.name + ".gzi").unlink()
    with SeqRepoInstance.open(plain.folder) as instance:
        assert instance.fetch(f"SQ.{key(long)}", 150_001, 150_009) == long[150_001:150_009]


@pytest.mark.parametrize("relpath", ["../outside.fa.bgz", "/etc/passwd", "a/../../x.fa.bgz"])
def test_a_path_that_climbs_is_refused(plain: OldInstance, relpath: str) -> None:
    plain.file([FIRST])
    plain.sequences_sql("UPDATE seqinfo SET relpath = ?", [(relpath,)])
    with (
        SeqRepoInstance.open(plain.folder) as instance,
        pytest.raises(StoreDamaged, match="outside its folder"),
    ):
        instance.fetch(f"SQ.{key(FIRST)}")


def test_an_index_that_lacks_a_record_is_said(plain: OldInstance) -> None:
    path = plain.file([FIRST, SECOND])
    index = path.with_name(path.name + ".fai")
    index.write_text(index.read_text().splitlines(keepends=True)[0])
    with (
        SeqRepoInstance.open(plain.folder) as instance,
        pytest.raises(StoreDamaged, match=r"\.fai index has no record"),
    ):
        instance.fetch(f"SQ.{key(SECOND)}")


def test_a_length_that_the_index_contradicts_is_said(plain: OldInstance) -> None:
    plain.file([FIRST])
    plain.sequences_sql("UPDATE seqinfo SET len = 99")
    with (
        SeqRepoInstance.open(plain.folder) as instance,
        pytest.raises(StoreDamaged, match="shorter than the database says"),
    ):
        instance.fetch(f"SQ.{key(FIRST)}")


def test_another_schema_version_is_refused(plain: OldInstance) -> None:
    plain.aliases_sql("UPDATE meta SET value = '2'")
    with pytest.raises(StoreError, match="Database schema version is 2 and code expects 1"):
        SeqRepoInstance.open(plain.folder)


def test_a_folder_without_databases_is_no_instance(plain: OldInstance) -> None:
    with pytest.raises(StoreError, match="there are instances in it, name one: instance"):
        SeqRepoInstance.open(plain.folder.parent)
    (plain.folder / "aliases.sqlite3").write_bytes(b"nothing like a database" * 100)
    with pytest.raises(StoreError, match="is it a database of SeqRepo"):
        SeqRepoInstance.open(plain.folder)


def test_a_write_that_was_interrupted_is_said(plain: OldInstance) -> None:
    plain.file([FIRST])
    path = plain.folder / "aliases.sqlite3"
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("PRAGMA cache_size = 1")
    writing.execute("BEGIN IMMEDIATE")
    rows = [(f"{n:0500}",) for n in range(2000)]
    writing.executemany("INSERT INTO seqalias (seq_id, namespace, alias) VALUES (?, 'a', ?)",
                        [(text, text) for (text,) in rows])  # fmt: skip
    # As after a kill: the files are there, and nobody holds a lock on the copy.
    copy = plain.folder.parent / "copy"
    shutil.copytree(plain.folder, copy)
    writing.execute("ROLLBACK")
    writing.close()
    with pytest.raises(StoreDamaged, match="was interrupted"):
        SeqRepoInstance.open(copy)


def test_what_a_writer_has_in_its_log_is_read(tmp_path: Path) -> None:
    made = OldInstance(tmp_path / "instance", LAYOUTS["now"])
    made.file([FIRST])
    writing = sqlite3.connect(made.folder / "aliases.sqlite3", isolation_level=None)
    writing.execute(
        "INSERT INTO seqalias (seq_id, namespace, alias) VALUES (?, 'NCBI', 'NM_1.1')",
        (key(FIRST),),
    )
    assert (made.folder / "aliases.sqlite3-wal").stat().st_size
    with SeqRepoInstance.open(made.folder) as instance:
        assert instance.fetch("NM_1.1") == FIRST
    writing.close()


def test_values_of_other_types_are_taken_for_texts(plain: OldInstance) -> None:
    plain.file([FIRST])
    plain.alias("lab", "x", key(FIRST))
    plain.aliases_sql("UPDATE seqalias SET alias = 7, added = x'31' WHERE namespace = 'lab'")
    plain.sequences_sql("UPDATE seqinfo SET added = 2019")
    with SeqRepoInstance.open(plain.folder) as instance:
        (row,) = instance.alias_rows(Question(namespace="lab"))
        assert (row.alias, row.added) == ("7", "1")
        assert instance.fetch("7") == FIRST


def test_rows_answer_questions_in_seqrepos_order(plain: OldInstance) -> None:
    plain.file([FIRST, SECOND])
    plain.alias("NCBI", "NM_1.1", key(FIRST))
    plain.alias("GRCh38", "chr1", key(FIRST))
    with SeqRepoInstance.open(plain.folder) as instance:
        rows = list(instance.alias_rows(Question(seq_id=key(FIRST))))
        assert [row.namespace for row in rows] == ["GRCh38", "MD5", "NCBI", "SEGUID", "SHA1", "VMC"]
        (like,) = instance.alias_rows(Question(alias="nm_1%"))
        assert like.alias == "NM_1.1"
        assert list(instance.alias_rows(Question(namespace="GRCh38", alias="chr2"))) == []
        totals = instance.alias_totals()
        assert (totals.aliases, totals.current, totals.sequences, totals.namespaces) == (
            10,
            10,
            2,
            6,
        )
        sums = instance.sequence_totals()
        assert (sums.sequences, sums.residues, sums.files) == (2, 814, 1)
        assert list(instance.seq_ids()) == sorted([key(FIRST), key(SECOND)])


def test_threads_and_forks_share_an_instance_and_few_files_stay_open(plain: OldInstance) -> None:
    texts = ["ACGT" * n for n in range(1, 30)]
    for nth, text in enumerate(texts):
        plain.file([text], f"2019/0520/{nth:04}/155.{nth}.fa.bgz")
    wrong: list[str] = []
    with SeqRepoInstance.open(plain.folder, open_files=2) as instance:

        def read() -> None:
            got = {text: instance.fetch(f"SQ.{key(text)}") for text in texts * 3}
            wrong.extend(text for text, its in got.items() if its != text)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        opened = [p for p in Path("/proc/self/fd").iterdir() if ".fa.bgz" in _target(p)]
        assert len(opened) <= 2
        child = os.fork()
        if child == 0:
            os._exit(0 if all(instance.fetch(f"SQ.{key(text)}") == text for text in texts) else 1)
        assert os.waitpid(child, 0)[1] == 0
    assert wrong == []


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""
