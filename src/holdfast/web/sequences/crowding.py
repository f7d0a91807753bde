"""
Crowding: who comes while too many are being served is asked to come again.

It stands around the whole application and looks at nothing but a count, so that a crowd costs
little.
"""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from holdfast.web.problems import problem
from holdfast.web.sequences.health import LIVES, READY

_EXEMPT = (LIVES, READY)


class Crowding:
    """Lets at most `most` requests be answered at once; the others get 429 and a time to wait."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most, self._inside = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or ask to come again."""
        if scope["type"] != "http" or scope["path"] in _EXEMPT:
            await self._app(scope, receive, send)
            return
        if self._inside >= self._most:
            sentence = f"{self._most:,} requests are being answered; come again in a second"
            again = problem(HTTPStatus.TOO_MANY_REQUESTS, sentence, {"Retry-After": "1"})
            await again(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1
