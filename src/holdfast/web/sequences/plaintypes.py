"""
Plain types: every answer is what its ``Content-Type`` says, and no browser shall guess otherwise.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_GUESSING = (b"x-content-type-options", b"nosniff")


class PlainTypes:
    """Adds that header to every answer of an application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the header."""

        async def with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], NO_GUESSING]
            await send(message)

        await self._app(scope, receive, with_header if scope["type"] == "http" else send)
