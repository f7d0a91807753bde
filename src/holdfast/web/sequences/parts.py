"""
Parts: which slice of a sequence a request asks for, by ``start`` and ``end`` or by ``Range``.

All of it is pure: texts from outside and a length go in, a slice or a refusal comes out. The
statuses are those of GA4GH refget 2.0 as its compliance suite wants them: what lies outside the
sequence is 416 (the specification's text once said 400), and a start behind the end 501, for our
sequences are not circular. SeqRepo's rules are milder and stand beside.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from holdfast.base.intervals import Slice
from holdfast.web.problems import Refused

DIGITS_MOST = 18
_RANGE = re.compile(
    rf"bytes=(\d{{0,{DIGITS_MOST}}})-(\d{{0,{DIGITS_MOST}}})", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """What of a sequence is answered, and with which status.

    `named` says that the address itself names the slice (``start``, ``end``): such an answer is a
    whole, of its own kind, while one by ``Range`` is a piece of the whole sequence.
    """

    slice: Slice
    status: HTTPStatus = HTTPStatus.OK
    named: bool = False


def coordinate(name: str, text: str | None) -> int | None:
    """The whole number that `text` writes.

    Raises
    ------
    Refused
        It is none: 400.
    """
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MOST):
        raise Refused(
            HTTPStatus.BAD_REQUEST,
            f"{name}={text[:40]!r} is not a position; write a whole number from 0 on",
        )
    return int(text)


def refget_part(start: str | None, end: str | None, wanted: str | None, length: int) -> Part:
    """What refget answers to ``start``, ``end`` and the header ``Range`` (`wanted`).

    Raises
    ------
    Refused
        400, 416 or 501, see the module.
    """
    first, last = coordinate("start", start), coordinate("end", end)
    if wanted is not None:
        if first is not None or last is not None:
            raise Refused(
                HTTPStatus.BAD_REQUEST,
                "a slice is asked for by start and end or by Range, not by both at once",
            )
        return by_range(wanted, length)
    if first is None and last is None:
        return Part(Slice(0, length))
    return by_positions(first, last, length)


def by_positions(start: int | None, end: int | None, length: int) -> Part:
    """The slice from `start` to before `end`, both within the sequence."""
    if start is not None and start >= length:
        raise _outside(f"start={start}", length)
    if end is not None and end > length:
        raise _outside(f"end={end}", length)
    first, last = start or 0, length if end is None else end
    if first > last:
        raise Refused(
            HTTPStatus.NOT_IMPLEMENTED,
            f"start={first} is after end={last}; that is a slice of a circular sequence only, and "
            "this server has none",
        )
    return Part(Slice(first, last), named=True)


def by_range(wanted: str, length: int) -> Part:
    """The slice that ``bytes=first-last`` writes: `last` is in it, and may be past the end.

    The forms ``bytes=first-`` and ``bytes=-count`` of RFC 9110 are known too; several ranges are
    refused.
    """
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or found.groups() == ("", ""):
        raise Refused(
            HTTPStatus.BAD_REQUEST,
            f"Range: {wanted[:80]!r} cannot be read; write one range, as bytes=0-99",
        )
    first, last = found.groups()
    if not first:
        start, end = max(length - int(last), 0), length
    else:
        start, end = int(first), min(int(last) + 1, length) if last else length
    if start >= end:
        raise _outside(f"Range: {wanted.strip()}", length)
    return Part(Slice(start, end), HTTPStatus.PARTIAL_CONTENT)


def seqrepo_part(start: str | None, end: str | None, length: int) -> Part:
    """What SeqRepo's service answers: past the end there is nothing, which is no mistake.

    Raises
    ------
    Refused
        A position is no whole number: 400; `start` is after `end`: 422.
    """
    first, last = coordinate("start", start), coordinate("end", end)
    if first is not None and last is not None and first > last:
        raise Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"start={first} is after end={last}; exchange them"
        )
    end_at = length if last is None else min(last, length)
    named = first is not None or last is not None
    return Part(Slice(min(first or 0, end_at), end_at), named=named)


def _outside(asked: str, length: int) -> Refused:
    return Refused(
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        f"{asked} is outside this sequence of {length:,} residues",
        {"Content-Range": f"bytes */{length}"},
    )
