"""
The ledger: what is being done, and what has been done, in a database.

Each method is one transaction, committed when it returns, so what the ledger says survives the
process that said it. Several processes may have the same ledger open. A job's status changes only
along the legal transitions of :class:`~holdfast.jobs.model.Status`, checked by the database in the
same statement that writes it. Errors of the database become
:class:`~holdfast.errors.LedgerError` here and nowhere else.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Row,
    create_engine,
    event,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError

from holdfast.base.closing import Closes
from holdfast.base.progress import Progress
from holdfast.errors import JobError, LedgerError
from holdfast.jobs import tables
from holdfast.jobs.model import Outcome, Status
from holdfast.jobs.plan import Plan

BUSY_SECONDS = 30.0  #: how long a writer waits for another process's transaction
INTEGER_LIMIT = 2**63 - 1  #: the largest count a column holds


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the ledger has it. `ended` is None while it goes on, or if its engine died."""

    run: int
    subject: str
    title: str
    status: Status
    started: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Started:
    """A job that some engine had running: enough to find its processes again."""

    name: str
    ticket: str  #: marks every process of this start
    native: Mapping[str, Any] | None  #: the executor's own record; None if killed before writing it


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job: a new `status`, or `progress`."""

    number: int  #: grows; ask for what came `after` it
    run: int
    job: str
    at: datetime
    status: Status | None
    progress: Progress | None
    reason: str = ""


class Ledger(Closes):
    """The ledger in one database. Open it with :meth:`open`; safe to share between threads."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    @classmethod
    def open(cls, url: str) -> Self:
        """The ledger at the database `url`; made, with its folder, if it is not there yet.

        Raises
        ------
        LedgerError
            `url` cannot be understood or reached, or what is there is not a ledger.
        """
        parsed = _parse(url)
        name = parsed.database if _is_sqlite(parsed) and parsed.database else str(parsed)
        with _as_ledger_errors(name):
            ledger = cls(_connect(parsed), name)
            try:
                _patiently(ledger._prepare)
            except BaseException:
                ledger.close()
                raise
        return ledger

    def close(self) -> None:
        """Let go of the database. Nothing is saved by it: everything is saved already."""
        self._engine.dispose()

    # -- runs --------------------------------------------------------------------------------------

    def begin(self, plan: Plan) -> int:
        """Write down a new run of `plan`, all its jobs waiting, and give its number."""
        row = {"subject": plan.subject, "title": plan.title, "plan": plan.to_json()}
        with self._writing() as connection:
            result = connection.execute(
                insert(tables.runs).values(**row, status=Status.RUNNING.value, started=_now())
            )
            assert result.inserted_primary_key is not None
            run = int(result.inserted_primary_key[0])
            if plan.jobs:
                connection.execute(insert(tables.jobs), _waiting_rows(run, plan))
        return run

    def plan(self, run: int) -> Plan:
        """The plan of `run`.

        Raises
        ------
        JobError
            There is no such run.
        """
        with self._reading() as connection:
            query = select(tables.runs.c.plan).where(tables.runs.c.id == run)
            text = connection.execute(query).scalar()
        if text is None:
            raise _unknown(run)
        return Plan.from_json(text)

    def run(self, run: int) -> RunRecord:
        """The record of `run`; a JobError if there is no such run."""
        if run > INTEGER_LIMIT:
            raise _unknown(run)
        with self._reading() as connection:
            row = connection.execute(_RUNS.where(tables.runs.c.id == run)).first()
        if row is None:
            raise _unknown(run)
        return _run_record(row)

    def runs(self, subject: str | None = None, limit: int = 100) -> list[RunRecord]:
        """The newest runs (of `subject`), the newest first, at most `limit` of them."""
        query = _RUNS.order_by(tables.runs.c.id.desc()).limit(min(limit, INTEGER_LIMIT))
        if subject is not None:
            query = query.where(tables.runs.c.subject == subject)
        with self._reading() as connection:
            return [_run_record(row) for row in connection.execute(query)]

    def unfinished(self, subject: str) -> int | None:
        """The newest run of `subject`, if nobody wrote down its end.

        Either an engine is at it now, or its engine was killed and
        :meth:`Engine.resume <holdfast.jobs.engine.Engine.resume>` goes on with it. A run that
        failed or was cancelled has an end.
        """
        newest = self.runs(subject, limit=1)
        return newest[0].run if newest and newest[0].ended is None else None

    def reopen(self, run: int) -> None:
        """Send every job of `run` that is not done back to waiting; the run goes on."""
        again = [status.value for status in Status if status.may_become(Status.WAITING)]
        with self._writing() as connection:
            connection.execute(
                update(tables.jobs)
                .where(tables.jobs.c.run == run, tables.jobs.c.status.in_(again))
                .values(status=Status.WAITING.value, **_UNTOUCHED)
            )
            _set_run(connection, run, Status.RUNNING, None)

    def finish(self, run: int, status: Status) -> None:
        """Write down that `run` has ended with `status`."""
        with self._writing() as connection:
            _set_run(connection, run, status, _now())

    # -- jobs --------------------------------------------------------------------------------------

    def outcomes(self, run: int) -> dict[str, Outcome]:
        """How every job of `run` stands, in the plan's order."""
        columns = tables.jobs.c
        query = select(tables.jobs).where(columns.run == run).order_by(columns.position)
        with self._reading() as connection:
            return {row.name: _outcome(row) for row in connection.execute(query)}

    def running(self, run: int) -> list[Started]:
        """The jobs of `run` that are written down as running."""
        columns = tables.jobs.c
        query = select(columns.name, columns.ticket, columns.native).where(
            columns.run == run, columns.status == Status.RUNNING.value
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return [
            Started(row.name, row.ticket, None if row.native is None else json.loads(row.native))
            for row in rows
        ]

    def record(self, run: int, outcomes: Mapping[str, Outcome], ticket: str | None = None) -> None:
        """Write down new outcomes of jobs of `run`, all of them or none.

        Raises
        ------
        LedgerError
            A job may not go from its present status to the new one: another process was there.
        """
        with self._writing() as connection:
            for name, outcome in outcomes.items():
                self._move(connection, run, name, outcome, ticket)
            connection.execute(
                insert(tables.events),
                [_status_row(run, name, outcome) for name, outcome in outcomes.items()],
            )

    def _move(
        self, connection: Connection, run: int, name: str, outcome: Outcome, ticket: str | None
    ) -> None:
        before = [status.value for status in Status if status.may_become(outcome.status)]
        columns = tables.jobs.c
        changed = connection.execute(
            update(tables.jobs)
            .where(columns.run == run, columns.name == name, columns.status.in_(before))
            .values(_job_row(outcome) | ({} if ticket is None else {"ticket": ticket}))
        )
        if changed.rowcount != 1:
            raise LedgerError(
                f"job {name!r} of run {run} cannot become {outcome.status.value} now; "
                "another process has changed it"
            )

    def started(self, run: int, job: str, native: Mapping[str, Any]) -> None:
        """Write down what the executor calls the job it has just started."""
        columns = tables.jobs.c
        with self._writing() as connection:
            connection.execute(
                update(tables.jobs)
                .where(columns.run == run, columns.name == job)
                .values(native=json.dumps(dict(native)))
            )

    # -- events ------------------------------------------------------------------------------------

    def event(self, run: int, job: str, progress: Progress) -> None:
        """Write down the progress of a job."""
        self.progress(run, [(job, progress)])

    def progress(self, run: int, news: Iterable[tuple[str, Progress]]) -> None:
        """Write down the progress of several jobs at once."""
        now = _now()
        rows = [_progress_row(run, job, progress, now) for job, progress in news]
        if rows:
            with self._writing() as connection:
                connection.execute(insert(tables.events), rows)

    def events(self, run: int, after: int = 0, limit: int = 10_000) -> list[Event]:
        """What happened in `run` after the event numbered `after`, oldest first."""
        columns = tables.events.c
        query = select(tables.events).where(columns.run == run, columns.id > after)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(columns.id).limit(limit)).all()
        return [_event(row) for row in rows]

    # -- the database ------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _as_ledger_errors(self._name), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _as_ledger_errors(self._name), self._engine.connect() as connection:
            writing = connection.execution_options(holdfast_writes=True)
            with writing.begin():
                yield writing

    def _prepare(self) -> None:
        """Make the tables if they are not there, and see that they are ours to use."""
        with self._writing() as connection:
            tables.metadata.create_all(connection)
            query = select(tables.meta.c.value).where(tables.meta.c.key == "schema")
            found = connection.execute(query).scalar()
            if found is None:
                row = {"key": "schema", "value": str(tables.SCHEMA_VERSION)}
                connection.execute(insert(tables.meta).values(row))
            elif found != str(tables.SCHEMA_VERSION):
                raise LedgerError(
                    f"the ledger {self._name} has schema {found} and this Holdfast knows "
                    f"{tables.SCHEMA_VERSION}; use the Holdfast that wrote it, or a newer one"
                )


# -- connecting ------------------------------------------------------------------------------------


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise LedgerError(
            f"{url!r} is not a database URL; write it as sqlite:////folder/ledger.sqlite"
        ) from error


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _connect(url: URL) -> Engine:
    if not _is_sqlite(url):
        return create_engine(url, pool_pre_ping=True)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    # The driver's own idea of when a transaction begins is switched off; _begin_sqlite decides.
    connection.isolation_level = None
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()  # nobody else has it yet
        raise


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading and then writes can be refused at once when another one
    # wrote in between; one that says at its beginning that it will write waits for its turn.
    writes = connection.get_execution_options().get("holdfast_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _patiently(prepare: Callable[[], None]) -> None:
    """Call `prepare` again while another process is switching the same new database to WAL.

    SQLite does not wait for that one switch, whatever its time-out says.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            prepare()
        except LedgerError as error:
            if not _is_locked(error.__cause__) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _is_locked(error: BaseException | None) -> bool:
    return isinstance(error, OperationalError) and "database is locked" in str(error)


@contextmanager
def _as_ledger_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, NoSuchModuleError, ImportError, OSError) as error:
        problem = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise LedgerError(
            f"the ledger {name} cannot be used: {problem}; see that its folder can be written "
            "and has space, or put back a copy of it"
        ) from error


# -- rows ------------------------------------------------------------------------------------------

_RUNS = select(*(column for column in tables.runs.c if column.name != "plan"))
_UNTOUCHED: Mapping[str, Any] = {
    "reason": "",
    "ticket": None,
    "native": None,
    "started": None,
    "ended": None,
    "exit_code": None,
}


def _now() -> datetime:
    return datetime.now(UTC)


def _unknown(run: int) -> JobError:
    return JobError(f"there is no run {run}; see `holdfast job list`")


def _waiting_rows(run: int, plan: Plan) -> list[dict[str, Any]]:
    fixed = {"run": run, "status": Status.WAITING.value, "log": "", **_UNTOUCHED}
    return [
        {**fixed, "name": job.name, "position": position} for position, job in enumerate(plan.jobs)
    ]


def _set_run(connection: Connection, run: int, status: Status, ended: datetime | None) -> None:
    connection.execute(
        update(tables.runs).where(tables.runs.c.id == run).values(status=status.value, ended=ended)
    )


def _job_row(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status.value,
        # A file name that is not UTF-8 may stand in a reason; the database takes only what is.
        "reason": outcome.reason.encode("utf-8", "backslashreplace").decode(),
        "log": str(outcome.log),
        "started": outcome.started,
        "ended": outcome.ended,
        "exit_code": outcome.exit_code,
    }


def _outcome(row: Row[Any]) -> Outcome:
    return Outcome(
        status=Status(row.status),
        reason=row.reason,
        log=Path(row.log),
        started=row.started,
        ended=row.ended,
        exit_code=row.exit_code,
    )


def _run_record(row: Row[Any]) -> RunRecord:
    return RunRecord(
        run=row.id,
        subject=row.subject,
        title=row.title,
        status=Status(row.status),
        started=row.started,
        ended=row.ended,
    )


def _status_row(run: int, job: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "run": run,
        "job": job,
        "at": _now(),
        "status": outcome.status.value,
        "what": "",
        "done": None,
        "total": None,
        "unit": "",
        "message": _job_row(outcome)["reason"],
    }


def _progress_row(run: int, job: str, progress: Progress, now: datetime) -> dict[str, Any]:
    total = progress.total
    return {
        "run": run,
        "job": job,
        "at": now,
        "status": None,
        "what": progress.what,
        "done": min(progress.done, INTEGER_LIMIT),
        "total": None if total is None else min(total, INTEGER_LIMIT),
        "unit": progress.unit,
        "message": progress.message,
    }


def _event(row: Row[Any]) -> Event:
    happened = {"number": row.id, "run": row.run, "job": row.job, "at": row.at}
    if row.status is not None:
        return Event(**happened, status=Status(row.status), progress=None, reason=row.message)
    progress = Progress(row.what, row.done, row.total, row.unit, row.message)
    return Event(**happened, status=None, progress=progress)
