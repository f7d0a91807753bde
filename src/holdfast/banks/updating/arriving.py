"""
Arriving: files are brought, looked at, and only then accepted.

A file is held to the digest that is promised of it while it comes. What cannot be seen on the way
is seen when it is here, in threads, while others still come: checksums of other kinds, and whether
an archive that no digest vouches for is whole, also one that a step will unpack: only now can it be
fetched again. What is accepted is written down
at once, with what it was found to agree with. What is refused is removed and fetched again, as
often as passing faults are; its manifest is asked for again too, for it may have been the older.
"""

import hashlib
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.banks.recipes.sources import NO_ARCHIVES, NO_CHECK
from holdfast.banks.releases.release import Verified
from holdfast.banks.updating.arrivals import here, noting_arrivals
from holdfast.banks.updating.making import Making
from holdfast.banks.updating.verification import Promised, Promises, find_promises, with_promise
from holdfast.base.progress import Listener, Progress
from holdfast.errors import DigestMismatch, FetchFailed, FormatError
from holdfast.formats.archives.extraction import examine
from holdfast.formats.archives.kinds import Kind as ArchiveKind
from holdfast.formats.archives.kinds import kind_by_name
from holdfast.formats.archives.limits import Limits
from holdfast.formats.checksums import Kind, Promise, bsd_sum
from holdfast.remotes.faults import pause
from holdfast.remotes.interface import Arrived, Remote, RemoteFile

MANIFESTS = "manifests"  #: the folder of a making in which manifests are read
CHUNK = 1024**2
Note = Callable[[Arrived, tuple[Verified, ...]], None]


@dataclass(frozen=True, slots=True)
class Care:
    """How carefully to look at what arrives, and how often to ask again for what is refused."""

    limits: Limits = Limits()  # noqa: RUF009 - a frozen value
    threads: int = 1
    retries: int = 5
    backoff: float = 1.0  #: seconds before the first retry; doubled for each further one


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that came and is not what it should be."""

    name: str
    error: DigestMismatch | FormatError


def bring(
    making: Making, remote: Remote, manifests: Remote, listener: Listener, care: Care
) -> tuple[str, ...]:
    """Bring the files of `making` that are not here yet; `manifests` is the same remote once more.

    The answer is remarks on manifests that could not be used.

    Raises
    ------
    DigestMismatch, FetchFailed
        A file was refused as often as `care` allows, or could not be brought.
    """
    tried: Counter[str] = Counter()
    remarks: tuple[str, ...] = ()
    fruitless, before = 0, -1
    while missing := not_arrived(making):
        fruitless, before = (fruitless + 1 if len(missing) == before else 0), len(missing)
        promises = _ask_for_promises(making, manifests, missing)
        remarks = promises.remarks
        refused = _round(making, remote, missing, promises, listener, care)
        for each in refused:
            tried[each.name] += 1
            # A transfer ends at the first wrong file: where all are wrong, each is not tried often.
            if max(tried[each.name] - 1, fruitless) >= care.retries:
                raise _given_up(
                    making,
                    each,
                    promises.by_name.get(each.name),
                    max(tried[each.name], fruitless + 1),
                )
        if not refused:
            break
        listener(Progress("verifying", message=str(refused[0].error)))
        time.sleep(pause(max(tried.values()), care.backoff, 0.0, random.random()))  # noqa: S311 - no secret
    return remarks


def not_arrived(making: Making) -> tuple[RemoteFile, ...]:
    """The files that are still to be brought."""
    have = here(making.folder)
    return tuple(file for file in making.to_fetch if file.name not in have)


def _ask_for_promises(making: Making, remote: Remote, missing: tuple[RemoteFile, ...]) -> Promises:
    folder = making.folder / MANIFESTS
    shutil.rmtree(folder, ignore_errors=True)  # what they say may have changed
    verify = making.recipe.remote.verify
    promises = find_promises(remote, missing, making.listing.url, verify, folder)
    shutil.rmtree(folder, ignore_errors=True)
    return promises


def _round(
    making: Making,
    remote: Remote,
    missing: tuple[RemoteFile, ...],
    promises: Promises,
    listener: Listener,
    care: Care,
) -> list[Refused]:
    """Fetch what is missing once; what was refused."""
    asked = [with_promise(file, promises.by_name.get(file.name)) for file in missing]
    with noting_arrivals(making) as note, Gate(making, promises.by_name, note, care) as gate:
        try:
            remote.fetch(asked, making.staged, listener, gate.arrived)
        except DigestMismatch as mismatch:
            gate.refused.append(Refused(mismatch.file, mismatch))
    return gate.refused


class Gate:
    """Looks at what arrives, and writes down what is accepted. Use it in a ``with`` block."""

    def __init__(
        self, making: Making, promised: Mapping[str, Promised], note: Note, care: Care
    ) -> None:
        self.refused: list[Refused] = []
        self._making, self._promised, self._note, self._care = making, promised, note, care
        self._listed = {file.name: file for file in making.to_fetch}
        self._pool = ThreadPoolExecutor(max(1, care.threads), thread_name_prefix="gate")
        self._looking: list[tuple[Arrived, Future[tuple[Verified, ...]]]] = []

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._settle(to_the_end=True)
        finally:
            self._pool.shutdown(cancel_futures=True)

    def arrived(self, arrived: Arrived) -> None:
        """A file is here: accept it at once, or look at it meanwhile."""
        listed = self._listed[arrived.file.name]
        seen = self._seen_on_the_way(listed)
        arrived = replace(arrived, file=listed)
        look = self._look_for(arrived, seen)
        if look is None:
            self._note(arrived, seen)
        else:
            self._looking.append((arrived, self._pool.submit(look)))
        self._settle()

    def _seen_on_the_way(self, listed: RemoteFile) -> tuple[Verified, ...]:
        """What the transfer itself held the file to."""
        if listed.digest is not None:
            return (Verified(listed.digest, "listing"),)
        promised = self._promised.get(listed.name)
        if promised is None or promised.promise.kind is Kind.SUM:
            return ()
        return (Verified(str(promised.promise), promised.manifest),)

    def _look_for(
        self, arrived: Arrived, seen: tuple[Verified, ...]
    ) -> Callable[[], tuple[Verified, ...]] | None:
        """What is still to be done to accept the file, if anything is."""
        name, path = arrived.file.name, arrived.path
        promised = self._promised.get(name)
        if promised is not None and Verified(str(promised.promise), promised.manifest) not in seen:
            told = promised
            return lambda: (*seen, _held(name, path, told))
        kind = kind_by_name(name)
        if seen or kind is None or self._making.recipe.remote.verify in (NO_ARCHIVES, NO_CHECK):
            return None
        return lambda: _examined(path, kind, self._care.limits)

    def _settle(self, *, to_the_end: bool = False) -> None:
        """Write down what was found of those that have been looked at."""
        waiting = []
        for arrived, future in self._looking:
            if not (to_the_end or future.done()):
                waiting.append((arrived, future))
                continue
            try:
                self._note(arrived, future.result())
            except (DigestMismatch, FormatError) as error:
                arrived.path.unlink()
                self.refused.append(Refused(arrived.file.name, error))
        self._looking = waiting


def differs(path: Path, what: str) -> str | None:
    """What the content at `path` is instead, if it is not `what`, which was verified once.

    >>> from tempfile import NamedTemporaryFile
    >>> with NamedTemporaryFile() as file:
    ...     differs(Path(file.name), "md5:0"), differs(Path(file.name), "sum:00000 0")
    ('md5:d41d8cd98f00b204e9800998ecf8427e', None)
    """
    kind, _, value = what.partition(":")
    if kind not in {each.value for each in Kind}:
        return None
    found = str(Promise("", Kind(kind), checksum(path, Kind(kind))))
    return None if found == f"{kind}:{value.lower()}" else found


def checksum(path: Path, kind: Kind) -> str:
    """The checksum of the content at `path`."""
    if kind is Kind.SUM:
        return _sum(path)
    with path.open("rb") as file:
        return hashlib.file_digest(
            file, lambda: hashlib.new(kind.value, usedforsecurity=False)
        ).hexdigest()


def _held(name: str, path: Path, promised: Promised) -> Verified:
    """Hold the file at `path` to a promise."""
    found = differs(path, str(promised.promise))
    if found is not None:
        raise DigestMismatch(name, str(promised.promise), found)
    return Verified(str(promised.promise), promised.manifest)


def _examined(path: Path, kind: ArchiveKind, limits: Limits) -> tuple[Verified, ...]:
    return (Verified("archive", kind.word),) if examine(path, kind, limits) else ()


def _sum(path: Path) -> str:
    """What sum(1) says: the program is a hundred times as fast as we are."""
    program = shutil.which("sum")
    with path.open("rb") as file:
        if program is None:
            return bsd_sum(iter(lambda: file.read(CHUNK), b""))
        said = subprocess.run([program, "-r"], stdin=file, stdout=subprocess.PIPE, check=True)
    number, blocks = said.stdout.split()[:2]
    return f"{int(number):05d} {int(blocks)}"


def _given_up(
    making: Making, refused: Refused, promised: Promised | None, tried: int
) -> FetchFailed:
    """The sentence for a file that stays what it should not be."""
    error = refused.error
    if isinstance(error, DigestMismatch):
        says = f"{error.expected} (as {promised.manifest} says)" if promised else error.expected
        return DigestMismatch(refused.name, says, f"{error.found} (fetched {tried} times)")
    url = next(file.url for file in making.to_fetch if file.name == refused.name)
    return FetchFailed(
        f"{url}: {error.problem} (fetched {tried} times); to take it as it is, "
        f'write verify = "{NO_CHECK}" under [remote] in the recipe'
    )
