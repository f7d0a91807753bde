"""What the tasks of a bank ask of the making on disk."""

from holdfast.banks.catalogue import Catalogue
from holdfast.banks.recipes.steps import Step
from holdfast.banks.releases.release import Product
from holdfast.banks.updating.arrivals import all_unpacked, arrivals
from holdfast.banks.updating.entries import entries_as_fetched, entries_as_unpacked
from holdfast.banks.updating.fetch import previous_entries
from holdfast.banks.updating.making import Making, read_making
from holdfast.errors import UsageError
from holdfast.formats.archives.limits import Limits
from holdfast.settings import Settings


def making_of(settings: Settings, bank: str, release: str) -> Making:
    """The making of a release."""
    return read_making(Catalogue.of_settings(settings).folder(bank).folder, release)


def limits_of(settings: Settings) -> Limits:
    """How much may come out of one archive."""
    return Limits(
        size=settings.unpack_limit,
        files=settings.unpack_files,
        ratio=settings.unpack_ratio,
        reserve=settings.disk_reserve,
    )


def step_of(making: Making, name: str) -> Step:
    """The step of `making` called `name`."""
    for step in making.recipe.steps:
        if step.name == name:
            return step
    raise UsageError(f"the recipe of {making.bank} has no step {name!r}")


def products_of(making: Making) -> tuple[Product, ...]:
    """The files of the release as they are now, sorted by path."""
    fetched = entries_as_fetched(making, arrivals(making.folder), previous_entries(making))
    entries = entries_as_unpacked(fetched, all_unpacked(making))
    found = [product for entry in entries for product in entry.products]
    return tuple(sorted(found, key=lambda product: product.path))
