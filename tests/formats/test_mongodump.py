"""Finding a collection in what a database was saved as."""

import gzip
from pathlib import Path

import pytest

from formats.bson_writing import document
from holdfast.errors import FormatError, UsageError
from holdfast.formats.mongodump import Dump

ALU = {"name": "alu"}
BSON, JSON = document(ALU), b'{"name": "alu"}\n'


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("banks.bson", BSON),
        ("biomaj/banks.bson", BSON),
        ("biomaj/banks.bson.gz", gzip.compress(BSON, mtime=0)),
        ("banks.json", JSON),
        ("banks.json.gz", gzip.compress(JSON, mtime=0)),
    ],
)
def test_a_collection_is_found_as_it_was_saved(tmp_path: Path, file: str, content: bytes) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_bytes(content)
    (tmp_path / file).with_name("history.json").write_text('{"bank": "alu"}')
    for given in (tmp_path, tmp_path / file):
        dump = Dump(given, "banks")
        assert list(dump.documents("banks")) == [ALU]
        assert list(dump.documents("history")) == [{"bank": "alu"}]
        assert list(dump.documents("users")) == []


def test_a_file_may_be_called_as_one_likes(tmp_path: Path) -> None:
    (tmp_path / "of yesterday.json").write_bytes(JSON)
    dump = Dump(tmp_path / "of yesterday.json", "banks")
    assert list(dump.documents("banks")) == [ALU]
    (tmp_path / "of yesterday.txt").write_bytes(JSON)
    with pytest.raises(UsageError, match=r"neither \.bson nor \.json"):
        list(Dump(tmp_path / "of yesterday.txt", "banks").documents("banks"))


def test_what_is_no_dump_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder or file .*; give what mongodump"):
        Dump(tmp_path / "dump", "banks")
    with pytest.raises(UsageError, match=r"has no banks\.bson or banks\.json"):
        Dump(tmp_path, "banks")
    for name in ("biomaj", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "banks.bson").write_bytes(BSON)
    with pytest.raises(UsageError, match="several databases; say which"):
        Dump(tmp_path, "banks")


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(BSON, mtime=0)[:-9]])
def test_a_damaged_gzip_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "banks.bson.gz").write_bytes(content)
    with pytest.raises(FormatError, match=r"banks\.bson\.gz: it is no whole gzip file"):
        list(Dump(tmp_path, "banks").documents("banks"))
