"""
The book of errands: their rows in the ledger's database.

Each method is one transaction. An errand is written by whoever holds its claim; everybody else only
asks it to stop, or writes what became of one whose process is dead, naming the claim they replace.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from holdfast.app.errands.values import ActsAs, Errand, State
from holdfast.base.progress import Progress
from holdfast.jobs.ledger import Claim, Held, Ledger, rows
from holdfast.jobs.ledger import errand_tables as tables
from holdfast.jobs.ledger.database import clock, lease_of
from holdfast.jobs.ledger.tables import WORD_LIMIT
from holdfast.jobs.model import NAME_LIMIT

_ERRANDS = tables.errands.c
_NOBODY = {**rows.claim_row(None), "lease": None}
CALLED_AGAIN = 30_000  #: milliseconds after which a process that was started and did not come is


class Book:
    """The errands in a ledger's database."""

    def __init__(self, ledger: Ledger) -> None:
        self._database = ledger.database

    # -- asking ------------------------------------------------------------------------------------

    def errand(self, word: str) -> Errand | None:
        """The errand of this id, if there is one."""
        row = self._row(word)
        return None if row is None else _errand(row)

    def asker(self, word: str) -> ActsAs:
        """Whose rights hold for an errand."""
        row = self._row(word)
        return ActsAs.GUEST if row is None else ActsAs(row.acts_as)

    def errands(
        self,
        *,
        owner: str | None = None,
        kind: str | None = None,
        subject: str | None = None,
        states: Sequence[State] = (),
        before: int | None = None,
        limit: int = 100,
    ) -> list[Errand]:
        """The newest errands, the newest first; those older than the one numbered `before`."""
        query = select(tables.errands).order_by(_ERRANDS.number.desc()).limit(limit)
        wanted: Mapping[str, str | None] = {"owner": owner, "kind": kind, "subject": subject}
        for name, value in wanted.items():
            if value is not None:
                query = query.where(_ERRANDS[name] == rows.text(value))
        if states:
            query = query.where(_ERRANDS.state.in_([each.value for each in states]))
        if before is not None:
            query = query.where(_ERRANDS.number < rows.number(before))
        found = self._database.read(lambda connection: connection.execute(query).all())
        return [_errand(row) for row in found]

    def held(self) -> list[tuple[Errand, Held]]:
        """What is being done, and by whom."""
        query = select(tables.errands, (_ERRANDS.lease < clock()).label("expired"))
        query = query.where(_ERRANDS.state == State.WORKING.value)
        found = self._database.read(lambda connection: connection.execute(query).all())
        held = []
        for row in found:
            claim = rows.claim(row)
            if claim is not None:
                held.append((_errand(row), Held(claim, bool(row.expired))))
        return held

    def overdue(self, patience: float) -> list[tuple[Errand, Claim]]:
        """What was asked to stop `patience` seconds ago and has not, and who does it."""
        query = select(tables.errands).where(
            _ERRANDS.state == State.WORKING.value, _ERRANDS.cancelled < lease_of(-patience)
        )
        found = self._database.read(lambda connection: connection.execute(query).all())
        claims = ((_errand(row), rows.claim(row)) for row in found)
        return [(errand, claim) for errand, claim in claims if claim is not None]

    def counts(self) -> dict[State, int]:
        """How many errands are in each state."""
        query = select(_ERRANDS.state, func.count().label("number")).group_by(_ERRANDS.state)
        found = self._database.read(lambda connection: connection.execute(query).all())
        return {State(row.state): row.number for row in found}

    # -- writing -----------------------------------------------------------------------------------

    def add(self, errand: Errand, words: str, acts_as: ActsAs) -> None:
        """Write down what was asked for."""
        row = {
            "id": rows.text(errand.id, WORD_LIMIT),
            "kind": errand.kind,
            "subject": rows.text(errand.subject, NAME_LIMIT),
            "title": rows.text(errand.title),
            "words": rows.text(words),
            "owner": rows.text(errand.owner, NAME_LIMIT),
            "acts_as": acts_as.value,
            "state": State.WAITING.value,
            "asked": errand.asked,
            "progress": "[]",
            "problem": "",
            "result": "{}",
        }

        def act(connection: Connection) -> None:
            same = select(_ERRANDS.number).where(_ERRANDS.id == row["id"])
            if connection.execute(same).first() is None:  # else the last attempt was not answered
                connection.execute(insert(tables.errands), row)

        self._database.write(act)

    def call(self, most: int) -> list[str]:
        """The ids of those for which a process is to be started now, so that `most` are at work.

        They are marked, so that nobody else starts one for them in the next half minute.
        """
        fresh = (_ERRANDS.called.is_not(None)) & (_ERRANDS.called > clock() - CALLED_AGAIN)
        waiting = _ERRANDS.state == State.WAITING.value
        oldest = select(_ERRANDS.id, fresh.label("fresh")).where(waiting).order_by(_ERRANDS.number)

        def act(connection: Connection) -> list[str]:
            self._alone(connection)
            room = most - self._working(connection)
            found = connection.execute(oldest.limit(max(0, room))).all()
            called = [row.id for row in found if not row.fresh]
            if called:
                marked = update(tables.errands).where(_ERRANDS.id.in_(called))
                connection.execute(marked.values(called=clock()))
            return called

        return self._database.write(act)

    def claim(self, word: str, mine: Claim, lease: float, most: int) -> bool:
        """Take on an errand that waits, if fewer than `most` are being done.

        False: it does not wait, or there is no room; then it may be called again at once.
        """
        its = _ERRANDS.id == rows.text(word)
        taking = update(tables.errands).where(
            its,
            (_ERRANDS.state == State.WAITING.value) | (_ERRANDS.engine == mine.engine),
        )
        taken = taking.values(
            **rows.claim_row(mine),
            state=State.WORKING.value,
            lease=lease_of(lease),
            began=rows.now(),
            ended=None,
            called=None,
            attempt=_ERRANDS.attempt + 1,
        )

        def act(connection: Connection) -> bool:
            self._alone(connection)
            if self._working(connection) >= most:
                uncalled = update(tables.errands).where(its).values(called=None)
                connection.execute(uncalled)
                return False
            return connection.execute(taken).rowcount == 1

        return self._database.write(act)

    def renew(self, word: str, engine: str, lease: float) -> bool | None:
        """Hold the claim on; whether it shall stop, or None if the claim was lost."""
        mine = (_ERRANDS.id == rows.text(word)) & (_ERRANDS.engine == engine)
        working = mine & (_ERRANDS.state == State.WORKING.value)

        def act(connection: Connection) -> bool | None:
            held = update(tables.errands).where(working).values(lease=lease_of(lease))
            if connection.execute(held).rowcount != 1:
                return None
            asked = select(_ERRANDS.cancelled).where(working)
            return connection.execute(asked).scalar() is not None

        return self._database.write(act)

    def tell(
        self, word: str, engine: str, progress: Sequence[Progress], run: int | None = None
    ) -> None:
        """Write down how far it is, and by which run."""
        told = json.dumps([asdict(each) for each in progress], ensure_ascii=False)
        values: dict[str, Any] = {"progress": rows.text(told)}
        if run is not None:
            values["run"] = run
        its = (_ERRANDS.id == rows.text(word)) & (_ERRANDS.engine == engine)
        telling = update(tables.errands).where(its).values(**values)
        self._database.write(lambda connection: connection.execute(telling))

    def end(
        self,
        word: str,
        engine: str | None,
        state: State,
        *,
        problem: str = "",
        result: Mapping[str, Any] | None = None,
        run: int | None = None,
    ) -> bool:
        """Write down how it ended, if `engine` has it, or, with None, if it still waits."""
        its = _ERRANDS.id == rows.text(word)
        if engine is None:
            its &= _ERRANDS.state == State.WAITING.value
        else:
            its &= (_ERRANDS.engine == engine) & (_ERRANDS.state == State.WORKING.value)
        values: dict[str, Any] = {
            **_NOBODY,
            "state": state.value,
            "ended": rows.now(),
            "problem": rows.text(problem),
            "cancelled": None,
        }
        if result is not None:
            values["result"] = rows.text(json.dumps(result, ensure_ascii=False))
        if run is not None:
            values["run"] = run
        ending = update(tables.errands).where(its).values(**values)
        return self._database.write(lambda connection: connection.execute(ending).rowcount == 1)

    def ask_to_stop(self, word: str) -> None:
        """Ask whoever does it to stop; the first one who asks counts."""
        its = (_ERRANDS.id == rows.text(word)) & (_ERRANDS.state == State.WORKING.value)
        asking = update(tables.errands).where(its, _ERRANDS.cancelled.is_(None))
        self._database.write(
            lambda connection: connection.execute(asking.values(cancelled=clock()))
        )

    def reopen(self, word: str) -> bool:
        """Let what ended, and not well, wait once more."""
        ended = [state.value for state in State if state.may_go_on]
        its = (_ERRANDS.id == rows.text(word)) & _ERRANDS.state.in_(ended)
        values = {
            **_NOBODY,
            "state": State.WAITING.value,
            "asked": rows.now(),
            "ended": None,
            "progress": "[]",
            "problem": "",
            "called": None,
            "cancelled": None,
        }
        opening = update(tables.errands).where(its).values(**values)
        return self._database.write(lambda connection: connection.execute(opening).rowcount == 1)

    def forget(self, before: datetime) -> list[str]:
        """Forget the errands that ended before a moment; their ids."""
        old = _ERRANDS.ended.is_not(None) & (_ERRANDS.ended < before)
        ended = old & _ERRANDS.state.in_([state.value for state in State if state.is_over])

        def act(connection: Connection) -> list[str]:
            found = list(connection.scalars(select(_ERRANDS.id).where(ended).limit(1000)))
            if found:
                connection.execute(delete(tables.errands).where(_ERRANDS.id.in_(found)))
            return found

        return self._database.write(act)

    def ids(self) -> frozenset[str]:
        """The ids of all errands."""
        query = select(_ERRANDS.id)
        return self._database.read(lambda connection: frozenset(connection.scalars(query)))

    # ----------------------------------------------------------------------------------------------

    def _row(self, word: str) -> Row[Any] | None:
        query = select(tables.errands).where(_ERRANDS.id == rows.text(word))
        return self._database.read(lambda connection: connection.execute(query).first())

    @staticmethod
    def _alone(connection: Connection) -> None:
        """Nobody else counts what is at work until this transaction has ended.

        SQLite lets one write at a time; the others lock the rows that are counted.
        """
        states = [State.WAITING.value, State.WORKING.value]
        counted = select(_ERRANDS.number).where(_ERRANDS.state.in_(states))
        connection.execute(counted.order_by(_ERRANDS.number).with_for_update()).all()

    @staticmethod
    def _working(connection: Connection) -> int:
        working = select(func.count()).where(_ERRANDS.state == State.WORKING.value)
        return int(connection.execute(working).scalar_one())


def _errand(row: Row[Any]) -> Errand:
    return Errand(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        title=row.title,
        words=json.loads(row.words),
        owner=row.owner,
        state=State(row.state),
        asked=row.asked,
        began=row.began,
        ended=row.ended,
        progress=tuple(Progress(**each) for each in json.loads(row.progress)),
        problem=row.problem,
        result=json.loads(row.result),
        run=row.run,
        attempt=row.attempt,
        is_stopping=row.state == State.WORKING.value and row.cancelled is not None,
        number=row.number,
    )
