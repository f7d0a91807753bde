"""
How a process of a job is made: a session of its own, its limits set before its program begins.

This is done with fork and exec by hand, in a process of one thread. The child must set what no
library call sets for it: that it dies with its parent, and limits that hold from its first
instruction.
"""

import ctypes
import errno
import os
import resource
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from holdfast.errors import JobError

GUARD = 2**30  #: bytes; see :func:`_set_limits`
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36  # of <linux/prctl.h>
_OOM_SCORE = "/proc/self/oom_score_adj"
_libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    """Let every descendant of this process that loses its parent become its child."""
    if _libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def spawn(spec: Mapping[str, Any]) -> int:
    """Start what `spec` tells (see :func:`holdfast.jobs.executors.exchange.spec_of`): its number.

    Raises
    ------
    JobError
        It cannot be started, and why. Nothing of it is left.
    """
    with _files(spec) as (nothing, out, log):
        reading, writing = os.pipe()  # closed by the exec: then the child is the job's program
        myself = os.getpid()
        pid = os.fork()
        if pid == 0:
            _become(spec, (nothing, out, log), writing, myself)
        os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    if told:
        os.waitpid(pid, 0)
        raise JobError(_cannot_start(spec, told))
    return pid


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


def _become(
    spec: Mapping[str, Any], files: tuple[int, int, int], pipe: int, parent: int
) -> NoReturn:
    """Become the program of the job, in the child; tell through `pipe` what does not let it."""
    stage = "folder"
    try:
        os.setsid()
        _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(127)  # the parent died before it could be tied to it
        for number, descriptor in enumerate(files):
            os.dup2(descriptor, number)
        _set_limits(spec["memory"])
        os.chdir(spec["directory"])
        stage = "program"
        command = spec["command"]
        os.execvpe(command[0], command, spec["environment"])  # noqa: S606 - no shell is wanted
    except OSError as error:
        os.write(pipe, f"{stage} {error.errno}".encode("ascii"))
    except BaseException as error:  # noqa: BLE001 - a child must never go on as its parent
        os.write(pipe, f"{stage} 0 {type(error).__name__}".encode("ascii", "replace"))
    finally:
        os._exit(127)


def _set_limits(memory: int | None) -> None:
    """Let this process be ended rather than the machine, if memory is short.

    The limit a job asked for is looked after by looking, ten times a second. In between a process
    could take all there is, so it also gets a limit of the kernel, one GiB higher: no allocation
    beyond it succeeds. It is RLIMIT_DATA, not RLIMIT_AS: Java, Go and others reserve address space
    that they never use, and only memory that could be written counts for the former.
    """
    with suppress(OSError), open(_OOM_SCORE, "wb", buffering=0) as file:  # noqa: PTH123 - quick
        file.write(b"500")
    if memory is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = min(memory + GUARD, 2**62)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _cannot_start(spec: Mapping[str, Any], told: bytes) -> str:
    stage, number = told.decode("ascii").split()[:2]
    program, why = spec["command"][0], os.strerror(int(number))
    if stage == "folder":
        return f"the folder {spec['directory']} in which it should run cannot be entered: {why}"
    if int(number) == errno.ENOENT and "/" in program and os.path.exists(program):  # noqa: PTH110
        return f"{program!r} cannot be started: what its first line names was not found"
    if int(number) == errno.ENOENT:
        return f"the program {program!r} was not found; install it or correct the command"
    return f"{program!r} cannot be started: {why}"
