"""
The launcher: what a batch system runs on the node, so that the job there is attended to.

``python -m holdfast.jobs.executors.launcher <folder>/<ticket>.start`` takes on what the file tells,
by a rename that only one launcher ever wins; says that the job is at work; does it; writes how it
ended; and exits as the job did. The batch system needs to know nothing else. Asked to end (SIGTERM,
or a ``.stop`` file) it ends the job gently first.
"""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from socket import gethostname
from typing import Any

from holdfast.jobs.executors import exchange, processes
from holdfast.jobs.executors.interface import Ended
from holdfast.jobs.model import Cause, Usage

NOT_OURS = 75  #: exit code: the start was given up, or another launcher took it on
NUMBERS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID")  #: where batch systems say theirs


def main(arguments: list[str]) -> int:
    """Do what the one argument, a .start file, tells; the exit code is the job's."""
    spec = exchange.take(Path(arguments[0]))
    if spec is None:
        sys.stderr.write("this start was given up, or another launcher has it\n")
        return NOT_OURS
    folder, ticket = Path(arguments[0]).parent, spec["ticket"]
    exchange.write_began(folder, _note(ticket))
    code = _do(spec)
    cause = Cause.WELL if code == 0 else Cause.EXIT
    reason = "" if code == 0 else f"the job ended with exit code {code}; see {spec['log']}"
    ended = Ended(ticket, cause, reason, datetime.now(UTC), code, Usage(gethostname()))
    exchange.write_ended(folder, ended)
    return code if code >= 0 else 128 - code


def _do(spec: dict[str, Any]) -> int:
    with Path(spec["log"]).open("ab") as log, Path(spec["stdout"] or os.devnull).open("wb") as out:
        process = subprocess.Popen(
            spec["command"],
            stdin=subprocess.DEVNULL,
            stdout=out if spec["stdout"] else log,
            stderr=log,
            cwd=spec["directory"],
            env=spec["environment"],
            start_new_session=True,
        )
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()


def _note(ticket: str) -> exchange.BeganNote:
    myself = processes.find(os.getpid())
    scheduler = next((os.environ[name] for name in NUMBERS if name in os.environ), "")
    return exchange.BeganNote(
        ticket=ticket,
        at=datetime.now(UTC),
        host=gethostname(),
        pid=os.getpid(),
        started=0 if myself is None else myself.started,
        boot=processes.boot(),
        scheduler=scheduler,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
