"""
Posts: one letter on its way to one addressee, as it lies in the outbox.

An addressee is the people of one mail, or one hook by its name. No password and no hook's URL is in
a post: they are looked up when it is sent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from holdfast.app.notices.composing import Letter
from holdfast.app.notices.notice import Notice
from holdfast.errors import FormatError

FORMAT = 1
FIRST_WAIT = 60.0  #: seconds before the second attempt; each further wait is doubled
LONGEST_WAIT = 3600.0  #: seconds


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is told: people by mail, or a hook. One of the two is there."""

    people: tuple[str, ...] = ()
    hook: str = ""

    def __str__(self) -> str:
        return self.hook or ", ".join(self.people)


@dataclass(frozen=True, slots=True)
class Log:
    """A file that may be attached, as it was when the letter was written."""

    path: Path
    size: int  #: bytes; what came after is no part of it


@dataclass(frozen=True, slots=True)
class Post:
    """One letter on its way."""

    name: str  #: of its file; sorts by age
    bank: str
    addressee: Addressee
    letter: Letter
    ending: str
    made: datetime  #: UTC
    logs: tuple[Log, ...] = ()  #: of the job that failed
    attempts: int = 0
    after: datetime | None = None  #: UTC; before, it is not tried again
    problem: str = ""  #: what kept it from being sent

    @property
    def way(self) -> str:
        """By which way it goes: what keeps one post from being sent may keep all of its way."""
        return f"hook {self.addressee.hook}" if self.addressee.hook else "mail"

    def is_due(self, now: datetime) -> bool:
        """Whether it may be tried `now`."""
        return self.after is None or self.after <= now

    def tried(self, now: datetime) -> "Post":
        """This, after one more attempt that has not succeeded yet."""
        wait = min(FIRST_WAIT * 2**self.attempts, LONGEST_WAIT)
        return replace(self, attempts=self.attempts + 1, after=now + timedelta(seconds=wait))


def post_of(name: str, notice: Notice, letter: Letter, addressee: Addressee) -> Post:
    """`letter` about `notice` on its way to `addressee`."""
    logs = tuple(Log(path, size) for path in notice.logs if (size := _size(path)))
    return Post(name, notice.bank, addressee, letter, notice.ending.value, notice.at, logs)


def _size(file: Path) -> int:
    """The bytes of `file`; 0 if it is not there."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def encoded(post: Post) -> bytes:
    """`post` as JSON."""
    letter = post.letter
    document = {
        "format": FORMAT,
        "bank": post.bank,
        "people": list(post.addressee.people),
        "hook": post.addressee.hook,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "brief": letter.brief,
        "ending": post.ending,
        "made": post.made.isoformat(),
        "logs": [[str(log.path), log.size] for log in post.logs],
        "attempts": post.attempts,
        "after": post.after.isoformat() if post.after else "",
        "problem": post.problem,
    }
    return json.dumps(document, ensure_ascii=True).encode()


def decoded(name: str, content: bytes, file: Path) -> Post:
    """The post that :func:`encoded` made `content` of.

    Raises
    ------
    FormatError
        It is something else.
    """
    try:
        document = json.loads(content)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise FormatError(file, None, "it is no post of this version")
        return _post(name, document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(file, None, f"it is no post ({error!r})") from error


def _post(name: str, document: Mapping[str, Any]) -> Post:
    words = [document[key] for key in ("subject", "text", "html", "brief")]
    people = tuple(document["people"])
    said = [*words, *people, document["hook"], document["bank"], document["problem"]]
    if not all(isinstance(each, str) for each in said):
        raise TypeError("a text is none")
    return Post(
        name,
        document["bank"],
        Addressee(people, document["hook"]),
        Letter(*words),
        str(document["ending"]),
        _time(document["made"]),
        tuple(Log(Path(path), int(size)) for path, size in document["logs"]),
        int(document["attempts"]),
        _time(document["after"]) if document["after"] else None,
        document["problem"],
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
