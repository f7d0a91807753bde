"""A home with things of ann's that nobody else may know of, and people who ask for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from accounts.world import PASSWORD, QUICK
from app.banks.held_world import hold, keep_recipe
from app.plots.finished import finished
from holdfast.accounts import passwords
from holdfast.accounts.people import Scope
from holdfast.app.accounts.keys import add_key
from holdfast.app.accounts.users import add_user
from holdfast.app.banks.held.holding import reindex
from holdfast.app.banks.keeping import bank_owner, bank_visibility
from holdfast.app.container import Container
from holdfast.app.errands.book import Book
from holdfast.app.errands.values import ActsAs, Errand, State
from holdfast.app.plots.marks import PlotMark, PlotVisibility, mark_plot
from holdfast.banks.recipes.recipe import Visibility
from holdfast.jobs.ledger.errand_tables import errands
from holdfast.jobs.model import Job
from holdfast.jobs.plan import Plan
from holdfast.sequences.storage.journal import Origin
from holdfast.settings import Settings
from holdfast.web.application import application
from web.access.world import BROWSER, submit

#: What must not be told, and what has the same letters and is not there.
HIDDEN, ABSENT = "hiddenthing", "hiddenthang"
SHOWN = "shownthing"
LINKED = "linkedplot"  #: a plot for whoever has its address
WORD, NO_WORD = "hiddenthing-errand", "hiddenthang-errand"


@dataclass
class World:
    """The home, and who asks."""

    container: Container
    app: FastAPI
    people: dict[str, TestClient]
    run: int  #: one about ann's hidden bank

    def ask(self, person: str, method: str, path: str, **said: Any) -> Any:
        """What a person is answered; a form of theirs brings its token."""
        client = self.people[person]
        if method not in ("GET", "HEAD") and "Authorization" not in client.headers:
            said = {**said, "headers": {"X-CSRF": client.headers["X-Token"]}}
        return client.request(method, path, **said)


@contextmanager
def two_people(home: Path) -> Iterator[World]:
    """The world in the folder `home`."""
    passwords.HASHER, real = QUICK, passwords.HASHER
    try:
        with Container(Settings.read(home, access="accounts")) as container:
            run = _filled(container)
            guarded = application(container, host="0.0.0.0")
            people = _people(container, guarded)
            with start_blocking_portal() as portal:  # else each request has a loop of its own
                for client in people.values():
                    client.portal = portal
                yield World(container, guarded._app, people, run)  # type: ignore[attr-defined]  # the guard's
    finally:
        passwords.HASHER = real


def _filled(container: Container) -> int:
    for name in ("root", "ann", "ben"):
        add_user(container, name, PASSWORD, administrator=name == "root")
    for bank in (HIDDEN, SHOWN):
        keep_recipe(container, bank)
        release = hold(container, bank, "1", {"a.fa": b">a\nACGT\n"})
        container.catalogue.folder(bank).publish(release)
        bank_owner(container, bank, "ann")
    bank_visibility(container, HIDDEN, Visibility.PRIVATE)
    reindex(container)
    for plot, visibility in (
        (HIDDEN, PlotVisibility.PRIVATE),
        (LINKED, PlotVisibility.LINK),
        (SHOWN, PlotVisibility.PUBLIC),
    ):
        finished(container, plot)
        mark_plot(container, plot, PlotMark("ann", visibility, "ann"))
    _errand(container)
    _store(container)
    plan = Plan(f"bank:{HIDDEN}", f"update of {HIDDEN}", (Job("fetch", ("true",)),))
    return container.ledger.begin(plan)


def _store(container: Container) -> None:
    """Both banks have the same sequence, and one that is theirs alone."""
    store = container.store_made_if_absent()
    for bank, own in ((HIDDEN, b"GATTACA"), (SHOWN, b"CCTAGG")):
        fasta = BytesIO(b">same\nACGTACGT\n>own" + bank[:1].encode() + b"\n" + own + b"\n")
        name = f"{bank}:1:a.fa"
        store.load(fasta, "lab", name, origin=Origin(file="a.fa", release=f"{bank}:1"))


def _errand(container: Container) -> None:
    asked = Errand(
        WORD, "update", f"bank:{HIDDEN}", f"update {HIDDEN}", {}, "ann", State.WAITING,
        datetime.now(UTC),
    )  # fmt: skip
    Book(container.ledger).add(asked, "{}", ActsAs.PERSON)
    done = update(errands).values(state=State.FAILED.value, problem=f"{HIDDEN} is away")
    container.ledger.database.write(lambda connection: connection.execute(done))


def _people(container: Container, app: Any) -> dict[str, TestClient]:
    def client() -> TestClient:
        return TestClient(
            app,
            "http://0.0.0.0:8765",
            client=("192.0.2.1", 5),
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    people = {"guest": client()}
    for name in ("root", "ann", "ben"):
        people[name] = client()
        assert submit(
            people[name], "/sign-in", "/sign-in", name=name, password=PASSWORD
        ).is_redirect
    for browser in people.values():
        page = browser.get("/about", headers=BROWSER).text
        browser.headers["X-Token"] = page.partition('name="csrf" content="')[2].partition('"')[0]
    for name, user, scopes in (
        ("ann's key", "ann", (Scope.READ,)),
        ("root's key", "root", tuple(set(Scope) - {Scope.ADMIN})),
    ):
        people[name] = client()
        secret = add_key(container, user, "x", scopes, 1).secret
        people[name].headers["Authorization"] = f"Bearer {secret}"
    return people


__all__ = ["ABSENT", "HIDDEN", "LINKED", "NO_WORD", "SHOWN", "WORD", "World", "two_people"]
