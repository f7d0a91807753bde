"""
Claims: which engine does which run.

A claim is renewed while its engine lives. Its lease is measured by the clock of the database alone,
so the clocks of the hosts do not matter. Taking over names the claim it replaces: of several
engines that try, the database lets exactly one succeed.
"""

from sqlalchemy import ColumnElement, Connection, or_, select, update

from holdfast.jobs.ledger import rows, tables
from holdfast.jobs.ledger.database import Database, clock, lease_of
from holdfast.jobs.ledger.values import Claim, Held, RunRecord

_CLAIMS = tables.claims.c


class Claims:
    """The part of the ledger that says who does a run."""

    _database: Database

    def holder(self, run: int) -> Held | None:
        """Who has the claim on `run`; None: nobody.

        Raises
        ------
        JobError
            There is no such run.
        """
        query = rows.RUNS.add_columns(is_over().label("expired")).where(
            _CLAIMS.run == rows.number(run)
        )
        row = self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise rows.unknown(run)
        claim = rows.claim(row)
        return None if claim is None else Held(claim, bool(row.expired))

    def claim(self, run: int, mine: Claim, lease: float, instead_of: str | None = None) -> bool:
        """Take the claim on `run` for `lease` seconds, if `instead_of` still has it.

        `instead_of` is the word of the engine that had it, None for nobody. False: someone else
        was quicker, or the run has been finished, or there is none. The caller has seen that the
        one it replaces is dead or its lease is over. Whoever has it already has it again.
        """
        before = _CLAIMS.engine.is_(None) if instead_of is None else _CLAIMS.engine == instead_of
        taking = update(tables.claims).where(
            _CLAIMS.run == rows.number(run),
            _CLAIMS.is_open,
            or_(before, _CLAIMS.engine == mine.engine),
        )
        taking = taking.values(**rows.claim_row(mine), lease=lease_of(lease))
        return self._database.write(lambda connection: connection.execute(taking).rowcount == 1)

    def renew(self, engine: str, lease: float) -> frozenset[int]:
        """Hold all claims of `engine` for `lease` seconds from now, and say which they are."""
        renewing = (
            update(tables.claims).where(_CLAIMS.engine == engine).values(lease=lease_of(lease))
        )
        mine = select(_CLAIMS.run).where(_CLAIMS.engine == engine)

        def act(connection: Connection) -> frozenset[int]:
            connection.execute(renewing)
            return frozenset(connection.scalars(mine))

        return self._database.write(act)

    def release(self, run: int, engine: str) -> None:
        """Give up the claim of `engine` on `run`; nothing happens if it has none."""
        giving = update(tables.claims).where(
            _CLAIMS.run == rows.number(run), _CLAIMS.engine == engine
        )
        giving = giving.values(**rows.claim_row(None), lease=None)
        self._database.write(lambda connection: connection.execute(giving))

    def abandoned(self, limit: int = 100, host: str | None = None) -> list[RunRecord]:
        """The oldest unfinished runs that nobody has a claim on, or whose lease is over.

        Those claimed on `host` are among them whatever their lease says: whether such an engine
        lives is better asked of the machine.
        """
        free = [_CLAIMS.engine.is_(None), is_over()]
        if host is not None:
            free.append(_CLAIMS.host == rows.text(host, tables.HOST_LIMIT))
        query = rows.RUNS.where(_CLAIMS.is_open, or_(*free))
        query = query.order_by(_CLAIMS.run).limit(limit)
        found = self._database.read(lambda connection: connection.execute(query).all())
        return [rows.run_record(row) for row in found]


def is_over() -> ColumnElement[bool]:
    """Whether the lease of a run's claim has come to its end."""
    return _CLAIMS.lease < clock()
