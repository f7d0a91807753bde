"""What an update did, or would do, as people and programs are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from holdfast.banks.releases.release import is_complete, read_release
from holdfast.banks.updating.making import Making
from holdfast.errors import UpdateFailed


class UpdateState(Enum):
    """How an update ended."""

    UP_TO_DATE = "up to date"  #: the remote has nothing new; nothing was started
    UPDATED = "updated"  #: a new release is complete
    STOPPED = "stopped"  #: it went as far as it was asked to; the next one goes on
    PLANNED = "planned"  #: a dry run: what would be done
    FAILED = "failed"  #: it could not be done; the problem says why


@dataclass(frozen=True, slots=True)
class FileChange:
    """One line of a dry run."""

    change: str  #: fetch, reuse or drop
    file: str
    size: int | None  #: bytes, as the remote says


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What an update did, or would do."""

    bank: str
    state: UpdateState
    release: str | None = None
    fetched: int = 0  #: files
    fetched_bytes: int = 0
    reused: int = 0  #: files
    dropped: int = 0  #: files
    size: int = 0  #: bytes of the whole release
    added: int = 0  #: bytes it takes on disk beside the releases before it
    published: bool = False
    removed: tuple[str, ...] = ()  #: old releases
    resumed: bool = False  #: it went on where an earlier update was stopped
    run: int | None = None
    problem: str | None = None
    changes: tuple[FileChange, ...] = ()  #: only of a dry run


def failure_report(bank: str, error: BaseException) -> UpdateReport:
    """The report of an update that could not be done."""
    return UpdateReport(bank, UpdateState.FAILED, problem=str(error))


def raise_failures(reports: Iterable[UpdateReport]) -> None:
    """An UpdateFailed with the sentences of all that failed, if any did."""
    problems = [
        each.problem if each.problem.startswith(each.bank) else f"{each.bank}: {each.problem}"
        for each in reports
        if each.problem is not None
    ]
    if problems:
        raise UpdateFailed("\n".join(problems))


def report_of(making: Making, removed: tuple[str, ...], run: int | None) -> UpdateReport:
    release = read_release(making.release_folder)
    listed = {file.name for file in making.listing.files}
    previous = making.previous_folder
    had = read_release(previous).entries() if previous and is_complete(previous) else ()
    return UpdateReport(
        making.bank,
        UpdateState.UPDATED,
        release=making.release,
        fetched=len(making.to_fetch),
        fetched_bytes=sum(file.size or 0 for file in making.to_fetch),
        reused=len(making.reuse),
        dropped=sum(1 for entry in had if entry.file.name not in listed),
        size=release.size,
        added=release.added,
        published=making.recipe.publish,
        removed=removed,
        resumed=making.attempts > 1,
        run=run,
    )
