import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pysam
import pytest

from holdfast.compat.seqrepo import SeqRepo
from holdfast.compat.seqrepo.cli import main
from holdfast.compat.seqrepo.config import parse_caching_env_var
from holdfast.compat.seqrepo.fastadir import FastaDir
from holdfast.compat.seqrepo.fastadir.fabgz import FabgzReader, FabgzWriter
from holdfast.compat.seqrepo.fastaiter import FastaIter
from holdfast.compat.seqrepo.seqaliasdb import SeqAliasDB
from holdfast.compat.seqrepo.utils import parse_defline, validate_aliases
from sequences.seqrepo.old_instances import OldInstance, key


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("", []),
        ("no record\nat all\n", []),
        (">a first\nAC\nGT\n>b\n>c\n  TT \n", [("a first", "ACGT"), ("b", ""), ("c", "TT")]),
        ("; before\n>a\r\nACGT", [("a", "ACGT")]),
    ],
)
def test_fasta_is_read_line_by_line(text: str, records: list[tuple[str, str]]) -> None:
    assert list(FastaIter(io.StringIO(text))) == records


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (">NM_1.1 first", [("NCBI", "NM_1.1")]),
        ("NM_1.1", [("NCBI", "NM_1.1")]),
        ("gi|1|ref|NM_1.1|ref|NP_1.1| x", [("refseq", "NM_1.1"), ("refseq", "NP_1.1")]),
        ("sp|P1|X", [("NCBI", "sp|P1|X")]),
    ],
)
def test_a_definition_line_gives_its_names(line: str, names: list[tuple[str, str]]) -> None:
    found = [(each["namespace"], each["alias"]) for each in parse_defline(line, "NCBI")]
    assert found == names


def test_a_blank_definition_line_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        parse_defline("  ", "NCBI")


@pytest.mark.parametrize(
    ("namespace", "alias", "sentence"),
    [
        ("x", "two words", "invalid char"),
        ("x", "a|b", "invalid char"),
        ("NCBI", "NM_1", "is unversioned"),
        ("refseq", "NM_1", "is unversioned"),
        ("Ensembl-99", "ENST1", "is unversioned"),
        ("ensembl", "ENST1", ""),  # written small it escapes, as it always did
        ("Ensembl", "other", ""),
        ("x", "a-b+c./_1", ""),
    ],
)
def test_names_are_checked_before_they_are_loaded(
    namespace: str, alias: str, sentence: str
) -> None:
    names = [{"namespace": namespace, "alias": alias}]
    if sentence:
        with pytest.raises(RuntimeError, match=sentence):
            validate_aliases(names)
    else:
        assert validate_aliases(names) is True


def test_sizes_of_caches_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse_caching_env_var("SIZE", "5") == 5
    monkeypatch.setenv("SIZE", "NONE")
    assert parse_caching_env_var("SIZE", "5") is None
    monkeypatch.setenv("SIZE", "many")
    with pytest.raises(ValueError, match="SIZE must be a valid int"):
        parse_caching_env_var("SIZE", "5")


def test_a_packed_file_is_written_and_read_as_htslib_does(tmp_path: Path) -> None:
    path = tmp_path / "made.fa.bgz"
    texts = {"one": "ACGT" * 100, "two": "MKV", "": "", "long": "ACGTTGCA" * 20_000}
    texts.pop("")
    writer = FabgzWriter(str(path))
    for name, text in texts.items():
        assert writer.store(name, text) == name
        writer.store(name, text)
    assert not path.exists()
    writer.close()
    writer.close()
    with pytest.raises(RuntimeError, match="already been closed"):
        writer.store("x", "A")
    assert path.stat().st_mode & 0o777 == 0o444
    with FabgzReader(str(path)) as reader, pysam.FastaFile(str(path)) as theirs:
        assert list(reader.keys()) == list(theirs.references)
        assert (len(reader), reader.filename) == (3, os.fsencode(path))
        for name, text in texts.items():
            assert reader[name] == text == theirs.fetch(name)
            for start, end in ((0, 5), (99, 103), (150_000, 150_010), (10, 10**6)):
                assert reader.fetch(name, start, end) == theirs.fetch(name, start, end)
        with pytest.raises(KeyError, match="not present"):
            reader.fetch("x")
        reader.close()


def test_a_writer_refuses_other_names_and_files_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"must end with \.bgz"):
        FabgzWriter(str(tmp_path / "a.fa.gz"))
    (tmp_path / "a.fa").write_text("")
    with pytest.raises(RuntimeError, match="already exists"):
        FabgzWriter(str(tmp_path / "a.fa.bgz"))


def test_a_writer_that_is_let_go_of_leaves_nothing(tmp_path: Path) -> None:
    writer = FabgzWriter(str(tmp_path / "a.fa.bgz"))
    writer.store("a", "ACGT")
    del writer
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing"):
        FabgzReader(str(tmp_path / "nothing.fa.bgz"))


def test_the_two_halves_open_by_themselves(tmp_path: Path) -> None:
    made = OldInstance(tmp_path / "old")
    made.file(["ACGT"])
    made.alias("NCBI", "NM_1.1", key("ACGT"))
    with FastaDir(tmp_path / "old/sequences") as sequences:
        assert sequences.fetch(key("ACGT"), 1, 3) == "CG"
    with SeqAliasDB(tmp_path / "old/aliases.sqlite3") as aliases:
        assert len(list(aliases.find_aliases(alias="NM_1.1"))) == 2
    with SeqRepo(tmp_path / "store", writeable=True) as sr:
        sr.store("ACGT", [{"namespace": "NCBI", "alias": "NM_1.1"}])
        sr.commit()
    with FastaDir(tmp_path / "store") as sequences, SeqAliasDB(tmp_path / "store") as aliases:
        assert len(sequences) == 1
        assert key("ACGT") in aliases


@dataclass
class Done:
    """What a command said."""

    returncode: int
    stdout: str
    stderr: str


def seqrepo(*arguments: str) -> Done:
    """The command line."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        return Done(main(arguments), out.getvalue(), err.getvalue())


def test_the_commands_that_scripts_call_work_from_end_to_end(tmp_path: Path) -> None:
    root = str(tmp_path / "root")
    fasta = tmp_path / "a.fa"
    fasta.write_text(">NM_1.1 first\nACGT\nAC\n>NM_2.1\nGGGG\n")
    assert seqrepo("-r", root, "load", "-n", "NCBI", str(fasta)).returncode == 1
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "holdfast.compat.seqrepo.cli",
        "-r",
        root,
        "init",
    ]
    subprocess.run(command, timeout=60, check=True)
    assert "is not empty" in seqrepo("-r", root, "init").stderr
    loaded = seqrepo("-r", root, "load", "-n", "NCBI", str(fasta))
    assert (loaded.returncode, loaded.stderr) == (0, "")
    status = seqrepo("-r", root, "show-status", "-i", "master").stdout.splitlines()
    assert status[3:] == [
        "sequences: 2 sequences, 10 residues, 1 files",
        "aliases: 10 aliases, 10 current, 5 namespaces, 2 sequences",
    ]
    exported = seqrepo("-r", root, "export", "-i", "master", "-n", "NCBI", "NM_2.1").stdout
    assert exported == ">NCBI:NM_2.1 refseq:NM_2.1\nGGGG\n"
    lines = seqrepo("-r", root, "export-aliases", "-i", "master", "-n", "NCBI").stdout.splitlines()
    assert len(lines) == 2
    assert lines[1].split("\t")[:2] == [
        "GA4GH:SQ.r6kws-ohc11fv_LywgkjCcQwXM-0BLab", "MD5:4b11a187dc597c6de5bb39dc96a5dbbf",
    ]  # fmt: skip


def test_a_bad_name_loads_nothing_of_its_files(tmp_path: Path) -> None:
    root, fasta = str(tmp_path / "root"), tmp_path / "a.fa"
    seqrepo("-r", root, "init")
    fasta.write_text(">NM_1.1\nACGT\n>NM_2\nGGGG\n")
    done = seqrepo("-r", root, "load", "-n", "NCBI", str(fasta))
    assert (done.returncode, "is unversioned" in done.stderr) == (1, True)
    assert "sequences: 0 sequences" in seqrepo("-r", root, "show-status", "-i", "master").stdout


def test_other_commands_say_what_to_give_instead() -> None:
    done = seqrepo("pull")
    assert (done.returncode, "holdfast seq pull" in done.stderr) == (1, True)
