"""A real MariaDB on loopback."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pymysql
import pytest

from services.databases import DatabaseServer, program

PASSWORD = "se/cr@t 1"  # what a URL must quote


class MariaDB(DatabaseServer):
    """A server with one user who may make databases."""

    account = "mysql"

    def make(self) -> None:
        self.do(
            "mariadb-install-db", "--no-defaults", f"--datadir={self.folder / 'data'}",
            "--auth-root-authentication-method=normal", "--skip-test-db",
        )  # fmt: skip
        first = self.folder / "first.sql"
        first.write_text(
            f"CREATE USER IF NOT EXISTS 'holdfast'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON *.* TO 'holdfast'@'127.0.0.1';\n"
        )
        first.chmod(0o644)

    def command(self) -> Sequence[str | Path]:
        return [
            program("mariadbd"),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--socket={self.folder / 'socket'}",
            f"--pid-file={self.folder / 'pid'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            f"--init-file={self.folder / 'first.sql'}",
            f"--innodb-flush-log-at-trx-commit={1 if self.durable else 2}",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=16M",
            # What an administrator may have set and the ledger must not mind:
            "--default-time-zone=-05:00",
            "--sql-mode=ANSI,PAD_CHAR_TO_FULL_LENGTH",
            "--character-set-server=latin1",
            "--collation-server=latin1_swedish_ci",
            "--transaction-isolation=REPEATABLE-READ",
            "--log-bin=off",
        ]

    def statement(self, sql: str, database: str = "") -> None:
        with pymysql.connect(
            host="127.0.0.1", port=self.port, user="holdfast", password=PASSWORD,
            database=database or None, autocommit=True, connect_timeout=5,
        ) as connection, connection.cursor() as cursor:  # fmt: skip
            cursor.execute(sql)

    def url(self, database: str) -> str:
        return f"mariadb://holdfast:se%2Fcr%40t%201@127.0.0.1:{self.port}/{database}"


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A MariaDB at work."""
    server = MariaDB()
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.end()
