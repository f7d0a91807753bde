"""
Wording: numbers as people read them, the same on the command line and on the pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from holdfast.base.progress import Progress


def size(count: float) -> str:
    """A number of bytes as people read it.

    >>> size(999), size(1500), size(2_340_000_000)
    ('999 B', '1.5 kB', '2.3 GB')
    """
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if count < 1000:
            break
        count, unit = count / 1000, larger
    return f"{count:,.0f} B" if unit == "B" else f"{count:,.1f} {unit}"


def short(count: float) -> str:
    """A large number in few letters.

    >>> short(950), short(24_220_434), short(3_100_000_000)
    ('950', '24.2 million', '3.1 billion')
    """
    for unit, many in (("trillion", 1e12), ("billion", 1e9), ("million", 1e6)):
        if count >= many:
            return f"{count / many:,.1f} {unit}"
    return f"{count:,.0f}"


def counted(count: int, one: str, many: str = "") -> str:
    """How many of what there are, in words.

    >>> counted(1, "commit"), counted(1200, "commit"), counted(0, "entry", "entries")
    ('1 commit', '1,200 commits', '0 entries')
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def span(seconds: float | None) -> str:
    """A span of time as people read it.

    >>> [span(each) for each in (None, 0.04, 0.998, 12.34, 200, 7500, 200_000)]
    ['', '0.04 s', '1.0 s', '12.3 s', '3 min 20 s', '2 h 05 min', '2 d 07 h']
    """
    if seconds is None:
        return ""
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 0.995 else f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, part, smaller in ((86400, 3600, "d h"), (3600, 60, "h min"), (60, 1, "min s")):
        if whole >= unit:
            large, small = smaller.split()
            width = 0 if unit == 60 else 2
            return f"{whole // unit} {large} {whole % unit // part:0{width}} {small}"
    return f"{whole} s"


def amount(progress: Progress) -> str:
    """How far a piece of work is, in words."""
    if progress.message:
        return progress.message
    shown = size if progress.unit == "bytes" else (lambda count: f"{count:,}")
    total = f" of {shown(progress.total)}" if progress.total is not None else ""
    unit = "" if progress.unit == "bytes" else f" {progress.unit}"
    return f"{shown(progress.done)}{total}{unit}"


def plain(value: Any) -> Any:
    """`value` made of what JSON knows: reports become objects, times ISO 8601, paths text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(each) for each in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case Enum():
            return plain(value.value)
        case datetime():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _:
            return str(value)
