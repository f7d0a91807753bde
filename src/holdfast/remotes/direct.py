"""
Direct remotes: one URL is one file, as ``direct+https://host/get?id=7``.

There is no folder to list. The file is called as the recipe says, else as the server says
(``Content-Disposition``), else as the last part of the URL's path. Size, time and tag come from
asking for the head; a server that does not answer that is asked for the first bytes. Where a form
is sent, it is sent for both, and what comes of a POST is never gone on with from its middle.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from holdfast.base.files import safe_name
from holdfast.errors import HoldfastError, ListingFailed, UsageError
from holdfast.remotes.access import parted
from holdfast.remotes.answers import Answer, Ask
from holdfast.remotes.asked import AskedRemote
from holdfast.remotes.channel import Exchange
from holdfast.remotes.curl import Switchboard
from holdfast.remotes.faults import Absent, Fault, Lasting
from holdfast.remotes.interface import Listing, RemoteFile, TransferPolicy, Wanted
from holdfast.remotes.options import NO_OPTIONS, RemoteOptions
from holdfast.remotes.rows import plain_path, plain_segment

PREFIX = "direct+"
_DISPOSITION = re.compile(
    r";\s*filename(?P<star>\*?)\s*=\s*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<plain>[^;\s]+))",
    re.IGNORECASE,
)


class DirectRemote(AskedRemote):
    """One file behind one URL, asked for by GET, or by POST where there is a form to send."""

    def __init__(
        self, url: str, policy: TransferPolicy, options: RemoteOptions = NO_OPTIONS
    ) -> None:
        self.url, credentials = parted(url.removeprefix(PREFIX))
        super().__init__(policy, credentials, options.body)
        self._name = options.name
        if self._name and not plain_path(self._name):
            raise UsageError(f"{self._name!r} is not the name of one file")
        if options.body is not None and not self.url.startswith("http"):
            raise UsageError(f"{self.url}: only HTTP knows POST; leave method and form away")

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        file = self._file()
        return Listing(self.url, (file,) if wanted.file(file.name) else ())

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`. There are none."""
        return ()

    def address(self, name: str) -> str:
        """See :meth:`AskedRemote.address`. Whatever its name, there is one file."""
        safe_name(name)
        return self.url

    def _file(self) -> RemoteFile:
        head = Head(self.url, self._form)
        with Switchboard(self.policy, self._credentials) as board:
            board.run([head])
        answer = head.answer
        assert answer is not None, "an exchange that ended well has its answer"
        name = self._name or name_said(answer.field("content-disposition")) or name_in(self.url)
        if not name:
            raise ListingFailed(
                f"{self.url}: neither the server nor the URL says what the file is called; "
                "write a name under [remote] in the recipe"
            )
        return RemoteFile(name, self.url, answer.size, answer.modified, answer.etag)


class Head(Exchange):
    """Asks for the head of one URL."""

    def __init__(self, url: str, form: bytes | None = None) -> None:
        super().__init__(url)
        self.answer: Answer | None = None
        self._form, self._by_bytes = form, form is not None

    def begin(self) -> Ask:
        """A HEAD; or, for a POST or when that was refused, a question that is broken off."""
        return Ask(form=self._form) if self._by_bytes else Ask(head=True)

    def started(self, answer: Answer) -> None:
        """The head is all that was asked for."""
        self.answer = answer
        if self._by_bytes:
            raise Enough("its head is here")

    def ended(self, answer: Answer) -> Iterable[Exchange]:
        """It is here."""
        self.answer = answer
        return ()

    def refused(self, fault: Lasting) -> Iterable[Exchange]:
        """Some servers answer no HEAD."""
        if isinstance(fault, Enough):
            return ()
        if self._by_bytes or isinstance(fault, Absent) or not self.url.startswith("http"):
            raise fault
        self._by_bytes, self.tried = True, 0
        return (self,)

    def error(self, fault: Fault, words: str) -> HoldfastError:
        """Nothing is known of the file."""
        return ListingFailed(words)


class Enough(Lasting):
    """No fault: what was wanted is here before the end of the answer."""


def name_said(disposition: str) -> str:
    """The file name in a ``Content-Disposition`` (RFC 6266), if it is a safe one; else "".

    >>> name_said('attachment; filename="genes.fa"; filename*=UTF-8\\'\\'g%C3%A8nes.fa')
    'gènes.fa'
    >>> name_said('attachment; filename="../../etc/passwd"')
    ''
    """
    found = {match["star"]: match for match in _DISPOSITION.finditer(disposition)}
    for star in ("*", ""):
        match = found.get(star)
        if match is None:
            continue
        said = re.sub(r"\\(.)", r"\1", match["quoted"] or "") or match["plain"] or ""
        name = _extended(said) if star else said
        if plain_segment(name) and "\ufffd" not in name:
            return name
    return ""


def name_in(url: str) -> str:
    """The last part of the path of `url`, if it can be a file's name; else "".

    >>> name_in("https://host/a/genes%20v1.fa?x=1"), name_in("https://host/")
    ('genes v1.fa', '')
    """
    name = unquote(urlsplit(url).path.rpartition("/")[2], errors="replace")
    return name if plain_segment(name) and "\ufffd" not in name else ""


def _extended(said: str) -> str:
    """The name in the extended form (RFC 8187): charset'language'percent-encoded."""
    charset, _, rest = said.partition("'")
    try:
        return unquote(rest.partition("'")[2], encoding=charset, errors="replace")
    except LookupError:
        return ""
