"""
Instances of SeqRepo made by hand, so that every odd thing that old ones have can be asked for; and
the real package, run in a process of its own.
"""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.formats.bgzf import BgzfWriter
from holdfast.formats.fai import fai_row, fai_text

NEW_YOYO = """
CREATE TABLE _yoyo_migration (migration_hash VARCHAR(64), migration_id VARCHAR(255),
  applied_at_utc TIMESTAMP, PRIMARY KEY (migration_hash));
"""
OLD_YOYO = "CREATE TABLE _yoyo_migration (id VARCHAR(255) PRIMARY KEY, ctime TIMESTAMP);"
COMMON = """
CREATE TABLE meta (key text not null, value text not null);
CREATE UNIQUE INDEX meta_key_idx on meta(key);
CREATE TABLE log (ts timestamp not null default current_timestamp, v text not null,
  msg text not null);
INSERT INTO meta VALUES ('schema version', '1');
"""
ALIASES = """
CREATE TABLE seqalias (seqalias_id integer primary key, seq_id text not null,
  namespace text not null, alias text not null,
  added timestamp not null default current_timestamp, is_current int not null default 1);
CREATE UNIQUE INDEX seqalias_unique_ns_alias_idx on seqalias(namespace, alias)
  where is_current = 1;
CREATE INDEX seqalias_seq_id_idx on seqalias(seq_id);
CREATE INDEX seqalias_alias_idx on seqalias(alias);
"""
SEQUENCES = """
CREATE TABLE seqinfo (seq_id text primary key, len integer not null, alpha text not null,
  added timestamp not null default current_timestamp, relpath text not null);
"""


_INSERT = """
INSERT INTO seqalias (seq_id, namespace, alias, added, is_current) VALUES (?, ?, ?, ?, ?)
"""


@dataclass
class Layout:
    """What differed between the years."""

    time: str = "2019/0520/1540"
    name: str = "1558366827.9243503.fa.bgz"
    yoyo: str = NEW_YOYO
    log: bool = False  #: a write-ahead log in place of a rollback journal


LAYOUTS = {
    "2016": Layout("2016/0824/050311", "1472342403.26.fa.bgz", OLD_YOYO),
    "2019": Layout(),
    "now": Layout("2026/1121/0055", "1795222551.6804519.fa.bgz", log=True),
}


def key(text: str) -> str:
    """The key that SeqRepo gives a text: blanks and asterisks do not count, nor does case."""
    plain = "".join(text.split()).replace("*", "").upper()
    return urlsafe_b64encode(hashlib.sha512(plain.encode()).digest()[:24]).decode()


def digest_names(text: str) -> list[tuple[str, str]]:
    """The names of digests that SeqRepo writes for a text."""
    plain = "".join(text.split()).replace("*", "").upper().encode()
    sha1 = hashlib.sha1(plain)
    return [
        ("VMC", "GS_" + key(text)),
        ("SHA1", sha1.hexdigest()),
        ("MD5", hashlib.md5(plain).hexdigest()),
        ("SEGUID", b64encode(sha1.digest()).decode().rstrip("=")),
    ]


class OldInstance:
    """An instance being made."""

    def __init__(self, folder: Path, layout: Layout | None = None) -> None:
        self.folder, self.layout = folder, layout or Layout()
        (folder / "sequences").mkdir(parents=True)
        mode = "PRAGMA journal_mode = WAL;" if self.layout.log else ""
        mode += "PRAGMA synchronous = OFF;"
        for path, tables in (("aliases.sqlite3", ALIASES), ("sequences/db.sqlite3", SEQUENCES)):
            with closing(sqlite3.connect(folder / path)) as connection:
                connection.executescript(mode + self.layout.yoyo + COMMON + tables)

    def file(self, texts: Sequence[str], relpath: str = "", added: str = "2019-05-20") -> Path:
        """Put texts into one FASTA file, as they are; digests become aliases. Its path."""
        relpath = relpath or f"{self.layout.time}/{self.layout.name}"
        path = self.folder / "sequences" / relpath
        path.parent.mkdir(parents=True, exist_ok=True)
        self._write(path, [(key(text), text) for text in texts])
        time = f"{added} 15:40:27"
        rows = [(key(text), len(text), "".join(sorted(set(text))), time, relpath) for text in texts]
        self.sequences_sql("INSERT INTO seqinfo VALUES (?, ?, ?, ?, ?)", rows)
        self.aliases_sql(
            _INSERT,
            [
                (key(text), namespace, alias, time, 1)
                for text in texts
                for namespace, alias in digest_names(text)
            ],
        )
        return path

    def _write(self, path: Path, records: Sequence[tuple[str, str]]) -> None:
        index = []
        with path.open("wb") as file, BgzfWriter(file) as writer:
            for name, text in records:
                writer.write(f">{name}\n".encode())
                seen = "".join(text.split())  # htslib counts no blanks
                index.append(fai_row(name, len(seen), writer.size, 100))
                for at in range(0, len(text), 100):
                    writer.write(text[at : at + 100].encode() + b"\n")
        path.with_name(path.name + ".fai").write_bytes(fai_text(index))
        path.with_name(path.name + ".gzi").write_bytes(writer.gzi())

    def alias(
        self, namespace: str, alias: str, seq_id: str, added: str = "2019-05-20", current: int = 1
    ) -> None:
        """One more row."""
        row = (seq_id, namespace, alias, f"{added} 15:40:27", current)
        self.aliases_sql(_INSERT, [row])

    def move(self, namespace: str, alias: str, seq_id: str, added: str) -> None:
        """Give a name to another sequence, as SeqRepo does."""
        self.aliases_sql(
            "UPDATE seqalias SET is_current = 0 WHERE namespace = ? AND alias = ?",
            [(namespace, alias)],
        )
        self.alias(namespace, alias, seq_id, added)

    def aliases_sql(self, sql: str, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Change the alias database."""
        self._sql("aliases.sqlite3", sql, rows)

    def sequences_sql(self, sql: str, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Change the sequence database."""
        self._sql("sequences/db.sqlite3", sql, rows)

    def _sql(self, path: str, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with closing(sqlite3.connect(self.folder / path)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.executemany(sql, rows)


def with_seqrepo(program: str, *arguments: str, answer: str = "answer") -> Any:
    """What a program that uses the real package leaves in the variable `answer`.

    It runs in a process of its own, because the package warns and leaves files open.
    """
    text = f"import json, sys\n{program}\njson.dump({answer}, sys.stdout, default=str)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", text, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
