"""
Who an engine is, and whether the one that holds a claim still lives.

A process number means something only within one boot of one machine, and there only within one
namespace of processes: two containers of a machine have their own. Where a claim was made in our
own namespace, the kernel knows the truth at once. Elsewhere only the lease tells, by the clock of
the database; but a SQLite file has users on one machine alone, so a claim from before its last boot
is dead for certain.
"""

import os
import secrets
import socket
from functools import cache

from holdfast.jobs.executors import processes
from holdfast.jobs.ledger import Claim, Held


def new_claim() -> Claim:
    """A claim in the name of this process, with a word no other engine ever had."""
    seen = processes.find(os.getpid())
    assert seen is not None  # it is us
    return Claim(
        engine=secrets.token_hex(16),
        host=socket.gethostname()[:200],
        pid=os.getpid(),
        started=seen.started,
        boot=place(),
    )


@cache
def place() -> str:
    """A word for this boot of this machine and this namespace of processes."""
    return f"{processes.boot()}/{_namespace()}"


def lives(held: Held, *, is_shared: bool) -> bool:
    """Whether the engine that has made this claim must be thought at work.

    `is_shared`: other machines may use the ledger too.
    """
    claim = held.claim
    if claim.boot == place():
        found = processes.find(claim.pid)
        return found is not None and found.is_alive and found.started == claim.started
    if not is_shared and claim.boot.partition("/")[0] != processes.boot():
        return False
    return not held.expired


def _namespace() -> int:
    return os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116 - a link that is not to be a Path
