"""
Work: what an engine writes, one turn of its loop after another.

A turn is one transaction: all that happened since the last one, and what is to be started next. It
holds the claims on its runs from its first statement to its end, so nobody else changes their jobs
meanwhile. Choosing what to start needs to know what all engines have at work; that is asked under
one lock that whoever chooses must hold (``meta``'s row ``room``; SQLite has one writer at a time
anyway), so the limits of a site hold over all engines.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, not_, or_, select, update

from holdfast.errors import ClaimLost
from holdfast.jobs.ledger import rows, tables
from holdfast.jobs.ledger.claims import is_over
from holdfast.jobs.ledger.database import Database, batches
from holdfast.jobs.ledger.schema import ROOM
from holdfast.jobs.ledger.tallies import add_tallies
from holdfast.jobs.ledger.touched import Touched
from holdfast.jobs.ledger.values import Load, LoadRow, Move, NativeNews, ProgressNews
from holdfast.jobs.model import Status
from holdfast.settings.executors import LOCAL

Choose = Callable[[Load], Sequence[Move]]


class Work:
    """The part of the ledger that engines write."""

    _database: Database

    def turn(
        self,
        engine: str,
        moves: Sequence[Move] = (),
        natives: Sequence[NativeNews] = (),
        progress: Sequence[ProgressNews] = (),
        choose: Choose | None = None,
    ) -> Sequence[Move]:
        """Write all this in one transaction, and what `choose` makes of the load then.

        `choose` is called with what is at work over all runs, `moves` included, while nobody else
        can choose; it gives the moves that start jobs, which are written and returned. It may be
        called again if an attempt fails, and must not change anything itself.

        Raises
        ------
        ClaimLost
            A run that is touched has been taken over. Nothing is written.
        LedgerError
            A job may not go from its present status to the new one, or the database cannot be
            used. Nothing is written.
        """
        return self._database.write(_Turn(engine, moves, natives, progress, choose))

    def load(self) -> Load:
        """What is at work over all runs, now."""
        return self._database.read(_load)


class _Turn:
    """One turn; called again, it first sees whether its last attempt was committed after all."""

    def __init__(
        self,
        engine: str,
        moves: Sequence[Move],
        natives: Sequence[NativeNews],
        progress: Sequence[ProgressNews],
        choose: Choose | None,
    ) -> None:
        self._engine, self._choose = engine, choose
        self._moves, self._natives, self._progress = moves, natives, progress
        self._word = ""  # of the last attempt; it stands in every run that the attempt touched
        self._runs: set[int] = set()  # those runs
        self._chosen: Sequence[Move] = ()

    def __call__(self, connection: Connection) -> Sequence[Move]:
        if self._runs and _has_word(connection, self._runs, self._word):
            return self._chosen
        self._word, self._runs, self._chosen = secrets.token_hex(16), set(), ()
        self._tell(connection)
        if self._choose is not None:
            self._start(connection, self._choose)
        return self._chosen

    def _tell(self, connection: Connection) -> None:
        """Write what has happened."""
        keys = {(news.run, news.job) for news in self._natives}
        keys |= {(move.run, move.job) for move in self._moves}
        self._hold(connection, {run for run, _ in keys} | {news.run for news in self._progress})
        jobs = Touched(connection, keys)
        for move in self._moves:
            jobs.move(move)
        for news in self._natives:
            jobs.name(news)
        jobs.write()
        add_tallies(
            connection,
            self._engine,
            ((jobs.label((move.run, move.job)), move.outcome) for move in self._moves),
        )
        _write_progress(connection, self._progress)

    def _start(self, connection: Connection, choose: Choose) -> None:
        """Write what is to be started."""
        # Others that choose wait here until this transaction has ended, and see then what it wrote.
        connection.execute(
            select(tables.meta.c.value).where(tables.meta.c.key == ROOM).with_for_update()
        )
        self._chosen = choose(_load(connection))
        self._hold(connection, {move.run for move in self._chosen})
        jobs = Touched(connection, ((move.run, move.job) for move in self._chosen))
        for move in self._chosen:
            jobs.move(move)
        jobs.write()

    def _hold(self, connection: Connection, runs: Iterable[int]) -> None:
        """See that `runs` are this engine's still, and keep others off them till the end."""
        new = sorted(set(runs) - self._runs)
        columns = tables.claims.c
        for some in batches(new):
            mine = update(tables.claims).where(
                columns.run.in_(some), columns.engine == self._engine
            )
            if connection.execute(mine.values(turn=self._word)).rowcount != len(some):
                listed = ", ".join(map(str, new))
                raise ClaimLost(
                    f"another engine does run {listed} now"
                    if len(new) == 1
                    else f"another engine does one of the runs {listed} now"
                )
        self._runs.update(new)


def _has_word(connection: Connection, runs: Iterable[int], word: str) -> bool:
    columns = tables.claims.c
    query = select(columns.run).where(columns.run.in_(sorted(runs)), columns.turn == word)
    return connection.execute(query.limit(1)).first() is not None


def _write_progress(connection: Connection, progress: Sequence[ProgressNews]) -> None:
    now = rows.now()
    told = [rows.progress_row(news.run, news.job, news.progress, now) for news in progress]
    for some in batches(told, 2000):
        connection.execute(insert(tables.events), some)


# -- load ------------------------------------------------------------------------------------------

_JOBS = tables.jobs.c
_SORT = (_JOBS.label, _JOBS.executor, _JOBS.host, _JOBS.status)
_LOAD = (
    select(
        *_SORT,
        func.count().label("jobs"),
        func.sum(_JOBS.cores).label("cores"),
        func.coalesce(func.sum(_JOBS.memory), 0).label("memory"),
    )
    .join(tables.claims, tables.claims.c.run == _JOBS.run)
    .where(_JOBS.status.in_([status.value for status in Status if status.is_at_work]))
    # Whose engine died and was not replaced is not waited for: what it began on its own host has
    # ended, or it will be found by who takes over, and nobody else would tell when.
    .where(or_(_JOBS.executor != LOCAL, tables.claims.c.lease.is_(None), not_(is_over())))
    .group_by(*_SORT)
)


def _load(connection: Connection) -> Load:
    return Load(tuple(_load_row(row) for row in connection.execute(_LOAD)))


def _load_row(row: Any) -> LoadRow:
    return LoadRow(
        label=row.label,
        executor=row.executor,
        host=row.host,
        status=Status(row.status),
        jobs=row.jobs,
        cores=int(row.cores),  # sums are decimals in some databases
        memory=int(row.memory),
    )
