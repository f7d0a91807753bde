"""
How a home is set up, as an administrator is shown it: each setting with its meaning, its value and
where that comes from, and the places where jobs may run, with whether they answer.

What is secret is never told: passwords in addresses, and all whose name says that it is one.
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from holdfast.app.container import Container
from holdfast.base.wording import size, span
from holdfast.errors import HoldfastError
from holdfast.settings import FILE, PREFIX, Settings
from holdfast.settings.executors import LOCAL, ExecutorSettings, Placement

HIDDEN = "(hidden)"
SECRET = re.compile(r"(password|secret|token|passphrase)(?!.*file)", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(?<=//)[^/@\s]+@")


class Source(Enum):
    """Where the value of a setting comes from."""

    DEFAULT = "as it comes"
    FILE = "holdfast.toml"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class SettingShown:
    """One setting; of one inside a table, `name` has the table's before it."""

    name: str
    value: str
    meaning: str
    source: Source


@dataclass(frozen=True, slots=True)
class ExecutorShown:
    """Where jobs may run. `problem` is None if it answers."""

    name: str
    kind: str
    cores: int | None
    jobs: int | None
    queue: str | None
    problem: str | None


def settings_shown(settings: Settings) -> tuple[SettingShown, ...]:
    """Every setting, in the order in which they are declared."""
    declared = _declared(settings.home / FILE)
    found: list[SettingShown] = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            found += _of_table(name, value, declared.get(name))
        else:
            source = _source(name, declared)
            found.append(_line(name, value, field, source))
    return tuple(found)


def placements_shown(settings: Settings) -> tuple[str, ...]:
    """Each rule that says where a job runs, as a sentence."""
    return tuple(_rule(each) for each in settings.placements)


def executors_shown(container: Container) -> tuple[ExecutorShown, ...]:
    """Where jobs may run, and whether each answers; they are all asked at once."""
    settings = container.settings
    tables = {LOCAL: ExecutorSettings(kind=LOCAL), **settings.executors}
    with ThreadPoolExecutor(max_workers=8) as asking:
        problems = asking.map(lambda name: _problem(settings, name), tables)
        return tuple(
            ExecutorShown(
                name,
                table.kind,
                table.cores or (settings.processors if name == LOCAL else None),
                table.jobs,
                table.queue,
                problem,
            )
            for (name, table), problem in zip(tables.items(), problems, strict=True)
        )


def _problem(settings: Settings, name: str) -> str | None:
    from holdfast.jobs.engine import Site

    site = Site.of_settings(settings)
    try:
        site[name].reach()
    except (HoldfastError, OSError) as error:
        return str(error)
    finally:
        for executor in site.made():
            executor.leave()
    return None


def _of_table(name: str, table: BaseModel, said: Any) -> Iterator[SettingShown]:
    for key, field in type(table).model_fields.items():
        its = f"{name}.{key}"
        here = isinstance(said, Mapping) and key in said
        source = Source.FILE if here else _source(name, {})
        if source is Source.ENVIRONMENT and not _is_set(table, key, field):
            source = Source.DEFAULT
        yield _line(its, getattr(table, key), field, source)


def _line(name: str, value: object, field: FieldInfo, source: Source) -> SettingShown:
    meaning = _plainly(field.description or "")
    return SettingShown(name, shown(name, value) + _in_words(value, meaning), meaning, source)


def _plainly(meaning: str) -> str:
    """A meaning without the marks of the reference page that it is also written for.

    >>> _plainly("Where `holdfast worker` looks; see [executors](#executors).")
    'Where holdfast worker looks.'
    """
    without = re.sub(r"; see \[[^\]]*\]\([^)]*\)", "", meaning)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", without).replace("`", "")


def _in_words(value: object, meaning: str) -> str:
    """What a number of bytes or seconds is, as people say it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if meaning.startswith("Bytes") and value >= 1000:
        return f" ({size(value)})"
    is_span = isinstance(value, float) and "Days" not in meaning and value >= 120
    return f" ({span(value)})" if is_span else ""


def _is_set(table: BaseModel, key: str, field: FieldInfo) -> bool:
    return bool(getattr(table, key) != field.get_default(call_default_factory=True))


def _source(name: str, declared: Mapping[str, Any]) -> Source:
    if f"{PREFIX}{name.upper()}" in os.environ:
        return Source.ENVIRONMENT
    return Source.FILE if name in declared else Source.DEFAULT


def _declared(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


# -- values ----------------------------------------------------------------------------------------


def shown(name: str, value: object) -> str:
    """A value as a person reads it, without what is secret.

    >>> shown("ledger", "postgresql://me:pass@db/holdfast"), shown("batch_limit", 100000)
    ('postgresql://…@db/holdfast', '100,000')
    >>> shown("smtp_password", "x"), shown("who", None), shown("administrators", ("root", "ann"))
    ('(hidden)', '', 'root, ann')
    """
    if value is None or value == "":
        return ""
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else ""
    if isinstance(value, str) and SECRET.search(name):
        return HIDDEN
    for kind, written in _WRITTEN.items():
        if isinstance(value, kind):
            return written(name, value)
    return _IN_ADDRESS.sub("…@", str(value))


def _table(name: str, value: Any) -> str:
    return "; ".join(f"{key}: {shown(str(key), each)}" for key, each in value.items())


def _fields(name: str, value: Any) -> str:
    said = value.model_dump(mode="json", exclude_defaults=True)
    return ", ".join(f"{key} {shown(key, each)}" for key, each in said.items())


def _list(name: str, value: Any) -> str:
    return ", ".join(shown(name, each) for each in value)


_WRITTEN: Mapping[Any, Callable[[str, Any], str]] = {
    bool: lambda _, value: "yes" if value else "no",
    int: lambda _, value: f"{value:,}",
    float: lambda _, value: f"{value:,.10g}",
    Mapping: _table,
    BaseModel: _fields,
    (tuple, list, frozenset, set): _list,
    Enum: lambda _, value: str(value.value),
}


def _rule(rule: Placement) -> str:
    said = rule.model_dump(exclude_defaults=True)
    said.pop("executor", None)
    words = [
        f"{key.replace('_', ' ')} {shown(key, getattr(rule, key))}"
        for key in said
        if key != "label"
    ]
    what = f"jobs of the label {rule.label}" if rule.label else "any job"
    conditions = f", {', '.join(words)}" if words else ""
    return f"{what}{conditions}: {rule.executor}"
