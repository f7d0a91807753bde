"""
Meaning: the keys of a bank become its recipe.

A recipe is made where no problem is an error. What the same keys give in BioMAJ is kept where the
names of files and releases depend on it; what was an accident there has its intended meaning here.
The bank is called as its file is.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from holdfast.banks.properties import keys, origin, placing
from holdfast.banks.properties.layers import Layers
from holdfast.banks.properties.mailing import Mailing, mailing_of, people_of
from holdfast.banks.properties.problems import Findings, Problem
from holdfast.banks.properties.processes import Processes
from holdfast.banks.properties.reading import PropertyFile, read_file
from holdfast.banks.recipes.place import HOME, Place
from holdfast.banks.recipes.recipe import Recipe
from holdfast.errors import RecipeError, SettingsError, suggestion

SUFFIX = ".properties"
GLOBAL = f"global{SUFFIX}"
KEPT = 1  #: old releases kept where nobody says
#: what BioMAJ unpacks
ARCHIVES = ("tar.gz", "tgz", "tar", "bz2", "gz", "zip")
#: words before lines that version 1 of BioMAJ read in the output of processes
OF_VERSION_1 = ("PP_DEPENDENCE", "PP_DEPENDENCE_VOLATILE", "PP_WARNING")

#: where a problem with a key of the recipe has its cause
CAUSES = {
    "name": "db.name",
    "keep": "keep.old.version",
    "visibility": "visibility.default",
    "depends": "depends",
    "place": "dir.version",
    "environment": "",
    "notify.to": "mail.admin",
    "remote.url": "remote.dir",
    "remote.match": "remote.files",
    "remote.name": "target.name",
    "remote.page.file": "http.parse.file.line",
    "remote.page.folder": "http.parse.dir.line",
    "remote.exclude_match": "remote.excluded.files",
    "remote.connection.proxy": "proxy",
    "remote.credentials": "server.credentials",
    "remote.base": "remote.list",
    "remote.parts.name": "protocol",
    "remote.fetcher": "download.plugin",
    "release.connection.proxy": "release.proxy",
    "release.credentials": "release.credentials",
    "release.pattern": "release.regexp",
    "release.match": "release.file",
    "release.format": "release.format",
    "release.url": "release.remote.dir",
    "release": "release.file",
    "remote": "remote.files",
    "steps": "local.files",
}


@dataclass(frozen=True, slots=True)
class Site:
    """What a bank's file is read with."""

    config: Path | None = None  #: the site's global.properties
    environment: Mapping[str, str] | None = None  #: with its BIOMAJ_… variables
    honoured: Collection[str] = ()  #: keys that BioMAJ 3 ignores and this site wants honoured
    holds: bool = False  #: whether releases are where the site has them, not in the home folder


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a property file means, and what is odd about it."""

    recipe: Recipe | None  #: None where a problem is an error
    problems: tuple[Problem, ...]
    mailing: Mailing | None = None  #: by which server mail goes, where it says

    def recipe_or_raise(self, file: Path, *, strict: bool = False) -> Recipe:
        """The recipe.

        Raises
        ------
        RecipeError
            A problem keeps it from being used; the message is the first of them.
        """
        for problem in self.problems:
            if problem.counts(strict=strict):
                place = f"{problem.file}:{problem.line}" if problem.line else problem.file
                raise RecipeError(place, problem.key, problem.sentence)
        if self.recipe is None:
            raise RecipeError(file, "", "it makes no recipe")
        return self.recipe


def conf_dir(site: Site) -> Path:
    """The folder of a site's bank files: ``conf.dir`` of its configuration, or where that is.

    Raises
    ------
    SettingsError
        There is no such configuration.
    """
    if site.config is None or not site.config.is_file():
        raise SettingsError(f"there is no file {site.config}; mend the setting biomaj_config")
    config = read_file(site.config)
    layers = Layers(config, None, site.environment or {}, Findings(config.file))
    return site.config.parent / layers.text("conf.dir")


def read_properties(file: Path, site: Site | None = None) -> Meaning:
    """What the bank file `file` of `site` means."""
    site = site or Site()
    config = read_file(site.config) if site.config is not None else None
    return meaning_of(read_file(file), config, site, file.name.removesuffix(SUFFIX))


def place_of(file: Path, site: Site) -> Place:
    """Where the bank file `file` of `site` says the bank is, be the rest of it right or wrong.

    Raises
    ------
    RecipeError
        The place makes no sense.
    """
    if not site.holds:
        return HOME
    config = read_file(site.config) if site.config is not None else None
    findings = Findings(str(file))
    layers = Layers(read_file(file), config, site.environment or {}, findings)
    try:
        return Place.model_validate(placing.place_of(layers))
    except ValidationError as error:
        sentence = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise RecipeError(file, "dir.version", sentence) from error


def meaning_of(bank: PropertyFile, config: PropertyFile | None, site: Site, name: str) -> Meaning:
    """What `bank`, read with the site's `config`, means for the bank called `name`."""
    findings = Findings(bank.file)
    layers = Layers(bank, config, site.environment or {}, findings)
    if not site.holds:
        placing.tell_of_home(layers)
    earlier = (*bank.problems, *(config.problems if config is not None else ()))
    recipe = None
    if bank.entries:
        document = _document(layers, site.honoured, name)
        if site.holds:
            document["place"] = placing.place_of(layers)
        errors = any(each.counts(strict=False) for each in (*earlier, *findings.found))
        recipe = None if errors else _validated(document, layers)
    mailing = mailing_of(layers) if bank.entries else None
    return Meaning(recipe, findings.in_order(earlier), mailing)


def _document(layers: Layers, honoured: Collection[str], name: str) -> dict[str, Any]:
    processes = Processes(layers)
    document: dict[str, Any] = {
        "name": name,
        **_described(layers, name),
        "remote": origin.remote_of(layers, honour_excluded="remote.excluded.files" in honoured),
        "release": origin.release_of(layers),
        "steps": [
            *_first_steps(layers),
            *processes.of_blocks(honour_lone="db.post.process" in honoured),
        ],
        "before": processes.of_key("db.pre.process"),
        "removal": processes.of_key("db.remove.process"),
    }
    variables = _variables(layers, processes.used)
    if any(step.get("command") for step in document["steps"]) or (
        document["before"] or document["removal"]
    ):
        document["environment"] = variables
    _tell_of_keys(layers, processes.used)
    return document


def _described(layers: Layers, name: str) -> dict[str, Any]:
    called = layers.text("db.name")
    if called and called != name:
        layers.remark("db.name", f"the bank is called {name}, as its file is")
    keep = layers.number("keep.old.version")
    description = " ".join(layers.text("db.fullname").split())
    if len(description) > 1 and description[0] == description[-1] == '"':
        description = description[1:-1]
    depends = layers.listed("db.source") or layers.listed("depends")
    return {
        "description": description,
        "formats": list(layers.listed("db.formats")),
        "types": list(layers.listed("db.type")),
        "keep": keep if keep is not None else KEPT,
        "publish": layers.is_true("auto_publish"),
        "visibility": layers.text("visibility.default") or "public",
        "depends": [
            {"bank": each, "match": list(layers.patterns(f"{each.lower()}.files.move"))}
            for each in depends
        ],
        "notify": {"to": people_of(layers)},
    }


def _first_steps(layers: Layers) -> Iterator[dict[str, Any]]:
    """What is done with the files before any process sees them."""
    if layers.text("protocol").lower() == "none":
        return  # there are none
    extract = layers.get("no.extract")
    if extract is None or extract.text == "false":
        yield {"name": "unpack", "use": "unpack", "files": [f"**/*.{kind}" for kind in ARCHIVES]}
    elif extract.text.lower() not in {"true", "1"}:
        layers.warning(
            "no.extract",
            f"{extract.text!r} is not exactly false, so archives stay packed; write true or false",
        )
    if not layers.has("local.files"):
        layers.error("local.files", "it is missing; write local.files=**/* for all files")
        return
    expressions = layers.patterns("local.files")
    if not expressions:
        layers.error("local.files", "it is empty, so no file would be kept; write **/* for all")
    elif not {"**/*", ".*"}.intersection(expressions):
        yield {"name": "select", "use": "select", "match": list(expressions)}


def _variables(layers: Layers, used: Collection[str]) -> dict[str, str]:
    """What processes find in their environment beyond what all steps do. No secrets."""
    folder = layers.text("process.dir")
    known = {
        **dict.fromkeys(OF_VERSION_1, "#"),
        "processdir": folder,
        "PATH_PROCESS_BIOMAJ": folder,
        "mailadmin": layers.text("mail.admin"),
        "mailsmtp": layers.text("mail.smtp.host"),
        "noextract": layers.text("no.extract"),
    }
    own = {
        key: layers.text(key)
        for key in layers.keys()  # noqa: SIM118 - these are no dictionary's
        if key.isidentifier()
        and key.isascii()
        and key not in used
        and not keys.is_known(key)
        and not keys.is_secret(key)
    }
    return {name: value for name, value in {**known, **own}.items() if value}


def _validated(document: dict[str, Any], layers: Layers) -> Recipe | None:
    try:
        return Recipe.model_validate(document)
    except ValidationError as error:
        for problem in error.errors():
            place = ".".join(str(part) for part in problem["loc"] if isinstance(part, str))
            sentence = problem["msg"].removeprefix("Value error, ")
            # What is wrong with the recipe as a whole begins with the key it is about.
            places = (place, place.partition(".")[0], sentence.partition(" ")[0])
            cause = next((CAUSES[each] for each in places if CAUSES.get(each)), "")
            layers.error(cause, sentence)
        return None


def _tell_of_keys(layers: Layers, used: Collection[str]) -> None:
    """Say of each key of the bank's own file what becomes of it, where that is not plain."""
    defined = {found[0] for each in layers.own() if (found := keys.process_of(each.key))}
    for process in sorted(defined - set(used)):
        key = next(each.key for each in layers.own() if each.key.startswith(f"{process}."))
        layers.remark(key, f"process {process} is in no block, so it is never run")
    for entry in layers.own():
        if not keys.process_of(entry.key) and entry.key not in used and entry.text:
            _tell_of(layers, entry.key, defined)


def _tell_of(layers: Layers, key: str, defined: Collection[str]) -> None:
    if key in keys.ELSEWHERE:
        layers.remark(key, keys.ELSEWHERE[key])
    elif not keys.is_known(key):
        _tell_of_unknown(layers, key, defined)


def _tell_of_unknown(layers: Layers, key: str, defined: Collection[str]) -> None:
    names = {each.strip().lower() for each in layers.text(key).split(",")}
    if key.endswith(".db.post.process"):
        layers.remark(key, f"block {key.partition('.')[0]} is not in BLOCKS, so it is never run")
    elif names and names <= set(defined):
        layers.remark(key, f"meta-process {key} is in no block, so it is never run")
    elif key.endswith(".files.move"):
        layers.warning(key, f"{key.removesuffix('.files.move')} is not in depends")
    elif key.isidentifier() and not suggestion(key, keys.known_keys()):
        layers.remark(key, "it is no key of BioMAJ; processes find it in their environment")
    else:
        layers.warning(key, f"there is no such key{suggestion(key, keys.known_keys())}")
