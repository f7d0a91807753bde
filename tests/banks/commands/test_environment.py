"""What commands find: every variable BioMAJ's scripts know, on each occasion."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from holdfast.banks.commands.environment import (
    environment,
    environment_before,
    environment_of_removal,
    filled,
    output_file,
)
from holdfast.banks.dependencies import Upstream
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.release import Release
from holdfast.banks.updating.making import Making
from holdfast.remotes.interface import Listing

HOME = Path("/home/holdfast")
SUB1 = Upstream("sub1", "3", HOME / "banks/sub1/sub1_3")
SITE = {
    "processdir": "/site/process",
    "PATH_PROCESS_BIOMAJ": "/site/process",
    "mailadmin": "admin@e.org",
    "noextract": "true",
    "PP_WARNING": "#",
    "target": "all.fa",
}


def recipe(folder: str = "", root: str = "", **said: object) -> Recipe:
    place = {"folder": folder, "root": root} if folder else {}
    document = {"name": "alu", "remote": {"url": "https://me:secret@e.org/"}, "place": place}
    return Recipe.model_validate(document | said)


def making(known: Recipe, bank_folder: Path) -> Making:
    return Making(
        bank="alu",
        release="7__1",
        remote_release="7",
        number=2,
        token="one",
        attempts=1,
        url="https://me:secret@e.org/",
        listing=Listing("https://e.org/", ()),
        reuse=frozenset(),
        previous=None,
        same_unpacking=True,
        recipe=known,
        bank_folder=bank_folder,
        depends=(SUB1,),
    )


BANK = {
    "HOLDFAST_HOME": "/home/holdfast",
    "dbname": "alu",
    "datadir": "/home/holdfast/banks",
    "dirversion": "alu",
    **SITE,
}
OF_A_RELEASE = {
    **BANK,
    "localrelease": "alu_7__1",
    "remoterelease": "7",
    "removedrelease": "7__1",
    "release": "7__1",
}


def test_a_step_finds_the_release_that_is_made() -> None:
    logs = "/home/holdfast/logs/banks/alu/7__1-one"
    known = recipe(environment=SITE)
    assert environment(making(known, HOME / "banks/alu"), HOME) == {
        **OF_A_RELEASE,
        "offlinedir": "/home/holdfast/banks/alu/.making/7__1/files",
        "logdir": logs,
        "logfile": f"{logs}/alu.log",
        "sub1source": "/home/holdfast/banks/sub1/sub1_3",
    }


def test_before_the_remote_is_asked_there_is_no_release() -> None:
    logs = "/home/holdfast/logs/banks/alu/before"
    known = recipe(environment=SITE)
    assert environment_before(known, HOME / "banks/alu", HOME, [SUB1]) == {
        **BANK,
        "localrelease": "alu_None",
        "sub1source": "/home/holdfast/banks/sub1/sub1_3",
        "remoterelease": "",
        "removedrelease": "",
        "offlinedir": "/home/holdfast/banks/alu/.making/None/files",
        "logdir": logs,
        "logfile": f"{logs}/alu.log",
    }


def test_at_a_removal_the_release_is_the_one_that_goes() -> None:
    logs = "/home/holdfast/logs/banks/alu/removal-7__1"
    release = Release(
        bank="alu",
        name="7__1",
        remote_release="7",
        number=2,
        created=datetime(2024, 1, 1, tzinfo=UTC),
        url="",
        recipe="",
        unpacking="",
        files=0,
        size=0,
        added=0,
        steps=(),
        folder=HOME / "banks/alu/alu_7__1",
    )
    assert environment_of_removal(recipe(environment=SITE), release, HOME) == {
        **OF_A_RELEASE,
        "offlinedir": "/home/holdfast/banks/alu/.making/None/files",
        "logdir": logs,
        "logfile": f"{logs}/alu.log",
    }


def test_no_occasion_knows_a_secret() -> None:
    known = recipe(environment=SITE)
    found = {**environment(making(known, HOME / "banks/alu"), HOME)}
    found |= environment_before(known, HOME / "banks/alu", HOME)
    assert not any("secret" in value for value in found.values())


def test_a_bank_of_a_site_has_the_folders_its_scripts_know() -> None:
    known = recipe("/db/ncbi/alu", "/db")
    found = environment(making(known, Path("/db/ncbi/alu")), HOME)
    assert (found["datadir"], found["dirversion"]) == ("/db", "ncbi/alu")
    assert found["localrelease"] == "alu_7__1"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("{bank}:{release}", "alu:7__1"),
        ("{datadir}/{dirversion}/{localrelease}", "/home/holdfast/banks/alu/alu_7__1"),
        ("{release_folder}/x", "/home/holdfast/banks/alu/alu_7__1/x"),
        ("{flat}", "/home/holdfast/banks/alu/alu_7__1/flat"),
        ("{sub1source}", "/home/holdfast/banks/sub1/sub1_3"),
        ("{logdir}", "/home/holdfast/logs/banks/alu/7__1-one"),
        ("{offlinedir}", "/home/holdfast/banks/alu/.making/7__1/files"),
        ("{recipes}", "/home/holdfast/recipes"),
        ("${release} {unknown} {print $1}", "${release} {unknown} {print $1}"),
        ("{target}", "{target}"),  # a variable of the bank's own is the shell's
    ],
)
def test_words_stand_for_what_the_variables_hold(word: str, expected: str) -> None:
    made = making(recipe(environment=SITE), HOME / "banks/alu")
    assert filled((word,), made, HOME) == (expected,)


def test_outputs_of_steps_are_called_after_them() -> None:
    assert output_file(Path("/l"), "META_proc") == Path("/l/META_proc.out")
    assert output_file(Path("/l"), "../x") == Path("/l/%2E.%2Fx.out")


def test_another_making_of_the_same_release_has_other_outputs() -> None:
    made = making(recipe(), HOME / "banks/alu")
    again = replace(made, token="two")
    assert environment(made, HOME)["logdir"] != environment(again, HOME)["logdir"]
