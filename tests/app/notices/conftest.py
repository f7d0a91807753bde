"""A home whose settings say who is told, and a mail server on loopback."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from holdfast.app.container import Container
from holdfast.app.notices.notice import Ending, Notice
from holdfast.settings import FILE, Settings
from servers.certificates import loopback_certificate
from servers.mail import Mailbox, mail_server

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)

Told = Callable[..., Container]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, with its key."""
    return loopback_certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server without TLS."""
    with mail_server() as box:
        yield box


@pytest.fixture
def told(home: Path) -> Iterator[Told]:
    """Makes the container of a home with these lines below ``[notify]``."""
    made: list[Container] = []

    def make(*lines: str) -> Container:
        (home / FILE).write_text("\n".join(["[notify]", *lines]) + "\n")
        made.append(Container(Settings.read()))
        return made[-1]

    yield make
    for container in made:
        container.close()


def by(mailbox: Mailbox, *more: str) -> tuple[str, ...]:
    """Settings by which mail goes to that server, without TLS."""
    at = (f'smtp = "127.0.0.1"\nport = {mailbox.port}', 'security = "none"')
    return (*at, 'to = ["a@example.org", "b@example.org"]', *more)


def failure(*logs: Path) -> Notice:
    """The notice of an update that failed."""
    return Notice("yeast", Ending.FAILED, NOON, problem="job fetch failed: no route", logs=logs)


def change() -> Notice:
    """The notice of an update that brought a new release."""
    return Notice(
        "yeast",
        Ending.CHANGED,
        NOON,
        release="2026-01-02",
        fetched=3,
        fetched_bytes=1_500_000,
        size=2_000_000,
        added=1_500_000,
        published=True,
        removed=("2025-11-01",),
        run=7,
    )
