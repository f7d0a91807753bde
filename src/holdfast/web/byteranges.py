"""
Ranges: which bytes of a file a request asks for (RFC 9110, section 14).

All of it is pure. A header that cannot be read is as none, as the standard says; one that asks for
nothing that is there, or for very much at once, is refused.
"""

import re
from http import HTTPStatus
from itertools import pairwise

from holdfast.base.intervals import Slice
from holdfast.web.problems import Refused

RANGES_MOST = 16
HEADER_MOST = 1000  #: characters
_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})", re.ASCII)


def wanted_bytes(header: str | None, size: int) -> tuple[Slice, ...]:
    """The slices of a file of `size` bytes that the header ``Range`` asks for; none: the whole.

    >>> wanted_bytes("bytes=0-9, -5", 100)
    (Slice(start=0, end=10), Slice(start=95, end=100))
    >>> wanted_bytes("lines=1-2", 100)
    ()

    Raises
    ------
    Refused
        416: none of them is in the file, or they are too many, or overlap.
    """
    if header is None:
        return ()
    unit, _, said = header.partition("=")
    if unit.strip().lower() != "bytes" or len(header) > HEADER_MOST:
        return ()
    found = [_RANGE.fullmatch(each.strip()) for each in said.split(",")]
    asked = [(each[1], each[2]) for each in found if each is not None]
    if len(asked) < len(found) or not all(_is_sound(first, last) for first, last in asked):
        return ()
    slices = [part for each in asked if (part := _slice(*each, size)) is not None]
    overlap = any(one.end > other.start for one, other in pairwise(sorted(slices)))
    if not slices or len(slices) > RANGES_MOST or overlap:
        raise Refused(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            f"{said.strip()[:80]} cannot be had of a file of {size:,} bytes; ask for at most "
            f"{RANGES_MOST} ranges that are in it and do not overlap",
            {"Content-Range": f"bytes */{size}"},
        )
    return tuple(slices)


def _is_sound(first: str, last: str) -> bool:
    if not first:
        return bool(last)
    return not last or int(first) <= int(last)


def _slice(first: str, last: str, size: int) -> Slice | None:
    """What is in the file of one range; `last` is in it."""
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    return Slice(start, end) if start < end else None
