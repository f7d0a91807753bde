"""
The task ``contain``: a step's command in a container, as if it ran here.

Its output, its errors and its exit code are the command's own. The container is called after its
job: one that a killed start left behind is removed before the next, and when this task is asked to
end, so is the container. Podman's and apptainer's containers are also processes of the job, which
whoever attends to it sees; docker's are not, so docker itself holds their limits.
"""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from holdfast.banks.commands.containers import (
    TOLD,
    Account,
    Contained,
    engine_for,
    environment,
    removal,
    stopping,
    words,
)
from holdfast.settings import Settings

KILLED = 128  #: a program that was ended by a signal has this, and the signal's number, as its code


def run(settings: Settings, wanted: Contained) -> int:
    """Run `wanted` to its end: its exit code.

    Raises
    ------
    UsageError
        No engine is installed, or a path cannot be shown.
    """
    engine, program = engine_for(settings.container_engine)
    there = replace(
        wanted,
        shown=tuple(each for each in wanted.shown if each.path.is_dir()),
        cores=int(os.environ.get(TOLD, wanted.cores)),
    )
    account = Account(os.getuid(), os.getgid())
    outside = surroundings(os.environ, Path(f"/run/user/{account.user}"))
    with tempfile.TemporaryDirectory(prefix="holdfast-empty-") as empty:
        command = words(engine, program, there, account, Path(empty))
        if engine.has_names:
            _begun(removal(program, wanted.name), outside).wait()
        process = subprocess.Popen(command, env=environment(engine, there, outside))

        stops = []

        def end() -> None:
            if engine.has_names:
                stops.append(_begun(stopping(program, wanted.name), outside))
            else:
                process.terminate()

        with _asked_to_end(end):
            code = process.wait()
        for stop in stops:
            stop.wait()
        if engine.has_names and code != 0:
            _begun(removal(program, wanted.name), outside).wait()
    return code if code >= 0 else KILLED - code


def surroundings(own: Mapping[str, str], runtime: Path) -> dict[str, str]:
    """The environment of the engine's program: `own`, and the account's `runtime` folder.

    A job is not told of that folder, and without it an engine of an account that is not the
    administrator looks for its containers elsewhere.
    """
    known = {"XDG_RUNTIME_DIR": str(runtime)} if runtime.is_dir() else {}
    return {**known, **own}


@contextmanager
def _asked_to_end(act: Callable[[], None]) -> Iterator[None]:
    """Do `act` whenever this process is asked to end within the block, and go on."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        act()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _begun(command: Sequence[str], outside: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """`command`, begun; it says nothing, and that there was nothing to do is no failure."""
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, env=outside)
