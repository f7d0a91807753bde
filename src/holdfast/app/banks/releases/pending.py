"""
Pending: releases that were begun and are not finished, why they wait, and giving them up.

An unfinished release is taken up by the next update, by itself. Giving it up frees the disk it has
taken, and the next update begins anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.app.banks.noting import note
from holdfast.app.banks.rights import changing
from holdfast.app.banks.updating.going_on import end_unfinished
from holdfast.app.container import Container
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.weighing import weigh
from holdfast.banks.updating.arrivals import arrivals
from holdfast.banks.updating.making import MAKING, MAKING_FILE, Making, read_making
from holdfast.banks.updating.update import subject
from holdfast.errors import BankError, UsageError, suggestion
from holdfast.jobs.folder import last_words
from holdfast.jobs.model import Outcome, Status

if TYPE_CHECKING:  # the ledger's library is heavy
    from holdfast.jobs.ledger import RunRecord

GOES_ON = "the next update of {bank} goes on with it"


@dataclass(frozen=True, slots=True)
class Failed:
    """The job at which the newest run of a bank ended."""

    job: str
    words: str  #: its last words, or the engine's
    log: Path


@dataclass(frozen=True, slots=True)
class Pending:
    """One unfinished release."""

    bank: str
    release: str
    tried: datetime  #: when it was begun, or taken up for the last time
    attempts: int  #: how often it was begun or taken up; 0 where that cannot be read
    files: int  #: that must arrive
    arrived: int  #: of these
    size: int  #: bytes on disk that only it holds
    waits_for: str  #: in a sentence
    run: int | None = None  #: its newest run
    failed: Failed | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What was given up."""

    bank: str
    releases: tuple[str, ...]
    freed: int  #: bytes


def pending_releases(container: Container, bank: str | None = None) -> tuple[Pending, ...]:
    """The unfinished releases of `bank`, or of all.

    Raises
    ------
    BankNotFound
        There is no such bank.
    """
    banks = (bank,) if bank is not None else container.catalogue.banks()
    return tuple(found for each in banks for found in _of_bank(container, each))


def give_up_pending(container: Container, bank: str, release: str | None = None) -> GivenUp:
    """Give up the unfinished `release` of `bank`, or all of them.

    Raises
    ------
    BankNotFound
        There is no such bank.
    UsageError
        No such release is unfinished; the message names the nearest.
    BankBusy
        Another process is making it right now.
    """
    folder = container.catalogue.folder(bank)
    with changing(container, folder):
        names = folder.unfinished()
        if release is not None and release not in names:
            known = ", ".join(names) or "none"
            raise UsageError(
                f"{bank} has no unfinished release {release!r} (unfinished: {known})"
                f"{suggestion(release, names)}"
            )
        chosen = names if release is None else (release,)
        freed = weigh(part for name in chosen for part in folder.parts_of(name)).freed
        for name in chosen:
            give_up(container, folder, name)
        folder.tidy()
    for name in chosen:
        note(container, bank, "give up", name)
    return GivenUp(bank, chosen, freed)


def give_up(container: Container, folder: BankFolder, name: str) -> None:
    """Give up the unfinished release `name`, and the run that was making it. Hold the lock."""
    end_unfinished(container, folder.bank)
    folder.give_up(name)


def _of_bank(container: Container, bank: str) -> Iterator[Pending]:
    folder = container.catalogue.folder(bank)
    names = folder.unfinished()
    if not names:
        return
    record = next(iter(container.ledger.runs(subject(bank), limit=1)), None)
    for name in names:
        try:
            yield _read(container, folder, read_making(folder.folder, name), record)
        except BankError as error:
            yield _unreadable(folder, name, str(error))


def _read(
    container: Container, folder: BankFolder, making: Making, record: "RunRecord | None"
) -> Pending:
    failed = _failed(container.ledger.outcomes(record.run)) if record is not None else None
    wanted = {file.name for file in making.to_fetch}
    return Pending(
        making.bank,
        making.release,
        _tried(folder, making.release),
        making.attempts,
        len(wanted),
        len(wanted & arrivals(making.folder).keys()),
        weigh(folder.parts_of(making.release)).freed,
        _waits_for(folder, record, failed),
        record.run if record is not None else None,
        failed,
    )


def _unreadable(folder: BankFolder, name: str, problem: str) -> Pending:
    size = weigh(folder.parts_of(name)).freed
    waits_for = (
        f"somebody to give it up, with: holdfast bank pending {folder.bank} {name} --remove; "
        f"{problem}"
    )
    return Pending(folder.bank, name, _tried(folder, name), 0, 0, 0, size, waits_for)


def _waits_for(folder: BankFolder, record: "RunRecord | None", failed: Failed | None) -> str:
    goes_on = GOES_ON.format(bank=folder.bank)
    if folder.is_busy:
        return "it is being made right now"
    if failed is not None:
        return f"job {failed.job} failed: {failed.words}; {goes_on}"
    if record is not None and record.status is Status.CANCELLED:
        return f"someone stopped it; {goes_on}"
    if record is not None and record.status is Status.DONE:
        return f"it was stopped where it was asked to; {goes_on}"
    return f"it was interrupted; {goes_on}"


def _failed(outcomes: Mapping[str, Outcome]) -> Failed | None:
    for job, outcome in outcomes.items():
        if outcome.status is Status.FAILED:
            said = last_words(outcome.log).removeprefix("holdfast: ")
            return Failed(job, said or outcome.reason, outcome.log)
    return None


def _tried(folder: BankFolder, name: str) -> datetime:
    """When the making was last written down."""
    written = (folder.folder / MAKING / name / MAKING_FILE).stat().st_mtime
    return datetime.fromtimestamp(written, UTC).replace(microsecond=0)
