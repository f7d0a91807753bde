"""Places in a list that is sorted anew each time: where a page of it ended, as an opaque word."""

import base64
import binascii
from collections.abc import Sequence

from holdfast.errors import UsageError


def place_word(place: int, name: str) -> str:
    """The word for a page that ended before `place`, with the thing called `name`."""
    return base64.urlsafe_b64encode(f"{place} {name}".encode()).decode().rstrip("=")


def place_of(word: str | None, names: Sequence[str]) -> int:
    """Where in `names` a list goes on after `word`, also if some came or went meanwhile.

    Raises
    ------
    UsageError
        The word is none of ours.

    >>> place_of(place_word(2, "b"), ["a", "b", "c"]), place_of(place_word(2, "b"), ["b", "c"])
    (2, 1)
    """
    if word is None:
        return 0
    try:
        padded = word.encode("ascii") + b"=" * (-len(word) % 4)
        number, _, name = base64.b64decode(padded, b"-_", validate=True).decode().partition(" ")
        place = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
    except (UnicodeError, binascii.Error, ValueError) as error:
        raise UsageError(f"after: {word!r} is no `next` of this list") from error
    if place < 0:
        raise UsageError(f"after: {word!r} is no `next` of this list")
    if name in names:
        return names.index(name) + 1
    return min(place, len(names))
