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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from holdfast.banks.containers import (
    TOLD,
    Account,
    Contained,
    Engine,
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
    with tempfile.TemporaryDirectory(prefix="holdfast-empty-") as empty:
        command = words(engine, program, there, account, Path(empty))
        if engine.has_names:
            _quietly(removal(engine, program, wanted.name))
        process = subprocess.Popen(command, env=environment(engine, there, os.environ))
        with _asked_to_end(lambda: _end(engine, program, wanted.name, process)):
            code = process.wait()
        if engine.has_names and code != 0:
            _quietly(removal(engine, program, wanted.name))
    return code if code >= 0 else KILLED - code


def _end(engine: Engine, program: str, name: str, process: "subprocess.Popen[bytes]") -> None:
    if engine.has_names:
        subprocess.Popen(
            stopping(program, name),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    else:
        process.terminate()


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


def _quietly(command: Sequence[str]) -> None:
    """Run `command`; that there was nothing to do is no failure."""
    subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
