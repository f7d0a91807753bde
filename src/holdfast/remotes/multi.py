"""
Several remotes as one: the parts that a recipe names, each in a folder of its own or all in one.

Two parts that have a file of the same name are an error: which of the two it would be is nobody's
guess. A file is fetched from the part that has its URL; several parts are asked at once, and share
the transfers that one remote alone would have.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import FetchFailed, ListingFailed, UsageError
from holdfast.remotes.access import parted
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
from holdfast.remotes.options import NO_OPTIONS, Portion, RemoteOptions
from holdfast.remotes.together import Together

TELL_SECONDS = 0.05


class MultiRemote(Remote):
    """Several remotes as one."""

    def __init__(
        self, url: str, policy: TransferPolicy, options: RemoteOptions = NO_OPTIONS
    ) -> None:
        if not options.parts:
            raise UsageError(f"{url} needs parts: write [[remote.parts]] in the recipe")
        self.url, self.policy = url, policy
        self._parts = [
            (part, open_remote(part.url, policy, part.options or NO_OPTIONS))
            for part in options.parts
        ]
        for part in options.parts:
            if part.into:
                safe_name(part.into)

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        files: dict[str, RemoteFile] = {}
        with ThreadPoolExecutor(self._at_once(len(self._parts)), "parts") as pool:
            listings = list(pool.map(lambda each: _listed(each[0], each[1], wanted), self._parts))
        for listing in listings:
            for file in listing:
                other = files.setdefault(file.name, file)
                if other is not file:
                    raise ListingFailed(
                        f"{other.url} and {file.url} are both {file.name}; give one of the parts "
                        "a folder of its own (into) in the recipe"
                    )
        return Listing(self.url, tuple(files[name] for name in sorted(files)))

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        names: set[str] = set()
        for part, remote in self._parts:
            names |= {part.into.partition("/")[0]} if part.into else set(remote.folders())
        return tuple(sorted(names))

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`: of the first part that has it."""
        safe_name(name)
        failed: FetchFailed | None = None
        for part, remote in self._parts:
            lead = f"{part.into}/" if part.into else ""
            if name.startswith(lead):
                try:
                    return remote.read(name.removeprefix(lead), limit)
                except FetchFailed as error:
                    failed = error
        raise failed or FetchFailed(f"{self.url}: no part has {name!r}")

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        for file in files:
            safe_name(file.name)
        together = Together(files, listener, arrived)
        shares: dict[int, list[RemoteFile]] = {}
        for file in files:
            shares.setdefault(self._owner(file), []).append(file)
        if not shares:
            return ()
        news: _News = SimpleQueue()
        with ThreadPoolExecutor(self._at_once(len(shares)), "parts") as pool:
            fetches = []
            for number, share in shares.items():
                remote = self._narrowed(number, len(shares))
                teller = _Teller(news, together.listener(), together.arrived)
                fetches.append(
                    pool.submit(remote.fetch, share, folder, teller.heard, teller.landed)
                )
            try:
                _pass_on(news, fetches)
            finally:
                pool.shutdown(cancel_futures=True)
        return together.complete()

    def _at_once(self, parts: int) -> int:
        """How many of so many parts are asked at once."""
        return max(1, min(parts, self.policy.parallel))

    def _narrowed(self, number: int, busy: int) -> Remote:
        """The part with this number, with its share of the transfers while `busy` parts have some.

        A remote serves one thread at a time: this one serves nobody else.
        """
        part = self._parts[number][0]
        share = max(1, self.policy.parallel // self._at_once(busy))
        return open_remote(
            part.url, replace(self.policy, parallel=share), part.options or NO_OPTIONS
        )

    def _owner(self, file: RemoteFile) -> int:
        """The number of the part that `file` is fetched from: its URL begins as the part's."""
        shared = [_shared(_plain(part.url), file.url) for part, _ in self._parts]
        return shared.index(max(shared))


_News = SimpleQueue[Callable[[], None]]


@dataclass(frozen=True, slots=True)
class _Teller:
    """Puts what a part tells into a queue: listeners are told in the thread that asked."""

    news: _News
    listener: Listener
    arrived: Callable[[Arrived], None]

    def heard(self, progress: Progress) -> None:
        self.news.put(lambda: self.listener(progress))

    def landed(self, arrival: Arrived) -> None:
        self.news.put(lambda: self.arrived(arrival))


def _pass_on(news: _News, fetches: Sequence[Future[tuple[Arrived, ...]]]) -> None:
    """Tell what the `fetches` tell, until all have ended. Raises what the first to fail met.

    What has begun when one fails is waited for: its files arrive, and are told.
    """
    pending, failed = set(fetches), False
    while pending:
        ended, pending = wait(pending, TELL_SECONDS, FIRST_COMPLETED)
        while not news.empty():
            news.get()()
        failed = failed or any(not fetch.cancelled() and fetch.exception() for fetch in ended)
        if failed:
            pending = {fetch for fetch in pending if not fetch.cancel()}
    for fetch in fetches:
        if not fetch.cancelled():
            fetch.result()


def _listed(part: Portion, remote: Remote, wanted: Wanted) -> tuple[RemoteFile, ...]:
    if not part.into:
        return remote.list(wanted).files
    folders = part.into.split("/")
    if not all(wanted.folder("/".join(folders[: end + 1])) for end in range(len(folders))):
        return ()
    found = remote.list(_Below(part.into, wanted)).files
    return tuple(replace(file, name=f"{part.into}/{file.name}") for file in found)


class _Below:
    """What is wanted below a folder, as the part that is put there sees it."""

    def __init__(self, folder: str, wanted: Wanted) -> None:
        self._folder, self._wanted = folder, wanted

    def file(self, name: str) -> bool:
        return self._wanted.file(f"{self._folder}/{name}")

    def folder(self, name: str) -> bool:
        return self._wanted.folder(f"{self._folder}/{name}")


def _plain(url: str) -> str:
    """`url` as the URLs of its files begin."""
    url = url.removeprefix("direct+").removeprefix("list+")
    return url if url.startswith("file:") or "://" not in url else parted(url)[0]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
