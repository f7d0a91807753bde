"""Adopting one release: read once, taken up after a kill, nothing touched."""

import os
from pathlib import Path

import pytest

from holdfast.banks.adopting import writing
from holdfast.banks.adopting.finding import look
from holdfast.banks.adopting.history import PastBank, Production
from holdfast.banks.adopting.writing import ADOPTING, Adopter, Known, Past
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.metadata import read_made
from holdfast.banks.releases.release import Release
from holdfast.base.digests import file_sha256
from holdfast.base.progress import Progress
from holdfast.errors import BankError


@pytest.fixture
def folder(tmp_path: Path) -> BankFolder:
    """A bank with two releases of five files, of which they share one."""
    for release in "12":
        flat = tmp_path / "x" / f"x_{release}" / "flat" / "sub"
        flat.mkdir(parents=True)
        for number in range(4):
            (flat / f"{number}.fa").write_bytes(f"{release}{number}".encode() * 10)
        os.utime(flat.parent, (int(release),) * 2)
    (tmp_path / "x/x_1/flat/shared").write_bytes(b"shared" * 100)
    os.link(tmp_path / "x/x_1/flat/shared", tmp_path / "x/x_2/flat/shared")
    for release in "12":
        os.utime(tmp_path / f"x/x_{release}/flat", (int(release),) * 2)
    return BankFolder(tmp_path / "x")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read for their digests."""
    seen: list[str] = []
    real = writing.file_sha256

    def noted(path: Path) -> str:
        seen.append(f"{path.parents[2].name}/{path.name}" if "sub" in str(path) else path.name)
        return real(path)

    monkeypatch.setattr(writing, "file_sha256", noted)
    return seen


def adopt(folder: BankFolder, past: PastBank | None = None, threads: int = 1) -> list[Release]:
    adopter, known = Adopter("x", folder.folder, None, threads), Known()
    return [
        adopter.adopt(candidate, number, Past(), known)[0]
        for candidate, number in look(folder, past).numbered()
    ]


def products(release: Release) -> dict[str, str]:
    """The digests of a release's files."""
    return {each.path: each.sha256 for entry in release.entries() for each in entry.products}


@pytest.mark.parametrize("threads", [1, 3])
def test_each_file_is_read_once_and_shared_ones_count_once(
    folder: BankFolder, read: list[str], threads: int
) -> None:
    first, second = adopt(folder, threads=threads)
    assert (first.files, first.size, first.added) == (5, 680, 680)
    assert (second.files, second.size, second.added) == (5, 680, 80)
    assert len(read) == 9
    assert read.count("shared") == 1
    assert [len(each.entries()) for each in folder.releases()] == [5, 5]
    assert not (folder.folder / ADOPTING).exists()


def test_a_kill_loses_no_digest(
    folder: BankFolder, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, budget = writing.file_sha256, [7]

    def dying(path: Path) -> str:
        budget[0] -= 1
        if budget[0] < 0:
            raise KeyboardInterrupt
        return real(path)

    monkeypatch.setattr(writing, "file_sha256", dying)
    with pytest.raises(KeyboardInterrupt):
        adopt(folder)
    assert [each.name for each in folder.releases()] == ["1"]
    changed = folder.folder / "x_2/flat/sub/0.fa"
    assert read[-2:] == ["x_2/0.fa", "x_2/1.fa"]
    changed.write_bytes(b"another")  # what changed since is read again
    os.utime(folder.folder / "x_2/flat", (2, 2))
    monkeypatch.setattr(writing, "file_sha256", real)
    read.clear()
    adopt(folder)
    assert [each.name for each in folder.releases()] == ["1", "2"]
    assert read == ["shared", "x_2/0.fa", "x_2/2.fa", "x_2/3.fa"]
    assert products(folder.release("2"))["sub/0.fa"] == file_sha256(changed)
    assert not (folder.folder / ADOPTING).exists()


def test_a_file_that_changes_meanwhile_is_not_adopted(
    folder: BankFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = writing.file_sha256

    def changing(path: Path) -> str:
        digest = real(path)
        if path.name == "2.fa":
            path.write_bytes(b"BioMAJ is at it")
        return digest

    monkeypatch.setattr(writing, "file_sha256", changing)
    with pytest.raises(BankError, match=r"2\.fa changed while it was read; is BioMAJ still at"):
        adopt(folder)
    assert folder.releases() == ()


def test_links_of_a_release_are_kept_and_lead_nowhere_new(folder: BankFolder) -> None:
    flat = folder.folder / "x_1" / "flat"
    (flat / "alias.fa").symlink_to("sub/0.fa")
    (flat / "dangling").symlink_to("nowhere")
    os.mkfifo(flat / "pipe")
    os.utime(flat, (1, 1))
    found = products(adopt(folder)[0])
    assert found["alias.fa"] == found["sub/0.fa"]
    assert (found["dangling"], found["pipe"]) == ("", "")


def test_a_name_that_could_stand_in_no_manifest_is_told(folder: BankFolder) -> None:
    (folder.folder / "x_1/flat/two\nlines").touch()
    os.utime(folder.folder / "x_1/flat", (1, 1))
    (candidate, number), *_ = look(folder, None).numbered()
    release, unsafe = Adopter("x", folder.folder, None).adopt(candidate, number, Past(), Known())
    assert (release.files, unsafe) == (5, ("two\nlines",))


def test_formats_the_database_knew_are_said_where_no_step_says_more(folder: BankFolder) -> None:
    formats = ("fasta", "fasta", "blast")
    production = Production("1", "", "", "", None, formats, ("p",), frozen=False)
    adopt(folder, PastBank("x", productions=(production,)))
    made = read_made(folder.folder / "x_1")
    assert [(each.format, each.types) for each in made] == [("fasta", ("p",)), ("blast", ("p",))]


def test_progress_is_told_in_bytes(folder: BankFolder) -> None:
    said: list[Progress] = []
    adopter = Adopter("x", folder.folder, None, listener=said.append)
    (candidate, number), *_ = look(folder, None).numbered()
    adopter.adopt(candidate, number, Past(), Known())
    assert (said[-1].what, said[-1].done, said[-1].total) == ("reading x:1", 680, 680)
