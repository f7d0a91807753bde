"""A home with a public and a private bank, shown by FTP in a thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ftplib import FTP
from typing import Any

import pytest

from app.banks.bank_world import QuickContainer
from app.banks.release_world import add_bank, add_release
from holdfast.accounts.people import Person
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.releases.marks import Marks
from holdfast.errors import UsageError
from holdfast.settings import Settings
from holdfast.settings.ftp import FtpSettings
from holdfast.web.ftp.server import Server, visitor_of
from holdfast.web.server import listen

CONTENT = b">a\n" + b"ACGT\n" * 50_000
PASSWORD = "correct horse"
Serve = Callable[..., int]


def sign_in(name: str, password: str, address: str) -> Person:
    """What accounts say."""
    assert address == "127.0.0.1"
    if (name, password) != ("ann", PASSWORD):
        raise UsageError("name and password do not fit")
    return Person("ann")


@pytest.fixture
def container(home: Any) -> Iterator[Container]:
    """Two banks: ``x`` is everybody's and ``hidden`` is ann's."""
    with QuickContainer(Settings.read()) as made:
        add_bank(made)
        add_release(made, "1", {"a.fa": CONTENT, "sub/b.fa": b"TT\n"}, publish=True)
        add_release(made, "2", {"a.fa": CONTENT + b"GG\n"})
        recipe = made.settings.recipes / "x.toml"
        folder = made.settings.banks / "x"
        hidden = made.settings.banks / "hidden"
        (made.settings.recipes / "hidden.toml").write_text(
            recipe.read_text().replace('"x"', '"hidden"')
        )
        release = made.catalogue.folder("x").release("1")
        (hidden / "hidden_1").mkdir(parents=True)
        for file in ("release.json", "files.json"):
            text = (release.folder / file).read_text()
            (hidden / "hidden_1" / file).write_text(text.replace('"x"', '"hidden"'))
        (hidden / "hidden_1" / "flat").mkdir()
        (hidden / "hidden_1" / "flat" / "a.fa").write_bytes(b"secret")
        made.catalogue.folder("hidden").mark(Marks(owner="ann", visibility=Visibility.PRIVATE))
        assert folder.is_dir()
        yield made


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that end at once."""
    monkeypatch.setattr("holdfast.web.ftp.server.LOOK", 0.02)


@pytest.fixture
def serve(_quick: None, container: Container) -> Iterator[Serve]:
    """Starts a server with some settings, and says its port."""
    with ExitStack() as servers:
        yield lambda **settings: servers.enter_context(serving(container, **settings))


@contextmanager
def serving(container: Container, **settings: Any) -> Iterator[int]:
    """The port of a server in a thread."""
    said = container.settings.model_copy(update={"ftp": FtpSettings(**settings)})
    of_server = type(container)(said)
    visitor = visitor_of(of_server, sign_in)
    listening = listen("127.0.0.1", 0)
    visitor.auth_failed_timeout = 0.05
    server = Server(listening, visitor, said.ftp)
    server.poll_timeout = 0.05
    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(stop.is_set,))
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        stop.set()
        thread.join()
        of_server.close()


@contextmanager
def signed_in(port: int, name: str = "anonymous", password: str = "me@") -> Iterator[FTP]:
    """A client that signed in."""
    with FTP(timeout=10) as client:
        client.connect("127.0.0.1", port)
        client.login(name, password)
        yield client
