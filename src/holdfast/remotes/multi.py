"""
Several remotes as one: the parts that a recipe names, each in a folder of its own or all in one.

Two parts that have a file of the same name are an error: which of the two it would be is nobody's
guess. A file is fetched from the part that has its URL.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, ignore
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


class MultiRemote(Remote):
    """Several remotes as one."""

    def __init__(
        self, url: str, policy: TransferPolicy, options: RemoteOptions = NO_OPTIONS
    ) -> None:
        if not options.parts:
            raise UsageError(f"{url} needs parts: write [[remote.parts]] in the recipe")
        self.url = url
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
        for part, remote in self._parts:
            for file in _listed(part, remote, wanted):
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
        owners = [self._owner(file) for file in files]
        for number, (_, remote) in enumerate(self._parts):
            mine = [file for file, owner in zip(files, owners, strict=True) if owner == number]
            if mine:
                remote.fetch(mine, folder, together.listener(), together.arrived)
        return together.complete()

    def _owner(self, file: RemoteFile) -> int:
        """The number of the part that `file` is fetched from: its URL begins as the part's."""
        shared = [_shared(_plain(part.url), file.url) for part, _ in self._parts]
        return shared.index(max(shared))


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
