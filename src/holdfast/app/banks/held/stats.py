"""How much banks hold and grow, and how long their updates take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfast.app.banks.held.holding import known_banks
from holdfast.app.container import Container
from holdfast.banks.releases.occupying import Occupied, occupied
from holdfast.banks.releases.release import Release
from holdfast.banks.updating.update import subject
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError
from holdfast.jobs.model import Status

RUNS = 20  #: of a bank, that its mean time is taken from


@dataclass(frozen=True, slots=True)
class ReleaseStats:
    """One release. Sizes are bytes."""

    release: str
    created: datetime
    files: int  #: all below its folder: what arrived, and what steps made
    size: int
    added: int  #: what no older release of the bank has
    current: bool


@dataclass(frozen=True, slots=True)
class BankStats:
    """One bank. Sizes are bytes."""

    bank: str
    releases: int
    files: int
    size: int  #: as if nothing were shared
    on_disk: int  #: what the file system gave it
    shared: int  #: what hard links between the releases save
    growth: int | None  #: by which the newest release is larger than the one before it
    runs: int  #: updates that ended well, of those the ledger still knows
    seconds: float | None  #: that they took, in the mean
    each: tuple[ReleaseStats, ...]  #: the oldest first
    problem: str | None = None


def bank_stats(
    container: Container, banks: Sequence[str] = (), listener: Listener = ignore
) -> tuple[BankStats, ...]:
    """How much `banks` (default: all) hold; one that cannot be read is told with its problem.

    Raises
    ------
    BankNotFound
        There is no such bank.
    """
    for bank in banks:
        container.catalogue.folder(bank)
    chosen = banks or known_banks(container)
    found = []
    for count, bank in enumerate(chosen):
        listener(Progress("weighing banks", count, len(chosen), "banks", bank))
        try:
            found.append(_stats(container, bank))
        except BankError as error:
            found.append(_nothing(bank, str(error)))
    return tuple(found)


def _stats(container: Container, bank: str) -> BankStats:
    folder = container.catalogue.folder(bank)
    releases, current = folder.releases(), folder.current()
    weights = list(occupied(release.folder for release in releases))
    published = current.name if current is not None else None
    each = tuple(
        _release(release, weight, published)
        for release, weight in zip(releases, weights, strict=True)
    )
    size, added = sum(one.size for one in weights), sum(one.added for one in weights)
    seconds = _durations(container, bank)
    return BankStats(
        bank,
        releases=len(releases),
        files=sum(one.files for one in weights),
        size=size,
        on_disk=sum(one.on_disk for one in weights),
        shared=size - added,
        growth=each[-1].size - each[-2].size if len(each) > 1 else None,
        runs=len(seconds),
        seconds=sum(seconds) / len(seconds) if seconds else None,
        each=each,
    )


def _release(release: Release, weight: Occupied, published: str | None) -> ReleaseStats:
    return ReleaseStats(
        release.name,
        release.created,
        weight.files,
        weight.size,
        weight.added,
        release.name == published,
    )


def _durations(container: Container, bank: str) -> list[float]:
    """The seconds of the last updates that ended well."""
    runs = container.ledger.find_runs(subject(bank), statuses=[Status.DONE], limit=RUNS)
    return [(run.ended - run.started).total_seconds() for run in runs if run.ended is not None]


def _nothing(bank: str, problem: str) -> BankStats:
    return BankStats(bank, 0, 0, 0, 0, 0, None, 0, None, (), problem)
