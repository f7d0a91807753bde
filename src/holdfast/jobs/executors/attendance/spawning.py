"""
How a process of a job is made: a session of its own, its limits there before its program begins.

The process is made by vfork, which :mod:`subprocess` uses if nothing of ours must run in the child:
it takes a fraction of what a fork of a Python process takes. So the limits are ours for the moment
in which it is made, and the child inherits them.
"""

import ctypes
import os
import resource
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from holdfast.errors import JobError

GUARD = 2**30  #: bytes; see :func:`_limited`
_OOM_SCORE = b"500"  #: a job is ended rather than its keeper or the engine, if memory is short
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36  # of <linux/prctl.h>
_libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    """Let every descendant of this process that loses its parent become its child."""
    if _libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def spawn(spec: Mapping[str, Any], *, is_tied: bool = False) -> int:
    """Start what `spec` tells (see :func:`holdfast.jobs.executors.exchange.spec_of`): its number.

    If it `is_tied` it is killed when this process dies, which makes it slower to make.

    Raises
    ------
    JobError
        It cannot be started, and why. Nothing of it is left.
    """
    with _files(spec) as (nothing, out, log), _limited(spec["memory"]):
        try:
            process = subprocess.Popen(
                spec["command"],
                stdin=nothing,
                stdout=out,
                stderr=log,
                cwd=spec["directory"],
                env=spec["environment"],
                start_new_session=True,
                preexec_fn=_tie if is_tied else None,  # noqa: PLW1509 - there is only one thread
            )
        except OSError as error:
            raise JobError(_cannot_start(spec, error)) from error
        except ValueError as error:  # a NUL, or half a character
            program = spec["command"][0]
            raise JobError(f"{program!r} cannot be started: {error}; correct its words") from error
    process.returncode = 0  # whoever attends to it waits for it, to know what it used
    _be_killed_first(process.pid)
    return process.pid


@contextmanager
def _files(spec: Mapping[str, Any]) -> Iterator[tuple[int, int, int]]:
    """The descriptors of a job's input, output and errors, open while it is made."""
    opened = [os.open(os.devnull, os.O_RDONLY)]
    try:
        opened.append(_writable(spec["log"], os.O_APPEND))
        if spec["stdout"] is not None:
            opened.append(_writable(spec["stdout"], os.O_TRUNC))
        yield opened[0], opened[-1], opened[1]
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _writable(path: str, how: int) -> int:
    try:
        # Without O_NONBLOCK a pipe that nobody reads would be waited for.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | how, 0o644)
    except OSError as error:
        raise JobError(f"its output cannot be written to {path}: {error.strerror}") from error
    os.set_blocking(descriptor, True)
    return descriptor


@contextmanager
def _limited(memory: int | None) -> Iterator[None]:
    """Let processes that are made meanwhile be refused memory far beyond `memory`.

    The limit a job asked for is looked after by looking, ten times a second. In between a process
    could take all there is, so it also gets a limit of the kernel, one GiB higher: no allocation
    beyond it succeeds. It is RLIMIT_DATA, not RLIMIT_AS: Java, Go and others reserve address space
    that they never use, and only memory that could be written counts for the former. It holds for
    us too for a moment, and we have far less than a GiB.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    guard = None if memory is None else memory + GUARD
    is_lower = guard is not None and guard < 2**62 and (soft == -1 or guard < soft)
    if guard is None or not is_lower:
        yield
        return
    resource.setrlimit(resource.RLIMIT_DATA, (guard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _be_killed_first(pid: int) -> None:
    with suppress(OSError), open(f"/proc/{pid}/oom_score_adj", "wb", buffering=0) as file:  # noqa: PTH123 - quick
        file.write(_OOM_SCORE)


def _tie() -> None:
    """Tie this new process to its parent."""
    _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _cannot_start(spec: Mapping[str, Any], error: OSError) -> str:
    program, directory = spec["command"][0], spec["directory"]
    if error.filename == directory:
        return f"the folder {directory} in which it should run cannot be entered: {error.strerror}"
    if isinstance(error, FileNotFoundError):
        if "/" in program and Path(directory, program).exists():
            return f"{program!r} cannot be started: what its first line names was not found"
        return f"the program {program!r} was not found; install it or correct the command"
    return f"{program!r} cannot be started: {error.strerror}"
