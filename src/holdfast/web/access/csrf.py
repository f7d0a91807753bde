"""
Forms that prove where they come from.

A browser sends its cookies along with whatever any page asks for, so a cookie alone proves nothing
about a request that changes something. Two things must hold for one: the browser says that it
comes from our own pages (``Sec-Fetch-Site``, ``Origin``), and it brings a token that only our pages
know, since it is made from the cookie. A program that shows a key sends no cookie, and needs
neither; nor does one that is plainly no browser, at the addresses that are for programs.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping

from starlette.types import Message, Receive

from holdfast.web.access.access import name_of_host

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
HEADER = "x-csrf"
PEEKED = 64 * 1024  #: bytes of a form in which the token must stand: it is the first field
_IN_FORM = re.compile(rb"(?:^|&)csrf=([A-Za-z0-9_-]{1,100})(?:&|$)")
_IN_PARTS = re.compile(rb'name="csrf"\r\n\r\n([A-Za-z0-9_-]{1,100})\r\n')


def new_visit() -> str:
    """What a browser is given that has not signed in."""
    return secrets.token_urlsafe(24)


def token_of(cookie: str) -> str:
    """The token of forms, from the value of a cookie: nobody can find the one from the other."""
    return hashlib.sha256(b"holdfast csrf " + cookie.encode()).hexdigest()[:43]


def is_same(said: str, token: str) -> bool:
    """Whether what was said is the token; it takes equally long however much of it is right."""
    return hmac.compare_digest(said.encode(), token.encode())


def is_from_elsewhere(headers: Mapping[str, str], ours: Iterable[str]) -> bool:
    """Whether a browser says that a request comes from a page that is none of `ours` (hosts)."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    # A page that tells nobody where it is has the origin "null".
    place = origin.partition("://")[2]
    return not any(_is_same(place, each) for each in ours if each)


def _is_same(one: str, other: str) -> bool:
    same_name = name_of_host(one) == name_of_host(other)
    return same_name and _port(one) == _port(other)


def _port(host: str) -> str:
    port = host.rpartition("]")[2].rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
    return "" if port in ("80", "443") else port


def is_browser(headers: Mapping[str, str]) -> bool:
    """Whether a request looks like one of a browser: all of today's say one of these."""
    return any(name in headers for name in ("origin", "sec-fetch-site", "sec-fetch-mode", "cookie"))


async def token_in_form(receive: Receive) -> tuple[str, Receive]:
    """The token in a form's first bytes, and a `receive` that gives the whole body again."""
    messages: list[Message] = []
    seen = b""
    while len(seen) < PEEKED:
        message = await receive()
        messages.append(message)
        seen += message.get("body", b"")
        found = _IN_PARTS.search(seen)
        if found or message["type"] != "http.request" or not message.get("more_body", False):
            break
    found = found or _IN_FORM.search(seen)
    return (found[1].decode() if found else ""), _again(messages, receive)


def _again(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def receive_again() -> Message:
        for message in waiting:
            return message
        return await receive()

    return receive_again
