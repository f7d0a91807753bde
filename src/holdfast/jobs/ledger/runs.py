"""Runs: begun, looked at, opened again, asked to stop, ended."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, insert, select, update

from holdfast.errors import ClaimLost, JobError, suggestion
from holdfast.jobs.ledger import rows, tables
from holdfast.jobs.ledger.database import Database, batches, lease_of
from holdfast.jobs.ledger.values import AtWork, Claim, Event, RunRecord
from holdfast.jobs.model import Outcome, Status
from holdfast.jobs.plan import Plan

HOLD_BACK = 3.0  #: seconds for which :meth:`Runs.feed` waits for a number that is left out

_FINAL = [status.value for status in Status if status.is_final]
_AT_WORK = [status.value for status in Status if status.is_at_work]
_AGAIN = [each.value for each in Status if each.is_final and each is not Status.DONE]


class Runs:
    """The part of the ledger that is about runs and how their jobs stand."""

    _database: Database

    def begin(self, plan: Plan, claim: Claim | None = None, lease: float = 60) -> int:
        """Write down a new run of `plan`, all its jobs waiting, and give its number.

        It is claimed by `claim`, for `lease` seconds; without one, any engine may take it.
        """
        word = secrets.token_hex(16)

        def act(connection: Connection) -> int:
            committed = connection.execute(
                select(tables.runs.c.id).where(tables.runs.c.turn == word)
            ).scalar()
            if committed is not None:
                return int(committed)
            return begin_run(connection, plan, claim, lease, word)

        return self._database.write(act)

    def plan(self, run: int) -> Plan:
        """The plan of `run`.

        Raises
        ------
        JobError
            There is no such run.
        """
        query = select(tables.runs.c.plan).where(tables.runs.c.id == rows.number(run))
        text = self._database.read(lambda connection: connection.execute(query).scalar())
        if text is None:
            raise rows.unknown(run)
        return Plan.from_json(text)

    def run(self, run: int) -> RunRecord:
        """The record of `run`; a JobError if there is no such run."""
        query = rows.RUNS.where(tables.runs.c.id == rows.number(run))
        row = self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise rows.unknown(run)
        return rows.run_record(row)

    def runs(
        self,
        subject: str | None = None,
        limit: int = 100,
        statuses: Collection[Status] | None = None,
    ) -> list[RunRecord]:
        """The newest runs (of `subject`, in one of `statuses`), the newest first."""
        query = rows.RUNS.order_by(tables.runs.c.id.desc()).limit(min(limit, rows.INTEGER_LIMIT))
        if subject is not None:
            query = query.where(tables.runs.c.subject == rows.text(subject))
        if statuses is not None:
            query = query.where(tables.runs.c.status.in_([each.value for each in statuses]))
        found = self._database.read(lambda connection: connection.execute(query).all())
        return [rows.run_record(row) for row in found]

    def unfinished(self, subject: str) -> int | None:
        """The newest run of `subject`, if nobody wrote down its end.

        Either an engine is at it now, or its engine was killed and another one goes on with it. A
        run that failed or was cancelled has an end.
        """
        newest = self.runs(subject, limit=1)
        return newest[0].run if newest and newest[0].ended is None else None

    def reopen(self, run: int, jobs: Collection[str] | None = None) -> None:
        """Send `jobs` of `run`, or all that are not done, back to waiting; the run goes on.

        What they needed and what became of them is forgotten, so their tries count from 1 again.
        """
        self._database.write(lambda connection: _reopen(connection, run, jobs))

    def finish(self, run: int, status: Status, engine: str | None = None) -> None:
        """Write down that `run` has ended with `status`; nobody has a claim on it any more.

        Raises
        ------
        ClaimLost
            `engine` was given, and the run is not its own.
        """
        word = secrets.token_hex(16)
        self._database.write(lambda connection: _finish(connection, run, status, engine, word))

    # -- asking to stop ----------------------------------------------------------------------------

    def ask_to_cancel(self, run: int, job: str | None = None) -> bool:
        """Ask whoever does `run` to cancel it, or only `job`; False if it has ended already.

        Raises
        ------
        JobError
            There is no such run, or no such job in it.
        """
        return self._database.write(lambda connection: _ask_to_cancel(connection, run, job))

    def asked(self, engine: str) -> dict[int, frozenset[str] | None]:
        """What someone asked `engine` to cancel: whole runs (None), or jobs of a run."""
        return self._database.read(lambda connection: _asked(connection, engine))

    # -- jobs --------------------------------------------------------------------------------------

    def outcomes(self, run: int) -> dict[str, Outcome]:
        """How every job of `run` stands, in the plan's order."""
        columns = tables.jobs.c
        query = (
            select(tables.jobs).where(columns.run == rows.number(run)).order_by(columns.position)
        )
        found = self._database.read(lambda connection: connection.execute(query).all())
        return {row.name: rows.outcome(row) for row in found}

    def at_work(self, run: int) -> list[AtWork]:
        """The jobs of `run` that an executor has, as far as is written down."""
        columns = tables.jobs.c
        query = select(tables.jobs).where(
            columns.run == rows.number(run), columns.status.in_(_AT_WORK)
        )
        query = query.order_by(columns.position)
        found = self._database.read(lambda connection: connection.execute(query).all())
        return [rows.at_work(row) for row in found]

    def ready_at(self, run: int) -> dict[str, datetime]:
        """When the jobs of `run` that rest before another try may start."""
        columns = tables.jobs.c
        query = select(columns.name, columns.ready).where(
            columns.run == rows.number(run),
            columns.status == Status.WAITING.value,
            columns.ready.is_not(None),
        )
        found = self._database.read(lambda connection: connection.execute(query).all())
        return {row.name: row.ready for row in found}

    # -- events ------------------------------------------------------------------------------------

    def events(self, run: int, after: int = 0, limit: int = 10_000) -> list[Event]:
        """What happened in `run` after the event numbered `after`, oldest first."""
        return self._events(
            select(tables.events).where(tables.events.c.run == rows.number(run)), after, limit
        )

    def feed(self, after: int, limit: int = 10_000) -> list[Event]:
        """What happened in any run after the event numbered `after`, oldest first.

        Transactions of several engines may end in another order than they took their numbers. So
        while a number is left out whose event may still come, what follows it is held back, for
        :data:`HOLD_BACK` seconds at most.
        """
        found = self._events(select(tables.events), after, limit)
        return _without_gaps(found, after, rows.now())

    def last_event(self) -> int:
        """The number of the newest event over all runs; 0 if nothing happened yet."""
        query = select(tables.events.c.id).order_by(tables.events.c.id.desc()).limit(1)
        return self._database.read(lambda connection: connection.execute(query).scalar()) or 0

    def _events(self, query: Select[tuple[object, ...]], after: int, limit: int) -> list[Event]:
        number = tables.events.c.id
        query = query.where(number > after).order_by(number).limit(limit)
        found = self._database.read(lambda connection: connection.execute(query).all())
        return [rows.event(row) for row in found]


def begin_run(
    connection: Connection, plan: Plan, claim: Claim | None, lease: float, word: str
) -> int:
    """Write down a new run within a transaction, marked with its `word`, and give its number."""
    result = connection.execute(
        insert(tables.runs).values(
            subject=rows.text(plan.subject),
            title=rows.text(plan.title),
            plan=plan.to_json(),
            status=Status.RUNNING.value,
            started=rows.now(),
            lease=None if claim is None else lease_of(lease),
            turn=word,
            **rows.claim_row(claim),
        )
    )
    assert result.inserted_primary_key is not None
    run = int(result.inserted_primary_key[0])
    for some in batches(rows.waiting_rows(run, plan), 5000):
        connection.execute(insert(tables.jobs), some)
    return run


def _finish(
    connection: Connection, run: int, status: Status, engine: str | None, word: str
) -> None:
    columns = tables.runs.c
    ending = update(tables.runs).where(columns.id == rows.number(run))
    if engine is not None:
        ending = ending.where(columns.engine == engine)
    values = {"status": status.value, "ended": rows.now(), **rows.claim_row(None)}
    if connection.execute(ending.values(**values, lease=None, turn=word)).rowcount == 1:
        return
    last = connection.execute(select(columns.turn).where(columns.id == rows.number(run))).first()
    if last is None:
        raise rows.unknown(run)
    if last.turn != word:  # else it was written by an attempt whose commit was not answered
        raise ClaimLost(f"another engine does run {run} now")


def _reopen(connection: Connection, run: int, jobs: Collection[str] | None) -> None:
    opened = connection.execute(
        update(tables.runs)
        .where(tables.runs.c.id == rows.number(run))
        .values(status=Status.RUNNING.value, ended=None, cancel=False)
    )
    if opened.rowcount != 1:
        raise rows.unknown(run)
    columns = tables.jobs.c
    again = select(columns.name).where(columns.run == rows.number(run), columns.status.in_(_AGAIN))
    names = [name for (name,) in connection.execute(again.order_by(columns.position))]
    wanted = [name for name in names if jobs is None or name in jobs]
    for some in batches(wanted):
        connection.execute(
            update(tables.jobs)
            .where(columns.run == rows.number(run), columns.name.in_(some))
            .values(status=Status.WAITING.value, **rows.UNTOUCHED)
        )
        now = rows.now()
        events = [rows.status_row(run, name, Status.WAITING, "opened again", now) for name in some]
        connection.execute(insert(tables.events), events)


def _ask_to_cancel(connection: Connection, run: int, job: str | None) -> bool:
    columns = tables.runs.c
    found = connection.execute(select(columns.ended).where(columns.id == rows.number(run))).first()
    if found is None:
        raise rows.unknown(run)
    if job is None:
        asking = update(tables.runs).where(columns.id == run, columns.ended.is_(None))
        return connection.execute(asking.values(cancel=True)).rowcount == 1
    jobs = tables.jobs.c
    names = connection.scalars(select(jobs.name).where(jobs.run == run)).all()
    if job not in names:
        raise JobError(f"run {run} has no job {job!r}{suggestion(job, names)}")
    this = update(tables.jobs).where(jobs.run == run, jobs.name == job, jobs.status.not_in(_FINAL))
    return found.ended is None and connection.execute(this.values(cancel=True)).rowcount == 1


def _asked(connection: Connection, engine: str) -> dict[int, frozenset[str] | None]:
    runs, jobs = tables.runs.c, tables.jobs.c
    mine = select(jobs.run, jobs.name).join(tables.runs, runs.id == jobs.run)
    mine = mine.where(runs.engine == engine, jobs.cancel, jobs.status.not_in(_FINAL))
    asked: dict[int, set[str]] = {}
    for run, name in connection.execute(mine):
        asked.setdefault(run, set()).add(name)
    whole = select(runs.id).where(runs.engine == engine, runs.cancel)
    return {run: frozenset(names) for run, names in asked.items()} | dict.fromkeys(
        connection.scalars(whole)
    )


def _without_gaps(events: Sequence[Event], after: int, now: datetime) -> list[Event]:
    sure = []
    for event in events:
        if event.number != after + 1 and (now - event.at).total_seconds() < HOLD_BACK:
            break
        sure.append(event)
        after = event.number
    return sure
