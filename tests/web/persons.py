"""A browser of some person: the application as they see it, without their signing in."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from holdfast.accounts.people import GUEST, Person
from holdfast.app.container import Container
from holdfast.web.access.asking import PERSON
from holdfast.web.application import application
from web.access.world import token

ANN, BEN, ROOT = Person("ann"), Person("ben"), Person("root", is_administrator=True)
__all__ = ["ANN", "BEN", "GUEST", "ROOT", "post", "seen_by"]


class As:
    """Says of each request that it is some person's."""

    def __init__(self, app: ASGIApp, person: Person) -> None:
        self._app, self._person = app, person

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[PERSON] = self._person
        await self._app(scope, receive, send)


@contextmanager
def seen_by(person: Person, container: Container) -> Iterator[TestClient]:
    """A browser of `person` before the home of `container`."""
    app = As(application(container), person)
    base = "http://127.0.0.1:8765"
    with TestClient(app, base, client=("127.0.0.1", 5), follow_redirects=False) as browser:
        yield browser


def post(browser: TestClient, path: str, **form: str) -> tuple[int, str]:
    """What comes of sending a form of ours: the status, and where it leads."""
    answer = browser.post(path, data={"csrf": token(browser), **form})
    return answer.status_code, answer.headers.get("Location", "")
