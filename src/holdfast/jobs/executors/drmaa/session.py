"""
The process that speaks DRMAA with a batch system.

See :mod:`holdfast.jobs.executors.launched.session`.

DRMAA is a C library of the batch system's own. It allows one session per process, and some builds
can only be loaded into a process that leaves room for their thread-local memory; so it has a
process of its own, which :mod:`holdfast.jobs.executors.drmaa.executor` starts with that room. The
jobs of this session tell their end through the library; of those that another session submitted the
batch system is asked, ever more slowly.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import drmaa

from holdfast.jobs.executors.launched.session import Desk, Document, Refused, Unreachable

GLANCE = 0.5  #: seconds between two looks at what has ended
SOONEST, LATEST = 1.0, 60.0  #: seconds between two questions after a job of another session
ASKING = 5.0  #: seconds in which a command of the batch system must answer
GONE = (drmaa.JobState.DONE, drmaa.JobState.FAILED)
REFUSALS = (
    drmaa.errors.DeniedByDrmException,
    drmaa.errors.AuthorizationException,
    drmaa.errors.InvalidArgumentException,
    drmaa.errors.InvalidAttributeFormatException,
    drmaa.errors.InvalidAttributeValueException,
)


class DrmaaSession:
    """Submits launchers through DRMAA, and tells the `desk` when they are over."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._session: drmaa.Session | None = None
        self._tickets: dict[str, str] = {}  #: of each of the batch system's numbers
        self._next: dict[str, tuple[float, float]] = {}  #: of others' jobs: when asked, and rest

    @property
    def answers(self) -> dict[str, Callable[[Document], Any]]:
        """What this session answers, and how."""
        return {
            "reach": self._reach,
            "verify": self._verify,
            "submit": self._submit,
            "watch": self._watch,
            "cancel": self._cancel,
            "drop": self._drop,
        }

    def look(self) -> None:
        """Tell what has ended."""
        if self._session is None:
            return
        while (info := self._reaped()) is not None:
            self._tell(info.jobId, **_why(info))
        now = time.monotonic()
        for number, (moment, rest) in list(self._next.items()):
            if now >= moment:
                self._next[number] = (now + rest, min(2 * rest, LATEST))
                self._ask_after(number)

    def close(self) -> None:
        """Let go; the jobs go on."""
        if self._session is not None:
            with suppress(drmaa.errors.DrmaaException):  # it is over in any case
                self._session.exit()

    # -- answers -----------------------------------------------------------------------------------

    def _reach(self, _: Document) -> str:
        """What batch system answers."""
        session = self._connected()
        try:
            session.jobStatus("0")  # no job has this number: a question that only needs an answer
        except drmaa.errors.InvalidJobException:
            pass
        except drmaa.errors.DrmaaException as error:
            raise Unreachable(_words(error)) from error
        return str(session.drmsInfo)

    def _verify(self, asked: Document) -> str | None:
        """Why no job of these options could ever run; None if it could, or nobody can say.

        Grid Engine's ``-w v`` submits nothing and answers that a job would suit, or why none does.
        """
        session = self._connected()
        if not _is_grid_engine(session):
            return None
        template = session.createJobTemplate()
        try:
            template.remoteCommand = "/bin/true"
            template.nativeSpecification = f"-w v {asked['options']}"
            session.runJob(template)
        except REFUSALS as error:
            return _words(error)
        except drmaa.errors.DrmaaException as error:
            raise Unreachable(_words(error)) from error
        finally:
            session.deleteJobTemplate(template)
        return None

    def _submit(self, asked: Document) -> str:
        session = self._connected()
        template = session.createJobTemplate()
        try:
            template.remoteCommand, *template.args = asked["command"]
            template.jobName = asked["name"]
            template.workingDirectory = asked["directory"]
            template.outputPath = f":{asked['output']}"
            template.joinFiles = True
            template.nativeSpecification = asked["options"]
            number = str(session.runJob(template))
        except REFUSALS as error:
            raise Refused(_words(error)) from error
        except drmaa.errors.DrmaaException as error:
            raise Unreachable(_words(error)) from error
        finally:
            session.deleteJobTemplate(template)
        self._tickets[number] = str(asked["ticket"])
        return number

    def _watch(self, asked: Document) -> bool | None:
        """Whether the batch system has the job; None if it does not answer now."""
        number = asked["number"]
        if number is None:
            return False
        try:
            status = self._connected().jobStatus(number)
        except drmaa.errors.InvalidJobException:
            return False
        except (drmaa.errors.DrmaaException, Unreachable):
            status = drmaa.JobState.UNDETERMINED
        if status in GONE or not self._is_ours(number, str(asked["ticket"])):
            return False
        self._tickets[number] = str(asked["ticket"])
        self._next.setdefault(number, (time.monotonic() + SOONEST, SOONEST))
        return None if status == drmaa.JobState.UNDETERMINED else True

    def _cancel(self, asked: Document) -> None:
        number, ticket = asked["number"], str(asked["ticket"])
        if number is None or not self._is_ours(number, ticket):
            return
        with suppress(drmaa.errors.DrmaaException, Unreachable):  # then it is told when it ends
            self._connected().control(number, drmaa.JobControlAction.TERMINATE)

    def _drop(self, asked: Document) -> None:
        self._tickets.pop(asked["number"], None)
        self._next.pop(asked["number"], None)

    # -- the batch system --------------------------------------------------------------------------

    def _is_ours(self, number: str, ticket: str) -> bool:
        """Whether the job of this number has this ticket: numbers are given a second time.

        DRMAA cannot say; Grid Engine's own command shows the words of a job, the ticket among them.
        """
        command = shutil.which("qstat")
        if command is None or self._session is None or not _is_grid_engine(self._session):
            return True
        try:
            shown = subprocess.run(
                [command, "-j", number], capture_output=True, timeout=ASKING, check=False
            )
        except subprocess.TimeoutExpired:
            return True
        return shown.returncode != 0 or ticket.encode() in shown.stdout

    def _connected(self) -> drmaa.Session:
        if self._session is None:
            session = drmaa.Session()
            try:
                session.initialize()
            except drmaa.errors.DrmaaException as error:
                raise Unreachable(_words(error)) from error
            self._session = session
        return self._session

    def _reaped(self) -> Any | None:
        """What the library tells of one more job of this session that has ended, if there is one.

        Without a connection it tells nothing; it finds the way back by itself.
        """
        assert self._session is not None  # it looks only when there is one
        try:
            return self._session.wait(self._session.JOB_IDS_SESSION_ANY, 0)
        except drmaa.errors.DrmaaException:
            return None

    def _ask_after(self, number: str) -> None:
        try:
            is_gone = self._connected().jobStatus(number) in GONE
        except drmaa.errors.InvalidJobException:
            is_gone = True
        except (drmaa.errors.DrmaaException, Unreachable):
            return  # it may be at work all the same; it is asked again
        if is_gone:
            self._tell(number, words="the batch system has it no more")

    def _tell(self, number: str, **verdict: Any) -> None:
        self._next.pop(number, None)
        ticket = self._tickets.pop(number, None)
        if ticket is not None:
            self._desk.tell(over=ticket, dead=True, **verdict)


def _why(info: Any) -> Document:
    """Why a job of which the library tells that it ended has ended, should its files not tell."""
    if info.wasAborted:
        words = f"the batch system could not start its job {info.jobId}, or someone deleted it"
        return {"cause": "exit", "words": words}
    if info.hasSignal:
        words = f"its launcher, job {info.jobId}, was ended by {info.terminatedSignal}"
        return {"cause": "exit", "words": f"{words}, as a queue does at its own limits"}
    return {"words": f"its launcher, job {info.jobId}, ended with exit code {info.exitStatus}"}


def _is_grid_engine(session: drmaa.Session) -> bool:
    return re.match(r"(SGE|GE|OGS|UGE)\b", str(session.drmsInfo)) is not None


def _words(error: Exception) -> str:
    """What the library says, without the number it puts before it."""
    lines = " ".join(str(error).split())
    return re.sub(r"^code \d+: (error: )?", "", lines).removesuffix(
        " verification: no suitable queues"
    )


def main() -> None:
    """Serve the executor at standard input."""
    desk = Desk()
    session = DrmaaSession(desk)
    desk.serve(session.answers, session.look, GLANCE)
    session.close()


if __name__ == "__main__":
    main()
