"""``holdfast seq digest``: any file, without a store."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from formats.test_embl import NEW
from formats.test_genbank import WHOLE
from formats.test_twobit import GOOD
from holdfast.base.digests import Digest, Digests
from holdfast.cli.main import main
from holdfast.sequences import SequenceStore
from holdfast.sequences.collections.collection import collection_digest

TEXT = b">ACGT first\nacgt\n>b\nASINACORNER\n"


@pytest.fixture
def digested(capsys: pytest.CaptureFixture[str]) -> Any:
    """Ask ``holdfast seq digest``; its standard output."""

    def ask(*arguments: str, code: int = 0) -> str:
        assert main(["seq", "digest", *arguments]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return ask


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "x.fa.gz"
    path.write_bytes(gzip.compress(TEXT))
    return str(path)


def test_each_record_is_a_line_and_the_file_a_collection(
    digested: Any, file: str, home: Path
) -> None:
    ga4gh = ["SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2", "SQ.LDz34B6fA_fLxFoc2agLrXQRYuupOGGM"]
    raw = b"".join(Digest.parse(each).raw for each in ga4gh)
    collection = collection_digest(["ACGT", "b"], raw)
    last = f"# {file} (fasta): the collection {collection}, 2 sequences, 15 residues"
    assert digested(file).splitlines() == [
        "name\tlength\tga4gh\tmd5",
        f"ACGT\t4\t{ga4gh[0]}\tf1f8f4bf413b16ad135722aa4591043e",
        f"b\t11\t{ga4gh[1]}\tea81b52627e387fc6edd8b9412cd3a99",
        last,
    ]
    assert not (home / "store").exists()


def test_all_digests_are_told_when_asked_for(digested: Any, file: str) -> None:
    (document,) = json.loads(digested(file, "--all", "--json"))["files"]
    assert document["records"][1] == {
        "name": "b",
        "length": 11,
        "ga4gh": "SQ.LDz34B6fA_fLxFoc2agLrXQRYuupOGGM",
        "md5": "ea81b52627e387fc6edd8b9412cd3a99",
        "trunc512": "2c3cf7e01e9f03f7cbc45a1cd9a80bad741162eba938618c",
        "sha1": "68c405fdc7479006b22e4558b3c5d5daef87cb7e",
        "seguid": "aMQF/cdHkAayLkVYs8XV2u+Hy34",
        "vmc": "GS_LDz34B6fA_fLxFoc2agLrXQRYuupOGGM",
    }
    assert (document["file"], document["format"]) == (file, "fasta")
    assert (document["sequences"], document["residues"]) == (2, 15)


def test_the_collection_is_the_one_that_a_load_makes(
    digested: Any, file: str, tmp_path: Path
) -> None:
    (document,) = json.loads(digested(file, "--json"))["files"]
    with SequenceStore.create(tmp_path / "store") as store:
        assert store.load(Path(file), "lab").digest == document["collection"]


def test_any_format_and_several_files_are_digested(digested: Any, tmp_path: Path) -> None:
    paths = []
    for name, content in (("a", WHOLE.encode()), ("b", NEW.encode()), ("c", GOOD)):
        (tmp_path / name).write_bytes(content)
        paths.append(str(tmp_path / name))
    documents = json.loads(digested(*paths, "--json"))["files"]
    assert [each["format"] for each in documents] == ["genbank", "embl", "2bit"]
    assert [each["records"][0]["length"] for each in documents] == [20, 20, 10]


def test_long_and_short_records_have_the_same_digests(
    digested: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    residues = b"GATTACA" * 600_000
    given = b">long\n" + residues + b"\n>short\nACGT\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    (document,) = json.loads(digested("-", "--json", "--all"))["files"]
    expected = Digests.of(residues)
    long, short = document["records"]
    assert (long["ga4gh"], long["md5"]) == (str(expected.ga4gh), expected.md5.hex())
    assert (long["sha1"], long["length"]) == (expected.sha1.hex(), len(residues))
    assert short["ga4gh"] == "SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2"


def test_a_broken_file_is_a_sentence(digested: Any, tmp_path: Path) -> None:
    (tmp_path / "x.fq").write_bytes(b"@read\nACGT\n+\nIIII\n")
    assert "FASTQ" in digested(str(tmp_path / "x.fq"), code=1)
