"""The guard: an ASGI layer around the whole application."""

from starlette.types import ASGIApp, Receive, Scope, Send

from holdfast.web.access.access import Access
from holdfast.web.access.asking import ACCESS


class Guard:
    """Knows who may come in, and leaves that with every request."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "http":
            scope[ACCESS] = self._access
        await self._app(scope, receive, send)
