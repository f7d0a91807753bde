"""Backups: four names and nothing else, whatever an archive would like to hold."""

import base64
import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.errors import FormatError
from holdfast.formats.archives.limits import Limits
from holdfast.formats.contig_index import IndexRow, read_index
from holdfast.formats.paf import read_paf
from holdfast.formats.plot_backup import Backup, is_backup, read_backup, write_backup

PAF = b"q\t100\t10\t60\t+\tt\t200\t0\t50\t45\t52\t60\n"
FILES = {"map.paf": PAF, "target.idx": b"T\nt\t200\n", "query.idx": b"Q\nq\t100\t1\n"}
TARGET, QUERY = ("a genome", [IndexRow("t", 200)]), ("Q", [IndexRow("q", 100, True)])


#: What D-Genies 1.5.0 gave back of a backup that :func:`write_backup` had made.
OF_D_GENIES = (
    "H4sIAAAAAAD/AuyYO2vDMBCAtcq/wnupcqeHHQsKDXRoB5dAt25u4oRAnYftQPrvK8WBkpY0k900vm/R+Sw4"
    "gXT6sMVADO7H2e4xz6Z5yVoBGk6NAEp/xT6PIFGycMc6YFvVWenKs34ih2FRL4r8DuPEyNhokCLCSMsoDhhx"
    "9RTZWqyzWas1fFNHWp/sfx0phka5e0AZicr1P4KJWQhd9n+5WtW/zTv3/p+y4VInikMz3PCau30A/2zAJ4eJ"
    "jxSPgD+ndmFR86Jyo06M4aOXfaSBL5cuAl6v7ciO+aTweTXkFbpA6ljxSu4nTHM7syAAUPLyfZ+azO2rRVc0"
    "VU+uZorwkCSQBuXRym4vZ2VXtf/iEvyP5qf/kfzfBagO/ndHn4TfP9zhn+e1WEx3f+d/8M4/6n80WpH/uyAL"
    "34LGrNT9fYT8T/4n//eXzTYvP9rV/3n/S/juf+1S5P8u9j9o/gAcPrfpCiAIgiAIgiAIgiAIgrgyPgEAAP//"
    "AwAeGnzGACgAAA=="
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def packed(
    file: Path,
    contents: dict[str, bytes],
    change: Callable[[tarfile.TarInfo], None] | None = None,
    mode: str = "w:gz",
) -> Path:
    """A tar of `contents`, each of whose headers may be changed."""
    with tarfile.open(file, mode) as archive:  # type: ignore[call-overload]  # any mode
        for name, content in contents.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            if change is not None:
                change(facts)
            archive.addfile(facts, io.BytesIO(content if facts.isreg() else b""))
    return file


def contents(backup: Backup) -> list[bytes]:
    return [file.read_bytes() for file in (backup.paf, backup.target, backup.query)]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
@pytest.mark.parametrize("prefix", ["", "./"])
def test_a_backup_is_read_however_it_was_packed(
    mode: str, prefix: str, tmp_path: Path, folder: Path
) -> None:
    every = {f"{prefix}{name}": content for name, content in FILES.items()}
    file = packed(tmp_path / "b", every, mode=mode)
    assert is_backup(file)
    backup = read_backup(file, folder)
    assert (contents(backup), backup.logs) == (list(FILES.values()), None)


def test_a_tar_of_a_whole_folder_is_read(tmp_path: Path, folder: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    for name, content in {**FILES, "logs.txt": b"said"}.items():
        (inside / name).write_bytes(content)
    subprocess.run(["tar", "-C", inside, "-czf", tmp_path / "b.tar.gz", "."], check=True)
    backup = read_backup(tmp_path / "b.tar.gz", folder)
    assert backup.logs is not None
    assert backup.logs.read_bytes() == b"said"


def test_a_backup_of_d_genies_itself_is_read(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "b.tar.gz").write_bytes(base64.b64decode(OF_D_GENIES))
    backup = read_backup(tmp_path / "b.tar.gz", folder)
    assert read_index(backup.target) == ("a b", [IndexRow("t", 3000)])
    assert read_index(backup.query) == ("q", [IndexRow("q", 2493), IndexRow("r", 2493)])
    assert read_paf(backup.paf).query_start.tolist() == [0, 0]


def test_what_is_written_is_what_d_genies_takes(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "x.paf").write_bytes(PAF)
    files = [tmp_path / "one.tar.gz", tmp_path / "two.tar.gz"]
    for file in files:
        write_backup(file, tmp_path / "x.paf", TARGET, QUERY, b"said")
    assert files[0].read_bytes() == files[1].read_bytes()
    with tarfile.open(files[0], "r:gz") as archive:
        members = archive.getmembers()
    assert [member.name for member in members] == [*FILES, "logs.txt"]
    assert all(member.isreg() for member in members)
    backup = read_backup(files[0], folder)
    assert contents(backup) == [PAF, b"a genome\nt\t200\n", b"Q\nq\t100\n"]
    assert read_index(backup.query) == ("Q", [IndexRow("q", 100)])


def linked(facts: tarfile.TarInfo) -> None:
    if facts.name == "query.idx":
        facts.type, facts.linkname, facts.size = tarfile.SYMTYPE, "/etc/passwd", 0


@pytest.mark.parametrize(
    ("more", "change", "problem"),
    [
        ({"extra": b""}, None, "holds 'extra', and a backup holds"),
        ({"sub/map.paf": b""}, None, "holds 'sub/map.paf'"),
        ({"../map.paf": b""}, None, "unsafe name"),
        ({"/map.paf": b""}, None, "unsafe name"),
        ({}, linked, "a link or a device"),
        ({"target.idx": b"T\nt\t0\n"}, None, r"target\.idx:2: the length '0'"),
    ],
)
def test_what_a_backup_may_not_hold_is_refused(
    more: dict[str, bytes],
    change: Callable[[tarfile.TarInfo], None] | None,
    problem: str,
    tmp_path: Path,
    folder: Path,
) -> None:
    file = packed(tmp_path / "b.tar.gz", FILES | more, change)
    with pytest.raises(FormatError, match=problem):
        read_backup(file, folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "out"]


def test_a_backup_that_lacks_a_file_or_its_end_is_refused(tmp_path: Path, folder: Path) -> None:
    file = packed(tmp_path / "b", {"map.paf": PAF})
    with pytest.raises(FormatError, match=r"it lacks target\.idx, query\.idx"):
        read_backup(file, folder)
    (folder / "map.paf").unlink()
    file.write_bytes(packed(file, FILES).read_bytes()[:-20])
    with pytest.raises(FormatError, match="cut off or broken"):
        read_backup(file, folder)


def test_a_backup_that_unpacks_to_too_much_is_refused(tmp_path: Path, folder: Path) -> None:
    file = packed(tmp_path / "b", FILES | {"map.paf": PAF * 10_000})
    with pytest.raises(FormatError, match="unpacks to more than 100,000 bytes"):
        read_backup(file, folder, Limits(size=100_000))


@pytest.mark.parametrize("content", [b"", PAF, b"\x1f\x8bbroken", bytes(600), b"T\nt\t5\n"])
def test_what_is_no_tar_is_no_backup(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    assert not is_backup(tmp_path / "x")
