"""The files of banks as a tree: what is in it, for whom, and what is not."""

import hashlib
import os
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from app.banks.release_world import add_bank, add_release
from holdfast.accounts.people import GUEST, Person
from holdfast.app.banks import files
from holdfast.app.banks.files import File, Folder, look
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.releases.marks import Marks

ANN, BOB = Person("ann"), Person("bob")
ROOT = Person("root", is_administrator=True)
CONTENT = b">a\nACGT\n"


@pytest.fixture
def bank(container: QuickContainer) -> Path:
    """The bank ``x`` with two releases, the older published; the folder of the newer."""
    add_bank(container)
    add_release(container, "1", {"a.fa": CONTENT, "sub/b.fa": b"TT"}, publish=True)
    release = add_release(container, "2", {"a.fa": CONTENT + b"GG"})
    (release.folder / "blast").mkdir()
    (release.folder / "blast" / "a.nin").write_bytes(b"index")
    return release.folder


def names(found: Folder | File | None) -> list[str]:
    assert isinstance(found, Folder)
    return [row.name for row in found.rows]


def content(found: Folder | File | None) -> bytes:
    assert isinstance(found, File)
    with found:
        return found.read(0, found.size)


def test_the_tree_has_banks_and_their_complete_releases(
    container: QuickContainer, bank: Path
) -> None:
    (bank.parent / "x_3" / "flat").mkdir(parents=True)  # it is being made
    (container.settings.recipes / "empty.toml").write_text(
        'name = "empty"\n[remote]\nurl = "https://example.org/"\n'
    )
    assert names(look(container, ())) == ["x"]
    assert names(look(container, ("x",))) == ["current", "2", "1"]
    assert names(look(container, ("x", "2"))) == ["blast", "flat"]
    assert names(look(container, ("x", "current", "flat"))) == ["a.fa", "sub"]
    assert content(look(container, ("x", "1", "flat", "sub", "b.fa"))) == b"TT"
    assert look(container, ("x", "3")) is None
    assert look(container, ("empty",)) is None


def test_a_file_tells_its_digest_and_whether_it_may_ever_change(
    container: QuickContainer, bank: Path
) -> None:
    for release, is_lasting in (("1", True), ("current", False)):
        found = look(container, ("x", release, "flat", "a.fa"))
        assert isinstance(found, File)
        with found:
            assert found.tag == hashlib.sha256(CONTENT).hexdigest()
            assert (found.size, found.is_lasting) == (len(CONTENT), is_lasting)
    made = look(container, ("x", "2", "blast", "a.nin"))
    assert isinstance(made, File)
    with made:
        assert made.tag.count("-") == 2  # no digest is known of what a step made


def test_a_file_that_is_not_as_long_as_it_was_has_no_digest(
    container: QuickContainer, bank: Path
) -> None:
    (bank / "flat" / "a.fa").chmod(0o644)
    (bank / "flat" / "a.fa").write_bytes(b"other")
    found = look(container, ("x", "2", "flat", "a.fa"))
    assert isinstance(found, File)
    with found:
        assert found.tag.count("-") == 2


def test_a_huge_manifest_is_not_read_for_a_tag(
    container: QuickContainer, bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MANIFEST_MOST", 1)
    found = look(container, ("x", "2", "flat", "a.fa"))
    assert isinstance(found, File)
    with found:
        assert found.tag.count("-") == 2


@pytest.mark.parametrize(
    "name", ["release.json", "files.json", "made.json", "listingv1.blast", ".hidden", ".tmp-abc"]
)
def test_what_is_holdfasts_own_is_not_there(
    container: QuickContainer, bank: Path, name: str
) -> None:
    (bank / name).touch()
    (bank / "blast" / "link").symlink_to(f"../{name}")
    assert look(container, ("x", "2", name)) is None
    assert look(container, ("x", "2", "blast", "link")) is None
    assert names(look(container, ("x", "2"))) == ["blast", "flat"]
    assert names(look(container, ("x", "2", "blast"))) == ["a.nin"]


@pytest.mark.parametrize(
    "path",
    [
        "..", "../x", "x/..", "x/../x", "x/2/../1", "x/2/flat/..", "x/2/./flat", "x//2", "x/2/",
        "lock", "x/lock", "x/marks.json", "x/x_2", "x/.making", "x/2/flat/a.fa/more", "y", "x/9",
        "x/2/flat/\0", "x/2/fl\\at", "x/2/flat/a.fa\n", "x/2/out", "x/2/blast/passwd", "x/2/pipe",
    ],
)  # fmt: skip
def test_no_path_leaves_its_release(container: QuickContainer, bank: Path, path: str) -> None:
    (bank / "out").symlink_to("../x_1")
    (bank / "blast" / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(bank / "pipe")
    assert look(container, path.split("/")) is None
    assert names(look(container, ("x", "2"))) == ["blast", "flat"]


def test_a_slash_in_a_name_is_no_way_on(container: QuickContainer, bank: Path) -> None:
    assert look(container, ("x", "2", "flat/a.fa")) is None


def test_links_within_a_release_are_followed(container: QuickContainer, bank: Path) -> None:
    (bank / "blast" / "query.fa").symlink_to("../flat/a.fa")
    (bank / "newest").symlink_to(bank / "blast")
    assert content(look(container, ("x", "2", "newest", "query.fa"))) == CONTENT + b"GG"
    found = look(container, ("x", "2", "blast"))
    assert isinstance(found, Folder)
    assert [row.size for row in found.rows] == [5, len(CONTENT) + 2]


@pytest.fixture
def private(container: QuickContainer, bank: Path) -> Container:
    """The bank is ann's and private."""
    folder = container.catalogue.folder("x")
    folder.mark(Marks(owner="ann", visibility=Visibility.PRIVATE))
    return container


def test_a_private_bank_is_its_owners_and_the_administrators(private: Container) -> None:
    for person in (ANN, ROOT):
        asked = private.asked_by(person)
        assert names(look(asked, ())) == ["x"]
        found = look(asked, ("x", "current", "flat", "a.fa"))
        assert isinstance(found, File)
        with found:
            assert not found.is_public
    for person in (BOB, GUEST):
        asked = private.asked_by(person)
        assert names(look(asked, ())) == []
        assert look(asked, ("x",)) is None
        assert look(asked, ("x", "1", "flat", "a.fa")) is None


def test_a_bank_of_which_nobody_can_tell_whose_it_is_is_not_shown(
    container: QuickContainer, bank: Path
) -> None:
    (bank.parent / "marks.json").write_text("garbage")
    assert look(container.asked_by(GUEST), ("x",)) is None
    assert names(look(container.asked_by(GUEST), ())) == []


def test_a_bank_whose_recipe_cannot_be_read_is_shown_to_no_stranger(
    container: QuickContainer, bank: Path
) -> None:
    add_bank(container, 'visibility = "privte"')
    assert look(container.asked_by(GUEST), ("x",)) is None
    assert names(look(container.asked_by(ROOT), ("x",))) == ["current", "2", "1"]
