"""Which folders are releases of BioMAJ's, by disk and by database."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from banks.releases.test_bankfolder import make_release
from holdfast.banks.adopting.finding import Look, look
from holdfast.banks.adopting.history import PastBank, Production
from holdfast.banks.releases.bankfolder import BankFolder


@pytest.fixture
def folder(tmp_path: Path) -> BankFolder:
    """The empty folder of the bank ``alu``, which has the separator ``-``."""
    (tmp_path / "db").mkdir()
    return BankFolder(tmp_path / "db", "alu", "-")


def put(folder: BankFolder, *names: str, day: int = 1) -> None:
    for number, name in enumerate(names):
        flat = folder.folder / name / "flat"
        flat.mkdir(parents=True)
        (flat / "a").touch()
        os.utime(flat, (day * 86400 + number,) * 2)


def production(release: str, directory: str = "", session: float | None = None) -> Production:
    return Production(release, "", directory, "", session, (), (), frozen=False)


def names(found: Look) -> list[tuple[str, str]]:
    return [(each.folder.name, each.name) for each in found.adopted]


@pytest.mark.parametrize(
    ("directory", "release", "remote"),
    [
        ("alu-12", "12", "12"),
        ("alu_12", "12", "12"),  # the separator was another once
        ("alu-2024-3-7__1", "2024-3-7__1", "2024-3-7"),
        ("alu-4__beta", "4__beta", "4__beta"),
    ],
)
def test_a_folder_called_as_a_release_is_one(
    folder: BankFolder, directory: str, release: str, remote: str
) -> None:
    put(folder, directory)
    (found,) = look(folder, None).adopted
    assert (found.name, found.remote_release, found.created) == (
        release,
        remote,
        datetime(1970, 1, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", ["other-12", "alu12", "alu", "aluu-12", ".alu-12", "log"])
def test_a_folder_called_otherwise_is_nobodys_business(folder: BankFolder, name: str) -> None:
    put(folder, name)
    found = look(folder, None)
    assert (found.adopted, found.left) == ((), ())


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("alu-", "'' cannot be"),
        ("alu-current", "'current' cannot be the name of a release"),
        ("alu-a b", "'a b' cannot be the name of a release"),
    ],
)
def test_what_could_not_be_called_by_a_person_is_left(
    folder: BankFolder, name: str, why: str
) -> None:
    put(folder, name)
    found = look(folder, None)
    assert found.adopted == ()
    assert [why in each.why for each in found.left] in ([True], [])


def test_the_database_says_which_folders_are_finished_and_in_which_order(
    folder: BankFolder,
) -> None:
    put(folder, "alu-3", "alu-1", "odd", "alu-2", "alu-4")
    past = PastBank(
        "alu",
        productions=(
            production("1", session=100.0),
            production("2", "alu-2"),
            production("3"),
            production("0", "odd"),
            production("9"),
        ),
        pending=("4",),
    )
    found = look(folder, past)
    assert names(found) == [("alu-1", "1"), ("alu-2", "2"), ("alu-3", "3"), ("odd", "0")]
    assert [(each.folder.name, each.why) for each in found.left] == [
        ("alu-4", "BioMAJ had begun it and did not finish it")
    ]
    assert [each.release for each in found.lacking] == ["9"]
    assert found.adopted[0].created.timestamp() == 100


def test_of_two_banks_in_one_folder_each_has_its_own(folder: BankFolder) -> None:
    put(folder, "alu-12", "alu-nr-3", "alu-nr_4", "alu_nr-5")
    assert names(look(folder, None, ["alu-nr", "x"])) == [("alu-12", "12"), ("alu_nr-5", "nr-5")]
    other = BankFolder(folder.folder, "alu-nr", "-")
    assert names(look(other, None, ["alu"])) == [("alu-nr-3", "3"), ("alu-nr_4", "4")]


def test_twins_of_two_separators_are_called_apart(folder: BankFolder) -> None:
    put(folder, "alu_12", "alu-12")
    make_release(folder.folder, "x", 1)  # of another bank
    assert names(look(folder, None)) == [("alu_12", "12"), ("alu-12", "12__1")]


def test_links_and_files_are_no_releases(folder: BankFolder) -> None:
    put(folder, "alu-1")
    (folder.folder / "alu-2").symlink_to("alu-1")
    (folder.folder / "alu-3").touch()
    (folder.folder / "current").symlink_to("alu-1")
    (found,) = look(folder, None).adopted
    assert (found.name, found.current) == ("1", True)


def test_numbers_go_on_from_those_that_are_here(folder: BankFolder) -> None:
    make_release(folder.folder, "7", 4)  # of 2024
    held = folder.folder / "db_7"
    text = (held / "release.json").read_text().replace('"bank": "db"', '"bank": "alu"')
    (held / "release.json").write_text(text)
    put(folder, "alu-5", "alu-6")  # of 1970
    put(folder, "alu-8", day=30_000)  # of 2052
    found = look(folder, None)
    numbers = [(each.name, number) for each, number in found.numbered()]
    assert numbers == [("5", 2), ("6", 3), ("8", 5)]
    assert [each.name for each in found.held] == ["7"]


def test_where_nothing_is_nothing_is_found(tmp_path: Path) -> None:
    found = look(BankFolder(tmp_path / "nowhere", "alu"), PastBank("alu"))
    assert (found.held, found.adopted, found.left, found.lacking) == ((), (), (), ())
