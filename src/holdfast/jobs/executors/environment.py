"""
What a job finds in its environment: little, and the same wherever it runs.

A job inherits a few variables of the engine, has its own, and is told by ours who it is. One of
them is its ticket, which everything the job starts inherits in turn: by it the processes of a job
are found again.

A transfer needs more: by which proxies it goes, and who it is to a cloud's buckets. It inherits
these from an engine on the same machine, and nobody else does, for a stranger's program has no use
for them; nor are they written to a file for another host, which has its own.
"""

import re
from collections.abc import Mapping

from holdfast.jobs.executors.interface import Start
from holdfast.jobs.executors.processes import TICKET
from holdfast.jobs.progress import VARIABLE as PROGRESS

INHERITED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
PREFIX = "HOLDFAST_"
TRANSFER = "transfer"  #: the label of jobs that reach out
REACHING = re.compile(r"(?:AWS|GOOGLE|AZURE)_\w+|(?:http|https|ftp|all|no)_proxy", re.IGNORECASE)


def environment_of(start: Start, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment of the processes of `start`, in an engine that has `inherited`."""
    kept = {
        name: value
        for name, value in inherited.items()
        if name in INHERITED
        or name.startswith(PREFIX)
        or (start.job.label == TRANSFER and reaches_out(name))
    }
    # A job may run an engine itself: its own ticket comes after those of the jobs around it.
    tickets = f"{kept.get(TICKET, '')} {start.ticket}".strip()
    ours = {
        PROGRESS: str(start.progress),
        TICKET: tickets,
        "HOLDFAST_RUN": str(start.run),
        "HOLDFAST_JOB": start.job.name,
        "HOLDFAST_CORES": str(start.job.cores),
    }
    return {"LANG": "C.UTF-8", **kept, **start.job.environment, **ours}


def reaches_out(name: str) -> bool:
    """Whether a variable of this name tells by which way, or as whom, a transfer goes.

    >>> reaches_out("AWS_SECRET_ACCESS_KEY"), reaches_out("https_proxy"), reaches_out("PATH")
    (True, True, False)
    """
    return REACHING.fullmatch(name) is not None
