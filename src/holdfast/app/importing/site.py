"""
Importing a site of BioMAJ: its banks and their releases are ours from then on, where they are.

The property files are read as they are, so from then on the setting ``biomaj_config`` names the
site. A bank is adopted under its lock, the oldest release first; what a kill left undone the same
command does. Asked again, nothing is left to do.
"""

import os
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.importing.bank import Adoption, adopt_bank, look_at
from holdfast.app.importing.past import note_past
from holdfast.banks.adopting.history import BANKS, HISTORY, History, read_history
from holdfast.banks.properties.meaning import GLOBAL, SUFFIX, Site, conf_dir
from holdfast.base.files import write_atomic
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import HoldfastError, RecipeError, UsageError, suggestion
from holdfast.formats.mongodump import Dump
from holdfast.settings import FILE, Settings

CONFIG_VARIABLE = "BIOMAJ_CONF"  #: where BioMAJ itself is told of its global.properties


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a site, or would."""

    config: Path
    banks: tuple[Adoption, ...]
    events: int  #: things of the past that the register did not know
    setting: bool  #: whether holdfast.toml was told of the site
    remarks: tuple[str, ...]
    dry_run: bool

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be done."""
        return tuple(each.problem for each in self.banks if each.problem)


def import_site(
    container: Container,
    config: Path | None = None,
    dump: Path | None = None,
    banks: Collection[str] = (),
    *,
    dry_run: bool = False,
    listener: Listener = ignore,
) -> Imported:
    """Adopt the releases of a site's `banks`, or of all; a dry run only says what would be done.

    `config` is the site's global.properties, `dump` what its database was saved as.

    Raises
    ------
    UsageError
        There is no such site, dump or bank; or another site was imported before.
    FormatError
        The dump is damaged.
    """
    config = _config(container.settings, config)
    said = container.settings.model_copy(update={"biomaj_config": config})
    names = _names(said, banks)
    history = _history(dump)
    with Container(said) as site:
        names = _in_order(site, names)
        beside = _beside(site, names)
        setting = container.settings.biomaj_config is None
        if setting and not dry_run:
            _write_setting(container.settings, config)
        done = tuple(
            _bank(site, bank, history, beside[bank], listener, dry_run=dry_run) for bank in names
        )
        events = note_past(site, history, names, dry_run=dry_run)
    remarks = (*history.remarks, *_unknown(history, names, banks))
    return Imported(config, done, events, setting, remarks, dry_run)


# -- the site --------------------------------------------------------------------------------------


def _config(settings: Settings, said: Path | None) -> Path:
    """The site's configuration: as said, as set, or where BioMAJ looks for it."""
    from_environment = os.environ.get(CONFIG_VARIABLE)
    looked_for = [settings.biomaj_config, from_environment and Path(from_environment), Path(GLOBAL)]
    found = said or next((each for each in looked_for if each and each.is_file()), None)
    if found is None:
        raise UsageError(f"there is no {GLOBAL} here; say where the site's is, with --config")
    if not found.is_file():
        raise UsageError(f"there is no file {found}; give the site's {GLOBAL}")
    known = settings.biomaj_config
    if known is not None and known.resolve() != found.resolve():
        raise UsageError(
            f"the setting biomaj_config names another site, {known}; use another home folder for "
            f"{found}, or change the setting"
        )
    return found.absolute()


def _names(settings: Settings, wanted: Collection[str]) -> tuple[str, ...]:
    """The banks of the site that are wanted, sorted."""
    folder = conf_dir(Site(settings.biomaj_config, settings.biomaj_environment))
    there = sorted(each.stem for each in folder.glob(f"*{SUFFIX}") if each.name != GLOBAL)
    for name in wanted:
        if name not in there:
            raise UsageError(f"{folder} has no bank {name!r}{suggestion(name, there)}")
    if not there:
        raise UsageError(f"{folder} has no bank files; conf.dir of the site says to look there")
    return tuple(name for name in there if name in wanted or not wanted)


def _in_order(site: Container, names: Sequence[str]) -> tuple[str, ...]:
    """`names`, banks that others are made from before those."""
    needs: dict[str, list[str]] = {}
    for name in names:
        try:
            depends = site.catalogue.recipe(name).depends
        except RecipeError:  # told with the bank itself
            depends = ()
        needs[name] = [each.bank for each in depends if each.bank in names]
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError:  # told when one of them is updated
        return tuple(names)


def _beside(site: Container, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Of each bank, those that have the same folder."""
    folders: dict[str, Path] = {}
    for name in site.catalogue.banks():
        try:
            folders[name] = site.catalogue.folder(name).folder
        except HoldfastError:  # told with the bank itself
            continue
    return {
        name: tuple(
            other
            for other, folder in folders.items()
            if other != name and folder == folders.get(name)
        )
        for name in names
    }


def _write_setting(settings: Settings, config: Path) -> None:
    """Name the site in the home folder's settings; a key stands before all tables."""
    file = settings.home / FILE
    settings.home.mkdir(parents=True, exist_ok=True)
    before = file.read_bytes() if file.is_file() else b""
    if "biomaj_config" in tomllib.loads(before.decode()):
        return  # it was written since these settings were read
    path = str(config).replace("\\", "\\\\").replace('"', '\\"')
    write_atomic(file, f'biomaj_config = "{path}"\n'.encode() + before)


def _bank(
    site: Container,
    bank: str,
    history: History,
    beside: Sequence[str],
    listener: Listener,
    *,
    dry_run: bool,
) -> Adoption:
    past = history.banks.get(bank) if history.banks else None
    try:
        if dry_run:
            return look_at(site, bank, past, beside)
        listener(Progress(f"looking at {bank}"))
        return adopt_bank(site, bank, past, beside, listener)
    except (HoldfastError, OSError) as error:
        return Adoption(bank, "", problem=f"{bank}: {error}")


# -- the past -------------------------------------------------------------------------------------


def _history(dump: Path | None) -> History:
    if dump is None:
        return History()
    saved = Dump(dump, BANKS)
    return read_history(saved.documents(BANKS), saved.documents(HISTORY))


def _unknown(history: History, names: Iterable[str], wanted: Collection[str]) -> Iterator[str]:
    """Banks that the database knows, and no file says anything of."""
    if not wanted:
        for name in sorted(set(history.banks) - set(names)):
            yield f"the database knows a bank {name}, of which there is no property file"
