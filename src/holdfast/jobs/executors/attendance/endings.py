"""
What is said of a job that has ended: its cause, and a sentence that says why.

Everything here is pure but for a look at the log's last words and at the room on its disk. The
documents are those of the ``.ended`` files; causes are the words of
:class:`holdfast.jobs.model.Cause`.
"""

import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 1
TEMPORARY = ".tmp-"  #: as in :mod:`holdfast.base.files`, which takes long to import
NEAR = 0.9  #: a job that failed with so much of its memory in use failed for want of memory
FULL = 2**20  #: bytes: a disk with less room is called full
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
#: What programs say when an allocation was refused: Python, C++, C and the shell, Java, Rust, Go.
_WANTED_MEMORY = (
    "MemoryError",
    "std::bad_alloc",
    "annot allocate memory",
    "ut of memory",
    "OutOfMemoryError",
    "memory allocation of",
)


def size(count: float) -> str:
    """A number of bytes as people write it.

    >>> size(1536), size(16 * 2**30), size(1000)
    ('1.5 KiB', '16 GiB', '1000 bytes')
    """
    unit = 0
    while count >= 1024 and unit < len(_UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return f"{count:.4g} {_UNITS[unit]}"


def too_long(limit: float) -> str:
    """Said of a job that met its limit of time."""
    return f"it ran longer than its limit of {limit:g} seconds"


def too_much(limit: int) -> str:
    """Said of a job that met its limit of memory."""
    return f"it used more memory than its limit of {size(limit)}"


def document(
    spec: Mapping[str, Any],
    *,
    code: int,
    stopped: tuple[str, str] | None,
    log_offset: int,
    usage: Mapping[str, Any],
) -> dict[str, Any]:
    """What became of the job of `spec`, which ended with `code` (negative: a signal's number).

    `stopped` is the cause and the sentence if it was made to end.
    """
    words = _last_words(spec, log_offset) if stopped or code != 0 else ""
    cause, why = stopped or _ending(spec, code, words, usage.get("memory"))
    said = f": {words}" if words else ""
    reason = f"{why}{said}{_full_disks(spec)}; see {spec['log']}" if cause != "well" else ""
    return _document(spec["ticket"], cause, reason, code, usage)


def refused(spec: Mapping[str, Any], why: str, host: str) -> dict[str, Any]:
    """What became of a job that could not be started."""
    return _document(spec["ticket"], "start", why, None, {"host": host})


def _document(
    ticket: str, cause: str, reason: str, code: int | None, usage: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "ticket": ticket,
        "cause": cause,
        "exit_code": code,
        "reason": reason,
        "at": datetime.now(UTC).isoformat(),
        "usage": dict(usage),
    }


def _ending(spec: Mapping[str, Any], code: int, words: str, peak: int | None) -> tuple[str, str]:
    """Cause and sentence of a job that ended by itself.

    A program that is refused memory ends by itself, and how is its own affair. It is taken to have
    met its limit if it failed with nearly all of it in use, or if its last words say so.
    """
    if code == 0:
        return "well", ""
    limit = spec["memory"]
    near = limit is not None and (peak or 0) >= NEAR * limit
    if limit is not None and (near or any(word in words for word in _WANTED_MEMORY)):
        return "memory", f"it wanted more memory than its limit of {size(limit)}, and {_code(code)}"
    return "exit", f"the job {_code(code)}"


def _last_words(spec: Mapping[str, Any], offset: int) -> str:
    from holdfast.jobs.folder import last_words  # noqa: PLC0415 - few keepers need it at their start

    return last_words(Path(spec["log"]), offset)


def _code(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "an unnamed one"
    hint = "; perhaps the machine was short of memory" if -code == signal.SIGKILL else ""
    return f"was ended by signal {-code} ({name}){hint}"


def _full_disks(spec: Mapping[str, Any]) -> str:
    """What to add if the job had no room to write."""
    folders = dict.fromkeys((spec["directory"], str(Path(spec["log"]).parent)))
    full = [folder for folder in folders if _is_full(folder)]
    return f"; the disk of {' and of '.join(full)} is full" if full else ""


def _is_full(folder: str) -> bool:
    try:
        room = os.statvfs(folder)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < FULL
