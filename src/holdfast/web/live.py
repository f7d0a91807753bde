"""
Live parts: pieces of a page that are sent again whenever they change (server-sent events).

A stream asks the same question about twice a second, in a thread, and sends the pieces whose text
is another one than before. It ends with the event ``over``, at which the page stops listening. A
page that was cut off asks again by itself and gets everything as it is then.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from holdfast.web.access.asking import is_still_asking
from holdfast.web.problems import Refused
from holdfast.web.site import STREAMS, site_of

PACE, LONGEST = 0.4, 2.0  #: seconds between two looks, and when nothing happens for long
STILL_HERE = 15.0  #: seconds of silence after which a line of nothing is sent
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

#: The pieces of the page by the name of their event, and whether nothing more will change.
Rendered = tuple[Mapping[str, str], bool]
#: What is new, as the names and texts of events, and whether nothing more will come.
News = tuple[Sequence[tuple[str, str]], bool]


def live(request: Request, render: Callable[[], Rendered]) -> Response:
    """The stream of what `render` tells, as it changes."""
    return _streamed(request, changes(render, request.is_disconnected))


def live_news(request: Request, look: Callable[[], News]) -> Response:
    """The stream of what `look` finds to be new, each piece told once."""
    return _streamed(request, news(look, request.is_disconnected))


def _streamed(request: Request, events: AsyncIterator[bytes]) -> Response:
    site = site_of(request)
    if site.streams >= STREAMS:
        raise Refused(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"{STREAMS} pages are being followed; reload this one in a while",
            {"Retry-After": "30"},
        )

    async def stream() -> AsyncIterator[bytes]:
        site.streams += 1
        looked = time.monotonic()
        try:
            async for piece in events:
                if time.monotonic() - looked > STILL_HERE:
                    if not await run_in_threadpool(is_still_asking, request):
                        return  # they signed out, or may no longer come in
                    looked = time.monotonic()
                yield piece
        finally:
            site.streams -= 1

    return StreamingResponse(stream(), media_type="text/event-stream", headers=HEADERS)


def changes(render: Callable[[], Rendered], is_gone: Callable[[], object]) -> AsyncIterator[bytes]:
    """Each piece that `render` tells, when it is another one than before, as an event."""
    sent: dict[str, str] = {}

    def look() -> News:
        pieces, over = render()
        new = [(name, text) for name, text in pieces.items() if sent.get(name) != text]
        sent.update(new)
        return new, over

    return news(look, is_gone)


async def news(look: Callable[[], News], is_gone: Callable[[], object]) -> AsyncIterator[bytes]:
    """Each thing that `look` finds to be new, as an event."""
    rest, spoken = PACE, time.monotonic()
    while True:
        found, over = await run_in_threadpool(look)
        for name, text in found:
            yield event(name, text)
        if over:
            yield event("over", "")
            return
        if found:
            rest, spoken = PACE, time.monotonic()
        elif time.monotonic() - spoken > STILL_HERE:
            yield b":\n\n"
            spoken = time.monotonic()
        await asyncio.sleep(rest)
        rest = min(1.2 * rest, LONGEST)
        gone = is_gone()
        if asyncio.iscoroutine(gone) and await gone:
            return


def event(name: str, text: str) -> bytes:
    r"""One event of the stream.

    >>> event("state", "<p>one\n</p>")
    b'event: state\ndata: <p>one\ndata: </p>\n\n'
    """
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()
