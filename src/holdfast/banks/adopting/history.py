"""
History: what the database of a BioMAJ site knew of its banks.

Documents become values here, once; they are not trusted. What has another type than BioMAJ gives it
counts as not said, and a document without what makes it one is passed over, which is told. BioMAJ's
words: a *production* is a finished release, a *session* the record of one run, *pending* is a
release that was begun.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from holdfast.banks.releases.metadata import Made
from holdfast.base.files import safe_name
from holdfast.errors import UnsafeName, printable

BANKS, USERS, HISTORY = "banks", "users", "history"  #: collections
FAR = datetime(3000, 1, 1, tzinfo=UTC).timestamp()  #: what is later is no time

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Production:
    """A finished release, as the database knew it."""

    release: str
    remote_release: str
    directory: str  #: the name of its folder; empty where that was not kept
    place: str  #: where that folder was, for people
    session: float | None
    formats: tuple[str, ...]
    types: tuple[str, ...]
    frozen: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One run, as the database knew it."""

    number: float  #: seconds since 1970 when it began
    action: str
    release: str
    updated: bool
    worked: bool
    steps: tuple[str, ...]  #: post-processes that were done, as META_PROCESS
    made: tuple[Made, ...]


@dataclass(frozen=True, slots=True)
class PastBank:
    """A bank, as the database knew it."""

    name: str
    owner: str = ""
    visibility: str = ""
    current: float | None = None  #: the session of the published release
    productions: tuple[Production, ...] = ()  #: the oldest first
    sessions: tuple[Session, ...] = ()
    pending: tuple[str, ...] = ()  #: releases that were begun

    def session(self, number: float | None) -> Session | None:
        """The session of that number."""
        return next((each for each in self.sessions if each.number == number), None)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was done to a bank."""

    bank: str
    action: str
    began: datetime
    ended: datetime
    updated: bool
    error: str


@dataclass(frozen=True, slots=True)
class History:
    """All that the database knew."""

    banks: Mapping[str, PastBank] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()
    remarks: tuple[str, ...] = ()  #: what was passed over


def read_history(banks: Iterable[Document], happenings: Iterable[Document] = ()) -> History:
    """The history that documents of the collections ``banks`` and ``history`` tell."""
    found: dict[str, PastBank] = {}
    remarks = []
    for number, document in enumerate(banks, 1):
        name = _text(document, "name")
        if name and name not in found:
            found[name] = _bank(name, document)
        else:
            which = f"is the second called {name!r}" if name else "has no name"
            remarks.append(printable(f"bank {number} of the database {which}; it is passed over"))
    told = tuple(each for document in happenings if (each := _happening(document)) is not None)
    return History(found, told, tuple(remarks))


def time_of(seconds: float | None) -> datetime | None:
    """The time that a number of a session is, to the second; None for what is no time."""
    if seconds is None or not 0 < seconds < FAR:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


# -- documents -------------------------------------------------------------------------------------


def _bank(name: str, document: Document) -> PastBank:
    properties = _mapping(document, "properties")
    return PastBank(
        name,
        owner=_text(properties, "owner"),
        visibility=_text(properties, "visibility"),
        current=_number(document, "current"),
        productions=tuple(map(_production, _mappings(document, "production"))),
        sessions=tuple(map(_session, _mappings(document, "sessions"))),
        pending=tuple(_pending(document.get("pending"))),
    )


def _production(document: Document) -> Production:
    return Production(
        release=_text(document, "release"),
        remote_release=_text(document, "remoterelease"),
        directory=_text(document, "prod_dir"),
        place=f"{_text(document, 'data_dir')}/{_text(document, 'dir_version')}",
        session=_number(document, "session"),
        formats=_words(document, "formats"),
        types=_words(document, "types"),
        frozen=document.get("freeze") is True,
    )


def _session(document: Document) -> Session:
    status = _mapping(document, "status")
    worked = document.get("workflow_status")
    per_process = _mapping(document, "per_process_metadata")
    made = [each for step, formats in per_process.items() for each in _made(formats, step)]
    return Session(
        number=_number(document, "id") or 0.0,
        action=_text(document, "action") or "update",
        release=_text(document, "release"),
        updated=document.get("update") is True,
        worked=(worked if isinstance(worked, bool) else status.get("over")) is True,
        steps=tuple(_steps(_mapping(_mapping(document, "process"), "postprocess"))),
        made=tuple(made or _made(document.get("formats"), "")),
    )


def _pending(said: Any) -> Iterator[str]:
    """The names of releases begun: a list of documents, or before schema 3.1 a document."""
    if isinstance(said, Mapping):
        yield from (str(name) for name in said)
    elif isinstance(said, list):
        names = (_text(each, "release") for each in said if isinstance(each, Mapping))
        yield from (name for name in names if name)


def _steps(blocks: Document) -> Iterator[str]:
    for metas in blocks.values():
        for meta, processes in metas.items() if isinstance(metas, Mapping) else ():
            for process, done in processes.items() if isinstance(processes, Mapping) else ():
                if done is True:
                    yield f"{meta}_{process}"


def _made(formats: Any, step: str) -> Iterator[Made]:
    """What one process made: for each format a list of documents."""
    for name, entries in formats.items() if isinstance(formats, Mapping) else ():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping) and name:
                tags = {
                    str(key): str(value)
                    for key, value in _mapping(entry, "tags").items()
                    if isinstance(value, str | int | float)
                }
                files = tuple(each for each in _words(entry, "files") if _is_safe(each))
                yield Made(str(name), _words(entry, "types"), tags, files, step)


def _happening(document: Document) -> Happening | None:
    bank, action = _text(document, "bank"), _text(document, "action")
    began, ended = time_of(_number(document, "start")), time_of(_number(document, "end"))
    if not bank or not action or began is None:
        return None
    error = document.get("error")
    failed = error if isinstance(error, str) else "failed" if error else ""
    return Happening(bank, action, began, ended or began, document.get("updated") is True, failed)


# -- values of documents ---------------------------------------------------------------------------


def _text(document: Document, key: str) -> str:
    value = document.get(key)
    return value.strip() if isinstance(value, str) else ""


def _number(document: Document, key: str) -> float | None:
    value = document.get(key)
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e18 else None  # not for NaN and what is beyond all


def _mapping(document: Document, key: str) -> Document:
    value = document.get(key)
    return value if isinstance(value, Mapping) else {}


def _mappings(document: Document, key: str) -> list[Document]:
    value = document.get(key)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _words(document: Document, key: str) -> tuple[str, ...]:
    """A list of words. BioMAJ keeps the spaces around most; they go here."""
    value = document.get(key)
    listed = value if isinstance(value, list) else []
    words = (each.strip() for each in listed if isinstance(each, str))
    return tuple(each for each in words if each)


def _is_safe(name: str) -> bool:
    try:
        safe_name(name)
    except UnsafeName:
        return False
    return True
