"""
The guard: an ASGI layer around the whole application.

It sees each request first. It refuses what calls the server by a name that is not its own, and what
would change something and does not come from our pages; it gives each browser something to bind
forms to; it adds to every answer what browsers should know, and writes into the audit what was
changed. It asks no database first: who a person is, is found when somebody asks for it.
"""

from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from holdfast.web.access import csrf
from holdfast.web.access.access import Access
from holdfast.web.access.asking import ACCESS, ADDRESS, COOKIES, CSRF
from holdfast.web.access.deeds import write_down
from holdfast.web.access.headers import with_security
from holdfast.web.problems import answered, is_for_people

STRANGE_HOST = (
    "this server is not called so; use the address it was started with, or name this one in the "
    "setting `hosts`"
)
FROM_ELSEWHERE = "this came from a page of another site; nothing was done"
NO_TOKEN = "this form is too old or not ours; load its page again and repeat"  # noqa: S105 - no password


class Guard:
    """Lets in what may come in, and knows what an answer owes a browser."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        self._tell(scope, headers)
        visit = self._bind_forms(scope)
        answer = _Answer(send, self._access.is_https, visit)
        if not self._access.is_called(headers.get("host", "")):
            await self._refuse(HTTPStatus.MISDIRECTED_REQUEST, STRANGE_HOST, scope, answer)
            return
        if scope["method"] in csrf.SAFE_METHODS:
            await self._app(scope, receive, answer)
            return
        why, receive = await self._why_not(scope, headers, receive)
        if why:
            await self._refuse(HTTPStatus.FORBIDDEN, why, scope, answer)
            return
        try:
            await self._app(scope, receive, answer)
        finally:
            await write_down(scope, answer.status, answer.place)

    def _tell(self, scope: Scope, headers: Headers) -> None:
        """Leave with the request what is known of it."""
        peer = (scope.get("client") or ("", 0))[0]
        forwarded = [each.strip() for each in headers.get("x-forwarded-for", "").split(",")]
        scope[ACCESS] = self._access
        scope[ADDRESS] = self._access.address_behind(peer, [each for each in forwarded if each])
        scope[COOKIES] = _cookies(headers.getlist("cookie"))
        if self._access.trusts(peer) and headers.get("x-forwarded-proto") in ("http", "https"):
            scope["scheme"] = headers["x-forwarded-proto"]

    def _bind_forms(self, scope: Scope) -> tuple[str, str] | None:
        """Leave the token of forms with the request; a cookie to be set, if one is needed."""
        cookies = scope[COOKIES]
        known = cookies.get(self._access.session_cookie) or cookies.get(self._access.visit_cookie)
        value = known or csrf.new_visit()
        scope[CSRF] = csrf.token_of(value)
        return None if known else (self._access.visit_cookie, value)

    async def _why_not(
        self, scope: Scope, headers: Headers, receive: Receive
    ) -> tuple[str, Receive]:
        """Why a request that would change something is refused; empty: it is not."""
        ours = (headers.get("host", ""), self._access.public_host)
        if csrf.is_from_elsewhere(headers, ours):
            return FROM_ELSEWHERE, receive
        if "authorization" in headers:  # a key: no form of a stranger makes a browser send one
            return "", receive
        is_program = not csrf.is_browser(headers) and not is_for_people(Request(scope))
        if is_program:
            return "", receive
        said = headers.get(csrf.HEADER, "")
        if not said:
            said, receive = await csrf.token_in_form(receive)
        is_ours = csrf.is_same(said, scope[CSRF])
        return ("" if is_ours else NO_TOKEN), receive

    async def _refuse(self, status: HTTPStatus, why: str, scope: Scope, answer: Send) -> None:
        async def nothing() -> Message:
            return {"type": "http.disconnect"}

        request = Request({**scope, "app": self._app})
        await answered(request, status, why)(scope, nothing, answer)


class _Answer:
    """Sends an answer with what browsers should know."""

    def __init__(self, send: Send, https: bool, visit: tuple[str, str] | None) -> None:
        self._send, self._https, self._visit = send, https, visit
        self.status = HTTPStatus.INTERNAL_SERVER_ERROR.value  #: until it is known
        self.place = ""  #: where the answer leads

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, said = message["status"], list(message.get("headers", []))
            self.place = Headers(raw=said).get("location", "")
            headers = with_security(said, https=self._https)
            if self._visit is not None and _is_page(headers):
                headers.append((b"set-cookie", self._cookie(*self._visit)))
            message = {**message, "headers": headers}
        await self._send(message)

    def _cookie(self, name: str, value: str) -> bytes:
        secure = "; Secure" if self._https else ""
        return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}".encode()


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in headers
    )


def _cookies(lines: list[str]) -> dict[str, str]:
    """The cookies that a browser sent; one it garbled is none."""
    found: dict[str, str] = {}
    for line in lines:
        try:
            found |= {name: each.value for name, each in SimpleCookie(line).items()}
        except CookieError:
            continue
    return found
