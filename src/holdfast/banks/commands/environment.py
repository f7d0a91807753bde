"""
What commands of a recipe find: the variables BioMAJ's scripts know, and what words stand for.

There are three occasions: a release that is being made, what is done before the remote is asked,
and what is done before a release is removed. On each the same names are there. Nothing here looks
at a disk; no secret is among the values, for a recipe's own variables hold none.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from holdfast.banks.dependencies import Upstream
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.release import Release, folder_name
from holdfast.banks.updating.making import MAKING, STAGED, Making
from holdfast.jobs.folder import file_name

NO_RELEASE = "None"  #: what BioMAJ's scripts find for the release while there is none
BEFORE = "before"  #: the folder of what is said before the remote is asked
OUTPUT = ".out"  #: behind a step's name, the file of its standard output


def environment(making: Making, home: Path) -> dict[str, str]:
    """What a step finds while `making` is made."""
    return {
        **_before_all(making.recipe),
        **_of_bank(making.recipe, making.bank_folder, home),
        **_of_logs(making.bank, output_folder(making, home)),
        "localrelease": making.release_folder.name,
        "remoterelease": making.remote_release,
        "removedrelease": making.release,
        "release": making.release,
        "offlinedir": str(making.staged),
        **_sources(making.depends),
    }


def environment_before(
    recipe: Recipe, bank_folder: Path, home: Path, depends: Iterable[Upstream] = ()
) -> dict[str, str]:
    """What a command finds before the remote is asked: there is no release yet."""
    return {
        **_before_all(recipe),
        **_of_bank(recipe, bank_folder, home),
        **_of_logs(recipe.name, logs_of_bank(home, recipe.name) / BEFORE),
        "localrelease": folder_name(recipe.name, NO_RELEASE, recipe.place.separator),
        **_nothing_staged(bank_folder),
        **_sources(depends),
    }


def environment_of_removal(recipe: Recipe, release: Release, home: Path) -> dict[str, str]:
    """What a command finds before `release` is removed."""
    folder = logs_of_bank(home, recipe.name) / f"removal-{release.name}"
    return {
        **_before_all(recipe),
        **_of_bank(recipe, release.folder.parent, home),
        **_of_logs(recipe.name, folder),
        "localrelease": release.folder.name,
        "remoterelease": release.remote_release,
        "removedrelease": release.name,
        "release": release.name,
        **_nothing_staged(release.folder.parent),
    }


def filled(command: tuple[str, ...], making: Making, home: Path) -> tuple[str, ...]:
    """`command` with its placeholders replaced; other braces are the command's own."""
    own = making.recipe.environment
    values = {
        **{key: value for key, value in environment(making, home).items() if key not in own},
        "bank": making.bank,
        "release_folder": str(making.release_folder),
        "flat": str(making.flat),
        "current": str(making.bank_folder / "current"),
        "recipes": str(home / "recipes"),
    }
    return replaced(command, values)


def replaced(command: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    """`command` with ``{name}`` replaced by the value of that name."""
    # ${release} is a shell's own.
    pattern = re.compile("(?<![$]){(" + "|".join(map(re.escape, values)) + ")}")
    return tuple(pattern.sub(lambda match: values[match[1]], word) for word in command)


# -- where steps say something ---------------------------------------------------------------------


def logs_of_bank(home: Path, bank: str) -> Path:
    """Where the standard outputs of a bank's commands are."""
    return home / "logs" / "banks" / bank


def output_folder(making: Making, home: Path) -> Path:
    """Where the steps of `making` leave what they say; another making has another folder."""
    return logs_of_bank(home, making.bank) / f"{making.release}-{making.token}"


def output_file(folder: Path, step: str) -> Path:
    """The file for the standard output of the step called `step`; it is written anew each time."""
    return folder / f"{file_name(step)}{OUTPUT}"


# -- the parts -------------------------------------------------------------------------------------


def _before_all(recipe: Recipe) -> dict[str, str]:
    """Variables that are there on each occasion, unless a later part knows better."""
    return {"noextract": "", "remoterelease": "", "removedrelease": "", **recipe.environment}


def _of_bank(recipe: Recipe, bank_folder: Path, home: Path) -> dict[str, str]:
    """What a command may ask of the bank, whatever its release."""
    datadir, dirversion = recipe.place.as_scripts_know(bank_folder)
    return {
        "HOLDFAST_HOME": str(home),
        "dbname": recipe.name,
        "datadir": datadir,
        "dirversion": dirversion,
    }


def _sources(depends: Iterable[Upstream]) -> dict[str, str]:
    return {f"{each.bank}source": str(each.folder) for each in depends}


def _nothing_staged(bank_folder: Path) -> dict[str, str]:
    """No folder, but a path for scripts that say ``rm -rf $offlinedir/*``."""
    return {"offlinedir": str(bank_folder / MAKING / NO_RELEASE / STAGED)}


def _of_logs(bank: str, folder: Path) -> dict[str, str]:
    return {"logdir": str(folder), "logfile": str(folder / f"{bank}.log")}
