"""
The catalogue: all banks, their recipes and their releases, read from disk whenever it is asked.

It resolves what people write, ``bank:release`` or ``bank:release:file``, to files. ``current`` is
the published release.
"""

import re
from dataclasses import replace
from pathlib import Path

from holdfast.banks.properties import meaning
from holdfast.banks.properties.meaning import Meaning, Site
from holdfast.banks.recipes.place import HOME, Place
from holdfast.banks.recipes.recipe import Recipe, read_place, read_recipe
from holdfast.banks.recipes.steps import NAME
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.release import Release
from holdfast.base.files import safe_name, write_atomic
from holdfast.errors import (
    BankError,
    BankNotFound,
    RecipeError,
    ReleaseNotFound,
    UsageError,
    suggestion,
)
from holdfast.settings import Settings

SUFFIX = ".toml"
PROPERTIES = meaning.SUFFIX


class Catalogue:
    """The banks of one home folder. Constructing it touches nothing."""

    def __init__(self, banks: Path, recipes: Path, site: Site | None = None) -> None:
        self._banks = banks
        self.recipes = recipes
        self._site = site or Site()

    @classmethod
    def of_settings(cls, settings: Settings) -> "Catalogue":
        """The catalogue of a home folder, and of the BioMAJ site its settings name."""
        site = Site(settings.biomaj_config, settings.biomaj_environment, settings.biomaj_honour)
        return cls(settings.banks, settings.recipes, site)

    def banks(self) -> tuple[str, ...]:
        """The names of all banks that have a recipe, sorted."""
        return tuple(sorted(self._files()))

    def recipe_file(self, bank: str) -> Path:
        """Where the recipe of `bank` is, or would be."""
        return self._file(bank) or self.recipes / f"{bank}{SUFFIX}"

    def site_of(self, file: Path) -> Site:
        """What the property file `file` is read with: the site's file beside it, if there is one.

        Elsewhere than among recipes and in the site's ``conf.dir`` that is all. Only with the
        file that the settings name is the bank where the site has it.
        """
        beside = file.parent / meaning.GLOBAL
        config = beside if beside.is_file() else self._site.config
        named = self._site.config
        holds = config is not None and named is not None and config.resolve() == named.resolve()
        return replace(self._site, config=config, holds=holds)

    def meaning(self, bank: str) -> Meaning | None:
        """What the property file of `bank` means; None if its recipe is no property file."""
        file = self.recipe_file(bank)
        if file.suffix != PROPERTIES:
            return None
        return meaning.read_properties(file, self.site_of(file))

    def has(self, bank: str) -> bool:
        """Whether `bank` has a recipe; it costs less than :meth:`banks`, which looks at all."""
        return self._file(bank) is not None

    def _file(self, bank: str) -> Path | None:
        """The recipe of `bank`, as :meth:`_files` finds it."""
        if not re.match(NAME, bank):
            return self._files().get(bank)  # no path is made of what somebody typed
        if (file := self.recipes / f"{bank}{SUFFIX}").is_file():
            return file
        if f"{bank}{PROPERTIES}" == meaning.GLOBAL:
            return None
        if (file := self.recipes / f"{bank}{PROPERTIES}").is_file():
            return file
        if self._site.config is None:
            return None
        file = meaning.conf_dir(self._site) / f"{bank}{PROPERTIES}"
        return file if file.is_file() else None

    def _files(self) -> dict[str, Path]:
        """The recipe of each bank: TOML before property files, ours before the site's."""
        files: dict[str, Path] = {}
        folders = [self.recipes]
        if self._site.config is not None:
            folders.append(meaning.conf_dir(self._site))
        for folder in reversed(folders):
            files |= {
                file.stem: file
                for file in folder.glob(f"*{PROPERTIES}")
                if file.name != meaning.GLOBAL
            }
        return files | {file.stem: file for file in self.recipes.glob(f"*{SUFFIX}")}

    def recipe(self, bank: str) -> Recipe:
        """The recipe of `bank`.

        Raises
        ------
        BankNotFound
            There is none; the message names the nearest.
        RecipeError
            It cannot be read, or calls the bank otherwise than its file does.
        """
        if not self.has(bank):
            raise self._not_found(bank)
        file = self.recipe_file(bank)
        found = self.meaning(bank)
        if found is not None:
            return found.recipe_or_raise(file)
        recipe = read_recipe(file)
        if recipe.name != bank:
            raise RecipeError(
                file, "name", f"{recipe.name!r} is not the name of the file; rename one of them"
            )
        return recipe

    def add(self, recipe: Recipe, text: str, *, replace: bool = False) -> Path:
        """Keep `text` as the recipe of a bank.

        Raises
        ------
        UsageError
            The bank has a recipe already and `replace` is not said.
        """
        file = self.recipes / f"{recipe.name}{SUFFIX}"
        if file.exists() and not replace:
            raise UsageError(
                f"{recipe.name} has a recipe already: {file}; edit it, or say --replace"
            )
        self.recipes.mkdir(parents=True, exist_ok=True)
        write_atomic(file, text.encode(), mode=0o600 if recipe.holds_password else 0o644)
        return file

    def folder(self, bank: str) -> BankFolder:
        """The folder of `bank`, which has a recipe or was mirrored once.

        Raises
        ------
        BankNotFound
            There is no such bank.
        BankError
            Its recipe says no place that could be one.
        """
        if self.has(bank):
            try:
                place = self.place(bank)
            except RecipeError as error:
                raise BankError(f"where {bank} is kept cannot be told: {error}") from error
            return BankFolder(place.folder_of(bank, self._banks), bank, place.separator)
        if bank in self._mirrored():
            return BankFolder(self._banks / bank)
        raise self._not_found(bank)

    def place(self, bank: str) -> Place:
        """Where `bank`, which has a recipe, is; what else is wrong with the recipe is no matter.

        Raises
        ------
        RecipeError
            The place makes no sense, or cannot be read and the bank is not in the home folder.
        """
        file = self.recipe_file(bank)
        try:
            if file.suffix == PROPERTIES:
                return meaning.place_of(file, self.site_of(file))
            return read_place(file)
        except RecipeError:
            if bank in self._mirrored():  # so its releases can be used while the recipe is mended
                return HOME
            raise

    def resolve(self, reference: str) -> tuple[Path, ...]:
        """The files that ``bank:release`` or ``bank:release:file`` names.

        Without a file, all products of the release, sorted.

        Raises
        ------
        UsageError
            `reference` is not written so.
        BankNotFound, ReleaseNotFound
            There is no such bank, release or file; the message names the nearest.
        """
        release, file = self.release_and_file(reference)
        paths = {product.path for entry in release.entries() for product in entry.products}
        if file is None:
            return tuple(release.flat / path for path in sorted(paths))
        if file in paths:
            return (release.flat / file,)
        made = release.folder / safe_name(file)  # what a step made: counts/table.tsv
        if made.is_file():
            return (made,)
        raise ReleaseNotFound(
            f"{release.bank}:{release.name} has no file {file!r}{suggestion(file, paths)}"
        )

    def file(self, reference: str) -> Path:
        """The one file that `reference` names, as :meth:`resolve`.

        Raises
        ------
        ReleaseNotFound
            It names several; the message says how to choose.
        """
        paths = self.resolve(reference)
        if len(paths) == 1:
            return paths[0]
        release, _ = self.release_and_file(reference)
        some = ", ".join(path.relative_to(release.flat).as_posix() for path in paths[:5])
        more = ", …" if len(paths) > 5 else ""
        raise ReleaseNotFound(
            f"{reference} has {len(paths)} files ({some}{more}); "
            f"say which, as in {reference}:{paths[0].name}"
        )

    def release_and_file(self, reference: str) -> tuple[Release, str | None]:
        """The release that `reference` names, and its file where it names one."""
        parts = reference.split(":", 2)
        if len(parts) < 2 or not all(parts):
            raise UsageError(f"{reference!r} is not written as bank:release or bank:release:file")
        release = self.folder(parts[0]).release(parts[1])
        return release, parts[2] if len(parts) == 3 else None

    def _mirrored(self) -> list[str]:
        return [folder.name for folder in self._banks.glob("*") if folder.is_dir()]

    def _not_found(self, bank: str) -> BankNotFound:
        known = self.banks()
        hint = suggestion(bank, known) or f" (there are: {', '.join(known) or 'none yet'})"
        return BankNotFound(f"there is no bank {bank!r}{hint}")
