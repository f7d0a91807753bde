"""How a release came to be, as far as the site still knows: from which files, from which banks."""

from collections.abc import Iterator
from pathlib import Path

from holdfast.app.container import Container
from holdfast.banks.adopting.finding import Candidate
from holdfast.banks.adopting.manifest import read_records
from holdfast.banks.catalogue import PROPERTIES
from holdfast.banks.properties.placing import folder_of
from holdfast.banks.recipes.recipe import Recipe
from holdfast.errors import BankError
from holdfast.remotes.interface import RemoteFile


def depends_of(
    container: Container, recipe: Recipe | None, candidate: Candidate
) -> Iterator[tuple[str, str]]:
    """The releases of other banks that a release was made from: the newest there were by then.

    A bank that takes its release's name from another was made from the one of that name.
    """
    for each in recipe.depends if recipe is not None else ():
        try:
            releases = container.catalogue.folder(each.bank).releases()
        except BankError:  # told with the bank itself
            continue
        then = [release for release in releases if release.created <= candidate.created]
        if recipe is not None and recipe.release.bank == each.bank:
            named = [one for one in then if one.remote_release == candidate.remote_release]
            then = named or then
        if then:
            yield each.bank, then[-1].name


def records_of(
    container: Container, bank: str, candidate: Candidate, said: list[str]
) -> tuple[RemoteFile, ...]:
    """What the remote had listed when BioMAJ made the release, if it kept that."""
    session = candidate.production.session if candidate.production is not None else None
    cache = folder_said(container, bank, "cache.dir")
    if session is None or cache is None:
        return ()
    try:
        return read_records(cache, session) or ()
    except BankError as error:
        said.append(str(error))
        return ()


def folder_said(container: Container, bank: str, key: str) -> Path | None:
    """The folder that `key` of the bank's property file names."""
    file, config = container.catalogue.recipe_file(bank), container.settings.biomaj_config
    if config is None or file.suffix != PROPERTIES:
        return None
    return folder_of(key, file, config, container.settings.biomaj_environment)
