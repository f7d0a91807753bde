"""The ledger in each of the databases it can be in; every test has a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.jobs.ledger import Ledger
from services.databases import DatabaseServer
from services.mariadb import mariadb
from services.postgresql import postgresql

__all__ = ["mariadb", "postgresql"]  # fixtures

SERVERS = [
    pytest.param(name, marks=[pytest.mark.service(program), pytest.mark.xdist_group("databases")])
    for name, program in (("postgresql", "postgres"), ("mariadb", "mariadbd"))
]


@pytest.fixture(params=["sqlite", *SERVERS])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which nothing is yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new folder' / 'ledger.sqlite'}"
        return
    server: DatabaseServer = request.getfixturevalue(request.param)
    url = server.new_database()
    yield url
    server.drop_database(url)


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A new ledger."""
    with Ledger.open(url) as ledger:
        yield ledger


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> DatabaseServer:
    """A database server, which the test may stop if it starts it again."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    return server
