"""
What this machine has for jobs: processors and memory, as far as this process may use them.
"""

import os
from pathlib import Path

#: Where the system says how much memory a container may have, with either kind of control groups.
_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def memory(limits: tuple[Path, ...] = _LIMITS) -> int:
    """How many bytes of memory there are, or may be used if that is less."""
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    allowed = [number for path in limits if (number := _number(path)) is not None]
    return min([there, *allowed])


def _number(path: Path) -> int | None:
    try:
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(text) if text.isdecimal() and int(text) > 0 else None
