"""
Errands: what people ask for through the web and that takes time.

An errand is a row in the ledger and a process that does it: started by the server, in a session of
its own, so that it outlives the server. ``wishes`` says what can be asked for, ``asking`` asks for
it and looks at it, ``starting`` starts processes, ``tending`` looks after them, ``doing`` is what
such a process does, and ``carrying`` is each wish as one call of the rest of ``app``. ``book``
keeps the rows.
"""

from holdfast.app.errands.asking import (
    ask,
    cancel_errand,
    errand,
    errands,
    log_of,
    may_see_errand,
    try_again,
)
from holdfast.app.errands.tending import tend
from holdfast.app.errands.values import Errand, State
from holdfast.app.errands.wishes import (
    BatchCompare,
    CheckRemotes,
    Compare,
    ImportAlignment,
    LoadSequences,
    MoveBank,
    PublishRelease,
    RemoveBank,
    RemoveReleases,
    RetryRun,
    RunSchedule,
    UpdateBank,
    UpdateBanks,
    Wish,
)

__all__ = [
    "BatchCompare",
    "CheckRemotes",
    "Compare",
    "Errand",
    "ImportAlignment",
    "LoadSequences",
    "MoveBank",
    "PublishRelease",
    "RemoveBank",
    "RemoveReleases",
    "RetryRun",
    "RunSchedule",
    "State",
    "UpdateBank",
    "UpdateBanks",
    "Wish",
    "ask",
    "cancel_errand",
    "errand",
    "errands",
    "log_of",
    "may_see_errand",
    "tend",
    "try_again",
]
