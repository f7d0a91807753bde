"""What holds for a bank: each value of its recipe, and where it comes from.

Of a TOML recipe that is the file or the default; of a property file the bank's own file, the site's
``global.properties``, or the environment. Secrets are not told.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.app.banks.editing import refuse_strangers_to
from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES
from holdfast.banks.properties.keys import is_secret
from holdfast.banks.properties.layers import Layers
from holdfast.banks.properties.problems import Findings
from holdfast.banks.properties.reading import read_file
from holdfast.banks.recipes.lines import line_of
from holdfast.base.wording import plain
from holdfast.errors import BankNotFound

HIDDEN = "(not shown)"
DEFAULT = "default"
MOST = 500  #: characters of one value


@dataclass(frozen=True, slots=True)
class Effective:
    """One value that holds."""

    key: str
    value: str
    where: str  #: a file, the environment, or "default"
    line: int | None = None


def effective_values(container: Container, bank: str) -> tuple[Effective, ...]:
    """What holds for `bank`, by key, for those who may change it.

    Raises
    ------
    BankNotFound, BankForbidden
        There is no such bank, it has no recipe, or it is another's.
    RecipeError
        It cannot be read.
    """
    refuse_strangers_to(container, bank)
    catalogue = container.catalogue
    if not catalogue.has(bank):
        raise BankNotFound(f"{bank} has no recipe")
    file = catalogue.recipe_file(bank)
    found = _of_properties(container, file) if file.suffix == PROPERTIES else None
    return tuple(found if found is not None else _of_toml(container, bank, file))


def _of_toml(container: Container, bank: str, file: Path) -> Iterator[Effective]:
    recipe = container.catalogue.recipe(bank)
    text = file.read_text(encoding="utf-8")
    written = {key for key, _ in _flat(tomllib.loads(text))}
    for key, value in _flat(recipe.model_dump(mode="json", by_alias=True)):
        if is_secret(key):
            continue
        is_written = key in written or any(each.startswith(f"{key}.") for each in written)
        where, line = (file.name, line_of(text, key)) if is_written else (DEFAULT, None)
        yield Effective(key, _shown(value), where, line)


def _of_properties(container: Container, file: Path) -> Iterator[Effective]:
    site = container.catalogue.site_of(file)
    config = read_file(site.config) if site.config is not None else None
    layers = Layers(read_file(file), config, site.environment or {}, Findings(str(file)))
    for key in sorted(layers.keys()):
        value = layers.get(key)
        if value is not None:
            shown = HIDDEN if is_secret(key) and value.text else _shown(value.text)
            yield Effective(key, shown, _named(value.file), value.line)


def _named(file: str) -> str:
    return Path(file).name if "/" in file else file


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        place = f"{above}{key}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{place}.")
        elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            for number, each in enumerate(value):
                yield from _flat(each, f"{place}.{number}.")
        elif value not in (None, "", [], (), {}):
            yield place, value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = ", ".join(map(str, plain(value))) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= MOST else f"{text[:MOST]} …"
