"""The runs that whoever asks may see, a page at a time, the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from holdfast.app.container import Container
from holdfast.app.jobs.rights import Sight
from holdfast.app.jobs.runs import RunState, RunSummary, state_of, status_of, summarised

if TYPE_CHECKING:
    from holdfast.jobs.ledger import RunRecord

AT_ONCE = 200  #: runs that are looked at in one question
LOOKED_AT = 20_000  #: runs after which a page is ended, though it is not full


@dataclass(frozen=True, slots=True)
class RunsWanted:
    """Which runs are wanted: all that every mark fits that is given."""

    words: tuple[str, ...] = ()  #: all of them in what it is about, or in its title
    subject: str | None = None
    states: frozenset[RunState] = field(default_factory=frozenset)
    label: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs. `next`: those with a smaller number are on the next page; None: it is the last."""

    runs: tuple[RunSummary, ...]
    next: int | None


def page_of_runs(
    container: Container,
    wanted: RunsWanted | None = None,
    before: int | None = None,
    limit: int = 50,
) -> RunPage:
    """The newest `limit` runs that are wanted and may be seen, and are older than `before`.

    Raises
    ------
    LedgerError
        The ledger cannot be read.
    """
    wanted = wanted or RunsWanted()
    sight = Sight(container)
    found: list[tuple[RunRecord, RunState]] = []
    last = None
    for record in _records(container, wanted, before):
        if len(found) == limit:
            last = found[-1][0].run
            break
        if sight.of(record.subject):
            state = state_of(container, record)
            if not wanted.states or state in wanted.states:
                found.append((record, state))
    return RunPage(summarised(container, found), last)


def _records(container: Container, wanted: RunsWanted, before: int | None) -> "Iterator[RunRecord]":
    statuses = {status_of(state) for state in wanted.states} or None
    for _ in range(0, LOOKED_AT, AT_ONCE):
        records = container.ledger.find_runs(
            wanted.subject,
            statuses=statuses,
            label=wanted.label,
            since=wanted.since,
            limit=AT_ONCE,
            before=before,
            words=wanted.words,
        )
        yield from records
        if len(records) < AT_ONCE:
            return
        before = records[-1].run
