"""Fixtures of the questions about errands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from app.errands.errand_world import ErrandWorld
from holdfast.app.container import Container
from holdfast.settings import Settings
from services.databases import DatabaseServer
from services.mariadb import mariadb
from services.postgresql import postgresql
from thoroughness import thorough

__all__ = ["mariadb", "postgresql"]  # fixtures

SERVERS = [
    pytest.param(
        name,
        marks=[pytest.mark.service(program), pytest.mark.xdist_group("databases"), thorough],
    )
    for name, program in (("postgresql", "postgres"), ("mariadb", "mariadbd"))
]


@pytest.fixture
def errand_world(container: QuickContainer, monkeypatch: pytest.MonkeyPatch) -> ErrandWorld:
    """Errands that no process begins by itself."""
    return ErrandWorld(container, monkeypatch)


@pytest.fixture(params=["sqlite", *SERVERS])
def anywhere(
    request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Container]:
    """A container whose ledger is in each kind of database, when there is time for it."""
    server: DatabaseServer | None = None
    url = ""
    if request.param != "sqlite":
        server = request.getfixturevalue(request.param)
        url = server.new_database()
        monkeypatch.setenv("HOLDFAST_LEDGER", url)
    with Container(Settings.read()) as container:
        yield container
    if server is not None:
        server.drop_database(url)
