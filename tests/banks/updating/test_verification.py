"""Which manifests are asked for, and what they are believed."""

import hashlib
from pathlib import Path

import pytest

from holdfast.banks.updating.verification import ManifestsFor, Promises, find_promises, remote_path
from holdfast.errors import FetchFailed, FormatError
from holdfast.remotes.interface import RemoteFile, TransferPolicy, open_remote

CONTENT = b">chrI\nACGT\n"
MD5 = hashlib.md5(CONTENT).hexdigest()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("sub/a.fa.gz.md5", True),
        ("sub/MD5SUMS", True),
        ("md5checksums.txt", True),
        ("sub/checksums.md5", True),
        ("sub/old.fa.gz.md5", False),  # of a file that is not fetched
        ("other/MD5SUMS", False),
        ("sub/deep/MD5SUMS", False),
        ("sub/a.fa.gz", False),
    ],
)
def test_only_manifests_that_may_be_about_the_files_are_asked_for(name: str, wanted: bool) -> None:
    manifests = ManifestsFor(["sub/a.fa.gz", "b.fa"])
    assert manifests.file(name) is wanted
    assert (manifests.folder("sub"), manifests.folder("other")) == (True, False)


def test_of_a_recipe_that_names_them_only_those_are_asked_for() -> None:
    manifests = ManifestsFor(["sub/a.fa.gz"], ("sums/list.txt",))
    assert manifests.file("sums/list.txt")
    assert not manifests.file("sub/MD5SUMS")
    assert (manifests.folder("sums"), manifests.folder("sub")) == (True, False)


def promises(tmp_path: Path, files: dict[str, str], **options: object) -> Promises:
    """What a remote with these manifests promises of ``sub/a.fa.gz`` and ``b.fa``."""
    root = tmp_path / "remote"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    root.mkdir(exist_ok=True)
    url = f"{root.as_uri()}/"
    asked = [RemoteFile(name, url + name, len(CONTENT), None) for name in ("sub/a.fa.gz", "b.fa")]
    remote = open_remote(url, TransferPolicy())
    verify = options.get("verify", "auto")
    assert isinstance(verify, (str, tuple))
    return find_promises(remote, asked, url, verify, tmp_path / "manifests")


def told(tmp_path: Path, files: dict[str, str]) -> dict[str, tuple[str, str]]:
    found = promises(tmp_path, files).by_name
    return {name: (str(each.promise), each.manifest) for name, each in found.items()}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {}),
        ({"b.fa.md5": MD5}, {"b.fa": (f"md5:{MD5}", "b.fa.md5")}),
        ({"b.fa.md5": f"{MD5}  made/elsewhere.fa"}, {"b.fa": (f"md5:{MD5}", "b.fa.md5")}),
        ({"b.fa.md5": f"{MD5}  /home/me/b.fa"}, {"b.fa": (f"md5:{MD5}", "b.fa.md5")}),
        ({"b.fa.md5": f"{MD5}  x\n{MD5}  y"}, {}),  # of others, though called after this one
        ({"MD5SUMS": f"{MD5}  ./b.fa\n"}, {"b.fa": (f"md5:{MD5}", "MD5SUMS")}),
        ({"MD5SUMS": f"{MD5}  /build/b.fa\n"}, {"b.fa": (f"md5:{MD5}", "MD5SUMS")}),
        ({"MD5SUMS": f"{MD5}  old/b.fa\n"}, {}),
        ({"MD5SUMS": f"{MD5}  ../b.fa\n"}, {}),
        ({"MD5SUMS": MD5}, {}),
        ({"MD5SUMS": f"{MD5}  sub/a.fa.gz"}, {"sub/a.fa.gz": (f"md5:{MD5}", "MD5SUMS")}),
        ({"sub/CHECKSUMS": "00042 1 a.fa.gz"}, {"sub/a.fa.gz": ("sum:00042 1", "sub/CHECKSUMS")}),
        ({"sub/MD5SUMS": f"{MD5}  b.fa"}, {}),
        (
            {"MD5SUMS": f"{MD5}  b.fa", "SHA256SUMS": f"{SHA256}  b.fa"},
            {"b.fa": (f"sha256:{SHA256}", "SHA256SUMS")},
        ),
        (
            {"MD5SUMS": f"{'0' * 32}  b.fa", "b.fa.md5": MD5},
            {"b.fa": (f"md5:{MD5}", "b.fa.md5")},
        ),
        (
            {"MD5SUMS": f"{'0' * 32}  sub/a.fa.gz", "sub/md5sum.txt": f"{MD5}  a.fa.gz"},
            {"sub/a.fa.gz": (f"md5:{MD5}", "sub/md5sum.txt")},
        ),
    ],
)
def test_promises_are_brought_together_with_the_files(
    tmp_path: Path, files: dict[str, str], expected: dict[str, tuple[str, str]]
) -> None:
    assert told(tmp_path, files) == expected


def test_a_manifest_that_cannot_be_understood_is_a_remark(tmp_path: Path) -> None:
    found = promises(tmp_path, {"MD5SUMS": "not a line\n", "b.fa.md5": MD5})
    assert list(found.by_name) == ["b.fa"]
    (remark,) = found.remarks
    assert "MD5SUMS:1: " in remark
    assert "it verifies nothing" in remark


def test_a_manifest_that_the_recipe_names_must_be_understood(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="MD5SUMS:1"):
        promises(tmp_path, {"MD5SUMS": "not a line\n"}, verify=("MD5SUMS",))


def test_a_manifest_that_the_recipe_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match=r"sums\.txt is not there; look at verify"):
        promises(tmp_path, {"MD5SUMS": f"{MD5}  b.fa"}, verify=("sums.txt",))


def test_any_name_can_be_that_of_a_manifest_when_the_recipe_says_so(tmp_path: Path) -> None:
    found = promises(tmp_path, {"list": f"{MD5}  b.fa"}, verify=("list",))
    assert found.by_name["b.fa"].manifest == "list"


def test_nothing_is_asked_for_when_the_recipe_says_none(tmp_path: Path) -> None:
    assert promises(tmp_path, {"b.fa.md5": MD5}, verify="none") == Promises({})
    assert not (tmp_path / "manifests").exists()


def test_a_huge_manifest_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.banks.updating.verification.MANIFEST_LIMIT", 100)
    found = promises(tmp_path, {"MD5SUMS": f"{MD5}  b.fa\n" * 5})
    assert found.by_name == {}
    assert "more than 100 bytes" in found.remarks[0]


def test_a_file_is_meant_by_where_it_is_there_not_by_what_it_is_called_here() -> None:
    file = RemoteFile("saved as", "http://e.org/pub/sub/a%20b.fa", 1, None)
    assert remote_path(file, "http://e.org/pub/") == "sub/a b.fa"
    assert remote_path(file, "http://other.org/") == "saved as"
