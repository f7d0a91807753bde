"""What happened to banks: what was noted, and the runs the ledger still knows."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from holdfast.app.banks.held.holding import known_banks
from holdfast.app.container import Container
from holdfast.banks.updating.update import subject
from holdfast.errors import BankNotFound, JobError

if TYPE_CHECKING:
    from holdfast.banks.register import Event
    from holdfast.jobs.ledger import RunRecord


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened."""

    when: datetime
    bank: str
    action: str
    release: str | None
    outcome: str
    seconds: float | None  #: that its run took
    who: str
    run: int | None
    detail: str


def bank_history(
    container: Container, bank: str | None = None, limit: int = 20
) -> tuple[HistoryLine, ...]:
    """The last `limit` things that happened, to `bank` or to any, the newest first.

    A run of which nothing was noted (it goes on, or was killed) is told by itself.

    Raises
    ------
    BankNotFound
        There is no such bank, and nothing happened to one of that name.
    """
    from holdfast.banks.register import Register

    events = Register(container.ledger).events(bank, limit)
    runs = {run.run: run for run in _runs(container, bank, limit)}
    if bank is not None and not events and not runs and bank not in known_banks(container):
        container.catalogue.folder(bank)  # says which are there
        raise BankNotFound(f"there is no bank {bank!r}")
    noted = {event.run for event in events if event.run is not None}
    runs |= _others(container, noted - runs.keys())
    lines = [_noted(event, runs) for event in events]
    lines += [_unnoted(run) for run in runs.values() if run.run not in noted]
    return tuple(sorted(lines, key=lambda line: line.when, reverse=True)[:limit])


def _runs(container: Container, bank: str | None, limit: int) -> "Iterable[RunRecord]":
    if bank is not None:
        return container.ledger.find_runs(subject(bank), limit=limit)
    found = container.ledger.find_runs(limit=10 * limit)  # plots and schedules are among them
    return [run for run in found if run.subject.startswith(subject(""))]


def _others(container: Container, numbers: Iterable[int]) -> "dict[int, RunRecord]":
    """Runs that are not the bank's by name: it was renamed since; those not forgotten."""
    found = {}
    for number in numbers:
        with suppress(JobError):
            found[number] = container.ledger.run(number)
    return found


def _noted(event: "Event", runs: "Mapping[int, RunRecord]") -> HistoryLine:
    run = runs.get(event.run) if event.run is not None else None
    return HistoryLine(
        event.when,
        event.bank,
        event.action,
        event.release,
        event.outcome,
        _seconds(run),
        event.who,
        event.run,
        event.detail,
    )


def _unnoted(run: "RunRecord") -> HistoryLine:
    return HistoryLine(
        run.started,
        run.subject.removeprefix(subject("")),
        "run",
        None,
        run.status.value,
        _seconds(run),
        "",
        run.run,
        run.title,
    )


def _seconds(run: "RunRecord | None") -> float | None:
    if run is None or run.ended is None:
        return None
    return (run.ended - run.started).total_seconds()
