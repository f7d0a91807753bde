"""
The ledger: what is being done, and what has been done, in a database.

Each method of :class:`Ledger` is one transaction, committed when it returns, so what the ledger
says survives the process that said it. Any number of processes, on any hosts that reach the
database, may have the same ledger open: each run is written by the engine that holds its claim,
and a job's status changes only along the legal transitions of
:class:`~holdfast.jobs.model.Status`. Errors of the database become
:class:`~holdfast.errors.LedgerError` here and nowhere else.
"""

from holdfast.jobs.ledger.ledger import Ledger
from holdfast.jobs.ledger.values import (
    BOUNDS,
    AtWork,
    Claim,
    Event,
    Held,
    Load,
    LoadRow,
    Move,
    NativeNews,
    ProgressNews,
    RunRecord,
    Scheduled,
    Tally,
)

__all__ = [
    "BOUNDS",
    "AtWork",
    "Claim",
    "Event",
    "Held",
    "Ledger",
    "Load",
    "LoadRow",
    "Move",
    "NativeNews",
    "ProgressNews",
    "RunRecord",
    "Scheduled",
    "Tally",
]
