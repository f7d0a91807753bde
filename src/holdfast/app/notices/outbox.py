"""
The outbox: the folder of posts that are not sent yet, one file each, for their owner's eyes only.

A post is written whole before anyone tries to send it and removed when it was taken, so a kill at
any moment loses nothing; a post that was taken in the moment of a kill is sent once more, under the
same Message-ID. Who sends holds the lock.
"""

import logging
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from holdfast.app.notices.posts import Post, decoded, encoded
from holdfast.base.files import TEMPORARY, write_atomic
from holdfast.base.locks import exclusive
from holdfast.errors import FormatError

logger = logging.getLogger(__name__)

SUFFIX = ".json"
LOCK = "lock"
POST_LIMIT = 32 * 1024**2  #: bytes of a post's file
_STAMP = "%Y%m%dT%H%M%S%f"


def new_name(made: datetime) -> str:
    """A name for a post made at that time (UTC), after all earlier ones."""
    return f"{made:{_STAMP}}-{secrets.token_hex(8)}"


class Outbox:
    """The posts in one folder, which is made when the first is added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """The names of all posts, the oldest first."""
        return sorted(file.stem for file in self.folder.glob(f"*{SUFFIX}"))

    def posts(self) -> Iterator[Post]:
        """All posts, the oldest first; a file that is no post is removed, for nobody can send it.

        What another process sends meanwhile is left out.
        """
        for name in self.names():
            file = self._file(name)
            try:
                with file.open("rb") as opened:
                    content = opened.read(POST_LIMIT)
                yield decoded(name, content, file)
            except FileNotFoundError:
                continue
            except FormatError as error:
                logger.warning("%s: it was removed, for nobody can send it", error)
                file.unlink(missing_ok=True)

    def due(self, now: datetime) -> list[Post]:
        """The posts that may be tried now."""
        return [post for post in self.posts() if post.is_due(now)]

    def add(self, posts: Iterable[Post], most: int) -> list[str]:
        """Put `posts` in; the names of the oldest that went because there were more than `most`.

        A way that failed lately is not tried at once for a new post either.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = self._held_ways()
        for post in posts:
            self.keep(replace(post, after=held.get(post.way)))
        names = self.names()
        gone = names[: max(0, len(names) - most)]
        for name in gone:
            self.remove(name)
        return gone

    def keep(self, post: Post) -> None:
        """Write `post` down as it is now."""
        write_atomic(self._file(post.name), encoded(post), mode=0o600)

    def remove(self, name: str) -> None:
        """Forget a post: it was taken, or given up."""
        self._file(name).unlink(missing_ok=True)

    def too_old(self, post: Post, now: datetime, keep: float) -> bool:
        """Whether `post` was tried for longer than `keep` seconds."""
        return post.attempts > 0 and now - post.made > timedelta(seconds=keep)

    def locked(self, wait: float) -> AbstractContextManager[None]:
        """Hold the outbox within the block; raises :class:`~holdfast.base.locks.Held`."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return exclusive(self.folder / LOCK, wait)

    def tidy(self) -> None:
        """Remove what a kill left half written.

        Others write posts meanwhile, so what is younger than a minute stays.
        """
        for leftover in self.folder.glob(f"{TEMPORARY}*"):
            try:
                if leftover.stat().st_mtime < time.time() - 60:
                    leftover.unlink(missing_ok=True)
            except FileNotFoundError:
                continue

    def _held_ways(self) -> dict[str, datetime]:
        """Until when each way that failed lately is left alone."""
        held: dict[str, datetime] = {}
        for post in self.posts():
            if post.attempts and post.after is not None:
                held[post.way] = max(post.after, held.get(post.way, post.after))
        return held

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"
