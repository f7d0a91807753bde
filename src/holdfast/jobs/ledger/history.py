"""History: how often jobs ended how, and what is old enough to be forgotten."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, delete, select

from holdfast.jobs.ledger import tables
from holdfast.jobs.ledger.database import Database, batches
from holdfast.jobs.ledger.tallies import read_tallies
from holdfast.jobs.ledger.values import Tally

PRUNED_AT_ONCE = 20  #: runs in one transaction: other writers have their turn in between

_RUNS, _CLAIMS = tables.runs.c, tables.claims.c


class History:
    """The part of the ledger that looks back."""

    _database: Database

    def tallies(self) -> list[Tally]:
        """How many tries ended how since the ledger began, by label, status and cause."""
        return self._database.read(read_tallies)

    def prune(self, before: datetime) -> list[int]:
        """Forget the runs that ended before `before`, with their jobs and events; say which.

        A run without an end is never forgotten, however old. Tallies stay as they are.
        """
        old = select(_RUNS.id).where(_RUNS.ended < before).order_by(_RUNS.id)
        candidates = self._database.read(lambda connection: connection.scalars(old).all())
        for some in batches(candidates, PRUNED_AT_ONCE):
            self._database.write(partial(_prune, runs=some, before=before))
        left = self._database.read(partial(_still_there, runs=candidates))
        return [run for run in candidates if run not in left]


def _still_there(connection: Connection, runs: Sequence[int]) -> set[int]:
    """Those of `runs` that were opened again before they could be pruned."""
    found: set[int] = set()
    for some in batches(runs):
        found.update(connection.scalars(select(_RUNS.id).where(_RUNS.id.in_(some))))
    return found


def _prune(connection: Connection, runs: Sequence[int], before: datetime) -> None:
    # Claims first, as all do who change a run, so that nobody waits for each other.
    connection.execute(select(_CLAIMS.run).where(_CLAIMS.run.in_(runs)).with_for_update())
    old = select(_RUNS.id).where(_RUNS.id.in_(runs), _RUNS.ended < before)
    gone = connection.scalars(old).all()
    # What points at something goes before it, or the database looks for it again and again.
    connection.execute(delete(tables.events).where(tables.events.c.run.in_(gone)))
    connection.execute(delete(tables.jobs).where(tables.jobs.c.run.in_(gone)))
    connection.execute(delete(tables.claims).where(_CLAIMS.run.in_(gone)))
    connection.execute(delete(tables.runs).where(_RUNS.id.in_(gone)))
