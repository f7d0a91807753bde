"""
Listed remotes: what there is stands in a list, as ``list+https://host/files.tsv``.

The list (:mod:`~holdfast.remotes.manifests`) names files with their sizes, times and digests, below
its own folder, below the base that the recipe gives, or at URLs of their own. What it leaves open
is asked for, file by file. A list that comes from elsewhere cannot name files of this machine; one
of this machine (``list+file``) can. If it is not there, nothing is new.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed, FormatError, ListingFailed, NothingNew, UsageError
from holdfast.remotes import transfer
from holdfast.remotes.access import Credentials, parted
from holdfast.remotes.asked import Reading
from holdfast.remotes.copying import copy_all
from holdfast.remotes.curl import Switchboard
from holdfast.remotes.direct import Head, name_in
from holdfast.remotes.faults import Fault, sentence
from holdfast.remotes.interface import (
    Arrived,
    Listing,
    Remote,
    RemoteFile,
    TransferPolicy,
    Wanted,
    open_remote,
    unheard,
)
from holdfast.remotes.local import LocalFiles, path_of
from holdfast.remotes.manifests import read_manifest
from holdfast.remotes.options import NO_OPTIONS, RemoteOptions
from holdfast.remotes.together import Together

PREFIX = "list+"
SCHEMES = frozenset({"http", "https", "ftp", "ftps", "ftpes", "sftp"})


class ListedRemote(Remote):
    """The files that a list names."""

    def __init__(
        self, url: str, policy: TransferPolicy, options: RemoteOptions = NO_OPTIONS
    ) -> None:
        self._given, self.policy = url.removeprefix(PREFIX), policy
        self._local = self._given.startswith("file:")
        self.url, self._credentials = self._given, Credentials()
        if not self._local:
            self.url, self._credentials = parted(self._given)
        if not name_in(self.url):
            raise UsageError(f"{self.url} names no list; its URL must end in the name of a file")
        self._base = _with_slash(options.base) or f"{self.url.rpartition('/')[0]}/"

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        files = [file for file in self._files() if _is_reached(file, wanted)]
        wanted_files = [file for file in files if wanted.file(file.name)]
        return Listing(self.url, self._completed(wanted_files))

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        names = {file.name.partition("/")[0] for file in self._files() if "/" in file.name}
        return tuple(sorted(names))

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        safe_name(name)
        for file in self._files():
            if file.name == name:
                return _content(file.url, limit, self.policy)
        raise FetchFailed(f"{self.url}: names no {name!r}")

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        here = [file for file in files if file.url.startswith("file:")]
        away = [file for file in files if not file.url.startswith("file:")]
        if here and not self._local:
            raise FetchFailed(f"{self.url}: a list from elsewhere cannot name {here[0].url}")
        for file in files:
            safe_name(file.name)
        both = Together(files, listener, arrived)
        if away or not files:
            transfer.fetch(
                away, folder, self.policy, self._credentials, both.listener(), both.arrived
            )
        if here:
            copy_all(LocalFiles(), here, folder, both.listener(), both.arrived)
        return both.complete()

    def _files(self) -> tuple[RemoteFile, ...]:
        if self._local and not path_of(self._given).exists():
            raise NothingNew(f"{self.url}: there is no such list, so nothing is new")
        try:
            text = _content(self._given, self.policy.listing_limit, self.policy).decode("utf-8")
            files = read_manifest(text, self.url, self._base)
        except FetchFailed as error:
            raise ListingFailed(str(error)) from error
        except UnicodeDecodeError as error:
            raise ListingFailed(f"{self.url}: is no list: it is not UTF-8 text") from error
        except FormatError as error:
            raise ListingFailed(str(error)) from error
        for file in files:
            known = SCHEMES | {"file"} if self._local else SCHEMES
            if urlsplit(file.url).scheme not in known:
                raise ListingFailed(
                    f"{self.url}: {file.name} is at {file.url}, where such a list cannot lead"
                )
        return files

    def _completed(self, files: Sequence[RemoteFile]) -> tuple[RemoteFile, ...]:
        """`files` with what the list left open, as far as their servers say it."""
        heads = {file.name: Head(file.url) for file in files if _leaves_open(file)}
        with Switchboard(self.policy, self._credentials) as board:
            board.run(heads.values())
        return tuple(_with_head(file, heads.get(file.name)) for file in files)


def _with_slash(url: str) -> str:
    return f"{url.rstrip('/')}/" if url else ""


def _content(url: str, limit: int, policy: TransferPolicy) -> bytes:
    """The small file at `url`."""
    folder, _, name = url.rpartition("/")
    if url.startswith("file:"):
        return open_remote(f"{folder}/", policy).read(unquote(name), limit)
    place, who = parted(url)
    reading = Reading(place, limit)
    with Switchboard(policy, who) as board:
        board.run([reading])
    return bytes(reading.content)


def _is_reached(file: RemoteFile, wanted: Wanted) -> bool:
    """Whether `wanted` lets us into all folders above `file`."""
    parts = file.name.split("/")
    return all(wanted.folder("/".join(parts[:depth])) for depth in range(1, len(parts)))


def _leaves_open(file: RemoteFile) -> bool:
    """Whether the list says too little to tell versions of `file` apart."""
    known = file.size is not None and (file.digest or file.modified or file.etag)
    return not known and not file.url.startswith("file:")


def _with_head(file: RemoteFile, head: Head | None) -> RemoteFile:
    """`file` with what its server said, where the list said nothing."""
    if head is None and file.url.startswith("file:"):
        return _with_stat(file)
    if head is None or head.answer is None:
        return file
    said = head.answer
    size = said.size if file.size is None else file.size
    return replace(
        file, size=size, modified=file.modified or said.modified, etag=file.etag or said.etag
    )


def _with_stat(file: RemoteFile) -> RemoteFile:
    try:
        version = LocalFiles().version(file)
    except Fault as fault:
        raise ListingFailed(sentence(file.url, fault, 1)) from fault
    size = version.size if file.size is None else file.size
    return replace(file, size=size, modified=file.modified or version.modified)
