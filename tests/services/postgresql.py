"""A real PostgreSQL on loopback."""

import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from services.databases import DatabaseServer, program

PASSWORD = "se/cr@t 1"  # what a URL must quote


class PostgreSQL(DatabaseServer):
    """A server with one user who may make databases."""

    account = "postgres"
    end_signal = signal.SIGINT
    crash_signal = signal.SIGQUIT

    def make(self) -> None:
        words = self.folder / "password"
        words.write_text(PASSWORD)
        words.chmod(0o644)
        self.do(
            program("initdb"), "-D", self.folder / "data", "-U", "holdfast", "--no-sync",
            "--auth=scram-sha-256", f"--pwfile={words}", "-E", "UTF8", "--locale=C.UTF-8",
        )  # fmt: skip

    def command(self) -> Sequence[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "dynamic_shared_memory_type": "mmap",  # in its own folder, which goes with it
            "fsync": "on" if self.durable else "off",
            # What an administrator may have set and the ledger must not mind:
            "timezone": "America/New_York",
            "datestyle": "SQL, DMY",
            "default_transaction_isolation": "repeatable read",
        }
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [program("postgres"), "-D", self.folder / "data", *words]

    def statement(self, sql: str, database: str = "postgres") -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="holdfast", password=PASSWORD,
            dbname=database or "postgres", autocommit=True, connect_timeout=5,
        ) as connection:  # fmt: skip
            connection.execute(sql)

    def url(self, database: str) -> str:
        return f"postgresql://holdfast:se%2Fcr%40t%201@127.0.0.1:{self.port}/{database}"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL at work."""
    server = PostgreSQL()
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.end()
