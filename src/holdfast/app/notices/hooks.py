"""
Chats and web hooks, through the package apprise: one URL each, of the settings alone.

A hook leads where the administrator says, private addresses included; a recipe can only name one.
Its URL is a secret: it is in no message.
"""

import logging
import re
import warnings

from holdfast.app.notices.faults import Passing
from holdfast.app.notices.posts import Post
from holdfast.errors import printable

_TONES = {"failed": "failure", "changed": "success"}
_URL = re.compile(r"\S+://\S+")


def send(post: Post, url: str) -> None:
    """Hand `post` to the hook behind `url`.

    Raises
    ------
    Passing
        It was not taken, or the package apprise is not there.
    """
    try:
        from apprise import Apprise, LogCapture, NotifyFormat, NotifyType
    except ImportError as error:
        raise Passing(
            "the package apprise is not installed; install it with: pip install 'holdfast[notify]'"
        ) from error
    name = post.addressee.hook
    teller = Apprise()
    capture = LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]  # apprise gives it no types
    with warnings.catch_warnings(), capture as said:
        # Its plug-ins are loaded now, all of them, and some import what Python is about to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        if not teller.add(url):
            raise Passing(f"the URL of the hook {name} is none that apprise knows; mend it")
        taken = teller.notify(
            body=post.letter.brief,
            title=post.letter.subject,
            notify_type=NotifyType(_TONES.get(post.ending, "info")),
            body_format=NotifyFormat.TEXT,
        )
        if not taken:
            raise Passing(f"the hook {name} did not take it{_last(said.getvalue())}")


def _last(said: str) -> str:
    """The last line of what apprise said, without any URL."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f": {printable(_URL.sub('…', lines[-1]))[:200]}" if lines else ""
