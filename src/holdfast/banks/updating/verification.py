"""
Verification: what a remote says beside its files that they are.

Manifests of checksums (:mod:`holdfast.formats.checksums`) are looked for in the folders of the
files that are to be fetched, and in the folders above these; the promises in them are brought
together with the files by path. When several promise something of one file, the one that tells
most counts; of equals, that of the manifest named after the file, then of the nearest folder.
A manifest that was found and cannot be understood promises nothing, and a remark says so; one that
the recipe names must be there, and be understood.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from holdfast.banks.recipes.sources import AUTO, NO_CHECK
from holdfast.errors import FetchFailed, FormatError
from holdfast.formats.checksums import Kind, Promise, is_manifest, named_after, read_promises
from holdfast.remotes.interface import Remote, RemoteFile

MANIFEST_LIMIT = 64 * 1024**2  #: bytes a manifest may have
ROOT = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise about one file, and the manifest that makes it."""

    promise: Promise
    manifest: str  #: its path on the remote, below the root


@dataclass(frozen=True, slots=True)
class Promises:
    """What is promised of the files that are to be fetched."""

    by_name: Mapping[str, Promised]  #: name of the file here -> the promise that counts
    remarks: tuple[str, ...] = ()  #: manifests that could not be used, a sentence each


class ManifestsFor:
    """The manifests that may be about files at `paths`, as a remote is asked for them."""

    def __init__(self, paths: Iterable[str], verify: str | tuple[str, ...] = AUTO) -> None:
        self._paths = frozenset(paths)
        self._named = frozenset(verify) if isinstance(verify, tuple) else None
        about = self._paths if self._named is None else self._named
        self._folders = frozenset(folder for path in about for folder in _folders_above(path))

    def file(self, name: str) -> bool:
        """Whether `name` is one: of one of the files, or of a folder that holds some of them."""
        if self._named is not None:
            return name in self._named
        if not is_manifest(name) or _parent(name) not in self._folders:
            return False
        about = named_after(name)
        # Beside 10,000 files there may be as many manifests; few may be of those that changed. A
        # list may be called as if it were about one file: it is, when there is such a file.
        return about is None or about in self._paths or "." not in PurePosixPath(about).name

    def folder(self, name: str) -> bool:
        """Whether one could be below the folder `name`."""
        return name in self._folders


def find_promises(
    remote: Remote,
    files: Sequence[RemoteFile],
    root: str,
    verify: str | tuple[str, ...],
    folder: Path,
) -> Promises:
    """What `remote`, whose root is the URL `root`, promises of `files`; `folder` is for manifests.

    Raises
    ------
    ListingFailed, FetchFailed
        A manifest could not be brought; or one that the recipe names is not there.
    FormatError
        One that the recipe names cannot be understood.
    """
    if verify == NO_CHECK or not files:
        return Promises({})
    names = {remote_path(file, root): file.name for file in files}
    manifests = remote.list(ManifestsFor(names, verify)).files
    remarks: list[str] = []
    if isinstance(verify, tuple):
        _see_that_all_are_there(verify, manifests, root)
    else:
        manifests, remarks = _small(manifests)
    brought = remote.fetch(manifests, folder) if manifests else ()
    found: dict[str, list[Promised]] = {}
    for manifest in sorted((each.file for each in brought), key=lambda each: each.name):
        try:
            for path, promised in _promises_in(folder / manifest.name, manifest.name, names):
                found.setdefault(path, []).append(promised)
        except FormatError as error:
            if isinstance(verify, tuple):
                raise
            remarks.append(f"{error}; it verifies nothing")
    return Promises(
        {names[path]: _best(path, promised) for path, promised in found.items()}, tuple(remarks)
    )


def remote_path(file: RemoteFile, root: str) -> str:
    """Where `file` is below the URL `root`: it may be called otherwise here."""
    url, root = unquote(file.url), unquote(root)
    return url.removeprefix(root) if url.startswith(root) and url != root else file.name


def with_promise(file: RemoteFile, promised: Promised | None) -> RemoteFile:
    """`file`, as it is to be fetched: held to the digest promised while it comes.

    A digest that the listing itself gives stays the one it is held to.
    """
    if promised is None or promised.promise.kind is Kind.SUM or file.digest is not None:
        return file
    return replace(file, digest=str(promised.promise))


def _see_that_all_are_there(
    verify: tuple[str, ...], manifests: Sequence[RemoteFile], root: str
) -> None:
    there = {manifest.name for manifest in manifests}
    for name in verify:
        if name not in there:
            raise FetchFailed(
                f"{root}{name} is not there; look at verify under [remote] in the recipe"
            )


def _small(manifests: Sequence[RemoteFile]) -> tuple[tuple[RemoteFile, ...], list[str]]:
    """Those small enough to be read, and a remark on each of the others."""
    small = tuple(each for each in manifests if (each.size or 0) <= MANIFEST_LIMIT)
    remarks = [
        f"{each.name} has more than {MANIFEST_LIMIT:,} bytes; it verifies nothing"
        for each in manifests
        if (each.size or 0) > MANIFEST_LIMIT
    ]
    return small, remarks


def _promises_in(
    path: Path, manifest: str, names: Mapping[str, str]
) -> Iterator[tuple[str, Promised]]:
    """The promises of one manifest that are about files called in `names`, by remote path."""
    with path.open("rb") as file:
        content = file.read(MANIFEST_LIMIT + 1)
    if len(content) > MANIFEST_LIMIT:
        raise FormatError(manifest, None, f"it has more than {MANIFEST_LIMIT:,} bytes")
    about = named_after(manifest)
    if about is not None and about in names:
        yield from _promises_of_one(content, manifest, about)
        return
    folder = _parent(manifest)
    for promise in read_promises(content, manifest):
        named = _named_path(folder, promise.name)
        if named in names:
            yield named, Promised(promise, manifest)


def _promises_of_one(content: bytes, manifest: str, about: str) -> Iterator[tuple[str, Promised]]:
    """What the manifest named after the file `about` says of it.

    The name in it may be what the file was called where the manifest was made; but of several
    lines only those count that have the file's name.
    """
    promises = list(read_promises(content, manifest))
    called = PurePosixPath(about).name
    mine = [each for each in promises if PurePosixPath(each.name).name in {called, ""}]
    for promise in mine or (promises if len(promises) == 1 else []):
        yield about, Promised(promise, manifest)


def _named_path(folder: str, name: str) -> str:
    """The path that a manifest in `folder` means by `name`.

    An absolute path is one on the machine where the manifest was made: its last part counts.
    """
    path = PurePosixPath(name)
    if path.is_absolute():
        path = PurePosixPath(path.name)
    return str(PurePosixPath(folder) / path)


def _best(path: str, promised: Sequence[Promised]) -> Promised:
    def rank(each: Promised) -> tuple[int, bool, int]:
        own = named_after(each.manifest) == path
        return each.promise.kind.strength, own, len(PurePosixPath(each.manifest).parts)

    return max(promised, key=rank)


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _folders_above(path: str) -> Iterator[str]:
    while path:
        path = _parent(path)
        yield path
