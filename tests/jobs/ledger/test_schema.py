"""Tables are made once, brought up to date with all they hold, and left alone if they are newer."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from holdfast.errors import LedgerError
from holdfast.jobs.ledger import Ledger, schema, tables
from holdfast.jobs.ledger.connecting import connect, parse
from holdfast.jobs.model import Status
from holdfast.jobs.plan import Plan
from jobs.ledger.making import MINE, PLAN, begun, start
from jobs.ledger.test_several import answers, workers

NEWEST = (str(tables.SCHEMA_VERSION),) * 2

OLD_PLAN = Plan("bank:old", "an old one", PLAN.jobs).to_json()

#: What the first Holdfast wrote into a database.
OLD_ROWS = """
INSERT INTO meta VALUES ('schema', '1');
INSERT INTO runs VALUES (7, 'bank:old', 'an old one', :plan, 'failed',
    '2026-01-02 03:04:05.678901', '2026-01-02 04:00:00.000000');
INSERT INTO jobs VALUES (7, 'fetch', 0, 'done', '', '/l', 'abc', NULL, NULL, NULL, 0);
INSERT INTO jobs VALUES (7, 'load ü/x', 1, 'failed', 'no', '/l', 'def', 'null',
    '2026-01-02 03:04:05.000000', '2026-01-02 04:00:00.000000', -9);
INSERT INTO events VALUES (41, 7, 'fetch', '2026-01-02 03:04:05.000000', 'done', '',
    NULL, NULL, '', '');
INSERT INTO events VALUES (42, 7, 'load ü/x', '2026-01-02 03:04:05.000000', NULL, 'on',
    1, 9000000000, 'bytes', '')
"""

#: The tables themselves, as the first Holdfast made them in SQLite.
OLD_TABLES = """
CREATE TABLE meta (
    "key" VARCHAR(50) NOT NULL, value VARCHAR(200) NOT NULL, PRIMARY KEY ("key")
);
CREATE TABLE runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, subject VARCHAR(200) NOT NULL,
    title TEXT NOT NULL, "plan" TEXT NOT NULL, status VARCHAR(20) NOT NULL,
    started DATETIME NOT NULL, ended DATETIME
);
CREATE INDEX runs_by_subject ON runs (subject, id);
CREATE TABLE jobs (
    run INTEGER NOT NULL, name VARCHAR(200) NOT NULL, position INTEGER NOT NULL,
    status VARCHAR(20) NOT NULL, reason TEXT NOT NULL, log TEXT NOT NULL, ticket VARCHAR(64),
    native TEXT, started DATETIME, ended DATETIME, exit_code INTEGER, PRIMARY KEY (run, name),
    FOREIGN KEY(run) REFERENCES runs (id) ON DELETE CASCADE
);
CREATE TABLE events (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL,
    job VARCHAR(200) NOT NULL, at DATETIME NOT NULL, status VARCHAR(20), what TEXT NOT NULL,
    done BIGINT, total BIGINT, unit VARCHAR(50) NOT NULL, message TEXT NOT NULL,
    FOREIGN KEY(run, job) REFERENCES jobs (run, name) ON DELETE CASCADE
);
CREATE INDEX events_by_run ON events (run, id);
"""


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    """The database at `url`, without a ledger."""
    engine = connect(parse(url))
    try:
        yield engine
    finally:
        engine.dispose()


def make_old(url: str) -> None:
    """Make a ledger of version 1 with a run in it."""
    with connected(url) as engine:
        if engine.dialect.name == "sqlite":
            connection = sqlite3.connect(parse(url).database or "")
            connection.executescript(OLD_TABLES)
            connection.close()
        with engine.connect() as connection, connection.begin():
            if engine.dialect.name != "sqlite":
                schema.upgrade(connection, "0", "1")
                connection.execute(text("DROP TABLE alembic_version"))
        with engine.connect() as connection, connection.begin():
            for row in OLD_ROWS.split(";\n"):
                connection.execute(text(row), {"plan": OLD_PLAN} if ":plan" in row else {})
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT setval('runs_id_seq', 7)"))


def differences(connection: Connection) -> list[object]:
    """What Alembic would change so that the tables are as they are declared."""
    options = {"include_name": lambda name, kind, _: kind != "table" or not is_words(name)}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, tables.metadata))


def is_words(name: str | None) -> bool:
    """Whether a table is one of SQLite's full text, which makes tables of its own."""
    return (name or "").startswith("held_words")


def shape(url: str) -> list[object]:
    """How the tables of a database differ from those declared: not at all, one hopes."""
    with connected(url) as engine, engine.connect() as connection:
        found = differences(connection)
        if engine.dialect.name == "mariadb":
            found += connection.execute(text(OTHER_COLLATIONS)).all()
        return found


#: The columns of MariaDB in which names that differ are not different.
OTHER_COLLATIONS = """
SELECT table_name, column_name, collation_name FROM information_schema.columns
WHERE table_schema = DATABASE() AND collation_name <> 'utf8mb4_nopad_bin'
AND table_name <> 'alembic_version'
"""


def version(url: str) -> tuple[str, str]:
    """What the database says of its version, in our table and in Alembic's."""
    with connected(url) as engine, engine.connect() as connection:
        ours = tables.meta.select().where(tables.meta.c.key == "schema")
        theirs = connection.execute(text("SELECT version_num FROM alembic_version"))
        return connection.execute(ours).one().value, theirs.scalar_one()


def test_a_new_ledger_has_the_tables_that_are_declared(url: str) -> None:
    Ledger.open(url).close()
    assert shape(url) == []
    assert version(url) == NEWEST


def test_all_steps_after_each_other_make_the_same_tables(url: str) -> None:
    Ledger.open(url).close()  # makes the folder
    with connected(url) as engine, engine.connect() as connection, connection.begin():
        tables.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        schema.upgrade(connection, "0")
    assert shape(url) == []


def test_an_old_ledger_is_upgraded_with_all_it_holds(url: str) -> None:
    Path(parse(url).database or "").parent.mkdir(exist_ok=True, parents=True)
    make_old(url)
    with Ledger.open(url) as ledger:
        record = ledger.run(7)
        assert (record.subject, record.status, record.claim) == ("bank:old", Status.FAILED, None)
        assert record.started.microsecond in (678901, 0)  # MariaDB's first had whole seconds
        assert ledger.plan(7).to_json() == OLD_PLAN
        outcomes = ledger.outcomes(7)
        assert [each.status for each in outcomes.values()] == [Status.DONE, Status.FAILED]
        assert outcomes["load ü/x"].exit_code == -9
        first, second = ledger.events(7)
        assert (first.number, first.status) == (41, Status.DONE)
        assert second.progress is not None
        assert second.progress.total == 9_000_000_000
        ledger.reopen(7)
        assert ledger.claim(7, MINE, 60)
        ledger.turn("me", choose=lambda _: [start(7, "load ü/x")])
        assert begun(ledger) > 7
    assert shape(url) == []
    assert version(url) == NEWEST


def test_a_ledger_without_banks_gets_their_tables(url: str) -> None:
    Path(parse(url).database or "").parent.mkdir(exist_ok=True, parents=True)
    with connected(url) as engine, engine.connect() as connection, connection.begin():
        schema.upgrade(connection, "0", "2")
        connection.execute(tables.meta.insert(), {"key": "schema", "value": "2"})
    Ledger.open(url).close()
    assert shape(url) == []
    assert version(url) == NEWEST


def test_an_upgrade_that_was_killed_goes_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(parse(url).database or "").parent.mkdir(exist_ok=True, parents=True)
    make_old(url)
    seen = 0

    class Killed(BaseException):
        """The process is gone."""

    def execute(self: Connection, *args: object, **kwargs: object) -> object:
        nonlocal seen
        seen += 1
        if seen == last:
            raise Killed
        return real(self, *args, **kwargs)

    real = Connection.execute
    # MariaDB keeps what each statement about tables did; the others undo all, wherever it ended.
    last, step = 0, 1 if url.startswith("mariadb") else 9
    while True:
        seen, last = 0, last + step
        monkeypatch.setattr(Connection, "execute", execute)
        try:
            Ledger.open(url).close()
        except Killed:
            monkeypatch.setattr(Connection, "execute", real)
            continue
        monkeypatch.setattr(Connection, "execute", real)
        break
    assert last > 20
    assert shape(url) == []
    with Ledger.open(url) as ledger:
        assert [each.status for each in ledger.outcomes(7).values()] == [
            Status.DONE,
            Status.FAILED,
        ]


def test_a_ledger_of_a_newer_holdfast_is_left_alone(url: str) -> None:
    Ledger.open(url).close()
    with connected(url) as engine, engine.connect() as connection, connection.begin():
        connection.execute(tables.meta.update().values(value="999"))
    with pytest.raises(LedgerError, match=r"schema 999 .* newer"):
        Ledger.open(url)


@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_several_processes_open_a_ledger_that_is_not_ready_at_once(url: str, old: bool) -> None:
    if old:
        Path(parse(url).database or "").parent.mkdir(exist_ok=True, parents=True)
        make_old(url)
    with workers("opened", 3, url) as process:
        assert list(answers(process).values()) == [str(int(old))] * 3
    assert shape(url) == []


def test_opening_a_ledger_that_is_ready_does_not_import_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    script = (
        "import sys; from holdfast.jobs.ledger import Ledger; Ledger.open(sys.argv[1]).close();"
    )
    script += "print('alembic' in sys.modules)"
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, check=True)
        assert done.stdout == b"False\n"
