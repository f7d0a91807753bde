"""
Walking a remote folder by folder, many at once, and completing what its pages leave open.

A survey asks for the root's page, and from there for each folder in which something could be
wanted. Only names directly below a page count, so it always goes down; twenty levels are enough. A
link on the server can make it go round all the same, and two of them in ever more ways: a folder
that shows for the third time on one way down what folders above it show is not gone into.

A wanted file whose exact size or time the page did not say is asked for itself (only the head).
Where pages do say both, one file of each half of the year is asked for all the same: a server that
writes local times is found out, and then every file is asked for.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from holdfast.errors import HoldfastError, ListingFailed
from holdfast.remotes.access import Credentials
from holdfast.remotes.answers import Answer, Ask
from holdfast.remotes.channel import Exchange
from holdfast.remotes.curl import Switchboard
from holdfast.remotes.faults import Absent, Fault, Forbidden, Lasting
from holdfast.remotes.interface import Listing, RemoteFile, TransferPolicy, Wanted, same_time
from holdfast.remotes.options import RemoteOptions
from holdfast.remotes.rows import Kind, Row

logger = logging.getLogger(__name__)

DEPTH = 20
ROUNDS = 2  #: so many folders above one may show the same: ``x/x`` may be honest
FILES = 10_000_000  #: an honest remote has fewer


class Dialect(ABC):
    """How a kind of server shows a folder."""

    #: whether the times in its pages are sure to be UTC
    exact_times = False
    #: whether only opening a link tells if it is a folder
    links_are_opened = False

    def __init__(self, root: str, options: RemoteOptions) -> None:
        """For the folder at `root`, read as `options` say."""

    @abstractmethod
    def ask(self) -> Ask:
        """How to ask for a folder."""

    @abstractmethod
    def rows(self, page: bytes, url: str) -> list[Row]:
        """The rows of a folder's page. Never fails."""

    def address(self, url: str, rest: str) -> str:
        """What to ask for the folder at `url`, or for the `rest` of its page."""
        return url

    def surprised(self, page: bytes, url: str) -> bool:
        """Whether the page shows that folders of this server must be asked in another way."""
        return False

    def rest(self, page: bytes) -> str:
        """What asks for the rest of a page that is not all; "" when it is."""
        return ""

    def refused(self, fault: Lasting) -> bool:
        """Whether to ask again in another way, after the server refused this one."""
        return False


@dataclass(frozen=True, slots=True)
class Found:
    """A wanted file (or a link that may be one) some page has shown."""

    name: str
    url: str
    row: Row
    depth: int
    linked: bool  #: it is below a link already


class Survey:
    """One walk through a remote."""

    def __init__(
        self,
        root: str,
        dialect: Dialect,
        policy: TransferPolicy,
        credentials: Credentials,
    ) -> None:
        self.root, self.dialect = root, dialect
        self.policy, self._credentials = policy, credentials
        self.found: dict[str, Found] = {}
        self.files: dict[str, RemoteFile] = {}
        self.shown: dict[str, datetime | None] = {}  #: the times of folders and of links
        self._asked: set[str] = set()
        self._trusted = True

    def listing(self, wanted: Wanted) -> Listing:
        """All wanted files of the remote. Raises ListingFailed."""
        with Switchboard(self.policy, self._credentials) as board:
            board.run([FolderPage(self, wanted, "", self.root, 0)])
            board.run(self._first_questions(wanted))
            self._trusted = self._pages_agree()
            while questions := self._questions(wanted):
                board.run(questions)  # a link may turn out to be a folder, and show more files
        return Listing(self.root, tuple(self.files[name] for name in sorted(self.files)))

    def folders(self) -> tuple[str, ...]:
        """The names of the root's sub-folders. Raises ListingFailed."""
        names = _FolderNames()
        with Switchboard(self.policy, self._credentials) as board:
            board.run([FolderPage(self, names, "", self.root, DEPTH)])
        return tuple(sorted(names.seen))

    def dated_folders(self) -> dict[str, datetime | None]:
        """The root's sub-folders and links, with the times that are shown. Raises ListingFailed."""
        self.folders()
        return {name: self.shown[name] for name in sorted(self.shown)}

    def _first_questions(self, wanted: Wanted) -> "list[Question]":
        """One question for each half of the year, if it may save all others."""
        if self.dialect.exact_times:
            return []
        samples: dict[bool, Question] = {}
        for found in self.found.values():
            modified = found.row.modified
            if modified is not None and found.row.size is not None:
                samples.setdefault(4 <= modified.month <= 9, Question(self, wanted, found))
        self._asked.update(question.name for question in samples.values())
        return list(samples.values())

    def _pages_agree(self) -> bool:
        """Whether the pages said of the files asked for so far what these said themselves."""
        return all(
            same_time(self.found[name].row.modified, file.modified)
            and self.found[name].row.size == file.size
            for name, file in self.files.items()
        )

    def _questions(self, wanted: Wanted) -> "list[Exchange]":
        """A question for each file of which something is not known yet; each is asked once."""
        questions: list[Exchange] = []
        for found in self.found.values():
            row = found.row
            if found.name in self._asked:
                continue
            self._asked.add(found.name)
            if self._trusted and row.size is not None and row.modified is not None:
                self.keep(found, row.size, row.modified, row.etag)
            elif row.kind is Kind.LINK and self.dialect.links_are_opened:
                questions.append(LinkedPage(self, wanted, found))
            else:
                questions.append(Question(self, wanted, found))
        return questions

    def find(self, found: Found) -> None:
        """Some page has shown this. Raises Lasting when there is no end to it."""
        self.found.setdefault(found.name, found)
        if len(self.found) > FILES:
            raise Lasting(f"it shows more than {FILES:,} files", "choose fewer in the recipe")

    def keep(
        self, found: Found, size: int | None, modified: datetime | None, etag: str | None
    ) -> None:
        """This is now known of `found`."""
        self.files[found.name] = RemoteFile(found.name, found.url, size, modified, etag)


class _FolderNames:
    """Wants nothing, and remembers which folders it was asked about."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def file(self, name: str) -> bool:
        return False

    def folder(self, name: str) -> bool:
        self.seen.append(name)
        return False


class FolderPage(Exchange):
    """Asks what is in one folder."""

    def __init__(
        self,
        survey: Survey,
        wanted: Wanted,
        name: str,
        url: str,
        depth: int,
        linked: bool = False,
        above: tuple[int, ...] = (),
    ) -> None:
        super().__init__(url)
        self._survey, self._wanted = survey, wanted
        self._folder, self._rest = url, ""
        self._above = above  #: what the folders above this one show, as :func:`_looks` has it
        self._name, self._depth, self._linked = name, depth, linked
        self._page = bytearray()

    def begin(self) -> Ask:
        """Ask in the server's dialect."""
        self._page.clear()
        self.url = self._survey.dialect.address(self._folder, self._rest)
        return self._survey.dialect.ask()

    def body(self, chunk: bytes) -> None:
        """Take the next bytes of the page, up to the limit."""
        self._page += chunk
        limit = self._survey.policy.listing_limit
        if len(self._page) > limit:
            raise Lasting(
                f"the folder's page has more than {limit} bytes",
                "raise the setting listing_limit if that is right",
            )

    def ended(self, answer: Answer) -> Iterable[Exchange]:
        """Sort the rows into what is wanted, and go on below."""
        dialect, page = self._survey.dialect, bytes(self._page)
        self._page.clear()
        if dialect.surprised(page, self._folder):
            return (self,)
        asked = self.url == self._folder
        url = answer.url if answer.status and asked else self._folder
        url = url if url.endswith("/") else f"{url}/"
        rows = dialect.rows(page, url)
        if not self._rest and self._goes_round(rows):
            return ()
        further: list[Exchange] = []
        for row in rows:
            further += self._take(row, url)
        return further + self._more(dialect.rest(page), bool(rows))

    def _goes_round(self, rows: list[Row]) -> bool:
        """Whether the way down has come by this folder before; it is remembered."""
        looks = _looks(rows)
        if self._above.count(looks) >= ROUNDS:
            logger.warning("%s shows what is above it once more; it is left out", self._folder)
            return True
        self._above = (*self._above, looks)
        return False

    def _more(self, rest: str, progress: bool) -> "list[Exchange]":
        """The question for the rest of the page, if there is one."""
        if not rest:
            return []
        if rest == self._rest or not progress:
            raise Lasting("the folder's page has a rest that never comes", "check the URL")
        self._rest = rest
        self.tried = 0
        return [self]

    def _take(self, row: Row, base: str) -> Iterable[Exchange]:
        name = f"{self._name}/{row.name}" if self._name else row.name
        url = base + (row.href or quote(row.name))
        if row.kind is not Kind.FILE:
            self._survey.shown[name] = row.modified or row.shown
        if row.kind is Kind.FOLDER:
            return self.below(name, url)
        if self._wanted.file(name) or (row.kind is Kind.LINK and not self._linked):
            self._survey.find(Found(name, url, row, self._depth, self._linked))
        return ()

    def below(self, name: str, url: str) -> Iterable[Exchange]:
        """The question for the folder `name`, when something in it may be wanted."""
        if not self._wanted.folder(name) or self._depth >= DEPTH:
            return ()
        deeper = self._depth + 1
        return (
            FolderPage(
                self._survey, self._wanted, name, f"{url}/", deeper, self._linked, self._above
            ),
        )

    def refused(self, fault: Lasting) -> Iterable[Exchange]:
        """Perhaps the server wants to be asked in another way; a link may lead nowhere."""
        if self._survey.dialect.refused(fault):
            return (self,)
        if self._linked and isinstance(fault, Absent):
            logger.warning("%s is a link that leads nowhere; it is left out", self.url)
            return ()
        raise fault

    def error(self, fault: Fault, words: str) -> HoldfastError:
        """A folder that cannot be listed is no empty folder."""
        return ListingFailed(words)


def _looks(rows: list[Row]) -> int:
    """The same number for folders that show the same."""
    return hash(frozenset((row.name, row.kind, row.size, row.modified, row.shown) for row in rows))


class Question(Exchange):
    """Asks for one file's head: its exact size, time and tag."""

    def __init__(self, survey: Survey, wanted: Wanted, found: Found) -> None:
        super().__init__(found.url)
        self._survey, self._wanted, self._found = survey, wanted, found

    @property
    def name(self) -> str:
        """Of the file that is asked for."""
        return self._found.name

    def begin(self) -> Ask:
        """Ask for the head only."""
        return Ask(head=True)

    def ended(self, answer: Answer) -> Iterable[Exchange]:
        """Keep what the server said; what it did not say, the page may have."""
        row = self._found.row
        if row.kind is Kind.LINK and answer.ftp and answer.size is None:
            return self._as_folder()
        if row.kind is Kind.LINK and not self._wanted.file(self._found.name):
            return ()
        if answer.modified is None and self.url.startswith("sftp"):  # which says so in no other way
            logger.warning("%s is on the remote's page but not there; it is left out", self.url)
            return ()
        size = answer.size if answer.size is not None else row.size
        modified = answer.modified or row.modified
        self._survey.keep(self._found, size, modified, answer.etag)
        return ()

    def refused(self, fault: Lasting) -> Iterable[Exchange]:
        """A file that is gone meanwhile is none; a server may not answer such questions."""
        row = self._found.row
        if row.kind is Kind.LINK:
            return self._as_folder()
        if isinstance(fault, Absent):
            logger.warning("%s is on the remote's page but not there; it is left out", self.url)
            return ()
        if isinstance(fault, Forbidden):
            raise fault
        self._survey.keep(self._found, row.size, row.modified, None)
        return ()

    def _as_folder(self) -> Iterable[Exchange]:
        found = self._found
        if found.linked or not self._wanted.folder(found.name):
            return ()
        url = f"{found.url}/"
        return (
            FolderPage(self._survey, self._wanted, found.name, url, found.depth + 1, linked=True),
        )

    def error(self, fault: Fault, words: str) -> HoldfastError:
        """A wanted file nothing is known of makes the listing worthless."""
        return ListingFailed(words)


class LinkedPage(FolderPage):
    """Opens a link as if it were a folder; if it is none, it may be a file."""

    def __init__(self, survey: Survey, wanted: Wanted, found: Found) -> None:
        super().__init__(survey, wanted, found.name, f"{found.url}/", found.depth + 1, linked=True)
        self._found = found

    def _take(self, row: Row, base: str) -> Iterable[Exchange]:
        if self._found.linked or not self._wanted.folder(self._name):
            return ()
        return super()._take(row, base)

    def refused(self, fault: Lasting) -> Iterable[Exchange]:
        """It is no folder, then."""
        if isinstance(fault, Forbidden):
            raise fault
        found = self._found
        if not self._wanted.file(found.name):
            return ()
        return (
            Question(
                self._survey, self._wanted, replace(found, row=Row(found.row.name, Kind.FILE))
            ),
        )
