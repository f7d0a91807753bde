"""A URL leads to a ledger, or to one clear sentence that never tells the password."""

import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.errors import LedgerError
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.ledger.connecting import connect, name_of, parse
from jobs.ledger.making import PLAN
from servers.served import free_port
from services.databases import DatabaseServer

SECRET = "s3cret"  # a password


@pytest.mark.parametrize(
    ("url", "driver", "name"),
    [
        ("sqlite:////a/b.sqlite", "sqlite", "/a/b.sqlite"),
        ("sqlite+pysqlite:////a/b", "sqlite", "/a/b"),
        ("postgresql://u:s3cret@h/d", "postgresql+psycopg", "postgresql://u:***@h/d"),
        ("postgres://u:s3cret@h/d?x=s3cret", "postgresql+psycopg", "postgresql://u:***@h/d"),
        ("postgresql+psycopg2://h:5/d", "postgresql+psycopg", "postgresql://h:5/d"),
        ("mysql://u:s3cret@h/d", "mariadb+pymysql", "mariadb://u:***@h/d"),
        ("mariadb+mariadbconnector://h/d", "mariadb+pymysql", "mariadb://h/d"),
    ],
)
def test_a_url_names_the_database_and_we_choose_the_driver(
    url: str, driver: str, name: str
) -> None:
    parsed = parse(url)
    assert parsed.drivername == driver
    assert name_of(parsed) == name


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("nonsense", "is not a database URL"),
        ("", "is not a database URL"),
        (f"postgresql//u:{SECRET}@h/d", "is not a database URL"),
        (f"u:{SECRET}@h", "is not a database URL"),
        (f"postgresql://u:{SECRET}@h:port/d", "is not a database URL"),
        (f"oracle://u:{SECRET}@h/d", "cannot be kept in 'oracle'; begin its URL with sqlite"),
        ("no-such-database://host/x", "is not a database URL"),
        ("sqlite:////proc/nowhere/ledger.sqlite", "the folder of the ledger cannot be made"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(url: str, problem: str) -> None:
    with pytest.raises(LedgerError, match=problem) as error:
        Ledger.open(url)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_server_that_is_not_there_is_told_at_once(kind: str) -> None:
    port = free_port()
    with pytest.raises(LedgerError, match="see that the server answers") as error:
        Ledger.open(f"{kind}://u:{SECRET}@127.0.0.1:{port}/d", patience=60)
    assert f"{kind}://u:***@127.0.0.1:{port}/d cannot be used" in str(error.value)
    assert SECRET not in str(error.value)


def test_a_wrong_password_is_not_told(server: DatabaseServer) -> None:
    url = server.url("nowhere").replace("se%2Fcr%40t%201", SECRET)
    with pytest.raises(LedgerError, match=r"holdfast:\*\*\*@.* cannot be used") as error:
        Ledger.open(url)
    assert SECRET not in str(error.value)


def test_a_database_that_is_not_there_is_named(server: DatabaseServer) -> None:
    with pytest.raises(LedgerError, match=r"nowhere.* see that the server answers"):
        Ledger.open(server.url("nowhere"))


@pytest.mark.parametrize(
    ("url", "extra"), [("postgresql://h/d", "postgresql"), ("mariadb://h/d", "mariadb")]
)
def test_a_driver_that_is_not_installed_is_named_with_what_installs_it(
    url: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("psycopg", "pymysql"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(LedgerError, match=rf"install it with: pip install 'holdfast\[{extra}\]'"):
        connect(parse(url))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"this is not a database" * 100, "not a database"),
        (b"SQLite format 3\0" * 300, "cannot be used"),
    ],
)
def test_a_damaged_ledger_is_said_to_be_so(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=problem) as error:
        Ledger.open(f"sqlite:///{path}")
    assert str(path) in str(error.value)
    assert "put back a copy" in str(error.value)
    assert path.read_bytes() == content


def test_a_ledger_damaged_in_the_middle_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        run = ledger.begin(PLAN)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with (
        pytest.raises(LedgerError, match="cannot be used"),
        Ledger.open(f"sqlite:///{path}") as ledger,
    ):
        ledger.plan(run)


def test_a_ledger_on_a_server_is_shared_and_a_file_is_not(ledger: Ledger, url: str) -> None:
    assert ledger.is_shared is not url.startswith("sqlite")


def test_a_ledger_may_be_in_memory() -> None:
    with Ledger.open("sqlite://") as ledger:
        assert ledger.plan(ledger.begin(PLAN)) == PLAN


def test_importing_the_ledger_does_not_import_a_driver() -> None:
    script = "import sys, holdfast.jobs.ledger; print({'psycopg', 'pymysql'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout == b"set()\n"
