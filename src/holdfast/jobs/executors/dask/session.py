"""
The process that speaks with a Dask scheduler: see :mod:`holdfast.jobs.executors.launched.session`.

Each start is one task whose key is the start's ticket and whose work is to run the launcher and
wait for it. Dask is told to keep the task although nobody may be waiting for it any more, so it
outlives the engine and this process. A task that was submitted here tells its end by itself; of
those found again, or after the connection broke, the scheduler is asked for all at once.

This file runs as a program, so Dask carries its functions to the workers as they are written here:
a worker needs nothing of ours. It needs the interpreter that the command names.
"""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import distributed
from distributed import Client, Future, fire_and_forget

from holdfast.jobs.executors.launched.session import Desk, Document, Refused, Unreachable

CONNECT = 3.0  #: seconds in which the scheduler must take a connection
GLANCE = 1.0  #: seconds between two questions after the tasks that do not tell their end themselves


# -- what runs elsewhere ---------------------------------------------------------------------------


def attend(command: list[str], ended: str) -> None:
    """On a worker: run the launcher, which ends with the worker; see that it left its word.

    Raises
    ------
    RuntimeError
        It left no word in the file `ended`; the message is a JSON document that says why.
    """
    import os  # noqa: PLC0415 - only what stands within the function goes to the worker
    import socket  # noqa: PLC0415 - as above
    import subprocess  # noqa: PLC0415 - as above
    import tempfile  # noqa: PLC0415 - as above

    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [*command, "--parent", str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
        )
        if os.path.exists(ended):  # noqa: PTH110 - as above
            return
        said.seek(max(0, said.tell() - 500))
        words = said.read().decode(errors="replace").strip()
    told = {"host": socket.gethostname(), "code": done.returncode, "words": words}
    raise RuntimeError(json.dumps(told))


def states(keys: list[str], dask_scheduler: Any) -> dict[str, str]:
    """On the scheduler: in what state the tasks `keys` are; what it does not know is left out."""
    return {key: dask_scheduler.tasks[key].state for key in keys if key in dask_scheduler.tasks}


# -- the session -----------------------------------------------------------------------------------


class DaskSession:
    """Submits launchers to the scheduler at `address`, and tells the `desk` when they are over."""

    def __init__(self, address: str, desk: Desk) -> None:
        self._address = address
        self._desk = desk
        self._client: Client | None = None
        self._futures: dict[str, Future[None]] = {}
        self._asked_after: set[str] = set()  #: tickets whose end does not tell itself

    @property
    def answers(self) -> dict[str, Callable[[Document], Any]]:
        """What this session answers, and how."""
        return {
            "reach": self._reach,
            "submit": self._submit,
            "watch": self._watch,
            "cancel": self._cancel,
            "drop": self._drop,
        }

    def ask_after(self) -> None:
        """Ask the scheduler after the tasks that do not tell their end themselves."""
        if not self._asked_after:
            return
        try:
            found = self._states(list(self._asked_after))
        except Unreachable:
            return  # they may be at work all the same; it is asked again
        for ticket in list(self._asked_after):
            if found.get(ticket, "released") in ("memory", "erred", "released"):
                self._tell(ticket, words="the scheduler of Dask has it no more")

    def close(self) -> None:
        """Send what is on its way and let go."""
        if self._client is not None:
            with suppress(Exception):  # it is over in any case, and the tasks are the scheduler's
                self._client.close(timeout=2)

    # -- answers -----------------------------------------------------------------------------------

    def _reach(self, _: Document) -> Document:
        """What the workers offer: the resources of each, and how many threads there are."""
        client = self._connected()
        try:
            _check_versions(cast("Document", client.get_versions()))
            workers = client.scheduler_info(n_workers=-1)["workers"].values()
        except (OSError, TimeoutError) as error:
            raise Unreachable(f"the scheduler at {self._address}: {error}") from error
        return {
            "threads": sum(worker["nthreads"] for worker in workers),
            "resources": [dict(worker["resources"]) for worker in workers],
        }

    def _submit(self, asked: Document) -> str:
        client, ticket = self._connected(), str(asked["ticket"])
        try:
            future: Future[None] = client.submit(
                attend,
                asked["command"],
                asked["ended"],
                key=ticket,
                pure=False,
                retries=0,
                resources=asked["resources"] or None,
                priority=asked["priority"],
            )
            fire_and_forget(future)
        except (OSError, TimeoutError) as error:
            raise Unreachable(f"the scheduler at {self._address}: {error}") from error
        except (TypeError, ValueError) as error:
            raise Refused(str(error)) from error
        self._futures[ticket] = future
        future.add_done_callback(lambda done: self._over(ticket, done))
        return ticket

    def _watch(self, asked: Document) -> bool | None:
        """Whether the scheduler has the task; None if it does not answer now."""
        ticket = str(asked["ticket"])
        try:
            found = ticket in self._states([ticket])
        except Unreachable:
            self._asked_after.add(ticket)
            return None
        if found:
            self._asked_after.add(ticket)
        return found

    def _cancel(self, asked: Document) -> None:
        ticket = str(asked["ticket"])
        with suppress(Unreachable, OSError, TimeoutError):  # then nobody has it to cancel
            client = self._connected()
            future = self._futures.pop(ticket, None) or Future(ticket, client)
            client.cancel([future], force=True)

    def _drop(self, asked: Document) -> None:
        ticket = str(asked["ticket"])
        self._asked_after.discard(ticket)
        self._futures.pop(ticket, None)

    # -- the scheduler -----------------------------------------------------------------------------

    def _connected(self) -> "Client":
        if self._client is None or self._client.status != "running":
            self.close()
            self._client = None
            self._client = self._connect()
        return self._client

    def _connect(self) -> "Client":
        where = {"scheduler_file": self._address}
        if "://" in self._address or not Path(self._address).is_absolute():
            where = {"address": self._address}
        elif not Path(self._address).is_file():
            raise Unreachable(f"its scheduler file {self._address} is not there; start a scheduler")
        try:
            return Client(timeout=CONNECT, set_as_default=False, name="holdfast", **where)
        except (OSError, TimeoutError, ValueError, ImportError) as error:
            raise Unreachable(
                f"no scheduler answers at {self._address} ({_sentence(error)}); "
                "start one, or correct the address of the executor"
            ) from error

    def _states(self, tickets: list[str]) -> dict[str, str]:
        client = self._connected()
        try:
            found = client.run_on_scheduler(states, tickets)
        except (OSError, TimeoutError, ValueError) as error:
            raise Unreachable(f"the scheduler at {self._address}: {error}") from error
        return dict(found)

    def _over(self, ticket: str, future: "Future[None]") -> None:
        """A task is over; called in a thread of Dask's."""
        if self._futures.get(ticket) is not future:
            return
        if future.status == "finished":
            self._tell(ticket)
        elif future.status == "error":
            self._tell(ticket, **_why(future.exception()))
        else:  # the connection broke, or someone cancelled it: the scheduler is asked after it
            self._asked_after.add(ticket)

    def _tell(self, ticket: str, **verdict: Any) -> None:
        self._asked_after.discard(ticket)
        self._futures.pop(ticket, None)
        self._desk.tell(over=ticket, **verdict)


def _why(error: BaseException | None) -> Document:
    """Why a task failed: its launcher left no word, could not be started, or lost its worker."""
    if isinstance(error, distributed.KilledWorker):
        return {"words": "the workers of Dask it ran on died"}
    try:
        told = json.loads(str(error)) if isinstance(error, RuntimeError) else None
    except ValueError:
        told = None
    if told is None:
        return {"cause": "start", "words": f"its worker could not start it: {_sentence(error)}"}
    if told["code"] == 75:  # another launcher has it: one whose worker was thought dead
        return {"words": "the worker of Dask it ran on went away"}
    words = f"its launcher ended with exit code {told['code']} on {told['host']}"
    last = told["words"].splitlines()[-1:]
    return {"dead": True, "words": ": ".join([words, *last])}


def _check_versions(versions: Document) -> None:
    """Refuse to work with a scheduler or workers of another version, which fail in odd ways."""
    ours = version("distributed")
    others = {"its scheduler": versions["scheduler"], **versions["workers"]}
    for where, told in others.items():
        theirs = (told or {}).get("packages", {}).get("distributed")
        if theirs is not None and theirs != ours:
            raise Unreachable(
                f"{where} has distributed {theirs}, here it is {ours}; install the same everywhere"
            )


def _sentence(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def main(arguments: list[str]) -> None:
    """Serve the executor at standard input; the one argument is the scheduler's address."""
    desk = Desk()
    session = DaskSession(arguments[0], desk)
    desk.serve(session.answers, session.ask_after, GLANCE)
    session.close()


if __name__ == "__main__":
    main(sys.argv[1:])
