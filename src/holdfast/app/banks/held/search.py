"""
Searching what is held: by words, format, type, tag, bank, release and file.

A release is found if each word is in what is said of it (bank, release, description, formats,
types, tags) or in the name of one of its files; where files are needed for that, they are told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.app.container import Container
from holdfast.banks.releases.bankfolder import CURRENT
from holdfast.banks.releases.release import is_complete
from holdfast.errors import BankError, UsageError

if TYPE_CHECKING:  # the ledger's library is heavy
    from holdfast.banks.register import Holding, Sought

FILES_SHOWN = 100  #: of one release


@dataclass(frozen=True, slots=True)
class Query:
    """What is sought: all words, and one of each kind of mark that is given."""

    words: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  #: as ``name:value``, or ``name``; all of them
    banks: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()  #: ``current`` is the published one
    files: tuple[str, ...] = ()  #: words in the name of a file; all of them
    limit: int = FILES_SHOWN  #: names of files told of one release


@dataclass(frozen=True, slots=True)
class Hit:
    """A release that was found; without a release, a bank that has none."""

    bank: str
    release: str | None
    published: bool
    description: str
    formats: tuple[str, ...]
    types: tuple[str, ...]
    tags: Mapping[str, str]
    created: datetime | None
    path: str
    files: tuple[str, ...]  #: paths below `path`, of the files by which it was found
    more_files: bool  #: there are more of those


def search(container: Container, query: Query) -> tuple[Hit, ...]:
    """What is held that `query` asks for, by bank, and the newest release of each first.

    Raises
    ------
    UsageError
        It asks for nothing, or for a word that is none.
    LedgerError
        The ledger cannot be read.
    """
    if query == Query(limit=query.limit):
        raise UsageError("say what to search for: words, or --format, --type, --tag, --file …")
    return tuple(_Search(container, query).hits())


class _Search:
    """One search, and what it has learned of the disk."""

    def __init__(self, container: Container, query: Query) -> None:
        from holdfast.banks.register import Index, Sought

        self._container, self._query = container, query
        self._index = Index(container.ledger)
        self._words = [Sought(word) for word in query.words]
        self._in_files = [Sought(word) for word in query.files]
        self._current: dict[str, str | None] = {}

    def hits(self) -> Iterator[Hit]:
        """What is found."""
        found = self._index.holdings()
        with_release = {each.holding.bank for each in found if each.holding.release}
        # A bank with releases is told by those.
        meant = [
            each
            for each in found
            if (each.holding.release or each.holding.bank not in with_release)
            and self._is_meant(each.holding)
            and _is_there(each.holding)
        ]
        in_files = {each.number: self._in_files_of(each.holding) for each in meant}
        names = self._names(in_files)
        for each in meant:
            if each.number in names or not in_files[each.number]:
                yield self._hit(each.holding, names.get(each.number, ()))

    def _in_files_of(self, holding: "Holding") -> "tuple[Sought, ...]":
        """What must be in the name of a file: all that is not in what is said of the release."""
        said = holding.text
        words = (word for word in self._words if not word.is_in(said))
        return (*self._in_files, *words)

    def _names(self, in_files: "Mapping[int, tuple[Sought, ...]]") -> Mapping[int, Sequence[str]]:
        """The files of each release that have what is sought there; one more than are told."""
        alike: dict[tuple[Sought, ...], list[int]] = {}
        for number, sought in in_files.items():
            alike.setdefault(sought, []).append(number)
        names: dict[int, list[str]] = {}
        for sought, numbers in alike.items():
            if sought:
                for number, name in self._index.names(numbers, sought, self._query.limit + 1):
                    names.setdefault(number, []).append(name)
        return names

    def _is_meant(self, holding: "Holding") -> bool:
        """Whether the marks of the query fit."""
        query = self._query
        return (
            _one_of(query.banks, [holding.bank])
            and _one_of(query.formats, holding.formats)
            and _one_of(query.types, holding.types)
            and all(_has_tag(holding, tag) for tag in query.tags)
            and self._is_release(holding)
        )

    def _is_release(self, holding: "Holding") -> bool:
        named = [name for name in self._query.releases if name != CURRENT]
        if CURRENT in self._query.releases and self._is_published(holding):
            return True
        return not self._query.releases or (bool(named) and _one_of(named, [holding.release]))

    def _is_published(self, holding: "Holding") -> bool:
        """Whether it is the current release of its bank; the disk knows."""
        if holding.bank not in self._current:
            try:
                current = self._container.catalogue.folder(holding.bank).current()
            except BankError:
                current = None
            self._current[holding.bank] = current.name if current is not None else None
        return bool(holding.release) and self._current[holding.bank] == holding.release

    def _hit(self, holding: "Holding", names: Sequence[str]) -> Hit:
        limit = self._query.limit
        return Hit(
            bank=holding.bank,
            release=holding.release or None,
            published=self._is_published(holding),
            description=holding.description,
            formats=holding.formats,
            types=holding.types,
            tags=holding.tags,
            created=holding.created,
            path=holding.folder,
            files=tuple(names[:limit]),
            more_files=len(names) > limit,
        )


def _is_there(holding: "Holding") -> bool:
    """Whether the disk still has it: somebody may have removed it by hand."""
    return not holding.release or is_complete(Path(holding.folder))


def _one_of(wanted: Collection[str], there: Iterable[str]) -> bool:
    """Whether one of `wanted`, which may have stars, is `there`; nothing wanted fits all."""
    folded = [each.casefold() for each in there]
    return not wanted or any(
        fnmatchcase(each, pattern.casefold()) for pattern in wanted for each in folded
    )


def _has_tag(holding: "Holding", tag: str) -> bool:
    name, colon, value = tag.partition(":")
    if not colon:
        return name in holding.tags
    return holding.tags.get(name) == value
