"""
The site: what every page is made with.

A route takes the request, asks ``app/`` one question with the container of the person who asks, and
hands the answer to a template. Templates make no address and decide nothing about rights.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from holdfast import __version__
from holdfast.accounts.people import Person, Scope
from holdfast.app.container import Container
from holdfast.base.wording import amount, counted, short, size, span
from holdfast.web import addresses
from holdfast.web.access.asking import person_asking
from holdfast.web.access.browsers import browser_name
from holdfast.web.problems import Refused

CSRF = "holdfast.csrf"  #: in a request's scope: the token that our own forms bring back
THEMES = ("light", "dark")
STREAMS = 200  #: live answers that one process has open at once
HEADERS = {"Cache-Control": "no-cache, private", "Vary": "Cookie, HX-Request"}


@dataclass
class Site:
    """What the server's pages share."""

    container: Container
    templates: Environment = field(init=False)
    streams: int = 0  #: live answers that are open now

    def __post_init__(self) -> None:
        self.templates = _templates()


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    return cast(Site, request.app.state.site)


def person_of(request: Request) -> Person:
    """Who asks."""
    return person_asking(request)


def container_of(request: Request) -> Container:
    """The container, asked by the person who asks: their rights hold in every question."""
    return site_of(request).container.asked_by(person_of(request))


def needs(scope: Scope) -> Callable[[Request], None]:
    """A dependency of a route that only those may use who may do things of this kind.

    A guest is asked to sign in; whoever is known and may not is refused.
    """

    def check(request: Request) -> None:
        person = person_of(request)
        if person.may(scope):
            return
        if person.is_guest:
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "sign in first: a guest may look at what is public, and no more",
                {"WWW-Authenticate": 'Bearer realm="Holdfast"'},
            )
        what = "an administrator" if scope is Scope.ADMIN else f"a key with the scope {scope.value}"
        raise Refused(HTTPStatus.FORBIDDEN, f"this is for {what}")

    check.scope = scope  # type: ignore[attr-defined]  # told to the tests of who may do what
    return check


def page(
    request: Request,
    template: str,
    /,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> Response:
    """A whole page, or the part of one that htmx asks for."""
    content = rendered(request, template, **values)
    return HTMLResponse(content, status, {**HEADERS, **(headers or {})})


def rendered(request: Request, template: str, /, **values: Any) -> str:
    """A template with the names that all templates know."""
    theme = request.cookies.get("holdfast_theme", "")
    return (
        site_of(request)
        .templates.get_template(template)
        .render(
            request=request,
            path=request.url.path,
            person=person_of(request),
            csrf=request.scope.get(CSRF, ""),
            theme=theme if theme in THEMES else "",
            **values,
        )
    )


def see_other(address: str) -> Response:
    """After something was done: go and look at `address`."""
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": address})


def problem_page(request: Request, status: HTTPStatus, sentence: str) -> Response:
    """The page that says what is wrong; for a part of a page, a notice."""
    if request.headers.get("hx-request") == "true":
        headers = {"HX-Notice": "bad", "HX-Reswap": "innerHTML", "HX-Retarget": "#notices"}
        content = rendered(request, "notice.html", kind="bad", sentence=sentence)
        return HTMLResponse(content, status, headers)
    return page(request, "problem.html", status=status, code=status, sentence=sentence)


def static_name(name: str) -> str:
    """The address of a file of the pages, which changes with its content."""
    return f"/static/{name}?v={_digests()[name]}"


# -- templates -------------------------------------------------------------------------------------


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("holdfast.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        at=addresses, version=__version__, static=static_name, Scope=Scope, now=_now, len=len
    )
    made.filters.update(
        size=_known(size),
        short=_known(short),
        span=_known(span),
        amount=amount,
        number=_known(lambda count: f"{count:,}"),
        counted=counted,
        percent=_known(lambda share: f"{share:.2%}"),
        when=_known(lambda moment: f"{_utc(moment):%Y-%m-%d %H:%M} UTC"),
        iso=_known(lambda moment: _utc(moment).isoformat(timespec="seconds")),
        ago=_known(ago),
        browser=browser_name,
    )
    return made


def _known(shown: Callable[[Any], str]) -> Callable[[Any], str]:
    """`shown`, with nothing for what is not known."""
    return lambda value: "" if value is None else shown(value)


def _now() -> datetime:
    return datetime.now(UTC)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def ago(moment: datetime) -> str:
    """How long ago a moment was, or how soon it will be, as the page's script goes on saying it.

    >>> from datetime import timedelta
    >>> ago(datetime.now(UTC) - timedelta(hours=3)), ago(datetime.now(UTC) + timedelta(days=2.01))
    ('3 hours ago', 'in 2 days')
    """
    seconds = (_utc(moment) - _now()).total_seconds()
    for length, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if abs(seconds) >= length:
            words = counted(round(abs(seconds) / length), unit)
            return f"in {words}" if seconds > 0 else f"{words} ago"
    return "just now"


class _Digests(dict[str, str]):
    """The first letters of the SHA-256 of each file of the pages, found when first asked for."""

    def __missing__(self, name: str) -> str:
        content = resources.files("holdfast.web").joinpath("static", name).read_bytes()
        self[name] = hashlib.sha256(content).hexdigest()[:12]
        return self[name]


_KNOWN_DIGESTS = _Digests()


def _digests() -> _Digests:
    return _KNOWN_DIGESTS
