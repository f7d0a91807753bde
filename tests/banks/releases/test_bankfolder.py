"""One bank on disk."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from holdfast.banks.catalogue import Catalogue
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.marks import Marks
from holdfast.banks.releases.release import (
    Entry,
    Product,
    Release,
    folder_name,
    read_release,
    write_manifest,
    write_release,
)
from holdfast.errors import (
    BankBusy,
    BankError,
    BankNotFound,
    RecipeError,
    ReleaseNotFound,
    UsageError,
)
from holdfast.remotes.interface import RemoteFile

NOW = datetime(2024, 1, 1, tzinfo=UTC)


def make_release(bank: Path, name: str, number: int, files: tuple[str, ...] = ("a.fa",)) -> Release:
    """A complete release with empty files."""
    folder = bank / folder_name(bank.name, name)
    entries = []
    for file in files:
        path = folder / "flat" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        entries.append(Entry(RemoteFile(file, "", 0, NOW), "aa", (Product(file, 0, "aa"),)))
    release = Release(
        bank.name, name, name, number, NOW, "https://e.org/", "", "", len(files), 0, 0, (), folder
    )
    write_manifest(folder, entries)
    write_release(release)
    return release


@contextmanager
def changes_watched(look: Callable[[], None]) -> Iterator[None]:
    """Within the block, `look` is called before and after every change of a name."""
    before = {name: getattr(os, name) for name in ("rename", "replace", "link", "unlink")}

    def watched(act: Callable[..., Any]) -> Callable[..., Any]:
        def perform(*words: Any, **named: Any) -> Any:
            look()
            try:
                return act(*words, **named)
            finally:
                look()

        return perform

    for name, act in before.items():
        setattr(os, name, watched(act))
    try:
        yield
    finally:
        for name, act in before.items():
            setattr(os, name, act)


@pytest.fixture
def folder(tmp_path: Path) -> BankFolder:
    """An empty folder of the bank ``x``."""
    (tmp_path / "banks" / "x").mkdir(parents=True)
    return BankFolder(tmp_path / "banks" / "x")


def test_a_release_is_read_as_it_was_written(folder: BankFolder) -> None:
    release = make_release(folder.folder, "1", 1)
    assert read_release(release.folder) == release
    assert release.entries()[0].file.modified == NOW


def test_releases_are_in_the_order_they_were_made(folder: BankFolder) -> None:
    for number, name in enumerate(["b", "a", "c"]):
        make_release(folder.folder, name, number)
    assert [release.name for release in folder.releases()] == ["b", "a", "c"]
    assert folder.newest() == folder.release("c")


def test_an_incomplete_release_is_none(folder: BankFolder) -> None:
    (folder.folder / "x_1" / "flat").mkdir(parents=True)
    assert folder.newest() is None
    assert folder.free_name("1") == "1__1"  # whose it is nobody knows, so nobody touches it
    with pytest.raises(ReleaseNotFound, match="none yet"):
        folder.release("1")
    with pytest.raises(ReleaseNotFound, match="no published release"):
        folder.release("current")


def test_a_damaged_release_file_says_what_to_do(folder: BankFolder) -> None:
    release = make_release(folder.folder, "1", 1)
    for damage in (b"", b"[]", b'{"version": 99}', b'{"version": 1}', b"\xff"):
        (release.folder / "release.json").write_bytes(damage)
        with pytest.raises(BankError, match="remove this release"):
            read_release(release.folder)


def test_names_that_are_taken_get_the_next_number(folder: BankFolder) -> None:
    for number, name in enumerate(["1", "1__1", "1__7", "1__old", "12"]):
        make_release(folder.folder, name, number)
    assert folder.free_name("1") == "1__8"
    assert folder.free_name("12") == "12__1"
    assert folder.free_name("13") == "13"


def test_the_published_release_is_neither_removed_nor_beyond_those_to_keep(
    folder: BankFolder,
) -> None:
    releases = [make_release(folder.folder, str(number), number) for number in range(5)]
    folder.publish(releases[0])
    with pytest.raises(BankError, match="publish another one first"):
        folder.remove(releases[0])
    assert [each.name for each in folder.beyond(1)] == ["1", "2"]
    assert [each.name for each in folder.beyond(0)] == ["1", "2", "3"]
    assert folder.beyond(9) == ()
    folder.remove(releases[1])
    assert not releases[1].folder.exists()


@pytest.mark.parametrize(
    ("keep", "published", "frozen", "stay"),
    [
        (0, 5, "", "5"),  # the newest, and as many old ones as keep says
        (1, 5, "", "45"),
        (2, 5, "", "345"),
        (9, 5, "", "12345"),
        (1, 2, "", "245"),  # the published one stays beside them
        (0, 1, "", "15"),
        (1, None, "", "45"),
        (0, 5, "13", "135"),  # and so do those that are frozen
        (1, 5, "1", "145"),
        (1, 5, "4", "345"),
        (1, 2, "24", "2345"),
        (0, 1, "12345", "12345"),
        (1, 5, "gone", "45"),
    ],
)
def test_as_many_old_releases_are_kept_as_the_recipe_says(
    folder: BankFolder, keep: int, published: int | None, frozen: str, stay: str
) -> None:
    for number in range(1, 6):
        release = make_release(folder.folder, str(number), number)
        if number == published:
            folder.publish(release)
    folder.mark(Marks(frozenset(frozen)))
    for release in folder.beyond(keep):
        folder.remove(release)
    assert "".join(release.name for release in folder.releases()) == stay


def test_a_frozen_release_is_not_removed(folder: BankFolder) -> None:
    release = make_release(folder.folder, "1", 1)
    folder.mark(folder.marks.freezing(["1"]))
    with pytest.raises(BankError, match="frozen; let it go first with: holdfast bank unfreeze x 1"):
        folder.remove(release)
    assert folder.release("1") == release


@contextmanager
def not_root(folder: Path) -> Iterator[None]:
    """Within the block we are an account that modes keep from things, and `folder` is ours."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_release_with_folders_nobody_may_write_into_is_removed() -> None:
    with TemporaryDirectory() as place:  # pytest's own folders are closed to other accounts
        bank = Path(place) / "x"
        release = make_release(bank, "1", 1, ("closed/a.fa",))
        (release.flat / "hidden").mkdir(mode=0)
        (release.flat / "closed").chmod(0o555)
        with not_root(Path(place)):
            BankFolder(bank).discard(release.folder)
        assert list(bank.iterdir()) == []


def test_scripts_are_told_what_is_published(folder: BankFolder) -> None:
    old = make_release(folder.folder, "1", 1)
    new = replace(make_release(folder.folder, "2__1", 2), remote_release="2")
    write_release(new)
    told = folder.folder / "RELEASE.txt"
    folder.publish(old)
    folder.publish(new)
    assert told.read_bytes() == b"Bank: x\nRelease: 2__1\nRemote release:2\n"
    told.write_text("Bank: x, and something else of no meaning that is much longer than it was\n")
    assert not folder.tells_published()
    folder.tidy()
    assert told.read_bytes() == b"Bank: x\nRelease: 2__1\nRemote release:2\n"
    folder.unpublish()
    assert (folder.current(), told.exists(), folder.tells_published()) == (None, False, True)
    folder.unpublish()
    told.write_text("Bank: x\n")
    folder.tidy()
    assert not told.exists()


def test_there_is_always_a_current_release_while_another_is_published(folder: BankFolder) -> None:
    old, new = (make_release(folder.folder, name, int(name)) for name in "12")
    folder.publish(old)
    seen = []
    with changes_watched(lambda: seen.append((folder.folder / "current").readlink().name)):
        folder.publish(new)
    assert {"x_1", "x_2"} == set(seen)
    assert seen == sorted(seen)


def test_a_bank_can_be_changed_by_one_process_at_a_time(folder: BankFolder) -> None:
    other = BankFolder(folder.folder)
    with folder.locked(), pytest.raises(BankBusy, match="x is being changed"), other.locked():
        pass
    with other.locked():
        assert folder.is_busy
    assert not folder.is_busy


# -- the catalogue ---------------------------------------------------------------------------------


@pytest.fixture
def catalogue(folder: BankFolder, tmp_path: Path) -> Catalogue:
    """A catalogue of the bank ``x`` with two releases, the older one published."""
    older = make_release(folder.folder, "1", 1, ("a.fa", "sub/b.fa"))
    make_release(folder.folder, "2", 2)
    (older.folder / "counts").mkdir()
    (older.folder / "counts" / "table.tsv").touch()
    folder.publish(older)
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "x.toml").write_text('name = "x"\n[remote]\nurl = "https://e.org"')
    return Catalogue(tmp_path / "banks", tmp_path / "recipes")


@pytest.mark.parametrize(
    ("reference", "paths"),
    [
        ("x:1", ["x_1/flat/a.fa", "x_1/flat/sub/b.fa"]),
        ("x:current:sub/b.fa", ["x_1/flat/sub/b.fa"]),
        ("x:2", ["x_2/flat/a.fa"]),
        ("x:1:counts/table.tsv", ["x_1/counts/table.tsv"]),
    ],
)
def test_a_reference_is_resolved_to_files(
    catalogue: Catalogue, folder: BankFolder, reference: str, paths: list[str]
) -> None:
    assert catalogue.resolve(reference) == tuple(folder.folder / path for path in paths)


@pytest.mark.parametrize(
    ("reference", "error", "sentence"),
    [
        ("x", UsageError, "is not written as"),
        ("x:", UsageError, "is not written as"),
        ("xx:1", BankNotFound, "did you mean x?"),
        ("x:3", ReleaseNotFound, "it has: 1, 2"),
        ("x:1:sub/bb.fa", ReleaseNotFound, "did you mean sub/b.fa?"),
        ("x:1:release.json/../../x_2/flat/a.fa", BankError, "would leave its folder"),
        ("../x:1", BankNotFound, "no bank"),
    ],
)
def test_a_reference_to_nothing_names_the_nearest(
    catalogue: Catalogue, reference: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as caught:
        catalogue.resolve(reference)
    assert sentence in str(caught.value)


def test_one_file_is_asked_for_and_there_are_several(catalogue: Catalogue) -> None:
    assert catalogue.file("x:2").name == "a.fa"
    with pytest.raises(ReleaseNotFound, match=r"has 2 files \(a.fa, sub/b.fa\); say which"):
        catalogue.file("x:1")


def test_a_recipe_called_otherwise_than_its_file_is_refused(catalogue: Catalogue) -> None:
    catalogue.recipe_file("y").write_text('name = "x"\n[remote]\nurl = "https://e.org"')
    with pytest.raises(RecipeError, match="not the name of the file"):
        catalogue.recipe("y")
    with pytest.raises(BankNotFound, match="no bank"):
        catalogue.recipe("z")
