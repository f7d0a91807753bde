"""How a bank grew, and how long its updates took: what a chart of its history shows."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.app.container import Container
from holdfast.banks.updating.update import subject
from holdfast.jobs.model import Status

RUNS = 200
ENDED = (Status.DONE, Status.FAILED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Size:
    """A release that is on disk. Sizes are bytes."""

    release: str
    created: datetime
    files: int
    size: int
    added: int  #: what no earlier release had


@dataclass(frozen=True, slots=True)
class Took:
    """A run that made a release, or should have."""

    run: int
    title: str
    started: datetime
    seconds: float
    status: Status


@dataclass(frozen=True, slots=True)
class Growth:
    """The history of a bank in figures, the oldest first."""

    bank: str
    sizes: tuple[Size, ...]
    runs: tuple[Took, ...]  #: those the ledger still knows


def bank_growth(container: Container, bank: str) -> Growth:
    """The sizes of the releases of `bank` that are on disk, and how long its last runs took.

    Raises
    ------
    BankNotFound
        There is no such bank.
    """
    releases = container.catalogue.folder(bank).releases()
    sizes = tuple(
        Size(each.name, each.created, each.files, each.size, each.added) for each in releases
    )
    records = container.ledger.find_runs(subject(bank), statuses=ENDED, limit=RUNS)
    runs = tuple(
        Took(
            each.run,
            each.title,
            each.started,
            (each.ended - each.started).total_seconds(),
            each.status,
        )
        for each in reversed(records)
        if each.ended is not None
    )
    return Growth(bank, sizes, runs)
