"""What the tests of accounts may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.world import QUICK
from holdfast.accounts import passwords
from holdfast.jobs.ledger import Ledger
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


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", QUICK)


@pytest.fixture(params=["sqlite", *SERVERS])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger, in each kind of database when there is time for it."""
    if request.param == "sqlite":
        with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as opened:
            yield opened
        return
    server: DatabaseServer = request.getfixturevalue(request.param)
    url = server.new_database()
    with Ledger.open(url) as opened:
        yield opened
    server.drop_database(url)
