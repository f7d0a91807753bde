"""Runs: begun, looked at, opened again, asked to stop, ended."""

import secrets
from collections.abc import Collection
from datetime import datetime
from itertools import count

from sqlalchemy import Connection, insert, select, update

from holdfast.errors import ClaimLost, RunNotFound, suggestion
from holdfast.jobs.ledger import rows, tables
from holdfast.jobs.ledger.database import Database, batches, lease_of
from holdfast.jobs.ledger.values import AtWork, Claim, RunRecord
from holdfast.jobs.model import Outcome, Status
from holdfast.jobs.plan import Plan

_RUNS, _CLAIMS, _JOBS = tables.runs.c, tables.claims.c, tables.jobs.c
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
        attempts = count()

        def act(connection: Connection) -> int:
            if next(attempts):
                last = select(_CLAIMS.run).where(_CLAIMS.turn == word)
                if (committed := connection.scalar(last)) is not None:
                    return int(committed)  # by an attempt whose commit was not answered
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
        """The record of `run`; a RunNotFound if there is no such run."""
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
        )
    )
    assert result.inserted_primary_key is not None
    run = int(result.inserted_primary_key[0])
    until = None if claim is None else lease_of(lease)
    mark = insert(tables.claims).values(
        run=run, is_open=True, lease=until, turn=word, **rows.claim_row(claim)
    )
    connection.execute(mark)
    for some in batches(rows.waiting_rows(run, plan), 5000):
        connection.execute(insert(tables.jobs), some)
    return run


def _finish(
    connection: Connection, run: int, status: Status, engine: str | None, word: str
) -> None:
    giving = update(tables.claims).where(_CLAIMS.run == rows.number(run))
    if engine is not None:
        giving = giving.where(_CLAIMS.engine == engine)
    giving = giving.values(is_open=False, lease=None, turn=word, **rows.claim_row(None))
    if connection.execute(giving).rowcount == 1:
        ending = update(tables.runs).where(_RUNS.id == run)
        connection.execute(ending.values(status=status.value, ended=rows.now()))
        return
    last = connection.execute(select(_CLAIMS.turn).where(_CLAIMS.run == rows.number(run))).first()
    if last is None:
        raise rows.unknown(run)
    if last.turn != word:  # else it was written by an attempt whose commit was not answered
        raise ClaimLost(f"another engine does run {run} now")


def _reopen(connection: Connection, run: int, jobs: Collection[str] | None) -> None:
    opening = update(tables.claims).where(_CLAIMS.run == rows.number(run))
    if connection.execute(opening.values(is_open=True, cancel=False)).rowcount != 1:
        raise rows.unknown(run)
    going_on = update(tables.runs).where(_RUNS.id == run)
    connection.execute(going_on.values(status=Status.RUNNING.value, ended=None))
    again = select(_JOBS.name).where(_JOBS.run == run, _JOBS.status.in_(_AGAIN))
    names = connection.scalars(again.order_by(_JOBS.position)).all()
    wanted = [name for name in names if jobs is None or name in jobs]
    for some in batches(wanted):
        connection.execute(
            update(tables.jobs)
            .where(_JOBS.run == run, _JOBS.name.in_(some))
            .values(status=Status.WAITING.value, **rows.UNTOUCHED)
        )
        now = rows.now()
        events = [rows.status_row(run, name, Status.WAITING, "opened again", now) for name in some]
        connection.execute(insert(tables.events), events)


def _ask_to_cancel(connection: Connection, run: int, job: str | None) -> bool:
    whether = select(_CLAIMS.is_open).where(_CLAIMS.run == rows.number(run))
    is_open = connection.scalar(whether)
    if is_open is None:
        raise rows.unknown(run)
    if job is None:
        asking = update(tables.claims).where(_CLAIMS.run == run, _CLAIMS.is_open)
        return connection.execute(asking.values(cancel=True)).rowcount == 1
    names = connection.scalars(select(_JOBS.name).where(_JOBS.run == run)).all()
    if job not in names:
        raise RunNotFound(f"run {run} has no job {job!r}{suggestion(job, names)}")
    this = update(tables.jobs).where(
        _JOBS.run == run, _JOBS.name == job, _JOBS.status.not_in(_FINAL)
    )
    return is_open and connection.execute(this.values(cancel=True)).rowcount == 1


def _asked(connection: Connection, engine: str) -> dict[int, frozenset[str] | None]:
    some = select(_JOBS.run, _JOBS.name).join(tables.claims, _CLAIMS.run == _JOBS.run)
    some = some.where(_CLAIMS.engine == engine, _JOBS.cancel, _JOBS.status.not_in(_FINAL))
    asked: dict[int, set[str]] = {}
    for run, name in connection.execute(some):
        asked.setdefault(run, set()).add(name)
    whole = select(_CLAIMS.run).where(_CLAIMS.engine == engine, _CLAIMS.cancel)
    return {run: frozenset(names) for run, names in asked.items()} | dict.fromkeys(
        connection.scalars(whole)
    )
