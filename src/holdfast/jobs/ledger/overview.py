"""Overview: the questions of those who watch. They write nothing, and no engine asks them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from holdfast.base.progress import Progress
from holdfast.jobs.ledger import rows, tables
from holdfast.jobs.ledger.database import Database, batches
from holdfast.jobs.ledger.values import Event, RunRecord
from holdfast.jobs.model import Status

LOOKED_BACK = 1000  #: events in which the newest progress of the jobs of a run is sought

_RUNS, _JOBS, _EVENTS = tables.runs.c, tables.jobs.c, tables.events.c


class Overview:
    """The part of the ledger that is asked by people, pages and programs that watch."""

    _database: Database

    def find_runs(
        self,
        subject: str | None = None,
        statuses: Collection[Status] | None = None,
        label: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
        *,
        before: int | None = None,
        words: Collection[str] = (),
    ) -> list[RunRecord]:
        """The newest runs, the newest first: of `subject`, in one of `statuses`, with a job of
        `label`, begun at `since` or later, with a smaller number than `before`, with all `words`
        in the subject or the title.
        """
        query = rows.RUNS.order_by(_RUNS.id.desc()).limit(min(limit, rows.INTEGER_LIMIT))
        if subject is not None:
            query = query.where(_RUNS.subject == rows.text(subject))
        if statuses is not None:
            query = query.where(_RUNS.status.in_([each.value for each in statuses]))
        if label is not None:
            its = (_JOBS.run == _RUNS.id) & (_JOBS.label == rows.text(label))
            query = query.where(select(_JOBS.name).where(its).exists())
        if since is not None:
            query = query.where(_RUNS.started >= since)
        if before is not None:
            query = query.where(_RUNS.id < rows.number(before))
        for word in words:
            said = (_RUNS.subject, _RUNS.title)
            sought = rows.text(word)
            query = query.where(or_(*(each.icontains(sought, autoescape=True) for each in said)))
        return [rows.run_record(row) for row in self._rows(query)]

    def job_counts(self, runs: Sequence[int]) -> dict[int, dict[Status, int]]:
        """How many jobs of each of `runs` are in which state."""
        counts: dict[int, dict[Status, int]] = {run: {} for run in runs}
        for some in batches(runs):
            query = select(_JOBS.run, _JOBS.status, func.count()).where(_JOBS.run.in_(some))
            for run, status, count in self._rows(query.group_by(_JOBS.run, _JOBS.status)):
                counts[run][Status(status)] = count
        return counts

    def waiting(self) -> dict[str, int]:
        """How many jobs wait for what they need, or for room, over all runs, by label."""
        query = select(_JOBS.label, func.count()).where(_JOBS.status == Status.WAITING.value)
        found = self._rows(query.group_by(_JOBS.label).order_by(_JOBS.label))
        return {row[0]: int(row[1]) for row in found}

    def run_counts(self) -> dict[Status, int]:
        """How many of the runs that are kept are in which state."""
        query = select(_RUNS.status, func.count()).group_by(_RUNS.status)
        return {Status(status): int(count) for status, count in self._rows(query)}

    def newest_progress(self, run: int) -> dict[str, Progress]:
        """The last word of each job of `run` about its progress, as far as it is not long ago."""
        query = select(tables.events).where(_EVENTS.run == rows.number(run))
        query = query.order_by(_EVENTS.id.desc()).limit(LOOKED_BACK)
        newest: dict[str, Progress] = {}
        for event in map(rows.event, self._rows(query)):
            if event.progress is not None:
                newest.setdefault(event.job, event.progress)
        return newest

    def job_history(self, run: int, job: str) -> list[Event]:
        """Each state that a job of `run` went into, the oldest first."""
        its = (_EVENTS.run == rows.number(run)) & (_EVENTS.job == rows.text(job))
        query = select(tables.events).where(its, _EVENTS.status.is_not(None))
        return [rows.event(row) for row in self._rows(query.order_by(_EVENTS.id))]

    def newest_event(self, run: int) -> int:
        """The number of the last event of `run`; 0 if nothing has happened in it."""
        query = select(func.max(_EVENTS.id)).where(_EVENTS.run == rows.number(run))
        return self._rows(query)[0][0] or 0

    def ended_before(self, before: datetime) -> list[int]:
        """The runs that ended before `before`, the oldest first."""
        query = select(_RUNS.id).where(_RUNS.ended < before).order_by(_RUNS.id)
        return [row.id for row in self._rows(query)]

    def numbers(self) -> frozenset[int]:
        """The numbers of all runs that are kept."""
        return frozenset(row.id for row in self._rows(select(_RUNS.id)))

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        return self._database.read(lambda connection: connection.execute(query).all())
