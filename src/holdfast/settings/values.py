"""
Values as people write them in settings: words, sizes with a unit, spans of time.

They are read from TOML, where they may be numbers and lists, and from the environment, where all is
text.
"""

import re
import shlex
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_SPAN_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+)-)?(\d+):(\d{2}):(\d{2})")


def split(value: object) -> object:
    """The words of a text; what is no text, such as a list of TOML, stays as it is."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def as_typed(value: object) -> object:
    """The words of a text as a shell would part them, quotes respected; a list stays as it is.

    >>> as_typed("--gres=gpu:1,shard:2 --comment='two words'")
    ['--gres=gpu:1,shard:2', '--comment=two words']
    """
    return shlex.split(value) if isinstance(value, str) else value


def size(value: object) -> object:
    """The bytes that a text such as ``16G`` or ``500 MB`` means; a unit is a power of 1024.

    >>> size("16G"), size("1.5 KiB"), size(7)
    (17179869184, 1536, 7)
    """
    if not isinstance(value, str):
        return value
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"{value!r} is not a size; write for example 500M or 16G")
    return int(float(found[1]) * _UNITS[found[2].upper()])


def span(value: object) -> object:
    """The seconds that a text such as ``90m``, ``2h`` or ``1-12:00:00`` means.

    >>> span("90m"), span("1-12:00:00"), span("02:00:00"), span(5)
    (5400.0, 129600.0, 7200.0, 5)
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if clock := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"{value!r} is not a time; write for example 90m, 2h or 1-12:00:00")
    return float(found[1]) * _SPAN_UNITS[(found[2] or "").lower()]


def counts(value: object) -> object:
    """The pairs of a text such as ``transfer=8 process=4``."""
    if not isinstance(value, str):
        return value
    pairs = [word.partition("=") for word in value.replace(",", " ").split()]
    wrong = [name for name, equals, _ in pairs if not equals]
    if wrong:
        raise ValueError(f"{wrong[0]!r} has no number; write for example transfer=8 process=4")
    return {name: number for name, _, number in pairs}


#: Words: a list in TOML; with blanks or commas between them in the environment.
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
#: Options of a program: a list in TOML, or one text as it would be typed.
Options = Annotated[tuple[str, ...], NoDecode, BeforeValidator(as_typed)]
#: Bytes, at least one.
Size = Annotated[int, BeforeValidator(size), Field(gt=0)]
#: Seconds, more than none.
Span = Annotated[float, BeforeValidator(span), Field(gt=0)]
#: How many of each name.
Counts = Annotated[dict[str, Annotated[int, Field(ge=1)]], NoDecode, BeforeValidator(counts)]
