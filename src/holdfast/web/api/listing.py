"""Lists in pages: the word by which the next page of a list is asked for."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from holdfast.errors import UsageError

T = TypeVar("T")

MOST = 1 << 40  #: no list has that many

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
After = Annotated[
    str | None, Query(max_length=100, description="The word `next` of the page before.")
]


def page_of(listed: Sequence[T], limit: int, after: str | None) -> tuple[Sequence[T], str | None]:
    """One page of a list that is all there, and the word for the next page.

    Raises what :func:`place_at` raises.
    """
    start = place_at(after)
    following = start + limit if start + limit < len(listed) else None
    return listed[start : start + limit], cursor(following)


def cursor(place: int | None) -> str | None:
    """The place of a list where the next page begins, as a word that says nothing.

    >>> place_at(cursor(200)), cursor(None)
    (200, None)
    """
    if place is None:
        return None
    return base64.urlsafe_b64encode(f"at {place}".encode()).decode().rstrip("=")


def place_at(after: str | None) -> int:
    """What :func:`cursor` wrote; the beginning, if nothing is asked for.

    Raises
    ------
    UsageError
        It wrote no such word.
    """
    if not after:
        return 0
    try:
        word, place = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode().split()
        if word == "at" and 0 <= int(place) <= MOST:
            return int(place)
    except (ValueError, binascii.Error):
        pass
    raise UsageError("`after` is no place in this list; take it from the answer before")
