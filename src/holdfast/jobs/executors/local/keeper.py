"""
The keeper: a small process beside each engine that starts its local jobs and attends to them.

An engine may die at any moment; its jobs should not die with it, nor lose their limits, nor should
their results be lost. So it is not the engine that has them for children but its keeper, which does
what the engine says as long as it is there, and writes down how each job ended
(``<ticket>.ended``). When the engine is gone, the keeper goes on until its last job has ended. Then
it looks for files in which another engine, which took over, says something: ``<ticket>.stop`` and
``<ticket>.fence``.

It has one thread, keeps nothing open that was the engine's, and imports little: it starts with the
first job of an engine. Beside it stays the process it was forked from, its guard, which sleeps
until the keeper ends. If that was killed, all its jobs come to the guard, which ends them: nothing
is at work to which nobody attends.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.errors import JobError
from holdfast.jobs.executors import notes, processes
from holdfast.jobs.executors.attendance import spawning
from holdfast.jobs.executors.attendance.attending import GLANCE, Attendance
from holdfast.jobs.executors.attendance.census import Census
from holdfast.jobs.executors.attendance.endings import TEMPORARY
from holdfast.jobs.executors.attendance.wakeups import Wakeups
from holdfast.jobs.executors.claims import Keeper, claim
from holdfast.jobs.executors.local import fences, messages
from holdfast.jobs.executors.local.fences import Fence

LOOK = 0.2  #: seconds between two looks for files, when there is no engine
AGAIN = 1.0  #: seconds between two tries to write to a full disk
PATIENCE = 3600.0  #: seconds for which that is tried
AT_ONCE = b"at once"  #: in a .stop file: end it without asking, and tell nobody
STOPPED = "it was asked to stop"
GOING_DOWN = "the machine, or the service it belongs to, is being stopped"


@dataclass(slots=True)
class _Unwritten:
    """An end that the disk had no room for."""

    path: Path
    document: Mapping[str, Any]
    give_up_at: float


class KeeperProgram:
    """Attends to the jobs of the engine at the other end of `engine`, whose process is `pid`."""

    def __init__(self, engine: socket.socket, pid: int) -> None:
        myself = Keeper.of(os.getpid())
        assert myself is not None
        self._name = str(myself)
        self._engine: socket.socket | None = engine
        self._attendance = Attendance()
        self._incoming, self._outgoing = messages.Incoming(), bytearray()
        self._folders: dict[str, Path] = {}
        self._fence, self._fences = Fence(), dict[str, Fence]()
        self._unwritten: list[_Unwritten] = []
        self._untold: set[str] = set()  #: jobs whose end nobody wants to know
        self._wakeups = Wakeups((signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wakeups, selectors.EVENT_READ, self._hear_signals)
        self._tell({"keeper": myself.document})
        self._selector.register(engine, selectors.EVENT_READ, self._hear_engine)
        # The engine's end of the socket may live on in a process forked from it.
        with suppress(OSError):
            pidfd = os.pidfd_open(pid)
            self._selector.register(pidfd, selectors.EVENT_READ, self._let_engine_go)

    def run(self) -> None:
        """Go on until there is neither an engine nor anything it left to do."""
        self._send()
        while self._engine is not None or self._attendance.jobs or self._unwritten:
            for key, _ in self._selector.select(self._rest()):
                key.data()
            if self._engine is None:
                self._look_for_files()
            self._keep_fences()
            for document in self._attendance.turn():
                self._end(document)
            self._write_again()
            self._send()

    def _rest(self) -> float | None:
        rests = [self._attendance.rest()]
        if self._attendance.jobs:
            rests.append(self._fence_rest())
            rests.append(LOOK if self._engine is None else None)
        if self._unwritten:
            rests.append(AGAIN)
        return min((rest for rest in rests if rest is not None), default=None)

    # -- the engine --------------------------------------------------------------------------------

    def _hear_engine(self) -> None:
        if self._engine is None:
            return
        try:
            content = self._engine.recv(2**20, socket.MSG_DONTWAIT)
        except BlockingIOError:
            content = None  # there is room again for what is to be sent
        except OSError:
            content = b""
        if content == b"":
            self._let_engine_go()
        for message in self._incoming.messages(content or b""):
            self._obey(message)

    def _let_engine_go(self) -> None:
        if self._engine is not None:
            self._selector.unregister(self._engine)
            self._engine.close()
            self._engine = None
        for key in list(self._selector.get_map().values()):
            if key.fileobj is not self._wakeups:
                self._selector.unregister(key.fileobj)

    def _obey(self, message: Mapping[str, Any]) -> None:
        match message:
            case {"do": "start", "spec": spec}:
                self._tell(self._start(spec))
            case {"do": "stop", "ticket": ticket}:
                self._attendance.stop(ticket, "stopped", STOPPED)
            case {"do": "fence", "ask": ask, "end": end}:
                self._fence = Fence(ask, end)
            case {"do": "close"}:
                self._untold.update(self._attendance.jobs)
                self._end_all_at_once()
                self._let_engine_go()

    def _start(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        folder, ticket = Path(spec["folder"]), spec["ticket"]
        kept = folder / f"{ticket}.kept"
        try:
            if not claim(kept, self._name):
                return {"refused": "this start was given up, or is at work already"}
        except OSError as error:
            return {"refused": f"{folder} cannot be written: {error.strerror}"}
        try:
            job = self._attendance.start(spec)
        except JobError as error:
            kept.unlink(missing_ok=True)
            return {"refused": str(error)}
        self._folders[ticket] = folder
        return {"pid": job.pid, "started": job.started}

    def _tell(self, message: dict[str, Any]) -> None:
        if self._engine is not None:
            self._outgoing += messages.encoded(message)

    def _send(self) -> None:
        """Send what there is to send, as far as there is room: an engine may be slow to listen."""
        if self._engine is None or not self._outgoing:
            return
        try:
            sent = self._engine.send(self._outgoing, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._let_engine_go()
            return
        del self._outgoing[:sent]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._outgoing else 0)
        self._selector.modify(self._engine, events, self._hear_engine)

    # -- ending ------------------------------------------------------------------------------------

    def _hear_signals(self) -> None:
        if signal.SIGTERM in self._wakeups.read():
            for ticket in list(self._attendance.jobs):
                self._attendance.stop(ticket, "lost", GOING_DOWN)

    def _end_all_at_once(self) -> None:
        for ticket in list(self._attendance.jobs):
            self._attendance.kill(ticket, "lost", STOPPED)

    def _end(self, document: dict[str, Any]) -> None:
        """Write down how a job ended, then tell it."""
        ticket = document["ticket"]
        folder = self._folders.pop(ticket)
        self._fences.pop(ticket, None)
        if ticket in self._untold:
            self._untold.remove(ticket)
            return
        path = folder / f"{ticket}.ended"
        try:
            _write(path, document)
        except FileNotFoundError:
            pass  # its folder was removed: nobody wants to know
        except OSError:
            self._unwritten.append(_Unwritten(path, document, time.monotonic() + PATIENCE))
        self._tell({"ended": document})

    def _write_again(self) -> None:
        for unwritten in list(self._unwritten):
            try:
                _write(unwritten.path, unwritten.document)
            except FileNotFoundError:
                self._unwritten.remove(unwritten)
            except OSError:
                if time.monotonic() >= unwritten.give_up_at:
                    self._unwritten.remove(unwritten)
            else:
                self._unwritten.remove(unwritten)

    # -- when the engine is gone, or not heard of --------------------------------------------------

    def _look_for_files(self) -> None:
        for ticket in list(self._attendance.jobs):
            fence = Fence.read(self._folders[ticket] / f"{ticket}.fence")
            if fence is not None:
                self._fences[ticket] = fence
            content = notes.read(self._folders[ticket] / f"{ticket}.stop", len(AT_ONCE))
            if content == AT_ONCE:
                self._untold.add(ticket)
                self._attendance.kill(ticket, "lost", STOPPED)
            elif content is not None:
                self._attendance.stop(ticket, "stopped", STOPPED)

    def _fence_rest(self) -> float | None:
        ends = [self._fences.get(ticket, self._fence).ask for ticket in self._attendance.jobs]
        rest = min(ends) - fences.now()
        # While the machine sleeps the clock of the fence goes on, and the one of waiting does not.
        return None if rest == float("inf") else min(max(rest, LOOK), 1.0)

    def _keep_fences(self) -> None:
        now = fences.now()
        for ticket in list(self._attendance.jobs):
            fence = self._fences.get(ticket, self._fence)
            if now < fence.ask:
                continue
            if now >= fence.end:
                self._attendance.kill(ticket, "lost", fences.WHY)
            else:
                self._attendance.stop(ticket, "lost", fences.WHY)


def _write(path: Path, document: Mapping[str, Any]) -> None:
    """Put `document` at `path` in one step. It need not outlive the machine: the jobs do not."""
    beside = f"{path.parent}/{TEMPORARY}{path.name}"
    with open(beside, "wb", buffering=0) as file:  # noqa: PTH123 - a Path takes longer to make
        file.write(json.dumps(document).encode("ascii"))
    os.rename(beside, path)  # noqa: PTH104 - as above


def _let_everything_go(kept: int) -> None:
    """Keep nothing of what the engine had open but `kept`, and no folder of its."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - only names are wanted
        if int(name) > 2 and int(name) != kept:
            with suppress(OSError):  # the one through which the names were read is closed already
                os.close(int(name))
    os.chdir("/")


def _guard(keeper: int) -> None:
    """Sleep until `keeper` has ended, and end whatever it left."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # whoever started the engine may ignore it
    while os.waitpid(-1, 0)[0] != keeper:
        pass
    while children := Census.take().children(os.getpid()):
        census = Census.take()
        for process in (each for child in children for each in census.family(child)):
            with suppress(PermissionError):
                processes.send(process, signal.SIGKILL)
        time.sleep(GLANCE)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def main(arguments: list[str]) -> None:
    """Keep the jobs of the engine behind the descriptor and of the process number given."""
    descriptor, pid = int(arguments[0]), int(arguments[1])
    _let_everything_go(descriptor)
    spawning.adopt_orphans()
    engine = socket.socket(fileno=descriptor)
    engine.set_inheritable(False)
    gc.freeze()  # what is there now stays, and is shared with the guard
    keeper = os.fork()
    if keeper == 0:
        try:
            KeeperProgram(engine, pid).run()
        except Exception:  # a fault of ours: the engine can tell people, and the guard ends all
            with suppress(OSError):
                engine.sendall(messages.encoded({"broken": traceback.format_exc()}))
            raise
    else:
        engine.close()
        _guard(keeper)


if __name__ == "__main__":
    main(sys.argv[1:])
